# Writes a value as a tree of nodes, in JSON that is put together here, since base R has no writer of it. The functions
# live in an environment whose parent is base, so that nothing the user has named like a function of base is called.

INT_NAMES <- c(logical = "bool", integer = "int", double = "float", complex = "complex", character = "text")
LONG_TEXT <- 10000L
DEEPEST <- 95L
data_file <- NULL
data_size <- 0

as_utf8 <- function(texts) {
  # enc2utf8 would write <ff> for bytes that are no text, and in the locale C for all beyond ASCII.
  locale <- l10n_info()
  if (locale[["UTF-8"]] && all(validUTF8(texts))) return(enc2utf8(texts))
  wrong <- texts[!validUTF8(texts)]
  is_known <- Encoding(wrong) == "latin1" | (locale[["Latin-1"]] & Encoding(wrong) == "unknown")
  if (all(is_known) && !locale[["UTF-8"]] && !locale[["Latin-1"]])
    is_known <- !(Encoding(texts) == "unknown" & !is.na(texts) & is.na(iconv(texts, "ASCII", "ASCII")))
  if (!all(is_known)) refuse("character", "has bytes that are not UTF-8", "iconv({x}, \"latin1\", \"UTF-8\")")
  enc2utf8(texts)
}
quoted <- function(text) {
  if (!length(text)) return(character())
  plain <- grepl("^[ !#-\\[\\]-~]*\\z", text, perl = TRUE, useBytes = TRUE)
  if (all(plain)) return(paste0("\"", text, "\""))
  text <- as_utf8(text)
  text[!plain] <- vapply(text[!plain], function(each) {
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
# A node that lacks its end: its fields, and its tag of R's own as the last.
node <- function(t, ...) {
  fields <- c(...)
  own <- match("as", names(fields), 0L)
  if (own) c(fields_of(c(t = quoted(t), fields[-own])), fields[[own]]) else c(fields_of(c(t = quoted(t), fields)), "")
}
fields_of <- function(fields) paste0("{", paste0("\"", names(fields), "\":", fields, collapse = ","))
# Put the tag of another language in place of R's own, where the value is what came.
finish <- function(made, origin = NULL, x = NULL) {
  tag <- if (!is.null(origin) && nzchar(origin$tag) && fits(origin, x)) quoted(origin$tag) else made[2L]
  if (nzchar(tag)) paste0(made[1L], ",\"as\":", tag, "}") else paste0(made[1L], "}")
}

# The data file.

# `written` are bytes in the file, of which those behind `length` belong to nothing.
place <- function(length, written = length) {
  if (padding <- -written %% 8) writeBin(raw(padding), data_file)
  offset <- data_size
  data_size <<- data_size + written + padding
  sprintf("[%.0f,%.0f]", offset, length)
}
put <- function(values, size) {
  writeBin(values, data_file, size = if (is.raw(values)) NA_integer_ else size, endian = "little")
  place(length(values) * size)
}
FF <- as.raw(255L)
put_text <- function(texts) {
  texts <- as_utf8(texts)
  if (!length(texts)) return(place(0))
  write <- if (can_fwrite(length(texts))) write_many else write_texts
  before <- seek(data_file)
  # Each text is written where it is: whatever makes a copy of many makes R collect garbage, again and again.
  at_once <- texts_at_once(texts)
  if (at_once >= length(texts)) write(texts)
  else for (done in seq.int(0, length(texts) - 1, at_once)) {
    write(texts[seq.int(done + 1, min(done + at_once, length(texts)))])
    allow_interrupt()
  }
  written <- seek(data_file) - before
  place(written - 1, written)
}
MANY_TEXTS <- 2^16
AT_ONCE_BYTES <- 2^27
# So many as can be written before an interrupt has to wait, judged by some of them.
texts_at_once <- function(texts) max(1, floor(AT_ONCE_BYTES / (1 + mean(nchar(some_of(texts), "bytes")))))
write_texts <- function(texts) writeLines(texts, data_file, sep = rawToChar(FF), useBytes = TRUE)
# data.table writes in several threads. It is loaded where that takes less time than it saves.
can_fwrite <- function(count) count > MANY_TEXTS && (isNamespaceLoaded("data.table") || count > 16 * MANY_TEXTS && requireNamespace("data.table", quietly = TRUE))
write_many <- function(texts) {
  flush(data_file)
  data.table::fwrite(list(texts), summary(data_file)$description, append = TRUE, quote = FALSE, eol = rawToChar(FF), na = "",
                     col.names = FALSE, row.names = FALSE, compress = "none", bom = FALSE, yaml = FALSE, showProgress = FALSE, verbose = FALSE)
  seek(data_file, 0, "end")
}
# An int64 from 0 to 2^53 has the bits of a double that is as many times the smallest one: two products instead of
# halves of 32 bits, where the FPU knows such doubles.
HALF_WAY <- 2^537
has_smallest <- function() 1 / HALF_WAY / HALF_WAY > 0
put_whole <- function(numbers) put((numbers + 0) / HALF_WAY / HALF_WAY, 8L)  # + 0: -0 has other bits than 0
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
# `missing` are positions, among so many elements.
validity <- function(missing, count) if (length(missing)) {
  valid <- rep_len(as.raw(1L), count)
  valid[missing] <- as.raw(0L)
  c(valid = put(valid, 1L))
}

hex <- function(values) {
  digits <- matrix(as.character(writeBin(values, raw(), size = 8L, endian = "big")), 8L)
  paste0(digits[1L, ], digits[2L, ], digits[3L, ], digits[4L, ], digits[5L, ], digits[6L, ], digits[7L, ], digits[8L, ])
}
