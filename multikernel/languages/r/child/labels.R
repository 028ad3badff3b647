# What rows are labelled with, and what keys and columns are called elsewhere, of which R has the texts. It is remembered
# beside the variable as the JSON that it came as, and goes along as long as some of the texts are there: the front finds
# by them again what they stand for.

# Whether an index becomes row names: one without a name, of texts or integers that are all there, and unique.
is_row_names <- function(index, is_nameless) {
  if (!is_nameless || length(index) != 1L) return(FALSE)
  labels <- index[[1L]]
  (is.character(labels) || is.integer(labels)) && !is.object(labels) && !anyNA(labels) && !anyDuplicated(labels)
}
# Any other index is the first columns of its data frame.
import_indexed <- function(rows, names, columns, index, shown, is_nameless, tag) {
  if (!length(index)) return(import_table(rows, names, columns, NULL, tag))
  if (tag == "matrix" && !is.character(index[[1L]])) tag <- ""
  if (tag == "matrix" || is_row_names(index, is_nameless)) return(import_table(rows, names, columns, index[[1L]], tag))
  import_table(rows, c(shown, names), c(index, columns), NULL, tag)
}

# The fields of a table whose columns are written already.
table_fields <- function(names, made, rows, labels, origin) {
  index <- NULL
  if (is_indexed(origin, names, labels)) {
    at <- match(origin$shown, names)
    index <- object(origin$index, columns = json_list(made[at]))
    made <- made[-at]
    names <- names[-at]
  } else if (!is.null(labels)) {
    came <- origins_of_labels(origin)
    part <- finish(node("array", shape = sprintf("[%d]", length(labels)), vector_of(labels)), came, labels)
    is_same <- has_row_names(origin) && !is.null(came) && fits(came, labels)
    index <- object(if (is_same) origin$index else c(names = "[null]"), columns = json_list(part))
  }
  c(rows = sprintf("%d", rows), names = json_list(quoted(names)), columns = json_list(made),
    if (!is.null(index)) c(index = index), given_fields(origin))
}
# Whether the columns that came as an index still are one: all of them are there, and some of the other columns that came. Row
# names that number the rows as they came say nothing more; any others are the labels now.
is_indexed <- function(origin, names, labels) {
  shown <- origin$shown
  if (!length(shown) || anyNA(match(shown, names)) || sum(names %in% shown) != length(shown)) return(FALSE)
  others <- setdiff(origin$keys, shown)
  if (length(others) && !any(others %in% names)) return(FALSE)
  is.null(labels) || is.integer(labels) && all(labels >= 1L & labels <= origin$rows)
}
has_row_names <- function(origin) length(origin$index) > 0L && !length(origin$shown)
given_fields <- function(origin) if (length(origin$given) && nzchar(origin$given)) c(labels = origin$given)
# The labels' origin comes after those of the columns.
origins_of_labels <- function(origin) {
  at <- length(origin$keys) + 1L
  if (!is.null(origin$parts) && length(origin$parts) >= at) origin$parts[[at]]
}
