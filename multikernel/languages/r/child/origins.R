# What is remembered of variables that came from other languages: a tree of tags, with marks by which is told whether a part
# is still what came. A mark keeps nothing alive: it is the type and some of the elements.

known <- new.env()
MARKED <- 50L

mark <- function(x) {
  if (is.data.frame(x)) return(list(class(x)))
  if (is.list(x)) return(list(length(x), attributes(x)[c("names", "class")], lapply(unclass(x), mark)))
  if (is_sparse(x)) return(digest(x))
  if (!is.atomic(x)) return(NULL)
  if (length(x) == 1L && is.null(attributes(x))) return(x)
  plain <- unclass(x)
  chosen <- some_of(plain)
  list(typeof(x), length(plain), attributes(x)[c("dim", "class", "tzone", "units", "levels")], chosen)
}
some_of <- function(plain) .subset(plain, if (length(plain) > MARKED) as.integer(seq(1, length(plain), length.out = MARKED)) else seq_along(plain))

# The origin of a value that was made of a node; NULL where nothing is to be remembered.
origin_of <- function(node, value, origins) {
  below <- origins[parts_of(node)]
  has_parts <- any(lengths(below) > 0L)
  index <- if (node[[1L]] == "table") node[[10L]]
  given <- switch(node[[1L]], dict = node[[6L]], table = node[[11L]], "")
  if (!nzchar(node[[3L]]) && !length(index) && !nzchar(given) && !has_parts) return(NULL)
  shown <- if (length(index) && is.data.frame(value) && length(value) > length(node[[5L]])) node[[8L]]
  keys <- switch(node[[1L]], dict = node[[4L]], table = c(node[[5L]], shown))
  list(tag = node[[3L]], mark = if (nzchar(node[[3L]])) mark(value), keys = if (length(keys)) make.unique(keys, "\\r"),
       parts = if (has_parts) below, index = index, shown = shown, given = given, rows = if (length(shown)) node[[4L]],
       count = length(below))
}
fits <- function(origin, x) {
  if (!identical(origin$mark, mark(x), num.eq = FALSE)) return(FALSE)
  # A table of other columns throughout is another one.
  is.null(origin$keys) || !is.data.frame(x) || is.null(origin$parts) || has_part_that_fits(origin, x)
}
has_part_that_fits <- function(origin, x) {
  below <- origins_by_name(origin, names(x))
  x <- unclass(x)
  for (at in seq_along(x)) if (length(below[[at]]) && identical(below[[at]]$mark, mark(x[[at]]), num.eq = FALSE)) return(TRUE)
  FALSE
}
# Origins of elements in their order: by name, or by position while there are as many as came.
origins_by_name <- function(origin, names) {
  if (is.null(origin$parts) || is.null(origin$keys)) return(vector("list", length(names)))
  origin$parts[match(make.unique(names, "\\r"), origin$keys)]
}
origins_in_order <- function(origin, count)
  if (is.null(origin$parts) || !is.null(origin$keys) || origin$count != count) vector("list", count) else origin$parts
