# What is in a value, as texts: labels, names and elements. The tests run this file in a kernel.
leaves <- function(x) {
  if (is.language(x) || is.function(x)) return(paste(deparse(x), collapse = "\n"))
  labels <- c(names(x), unlist(dimnames(x)), if (is.data.frame(x) && is.character(attr(x, "row.names"))) row.names(x))
  parts <- if (inherits(x, "POSIXlt")) leaves(as.POSIXct(x)) else if (inherits(x, c("numeric_version"))) format(x)
    else if (is.factor(x)) as.character(x) else if (isS4(x)) unlist(lapply(slotNames(x), function(each) leaves(slot(x, each))))
    else if (is.environment(x)) leaves(as.list(x)) else if (is.list(x) || is.pairlist(x)) unlist(lapply(unclass(x), leaves))
    else if (is.raw(x)) as.character(as.integer(x)) else if (inherits(x, "difftime")) as.character(as.numeric(x, units = "secs"))
    else as.character(as.vector(unclass(x)))
  unique(setdiff(c(labels, parts), c("", NA)))
}
