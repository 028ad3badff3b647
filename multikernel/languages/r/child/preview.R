# The beginning of a variable as texts; nothing is evaluated, and no method that the user may have written is called.

preview_variable <- function(name, folder, rows, columns, longest, longest_text) safely(folder, {
  if (!exists(name, envir = globalenv(), inherits = FALSE)) object(missing = "true")
  else if (bindingIsActive(as.name(name), globalenv())) stop("it is an active binding, and to show it would run code")
  else {
    # As in `list_variables`: what is not evaluated yet stays so.
    frame <- new.env()
    .Internal(importIntoEnv(frame, name, globalenv(), name))
    object(preview = preview_of(eval(call("substitute", as.name(name), frame)), rows, columns, longest, longest_text))
  }
})
preview_of <- function(x, rows, columns, longest, longest_text) {
  if (is.language(x) && !is.object(x)) stop("it is not evaluated yet")
  if (is.function(x) && !is.object(x)) return(text_preview(paste(deparse(x), collapse = "\n"), longest_text))
  if (is.null(x)) return(text_preview("NULL", longest_text))
  if (!is_shown(x)) stop(sprintf("it is of class %s, and to show it might run code of its own", class(x)[1L]))
  if (is.list(x) && inherits(x, "data.frame")) return(frame_preview(x, rows, columns, longest))
  size <- dim(x)
  if (identical(class(x), "table")) x <- unclass(x)
  if (length(size) == 2L) return(matrix_preview(x, rows, columns, longest))
  if (length(size) > 2L) attr(x, "dim") <- NULL
  count <- length(unclass(x))
  if (is.atomic(x) && count == 1L && is.null(attr(x, "names"))) return(text_preview(cells(x, 1L), longest_text))
  labels <- if (length(size) == 1L) dimnames(x)[[1L]] else if (is.null(size)) attr(x, "names")
  shown <- min(count, rows)
  table_preview("", type_of(x), list(cells(x, shown)), row_labels(labels, shown), c(count, 1), longest)
}
# Whether all that is in it can be looked at without a method.
is_shown <- function(x) {
  if (isS4(x) || !(is.atomic(x) || is.list(x))) return(FALSE)
  !is.object(x) || inherits(x, c("data.frame", "factor", "Date", "POSIXct", "difftime", "AsIs")) || identical(class(x), "table")
}
frame_preview <- function(x, rows, columns, longest) {
  names <- attr(x, "row.names")
  parts <- unclass(x)
  shown <- min(length(names), rows)
  first <- seq_len(min(length(parts), columns))
  table_preview(
    as.character(attr(x, "names"))[first], vapply(parts[first], type_of, ""), lapply(first, function(at) cells(parts[[at]], shown)),
    row_labels(if (is.character(names)) names, shown), c(length(names), length(parts)), longest
  )
}
matrix_preview <- function(x, rows, columns, longest) {
  size <- dim(x)
  shown <- min(size[1L], rows)
  first <- seq_len(min(size[2L], columns))
  names <- if (is.null(dimnames(x)[[2L]])) sprintf("[,%d]", first) else dimnames(x)[[2L]][first]
  table_preview(
    names, rep(type_of(x), length(first)), lapply(first, function(at) cells(x[seq_len(shown), at], shown)),
    row_labels(dimnames(x)[[1L]], shown), size, longest
  )
}

text_preview <- function(text, longest) object(text = quoted(shortened(text, longest)))
table_preview <- function(names, types, parts, labels, total, longest) {
  parts <- lapply(parts, function(part) quoted(shortened(part, longest)))
  rows <- if (length(parts)) do.call(paste, c(unname(parts), sep = ",")) else rep("", length(labels))
  object(
    columns = json_list(quoted(shortened(names, longest))), types = json_list(quoted(shortened(unname(types), longest))),
    labels = json_list(quoted(shortened(labels, longest))), rows = json_list(sprintf("[%s]", rows)), total = json_list(sprintf("%.0f", total))
  )
}
row_labels <- function(names, shown) if (is.null(names)) as.character(seq_len(shown)) else names[seq_len(shown)]
type_of <- function(x) if (is.object(x)) class(x)[1L] else typeof(x)

shortened <- function(texts, longest) {
  texts[is.na(texts)] <- "NA"
  texts <- iconv(enc2utf8(texts), "UTF-8", "UTF-8", sub = "byte")
  long <- nchar(texts, "chars") > longest
  texts[long] <- paste0(substr(texts[long], 1L, longest - 1L), "\u2026")
  texts
}

# The first elements of a column.
cells <- function(x, shown) {
  if (length(dim(x)) > 1L || is.list(x) && inherits(x, "data.frame") || !is_shown(x)) return(rep(type_of(x), shown))
  first <- unclass(x)[seq_len(shown)]
  if (is.list(first)) return(vapply(first, part_text, ""))
  if (inherits(x, "factor") && is.character(attr(x, "levels"))) return(attr(x, "levels")[first])
  if (inherits(x, "Date")) return(date_cells(first))
  if (inherits(x, "POSIXct")) return(moment_cells(x, first))
  if (inherits(x, "difftime")) return(paste(as.character(first), attr(x, "units")))
  as.character(first)
}
date_cells <- function(days) {
  parts <- unclass(as.POSIXlt.Date(.Date(floor(as.double(days)))))
  texts <- sprintf("%04.0f-%02d-%02d", parts$year + 1900, parts$mon + 1L, parts$mday)
  texts[!is.finite(days)] <- "NA"
  texts
}
moment_cells <- function(x, seconds) {
  zone <- attr(x, "tzone")
  parts <- unclass(as.POSIXlt.POSIXct(.POSIXct(as.double(seconds)), if (is.character(zone)) zone[1L] else ""))
  texts <- sprintf("%04.0f-%02d-%02d %02d:%02d:%02.0f", parts$year + 1900, parts$mon + 1L, parts$mday, parts$hour, parts$min, floor(parts$sec))
  texts[!is.finite(seconds)] <- "NA"
  texts
}
part_text <- function(x) {
  if (is.null(x)) return("NULL")
  if (!(is.atomic(x) && is_shown(x)) || length(unclass(x)) != 1L) return(sprintf("%s (%d)", type_of(x), length(unclass(x))))
  as.character(cells(x, 1L))
}
