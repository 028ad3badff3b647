# The user's variables as `%%vars` shows them; nothing is evaluated, and no method that the user may have written is called.

MOST_VARIABLES <- 1000L
# What is counted for sizes: so many seconds of all variables, and of each so many parts that are lists or texts themselves,
# and so many texts, or elements of a list.
SECONDS_FOR_SIZES <- 0.02
MOST_PARTS <- 300
MOST_ELEMENTS <- 20000
SIZES <- c(logical = 4, integer = 4, double = 8, complex = 16, raw = 1)
HEADER <- 48

list_variables <- function(folder) safely(folder, {
  names <- ls(globalenv())
  shown <- names[seq_len(min(length(names), MOST_VARIABLES))]
  active <- vapply(shown, function(name) bindingIsActive(as.name(name), globalenv()), NA)
  # A copy of the bindings: of what is not evaluated yet, substitute tells in any frame but the global one.
  frame <- new.env()
  .Internal(importIntoEnv(frame, shown[!active], globalenv(), shown[!active]))
  until <- now() + SECONDS_FOR_SIZES
  rows <- vapply(seq_along(shown), function(at) {
    if (active[at]) c("active binding", "", "null") else
      tryCatch(variable_row(eval(call("substitute", as.name(shown[at]), frame)), now() < until), error = function(error) c("unknown", "", "null"))
  }, character(3L))
  rows <- sprintf("[%s,%s,%s,%s]", quoted(shown), quoted(rows[1L, ]), quoted(rows[2L, ]), rows[3L, ])
  object(variables = json_list(rows), more = sprintf("%d", length(names) - length(shown)))
})
now <- function() proc.time()[[3L]]
parts_left <- 0
elements_left <- 0

# Type, shape and bytes. A call is what a promise is to evaluate, or a value of its own; both are left alone.
variable_row <- function(x, wants_size) {
  if (is.language(x) && !is.object(x)) return(c("not evaluated", "", "null"))
  parts_left <<- MOST_PARTS
  elements_left <<- MOST_ELEMENTS
  size <- if (wants_size) size_of(x) else NA
  c(class(x)[1L], shape_of(x), if (is.na(size)) "null" else sprintf("%.0f", size))
}
shape_of <- function(x) {
  if (is.list(x) && inherits(x, "data.frame")) return(sprintf("%d x %d", abs(.row_names_info(x)), length(unclass(x))))
  dims <- attr(x, "dim")
  if (!is.null(dims)) return(paste(dims, collapse = " x "))
  if (is.atomic(x) && !is.null(x) || is.list(x)) sprintf("%.0f", length(unclass(x))) else ""
}
# NA where it would take long to count.
size_of <- function(x) {
  kind <- typeof(x)
  if (!(kind %in% c(names(SIZES), "character", "NULL", "list"))) return(NA)
  count <- length(unclass(x))
  if (kind %in% names(SIZES)) return(HEADER + count * SIZES[[kind]])
  if (kind == "character") {
    elements_left <<- elements_left - count
    return(if (elements_left < 0) NA else as.double(object.size(unclass(x))))
  }
  if (kind == "NULL") return(0)
  if (count > MOST_ELEMENTS) return(NA)
  x <- unclass(x)
  kinds <- vapply(x, typeof, "")
  # lengths() calls methods of length().
  flat <- kinds %in% names(SIZES) & !vapply(x, is.object, NA)
  parts_left <<- parts_left - sum(!flat)
  if (parts_left < 0) return(NA)
  HEADER + 8 * count + sum(HEADER + lengths(x[flat], use.names = FALSE) * SIZES[kinds[flat]]) + sum(vapply(which(!flat), function(at) size_of(x[[at]]), 0))
}
