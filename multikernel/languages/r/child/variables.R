# The user's variables as `%%vars` shows them; nothing is evaluated, and no method that the user may have written is called.

MOST_VARIABLES <- 1000L
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
  elements_left <<- MOST_ELEMENTS
  rows <- vapply(seq_along(shown), function(at) {
    row <- if (active[at]) c("active binding", "", "null") else
      tryCatch(variable_row(eval(call("substitute", as.name(shown[at]), frame))), error = function(error) c("unknown", "", "null"))
    json_list(c(quoted(c(shown[at], row[1L], row[2L])), row[3L]))
  }, "")
  object(variables = json_list(rows), more = sprintf("%d", length(names) - length(shown)))
})
elements_left <- 0

# Type, shape and bytes. A call is what a promise is to evaluate, or a value of its own; both are left alone.
variable_row <- function(x) {
  if (is.language(x) && !is.object(x)) return(c("not evaluated", "", "null"))
  size <- size_of(x)
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
  if (!is.null(x) && kind %in% names(SIZES)) return(HEADER + length(unclass(x)) * SIZES[[kind]])
  if (!(kind %in% c("list", "character", "NULL"))) return(NA)
  count <- length(unclass(x))
  elements_left <<- elements_left - count
  if (elements_left < 0) return(NA)
  if (kind != "list") return(as.double(object.size(unclass(x))))
  x <- unclass(x)
  HEADER + 8 * count + sum(vapply(seq_len(count), function(at) size_of(x[[at]]), 0))
}
