# Factors, and what their levels are.

import_factor <- function(ref, levels, ordered, tag) {
  # They are refused themselves.
  if (is.null(levels)) return(NULL)
  codes <- read_at(ref, "integer", 4L)
  levels <- as.vector(levels)
  if (anyDuplicated(levels) || anyNA(levels)) refuse("factor", "has levels that are there twice, or null")
  if (anyNA(codes) || any(codes < -1L) || any(codes >= length(levels))) refuse("factor", "has codes that are no levels")
  codes <- codes + 1L
  codes[codes == 0L] <- NA
  # NA was a level there, and comes back as one.
  if (startsWith(tag, "NA is level ")) {
    unnamed <- min(as.integer(substring(tag, 13L)), length(levels) + 1L)
    levels <- append(levels, NA, unnamed - 1L)
    codes[which(codes >= unnamed)] <- codes[which(codes >= unnamed)] + 1L
    codes[is.na(codes)] <- unnamed
  }
  structure(codes, levels = levels, class = c(if (ordered) "ordered", "factor"))
}

# Categories as the texts that levels are in R; Python reads them again.
level_texts <- function(values, dtype, zone) {
  if (is.character(values)) return(values)
  if (inherits(values, "integer64")) return(sub("^ +", "", format(values)))
  if (grepl("^[iu][1248]$", dtype)) return(sprintf("%.0f", values))
  if (is.logical(values)) return(as.character(values))
  if (is.double(values) && !is.object(values)) return(shortest(values))
  if (dtype == "date") return(vapply(as.double(values), date_text, ""))
  if (dtype == "datetime" && !nzchar(zone)) return(vapply(as.double(values), function(seconds) {
    found <- apart(in_unit(seconds, "POSIXct"))
    days <- floor(found$whole / 86400)
    found$whole <- found$whole - days * 86400
    paste(date_text(days), clock_text(found))
  }, ""))
  refuse("factor", "has categories that are not text, which levels are in R", "need:text")
}
# The fewest digits, from 15 on as R shows, that give the same doubles again.
shortest <- function(values) {
  found <- sprintf("%.15g", values)
  for (digits in c("%.16g", "%.17g")) {
    longer <- which(as.double(found) != values)
    found[longer] <- sprintf(digits, values[longer])
  }
  found
}
