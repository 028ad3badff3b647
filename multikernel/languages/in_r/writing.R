# Writes a value as a tree of nodes, in JSON that is put together here, since base R has no writer of it. The functions
# live in an environment whose parent is base, so that nothing the user has named like a function of base is called.

INT_NAMES <- c(logical = "bool", integer = "int", double = "float", complex = "complex", character = "text")
LONG_TEXT <- 10000L
DEEPEST <- 95L
steps <- character()
data_file <- NULL
data_size <- 0

refuse <- function(kind, why = "")
  stop(structure(class = c("multikernel_refused", "error", "condition"),
                 list(message = "refused", call = NULL, kind = kind, why = why)))

quoted <- function(text) {
  if (!length(text)) return(character())
  text <- enc2utf8(text)
  plain <- grepl("^[ !#-\\[\\]-~]*\\z", text, perl = TRUE, useBytes = TRUE)
  text[!plain] <- vapply(text[!plain], function(each) {
    if (!validUTF8(each)) refuse("character", "has bytes that are no UTF-8; copy iconv(x, ...) of it")
    points <- utf8ToInt(each)
    high <- points > 0xFFFF
    pairs <- ifelse(high, sprintf("\\u%04x\\u%04x", 0xD800 + (points - 0x10000) %/% 0x400,
                                  0xDC00 + (points - 0x10000) %% 0x400), sprintf("\\u%04x", points))
    as_is <- points >= 32 & points < 127 & points != 34 & points != 92
    pairs[as_is] <- intToUtf8(points[as_is], multiple = TRUE)
    paste(pairs, collapse = "")
  }, "", USE.NAMES = FALSE)
  paste0("\"", text, "\"")
}

object <- function(...) {
  fields <- c(...)
  paste0("{", paste0("\"", names(fields), "\":", fields, collapse = ","), "}")
}
json_list <- function(items) paste0("[", paste(items, collapse = ","), "]")
node <- function(t, ...) object(t = quoted(t), ...)

# The data file.

place <- function(length) {
  if (padding <- -length %% 8) writeBin(raw(padding), data_file)
  offset <- data_size
  data_size <<- data_size + length + padding
  sprintf("[%.0f,%.0f]", offset, length)
}
put <- function(values, size) {
  writeBin(values, data_file, size = if (is.raw(values)) NA_integer_ else size, endian = "little")
  place(length(values) * size)
}
put_text <- function(texts) {
  texts <- enc2utf8(texts)
  if (!all(validUTF8(texts))) refuse("character", "has bytes that are no UTF-8; copy iconv(x, ...) of it")
  count <- length(texts)
  if (!count) return(place(0))
  writeLines(texts[-count], data_file, sep = "\xff", useBytes = TRUE)
  last <- charToRaw(texts[count])
  writeBin(last, data_file)
  place(sum(nchar(texts, "bytes")) + count - 1)
}
put_parts <- function(high, low) {
  halves <- integer(2L * length(high))
  halves[odd(halves)] <- as_int32(low)
  halves[odd(halves) + 1L] <- as_int32(high + (high < 0) * 4294967296)
  put_halves(halves)
}
# Of nothing, c(TRUE, FALSE) would choose an NA.
odd <- function(pairs) seq.int(1L, by = 2L, length.out = length(pairs) %/% 2L)
put_halves <- function(halves) {
  # An integer that is NA has the bits of -2^31, which is what is wanted.
  writeBin(halves, data_file, size = 4L, endian = "little")
  place(length(halves) * 4)
}
as_int32 <- function(unsigned) {
  signed <- unsigned - (unsigned >= 2147483648) * 4294967296
  signed[signed == -2147483648] <- NA
  as.integer(signed)
}
validity <- function(missing) if (any(missing)) c(valid = put(as.raw(!missing), 1L))

hex <- function(value) paste(rev(as.character(writeBin(value, raw(), endian = "little"))), collapse = "")
