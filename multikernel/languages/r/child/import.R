# Makes values of nodes. The front writes them as a flat list, parts before what they are part of, since R's parser
# allows no deep nesting: each node is list(kind, tag, ...), and refers to its parts by their number.

FIRST_DIGITS <- seq(1L, 15L, 2L)
# A plain number is one already; others have come as 16 digits, which have all bits of a NaN.
to_double <- function(bits) if (is.double(bits)) bits else readBin(as.raw(strtoi(substring(bits, FIRST_DIGITS, FIRST_DIGITS + 1L), 16L)), "double", endian = "big")

read_raw <- function(ref) {
  seek(data_file, ref[1L])
  found <- readBin(data_file, "raw", ref[2L])
  if (length(found) != ref[2L]) stop("the data file is too short")
  found
}
read_at <- function(ref, what, size, signed = TRUE) {
  seek(data_file, ref[1L])
  found <- readBin(data_file, what, ref[2L] / size, size = size, signed = signed, endian = "little")
  if (length(found) != ref[2L] / size) stop("the data file is too short")
  found
}
missing_of <- function(valid) which(read_raw(valid) == as.raw(0L))

# 64-bit integers.

whole_numbers <- function(ref) {
  # As doubles if all are from 0 to 2^53 (see put_whole), else NULL. -2^63 has the bits of -0.
  bits <- read_at(ref, "double", 8L)
  if (!length(bits)) return(bits)
  if (!has_smallest() || anyNA(bits) || min(bits) < 0 || max(bits) >= 9007199254740992 / HALF_WAY / HALF_WAY) return(NULL)
  if (min(bits) == 0 && any(1 / bits[which(bits == 0)] < 0)) return(NULL)
  bits * HALF_WAY * HALF_WAY
}
read_int64 <- function(ref) {
  halves <- read_at(ref, "integer", 4L)
  low <- as.double(halves[odd(halves)])
  high <- as.double(halves[odd(halves) + 1L])
  low[is.na(low)] <- -2147483648
  high[is.na(high)] <- -2147483648
  list(low = low + (low < 0) * 4294967296, high = high)
}
wide_integers <- function(ref, valid, signed) {
  values <- whole_numbers(ref)
  if (!is.null(values)) return(smallest_type(values, valid))
  parts <- read_int64(ref)
  if (!signed) parts$high <- parts$high + (parts$high < 0) * 4294967296
  values <- parts$high * 4294967296 + parts$low
  is_exact <- all(abs(parts$high) < 2097152 | (abs(parts$high) == 2097152 & parts$low == 0))
  if (!is_exact) {
    if (!signed || !has_bit64()) refuse("64-bit integers", beyond(signed), "need:text")
    bits <- read_at(ref, "double", 8L)
    if (length(valid)) bits[valid] <- na_integer64
    if (any(parts$high == -2147483648 & parts$low == 0)) refuse("64-bit integers", "has -2^63, which is integer64's NA", "need:text")
    return(structure(bits, class = "integer64"))
  }
  smallest_type(values, valid)
}
beyond <- function(signed) if (signed) "is beyond 2^53, which R's numbers cannot tell from its neighbours: install the package bit64" else
  "is beyond 2^53, which R's numbers cannot tell from its neighbours"
smallest_type <- function(values, valid) {
  if (length(valid)) values[valid] <- 0
  if (!length(values) || max(abs(range(values))) <= 2147483647) values <- as.integer(values)
  if (length(valid)) values[valid] <- NA
  values
}
na_integer64 <- to_double("8000000000000000")
has_bit64 <- function() requireNamespace("bit64", quietly = TRUE)

import_int <- function(digits) {
  value <- as.double(digits)
  if (abs(value) <= 9007199254740992 && nchar(digits) <= 17L && sprintf("%.0f", value) == digits)
    return(if (abs(value) <= 2147483647) as.integer(value) else value)
  if (abs(value) > 9.3e18) refuse("int", "is larger than any integer in R", "need:text")
  if (!has_bit64()) refuse("int", beyond(TRUE), "need:text")
  wide <- bit64::as.integer64(digits)
  if (is.na(wide) || format(wide) != digits) refuse("int", "is larger than any integer in R", "need:text")
  wide
}


# Arrays.

import_array <- function(dtype, shape, order, ref, valid_ref, unit, zone, tag, is_packed) {
  count <- prod(shape)
  missing <- if (length(valid_ref)) missing_of(valid_ref)
  values <- switch(dtype,
    b1 = as.logical(read_raw(ref)),
    i1 = read_at(ref, "integer", 1L), u1 = read_at(ref, "integer", 1L, FALSE),
    i2 = read_at(ref, "integer", 2L), u2 = read_at(ref, "integer", 2L, FALSE),
    i4 = { found <- read_at(ref, "integer", 4L)
           if (anyNA(found)) { found <- as.double(found); found[is.na(found)] <- -2147483648 }
           found },
    u4 = { found <- as.double(read_at(ref, "integer", 4L))
           found[is.na(found)] <- -2147483648
           smallest_type(found + (found < 0) * 4294967296, missing) },
    i8 = wide_integers(ref, missing, TRUE), u8 = wide_integers(ref, missing, FALSE),
    f2 = half_floats(read_at(ref, "integer", 2L, FALSE)), f4 = read_at(ref, "double", 4L), f8 = read_at(ref, "double", 8L),
    c8 = { found <- read_at(ref, "double", 4L)
           complex(real = found[odd(found)], imaginary = found[odd(found) + 1L]) },
    c16 = read_at(ref, "complex", 16L),
    text = read_texts(ref, count), bytes = read_bytes(ref, count),
    date = .Date(as.double(read_at(ref, "integer", 4L))),
    time = as_hms(seconds_of(ref, "ns", missing, "time")),
    datetime = posixct(seconds_of(ref, unit, missing, "datetime"), zone, tag),
    duration = as_difftime(seconds_of(ref, unit, missing, "duration"), tag))
  if (length(missing)) {
    if (dtype == "bytes") values[missing] <- list(NULL)
    else if (!(dtype %in% c("i8", "u8", "u4", "time", "datetime", "duration"))) values[missing] <- NA
  }
  if (tag == "integer64" && !inherits(values, "integer64") && has_bit64()) values <- bit64::as.integer64(values)
  if (tag %in% c("raw", "raw column") && is.integer(values) && !anyNA(values) && all(values %in% 0:255)) values <- as.raw(values)
  if (tag == "levels") return(level_texts(values, dtype, zone))
  if (tag == "list") return(as_plain_list(values, missing))
  if (tag == "AsIs") return(I(as_plain_list(values, missing)))
  if (is_plain(tag) && length(missing) == count) values <- plain_vector(tag, count)
  if (length(shape) == 1L) {
    has_size <- tag %in% c("array1d", "raw") || startsWith(tag, "plain1d") || shape == 1L
    if (!has_size || dtype == "bytes" || tag %in% c("vector", "column", "raw column")) return(values)
    dim(values) <- shape
    return(values)
  }
  if (order == "F") { dim(values) <- shape; return(values) }
  # aperm drops the class of times.
  known <- attributes(values)
  values <- aperm(array(unclass(values), rev(shape)))
  for (name in names(known)) attr(values, name) <- known[[name]]
  values
}
half_floats <- function(bits) {
  sign <- 1 - 2 * (bits %/% 32768)
  exponent <- bits %/% 1024 %% 32
  fraction <- bits %% 1024
  values <- ifelse(exponent == 0, fraction * 2^-24, (1 + fraction / 1024) * 2^(exponent - 15))
  values[exponent == 31 & fraction == 0] <- Inf
  for (at in which(exponent == 31 & fraction != 0))
    values[at] <- to_double(sprintf("%04x%02x0000000000", 0x7ff0L + fraction[at] %/% 64, fraction[at] %% 64 * 4))
  sign * values
}
read_bytes <- function(ref, count) {
  offsets <- whole_numbers(c(ref[1L], 8 * (count + 1)))
  content <- read_raw(c(ref[1L] + 8 * (count + 1), ref[2L] - 8 * (count + 1)))
  if (is.null(offsets) || offsets[1L] != 0 || any(diff(offsets) < 0) || offsets[count + 1] > length(content)) refuse("bytes", "has offsets that are wrong")
  lapply(seq_len(count), function(at) content[offsets[at] + seq_len(offsets[at + 1L] - offsets[at])])
}
as_plain_list <- function(values, missing) {
  # A null is NULL here: an NA of a list's has a tag, with which it is not packed.
  if (is.list(values)) return(values)
  items <- vector("list", length(values))
  for (at in seq_along(values)) items[[at]] <- values[at]
  items[missing] <- list(NULL)
  items
}

# Nodes. `made` are the values of the parts.

import_node <- function(node, made) {
  tag <- node[[2L]]
  if (grepl("\t", tag, fixed = TRUE)) {
    fields <- c(strsplit(tag, "\t", fixed = TRUE)[[1L]], "", "", "")
    node[[2L]] <- fields[1L]
    return(dressed(import_node(node, made), fields[2L], fields[3L], fields[4L]))
  }
  if (endsWith(tag, " whole")) {
    node[[2L]] <- sub("( IDate)? whole$", "", tag)
    return(whole_time(import_node(node, made), grepl(" IDate", tag, fixed = TRUE)))
  }
  switch(node[[1L]],
    null = if (startsWith(tag, "NA ")) missing_value(substring(tag, 4L)),
    na = missing_value(if (startsWith(tag, "NA ")) substring(tag, 4L) else node[[4L]]),
    bool = node[[4L]],
    int = { value <- import_int(node[[4L]])
            if (tag == "integer64" && has_bit64()) bit64::as.integer64(node[[4L]]) else value },
    float = to_double(node[[4L]]),
    complex = complex(real = to_double(node[[4L]]), imaginary = to_double(node[[5L]])),
    text = node[[4L]],
    long_text = read_texts(node[[4L]], 1L),
    bytes = read_raw(node[[4L]]),
    date = .Date(days_of(node[[4L]])),
    time = { parts <- split_clock(node[[4L]]); as_hms(exact_seconds(parts$seconds, parts$nanos, "time")) },
    datetime = import_datetime(node[[4L]], node[[5L]], node[[6L]], tag),
    duration = import_duration(node[[4L]], tag),
    list = if (is_plain(tag) && all(lengths(made[node[[4L]]]) == 0L)) plain_vector(tag, length(node[[4L]]))
      else if (is_moments(tag)) moments_of(made[node[[4L]]], tag)
      else if (tag == "AsIs") I(made[node[[4L]]]) else made[node[[4L]]],
    dict = { values <- made[node[[5L]]]
             names(values) <- node[[4L]]
             if (startsWith(tag, "vector")) as_named_vector(values, substring(tag, 8L)) else values },
    array = import_array(node[[4L]], node[[5L]], node[[6L]], node[[7L]], node[[8L]], node[[9L]], node[[10L]], tag),
    sparse = make_sparse(node[[4L]], node[[5L]], made[node[[6L]]], tag),
    factor = import_factor(node[[4L]], made[[node[[5L]]]], node[[6L]], tag),
    table = import_indexed(node[[4L]], node[[5L]], made[node[[6L]]], made[node[[7L]]], node[[8L]], node[[9L]], tag),
    stop(sprintf("no value is made of a node of the type %s", node[[1L]])))
}
whole_time <- function(time, is_idate) {
  known <- attributes(time)
  plain <- as.vector(unclass(time))
  if (!inherits(time, c("Date", "POSIXct", "difftime")) || !is.double(plain) || !all(plain == floor(plain) & abs(plain) <= 2147483647, na.rm = TRUE)) return(time)
  time <- as.integer(plain)
  attributes(time) <- known
  if (is_idate && identical(class(time), "Date")) class(time) <- c("IDate", "Date")
  time
}
zone_of_word <- function(word) if (is.na(word)) "UTC" else switch(word, none = NULL, empty = "", known_zone(word))
is_plain <- function(tag) startsWith(tag, "plain") && !is.null(missing_value(strsplit(tag, " ", fixed = TRUE)[[1L]][2L]))
plain_vector <- function(tag, count) {
  words <- strsplit(tag, " ", fixed = TRUE)[[1L]]
  found <- missing_value(words[2L])[rep(1L, count)]
  if (words[1L] == "plain1d") dim(found) <- count
  if (words[2L] == "POSIXct") attr(found, "tzone") <- zone_of_word(words[3L])
  found
}
missing_value <- function(kind, words = strsplit(kind, " ", fixed = TRUE)[[1L]]) switch(words[1L], bool = NA, int = NA_integer_, float = NA_real_, text = NA_character_, complex = NA_COMPLEX, integer64 = structure(na_integer64, class = "integer64"),
  Date = .Date(NA_real_), POSIXct = .POSIXct(NA_real_, zone_of_word(words[2L])),
  difftime = as_difftime(NA_real_, if (is.na(words[2L])) "secs" else words[2L]), hms = as_hms(NA_real_))
as_named_vector <- function(values, kind) {
  if (!length(values)) return(structure(missing_value(kind)[0L], names = character()))
  kinds <- unique(lapply(values, function(value) list(typeof(value), attributes(value))))
  is_flat <- length(kinds) == 1L && all(lengths(values) == 1L) && is.atomic(values[[1L]])
  if (!is_flat) return(values)
  vector <- unlist(values)
  attributes(vector) <- c(list(names = names(values)), attributes(values[[1L]]))
  vector
}
import_table <- function(rows, names, columns, labels, tag) {
  names(columns) <- names
  for (at in seq_along(columns)) if (length(dim(columns[[at]])) == 1L) dim(columns[[at]]) <- NULL
  if (tag == "matrix") {
    kinds <- unique(vapply(columns, typeof, ""))
    if (length(kinds) == 1L && !any(vapply(columns, is.object, NA))) {
      found <- unlist(columns, use.names = FALSE)
      dim(found) <- c(rows, length(columns))
      dimnames(found) <- list(labels, names)
      return(found)
    }
  }
  if (is.null(labels)) labels <- .set_row_names(rows)
  else {
    labels <- as.vector(labels)
    if (!(is.character(labels) || is.integer(labels)) || is.object(labels)) refuse("index", "is neither text nor integers, which row names are in R", "need:row numbers")
    if (anyNA(labels) || anyDuplicated(labels)) refuse("index", "has labels that are null or there twice, which row names are not in R", "need:row numbers")
  }
  class <- DATA_FRAMES[[paste0("r:", tag)]]
  allocated(structure(columns, names = names, row.names = labels, class = if (is.null(class)) "data.frame" else class))
}
allocated <- function(x) if (inherits(x, "data.table") && requireNamespace("data.table", quietly = TRUE)) data.table::setalloccol(x) else x
