# Makes texts of bytes. R creates an object for each, and visits all of a session in each collection of garbage: so there
# is as little garbage here as can be, and room for all of it beforehand.

TEXT_BYTES <- 2^21

read_texts <- function(ref, count) {
  if (!count) return(character())
  reserve(2 * ref[2L] + 48 * count)
  texts <- character(count)
  from <- ref[1L]
  to <- ref[1L] + ref[2L]
  size <- TEXT_BYTES
  known <- 0
  repeat {
    part <- read_raw(c(from, min(to - from, size)))
    is_last <- from + length(part) == to
    if (has_byte(part, 0L)) refuse("text", "has the character NUL, which text in R cannot have", "need:bytes")
    if (is_last) part <- c(part, FF)
    ends <- grepRaw(FF, part, fixed = TRUE, all = TRUE)
    found <- length(ends)
    if (!found) { size <- size * 2; next }
    if (known + found > count) refuse("text", sprintf("has more than %.0f elements", count))
    from <- from + ends[found]
    # In place: a function would change a copy.
    code <- unused_code(part)
    part[ends] <- as.raw(code)
    # What is behind the last end belongs to the next part.
    if (!is_last) part <- readBin(part, "raw", ends[found])
    text <- if (code) as_text(rawToChar(part))
    is_ascii <- code && Encoding(text) == "unknown"
    if (is_ascii) part[ends] <- as.raw(0L)
    texts[known + seq_len(found)] <- if (is_ascii) readBin(part, "character", found) else pieces_of(text, code, part, found)
    known <- known + found
    if (is_last) break
    allow_interrupt()
  }
  if (known != count) refuse("text", sprintf("has %.0f elements instead of %.0f", known, count))
  texts
}
# A control character that does not occur can stand between texts, so that all of them are checked and marked at once.
unused_code <- function(part) {
  for (code in 1:31) if (!has_byte(part, code)) return(code)
  0L
}
has_byte <- function(bytes, code) length(grepRaw(as.raw(code), bytes, fixed = TRUE)) > 0L
# UTF-8, which texts in ASCII are not marked as.
as_text <- function(text) {
  Encoding(text) <- "UTF-8"
  if (!all(validUTF8(text))) refuse("text", "is no UTF-8")
  text
}
pieces_of <- function(text, code, part, count) if (code) strsplit(text, intToUtf8(code), fixed = TRUE)[[1L]] else as_text(readBin(part, "character", count))

# R collects garbage whenever as much has been allocated as its heap is large. The heap grows with what is allocated at once,
# and what is allocated and never touched takes no memory.
reserve <- function(bytes) if (bytes > TEXT_BYTES) {
  nothing <- rawConnection(raw())
  on.exit(close(nothing))
  # Where there is no such room, it takes longer.
  tryCatch(readBin(nothing, "double", bytes / 8), error = function(error) NULL)
  NULL
}
