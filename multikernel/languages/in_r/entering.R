# Makes values of nodes. The front writes them as a flat list, parts before what they are part of, since R's parser
# allows no deep nesting: each node is list(kind, tag, ...), and refers to its parts by their number.

to_double <- function(bits) readBin(as.raw(strtoi(substring(bits, seq(1, 15, 2), seq(2, 16, 2)), 16L)), "double", endian = "big")

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

TEXT_PART <- 2^24
read_texts <- function(ref, count) {
  # Part by part, so that no second copy of all the text is made.
  if (!count) return(character())
  separator <- as.raw(255L)
  left <- ref[2L]
  seek(data_file, ref[1L])
  found <- vector("list", ceiling(left / TEXT_PART))
  at <- 0L
  rest <- ""
  while (left > 0) {
    part <- readBin(data_file, "raw", min(left, TEXT_PART))
    if (!length(part)) stop("the data file is too short")
    if (any(part == as.raw(0L))) refuse("text", "has the character NUL, which R's text cannot have")
    left <- left - length(part)
    pieces <- strsplit(rawToChar(part), "\xff", fixed = TRUE, useBytes = TRUE)[[1L]]
    if (part[length(part)] == separator) pieces <- c(pieces, "")
    pieces[1L] <- paste0(rest, pieces[1L])
    rest <- pieces[length(pieces)]
    found[[at <- at + 1L]] <- pieces[-length(pieces)]
  }
  texts <- c(unlist(found, use.names = FALSE), rest)
  Encoding(texts) <- "UTF-8"
  if (length(texts) != count) refuse("text", sprintf("has %d elements instead of %d", length(texts), count))
  if (!all(validUTF8(texts))) refuse("text", "is no UTF-8")
  texts
}

# 64-bit integers.

read_int64 <- function(ref) {
  halves <- readBin_halves(ref)
  list(low = halves$low, high = halves$high)
}
readBin_halves <- function(ref) {
  halves <- read_at(ref, "integer", 4L)
  low <- as.double(halves[odd(halves)])
  high <- as.double(halves[odd(halves) + 1L])
  low[is.na(low)] <- -2147483648
  high[is.na(high)] <- -2147483648
  list(low = low + (low < 0) * 4294967296, high = high)
}
wide_integers <- function(ref, valid, signed) {
  parts <- read_int64(ref)
  if (!signed) parts$high <- parts$high + (parts$high < 0) * 4294967296
  values <- parts$high * 4294967296 + parts$low
  is_exact <- all(abs(parts$high) < 2097152 | (abs(parts$high) == 2097152 & parts$low == 0))
  if (!is_exact) {
    if (!signed || !has_bit64()) refuse("64-bit integers", beyond(signed))
    bits <- read_at(ref, "double", 8L)
    if (length(valid)) bits[valid] <- na_integer64
    if (any(parts$high == -2147483648 & parts$low == 0)) refuse("64-bit integers", "has -2^63, which is integer64's NA")
    return(structure(bits, class = "integer64"))
  }
  smallest_type(values, valid)
}
beyond <- function(signed) if (signed) "is beyond 2^53, which R's numbers cannot tell from its neighbours: install the package bit64" else
  "is beyond 2^53, which R's numbers cannot tell from its neighbours"
smallest_type <- function(values, valid) {
  if (length(valid)) values[valid] <- 0
  if (all(abs(values) <= 2147483647)) values <- as.integer(values)
  if (length(valid)) values[valid] <- NA
  values
}
na_integer64 <- to_double("8000000000000000")
has_bit64 <- function() requireNamespace("bit64", quietly = TRUE)

enter_int <- function(digits) {
  value <- as.double(digits)
  if (abs(value) <= 9007199254740992 && nchar(digits) <= 17L && sprintf("%.0f", value) == digits)
    return(if (abs(value) <= 2147483647) as.integer(value) else value)
  if (abs(value) > 9.3e18) refuse("int", "is larger than any integer of R's")
  if (!has_bit64()) refuse("int", beyond(TRUE))
  wide <- bit64::as.integer64(digits)
  if (is.na(wide) || format(wide) != digits) refuse("int", "is larger than any integer of R's")
  wide
}

# Time.

seconds_of <- function(ref, unit, valid, kind) {
  parts <- read_int64(ref)
  per <- PER_SECOND[[unit]]
  if (unit == "ns") {
    # high * 2^32 + low, in whole seconds and what is left; no step of it is beyond 2^53.
    a <- floor(parts$high / 1000)
    b <- parts$high - a * 1000
    rest <- a * 967296000 + b * 294967296 + parts$low
    carry <- floor(rest / 1e9)
    whole <- parts$high * 4 + a * 294 + carry
    nanos <- rest - carry * 1e9
    seconds <- exact_seconds(whole, nanos, kind)
    if (length(valid)) seconds[valid] <- NA
    return(seconds)
  } else {
    total <- parts$high * 4294967296 + parts$low
    if (any(abs(total) > 9007199254740992)) refuse(kind, "is too far away for R's doubles")
  }
  seconds <- total / per
  if (any(round(seconds * per) != total)) refuse(kind, "is finer than R's doubles can tell; round it to microseconds")
  if (length(valid)) seconds[valid] <- NA
  seconds
}

known_zone <- function(zone) {
  if (!nzchar(zone) || zone %in% c("Z", "+00:00", "-00:00", "UTC")) return("UTC")
  if (grepl("^[+-]", zone)) {
    hours <- as.integer(substr(zone, 2L, 3L))
    if (!grepl(":00$", zone) || nchar(zone) != 6L || hours > 12L) refuse("datetime", sprintf("has the offset %s, for which R has no time zone", zone))
    return(sprintf("Etc/GMT%s%d", if (substr(zone, 1L, 1L) == "-") "+" else "-", hours))
  }
  if (!(zone %in% OlsonNames())) refuse("datetime", sprintf("has the time zone %s, which R does not know", zone))
  zone
}
posixct <- function(seconds, zone, tag)
  .POSIXct(seconds, switch(tag, local = NULL, "local named" = "", "plain POSIXct none" = NULL, "plain POSIXct empty" = "", known_zone(zone)))

split_clock <- function(text) {
  numbers <- as.double(strsplit(text, ":", fixed = TRUE)[[1L]][1:2])
  tail <- sub("^.*:", "", text)
  fraction <- if (grepl(".", tail, fixed = TRUE)) sub("^[^.]*\\.", "", tail) else ""
  list(seconds = numbers[1L] * 3600 + numbers[2L] * 60 + as.double(sub("\\..*$", "", tail)),
       nanos = if (nzchar(fraction)) as.double(substr(paste0(fraction, "000000000"), 1L, 9L)) else 0)
}
exact_seconds <- function(whole, nanos, kind) {
  # The double nearest to it has to tell it again, as `in_unit` reads it.
  if (all(nanos %% 1000 == 0)) {
    total <- whole * 1e6 + nanos / 1000
    seconds <- total / 1e6
    is_exact <- abs(total) <= 9007199254740992 & round(seconds * 1e6) == total
  } else {
    seconds <- whole + nanos / 1e9
    is_exact <- floor(seconds) == whole & round((seconds - whole) * 1e9) == nanos
  }
  if (!all(is_exact)) refuse(kind, "is finer than R's doubles can tell; round it to microseconds")
  seconds
}
enter_datetime <- function(text, zone, offset, tag) {
  parts <- split_clock(sub("^[^T]*T", "", text))
  days <- days_of(sub("T.*$", "", text))
  posixct(exact_seconds(days * 86400 + parts$seconds - offset, parts$nanos, "datetime"), zone, tag)
}
days_of <- function(text) {
  found <- regmatches(text, regexec("^([+-]?[0-9]+)-([0-9]+)-([0-9]+)$", text))[[1L]]
  year <- as.double(found[2L]); month <- as.double(found[3L]); day <- as.double(found[4L])
  # Days from civil, of Howard Hinnant's date algorithms.
  y <- year - (month <= 2)
  era <- floor(y / 400)
  of_era <- y - era * 400
  of_year <- floor((153 * (month + (if (month > 2) -3 else 9)) + 2) / 5) + day - 1
  era * 146097 + of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year - 719468
}
enter_duration <- function(digits, tag) {
  # Whole seconds and nanoseconds are read apart, since both together may be beyond 2^53.
  digits <- sub("^(-?)", "\\10000000000", digits)
  split <- nchar(digits) - 9L
  whole <- as.double(substr(digits, 1L, split))
  nanos <- as.double(substr(digits, split + 1L, split + 9L))
  if (startsWith(digits, "-")) { nanos <- -nanos }
  as_difftime(exact_seconds(whole, nanos, "duration"), tag)
}
as_difftime <- function(seconds, tag) {
  units <- sub("^difftime ", "", tag)
  per <- c(secs = 1, mins = 60, hours = 3600, days = 86400, weeks = 604800)[units]
  if (is.na(per) || !all(seconds / per * per == seconds, na.rm = TRUE)) { units <- "secs"; per <- 1 }
  structure(seconds / per[[1L]], units = units, class = "difftime")
}
as_hms <- function(seconds) structure(seconds, units = "secs", class = c("hms", "difftime"))

# Arrays.

enter_array <- function(dtype, shape, order, ref, valid_ref, unit, zone, tag, is_packed) {
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
  if (tag == "list") return(as_plain_list(values, missing))
  if (length(shape) == 1L) {
    if (tag == "vector" || (shape != 1L && tag != "array1d") || dtype == "bytes" || tag == "column") return(values)
    dim(values) <- shape
    return(values)
  }
  if (order == "F") { dim(values) <- shape; return(values) }
  dim(values) <- rev(shape)
  aperm(values)
}
half_floats <- function(bits) {
  sign <- 1 - 2 * (bits %/% 32768)
  exponent <- bits %/% 1024 %% 32
  fraction <- bits %% 1024
  values <- ifelse(exponent == 0, fraction * 2^-24, (1 + fraction / 1024) * 2^(exponent - 15))
  values[exponent == 31 & fraction == 0] <- Inf
  values[exponent == 31 & fraction != 0] <- NaN
  sign * values
}
read_bytes <- function(ref, count) {
  offsets <- read_int64(c(ref[1L], 8 * (count + 1)))
  offsets <- offsets$high * 4294967296 + offsets$low
  content <- read_raw(c(ref[1L] + 8 * (count + 1), ref[2L] - 8 * (count + 1)))
  if (offsets[1L] != 0 || any(diff(offsets) < 0) || offsets[count + 1] > length(content)) refuse("bytes", "has offsets that are wrong")
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

enter_node <- function(node, made) {
  tag <- node[[2L]]
  switch(node[[1L]],
    null = if (startsWith(tag, "NA ")) missing_value(substring(tag, 4L)),
    na = missing_value(if (startsWith(tag, "NA ")) substring(tag, 4L) else node[[3L]]),
    bool = node[[3L]],
    int = { value <- enter_int(node[[3L]])
            if (tag == "integer64" && has_bit64()) bit64::as.integer64(node[[3L]]) else value },
    float = to_double(node[[3L]]),
    complex = complex(real = to_double(node[[3L]]), imaginary = to_double(node[[4L]])),
    text = node[[3L]],
    long_text = read_texts(node[[3L]], 1L),
    bytes = read_raw(node[[3L]]),
    date = .Date(days_of(node[[3L]])),
    time = { parts <- split_clock(node[[3L]]); as_hms(exact_seconds(parts$seconds, parts$nanos, "time")) },
    datetime = enter_datetime(node[[3L]], node[[4L]], node[[5L]], tag),
    duration = enter_duration(node[[3L]], tag),
    list = if (startsWith(tag, "plain ") && all(lengths(made[node[[3L]]]) == 0L)) plain_vector(tag, length(node[[3L]]))
      else made[node[[3L]]],
    dict = { values <- made[node[[4L]]]
             names(values) <- node[[3L]]
             if (tag == "vector") as_named_vector(values) else values },
    array = enter_array(node[[3L]], node[[4L]], node[[5L]], node[[6L]], node[[7L]], node[[8L]], node[[9L]], tag),
    factor = enter_factor(node[[3L]], made[[node[[4L]]]], node[[5L]]),
    frame = enter_frame(node[[3L]], node[[4L]], made[node[[5L]]], if (length(node[[6L]])) made[[node[[6L]]]], tag))
}
zone_of_word <- function(word) if (is.na(word)) "UTC" else switch(word, none = NULL, empty = "", known_zone(word))
plain_vector <- function(tag, count) {
  words <- strsplit(tag, " ", fixed = TRUE)[[1L]]
  found <- missing_value(words[2L])[rep(1L, count)]
  if (words[2L] == "POSIXct") attr(found, "tzone") <- zone_of_word(words[3L])
  found
}
missing_value <- function(kind, words = strsplit(kind, " ", fixed = TRUE)[[1L]]) switch(words[1L], bool = NA, int = NA_integer_, float = NA_real_, text = NA_character_, complex = NA_complex_,
  Date = .Date(NA_real_), POSIXct = .POSIXct(NA_real_, zone_of_word(words[2L])),
  difftime = as_difftime(NA_real_, if (is.na(words[2L])) "secs" else words[2L]), hms = as_hms(NA_real_))
as_named_vector <- function(values) {
  kinds <- unique(lapply(values, function(value) list(typeof(value), attributes(value))))
  is_flat <- length(kinds) == 1L && all(lengths(values) == 1L) && is.atomic(values[[1L]])
  if (!is_flat) return(values)
  vector <- unlist(values)
  attributes(vector) <- c(list(names = names(values)), attributes(values[[1L]]))
  vector
}
enter_factor <- function(ref, levels, ordered) {
  codes <- read_at(ref, "integer", 4L)
  if (!is.character(levels)) refuse("factor", "has categories that are no text; copy df.astype with str categories")
  levels <- as.vector(levels)
  if (anyDuplicated(levels) || anyNA(levels)) refuse("factor", "has levels that are there twice, or null")
  if (anyNA(codes) || any(codes < -1L) || any(codes >= length(levels))) refuse("factor", "has codes that are no levels")
  codes <- codes + 1L
  codes[codes == 0L] <- NA
  structure(codes, levels = levels, class = c(if (ordered) "ordered", "factor"))
}
enter_frame <- function(rows, names, columns, labels, tag) {
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
    if (is.double(labels) || is.logical(labels) || is.object(labels)) refuse("index", "is neither text nor integers, which row names of R's are; copy df.reset_index()")
    if (anyNA(labels) || anyDuplicated(labels)) refuse("index", "has labels that are null or there twice, which row names of R's are not; copy df.reset_index()")
  }
  class <- FRAMES[[paste0("r:", tag)]]
  found <- structure(columns, names = names, row.names = labels, class = if (is.null(class)) "data.frame" else class)
  if (inherits(found, "data.table") && requireNamespace("data.table", quietly = TRUE)) data.table::setalloccol(found) else found
}
