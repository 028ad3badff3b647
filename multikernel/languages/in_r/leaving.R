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

# Seconds as whole ones and a number of the largest unit that gives the same double again; both together may be more
# than a double can tell.

in_unit <- function(seconds, kind) {
  missing <- is.na(seconds)
  seconds[missing] <- 0
  if (any(is.infinite(seconds)) || any(abs(seconds) > 9.2e9)) refuse(kind, "is infinite, or too far away")
  for (unit in names(PER_SECOND)) {
    per <- PER_SECOND[[unit]]
    if (unit == "ns") {
      whole <- floor(seconds)
      rest <- round((seconds - whole) * 1e9)
      is_exact <- rest < 1e9 & whole + rest / 1e9 == seconds
    } else {
      total <- round(seconds * per)
      whole <- floor(total / per)
      rest <- total - whole * per
      is_exact <- total / per == seconds
    }
    if (all(is_exact)) return(list(unit = unit, whole = whole, rest = rest))
  }
  refuse(kind, "has seconds that nanoseconds cannot tell; copy round(x, 6) of it")
}
PER_SECOND <- c(s = 1, ms = 1e3, us = 1e6, ns = 1e9)

put_time <- function(found, per = PER_SECOND[[found$unit]]) {
  # whole * per + rest in two halves of 32 bits; no step is beyond 2^53.
  above <- floor(found$whole / 65536)
  scaled <- above * per
  rest <- (scaled - floor(scaled / 65536) * 65536) * 65536 + (found$whole - above * 65536) * per + found$rest
  carry <- floor(rest / 4294967296)
  put_parts(floor(scaled / 65536) + carry, rest - carry * 4294967296)
}
nanoseconds_text <- function(found) {
  nanos <- found$rest * (1e9 / PER_SECOND[[found$unit]])
  whole <- found$whole
  sign <- if (whole < 0) "-" else ""
  if (whole < 0 && nanos > 0) { whole <- whole + 1; nanos <- 1e9 - nanos }
  digits <- sub("^0+(?=[0-9])", "", sprintf("%.0f%09.0f", abs(whole), nanos), perl = TRUE)
  paste0(sign, digits)
}

# Values.

leave <- function(x, path = "@") {
  if (length(steps) > DEEPEST) refuse(class(x)[1L], sprintf("is more than %d levels deep in it", DEEPEST))
  tagged(leave_untagged(x, path), path)
}

tagged <- function(made, path) {
  # The tag that a value came with stands for the one of R's own, which would be the last field.
  tag <- wanted_tags[path]
  if (is.na(tag)) return(made)
  paste0(sub("(,\"as\":\"[^\"]*\")?}$", "", made), ",\"as\":", quoted(tag), "}")
}

leave_untagged <- function(x, path) {
  if (is.null(x)) return(node("null"))
  if (isS4(x) || !(is.atomic(x) || is.list(x))) refuse(class(x)[1L], hint_for(x))
  kind <- class(x)[1L]
  known <- attributes(x)
  if (is.data.frame(x)) return(leave_frame(x, path))
  if (is.factor(x)) return(leave_factor(x, path))
  extra <- setdiff(names(known), c("names", "dim", "dimnames", "class", "tzone", "units", "levels"))
  if (length(extra)) refuse(kind, sprintf("has the attribute %s, which no other language has", extra[1L]))
  if (is.object(x) && !inherits(x, c("Date", "POSIXct", "difftime", "integer64")) ) refuse(kind, hint_for(x))
  if (is.list(x)) return(leave_list(x, path))
  if (!is.null(names(x)) && is.null(dim(x))) return(leave_named(x, path))
  if (!is.null(dim(x))) return(leave_array(x, path))
  if (is.raw(x)) return(node("bytes", data = put(x, 1L)))
  if (length(x) == 1L) leave_scalar(x) else node("array", shape = sprintf("[%d]", length(x)), vector_of(x))
}

hint_for <- function(x) {
  if (is.function(x)) return("is code, and stays in R")
  if (inherits(x, "POSIXlt")) return("cannot leave R; copy as.POSIXct(x)")
  if (is.list(x)) return("is an object of a class of R's; copy unclass(x), or the parts that are wanted")
  "cannot leave R"
}

leave_list <- function(x, path) {
  if (!is.null(dim(x))) refuse("matrix of lists")
  if (is.null(names(x))) return(node("list", v = json_list(parts(x, path)), as = "\"r:list\""))
  if (anyNA(names(x))) refuse("list", "has a name that is NA")
  node("dict", k = json_list(quoted(names(x))), v = json_list(parts(x, path)))
}

leave_named <- function(x, path) {
  if (anyNA(names(x))) refuse(class(x)[1L], "has a name that is NA")
  if (is.raw(x)) refuse("raw", "has names")
  labels <- names(x)
  names(x) <- NULL
  items <- lapply(seq_along(x), function(at) x[at])
  node("dict", k = json_list(quoted(labels)), v = json_list(parts(items, path, labels)), as = "\"r:vector\"")
}

parts <- function(x, path, labels = names(x)) {
  x <- unclass(x)
  made <- character(length(x))
  for (at in seq_along(x)) {
    step <- if (is.null(labels) || !nzchar(labels[at])) sprintf("[[%d]]", at) else paste0("$", labels[at])
    steps <<- c(steps, step)
    made[at] <- leave(x[[at]], paste0(path, "/", at))
    steps <<- steps[-length(steps)]
  }
  made
}

leave_scalar <- function(x) {
  if (inherits(x, "integer64")) return(if (is.na(x)) refuse("integer64", "is NA") else
    node("int", v = quoted(format(x)), as = "\"r:integer64\""))
  if (inherits(x, c("Date", "POSIXct", "difftime"))) return(leave_time(x))
  if (is.na(x) && !(is.double(x) && is.nan(x)) && !is.complex(x))
    return(leave_na(INT_NAMES[[typeof(x)]]))
  if (is.complex(x) && is_na_complex(x)) return(leave_na("complex"))
  switch(typeof(x),
    logical = node("bool", v = if (x) "true" else "false"),
    integer = node("int", v = sprintf("\"%d\"", x)),
    double = node("float", v = quoted(hex(x))),
    complex = node("complex", v = json_list(quoted(c(hex(Re(x)), hex(Im(x)))))),
    character = if (nchar(x, "bytes") > LONG_TEXT) node("text", data = put_text(x)) else node("text", v = quoted(x)))
}
leave_na <- function(of, kind = of) node("na", of = quoted(of), as = quoted(paste0("r:NA ", kind)))
is_na_complex <- function(x) is.na(Re(x)) & !is.nan(Re(x))

leave_time <- function(x) {
  if (is.na(x)) return(leave_na("float", paste(time_class(x), if (inherits(x, "POSIXct")) zone_word(x) else attr(x, "units"))))
  if (inherits(x, "Date")) {
    days <- as.double(unclass(x))
    if (days != floor(days)) refuse("Date", "has a fraction of a day; copy trunc(x)")
    return(node("date", v = quoted(date_text(days))))
  }
  if (inherits(x, "difftime")) {
    found <- in_unit(difftime_seconds(x), time_class(x))
    if (inherits(x, "hms")) return(node("time", v = quoted(clock_text(found))))
    return(node("duration", v = quoted(nanoseconds_text(found)), difftime_tag(x)))
  }
  zone <- zone_of(x)
  local <- as.POSIXlt(x, tz = zone)
  offset <- if (is.null(local$gmtoff) || is.na(local$gmtoff)) 0 else local$gmtoff
  seconds <- as.double(unclass(x))
  found <- in_unit(seconds, "POSIXct")
  days <- floor((found$whole + offset) / 86400)
  clock <- clock_text(list(unit = found$unit, whole = found$whole + offset - days * 86400, rest = found$rest))
  node("datetime", v = quoted(paste0(date_text(days), "T", clock)), zone = quoted(zone), offset = sprintf("%d", offset), local_tag(x))
}
date_text <- function(days) {
  parts <- as.POSIXlt(.Date(days))
  year <- parts$year + 1900
  if (year < 0 || year > 9999999) refuse("Date", "has a year that others cannot read")
  sprintf("%04d-%02d-%02d", as.integer(year), parts$mon + 1L, parts$mday)
}
clock_text <- function(found) {
  per <- PER_SECOND[[found$unit]]
  seconds <- found$whole
  rest <- found$rest
  if (seconds < 0 || seconds >= 86400) refuse("hms", "is no time of a day")
  text <- sprintf("%02d:%02d:%02d", as.integer(seconds %/% 3600), as.integer(seconds %/% 60 %% 60), as.integer(seconds %% 60))
  if (rest) sprintf("%s.%0*d", text, nchar(sprintf("%.0f", per)) - 1L, as.integer(rest)) else text
}
time_class <- function(x) class(x)[1L]
is_local <- function(x) is.null(attr(x, "tzone")) || !nzchar(attr(x, "tzone")[1L])
local_tag <- function(x) if (is_local(x)) c(as = if (is.null(attr(x, "tzone"))) "\"r:local\"" else "\"r:local named\"")
zone_word <- function(x) if (!is_local(x)) zone_of(x) else if (is.null(attr(x, "tzone"))) "none" else "empty"
local_zone <- function() {
  # Sys.timezone() starts a program, which may complain.
  zone <- Sys.getenv("TZ")
  if (!nzchar(zone)) zone <- sub("^.*/zoneinfo/", "", normalizePath("/etc/localtime", mustWork = FALSE))
  if (zone %in% OlsonNames()) zone else Sys.timezone()
}
zone_of <- function(x) {
  zone <- attr(x, "tzone")[1L]
  if (is_local(x)) zone <- local_zone()
  if (is.null(zone) || is.na(zone) || zone == "GMT") "UTC" else zone
}
difftime_seconds <- function(x) {
  per <- c(secs = 1, mins = 60, hours = 3600, days = 86400, weeks = 604800)[[attr(x, "units")]]
  plain <- as.double(unclass(x))
  seconds <- plain * per
  if (!all(seconds / per == plain, na.rm = TRUE)) refuse("difftime", "has no exact number of seconds; set units(x) <- \"secs\"")
  seconds
}
difftime_tag <- function(x) if (attr(x, "units") != "secs") c(as = quoted(paste0("r:difftime ", attr(x, "units"))))

# Vectors, as fields of an array node.

vector_of <- function(x) {
  if (inherits(x, "integer64")) return(integer64_fields(x))
  if (inherits(x, "Date")) return(date_fields(as.double(unclass(x))))
  if (inherits(x, "POSIXct")) {
    found <- in_unit(as.double(unclass(x)), "POSIXct")
    missing <- is.na(unclass(x))
    return(c(dtype = "\"datetime\"", unit = quoted(found$unit), zone = quoted(zone_of(x)),
             data = put_time(found), validity(missing), if (all(missing)) plain_tag("POSIXct", zone_word(x)) else local_tag(x)))
  }
  if (inherits(x, "difftime")) {
    found <- in_unit(difftime_seconds(x), time_class(x))
    kind <- if (inherits(x, "hms")) "time" else "duration"
    if (kind == "time") found <- list(unit = "ns", whole = found$whole, rest = found$rest * (1e9 / PER_SECOND[[found$unit]]))
    return(c(dtype = quoted(kind), if (kind == "duration") c(unit = quoted(found$unit)), data = put_time(found),
             validity(is.na(unclass(x))), if (kind == "duration") difftime_tag(x)))
  }
  attributes(x) <- NULL
  c(plain_vector_of(x), if (!is.double(x) && all(is.na(x))) plain_tag(INT_NAMES[[typeof(x)]]))
}
# Of a vector that is empty, or NA only, nothing is left in a language that has lists instead but its tag.
plain_tag <- function(...) c(as = quoted(paste("r:plain", ...)))
plain_vector_of <- function(x) {
  switch(typeof(x),
    logical = plain_fields("b1", x, FALSE, function(v) put(as.raw(v), 1L)),
    integer = plain_fields("i4", x, 0L, function(v) put(v, 4L)),
    double = double_fields(x),
    complex = {
      missing <- is_na_complex(x)
      x[missing] <- 0
      c(dtype = "\"c16\"", data = put(x, 16L), validity(missing))
    },
    character = plain_fields("text", x, "", put_text),
    raw = refuse("matrix of raw"))
}
plain_fields <- function(dtype, x, empty, put) {
  if (!anyNA(x)) return(c(dtype = quoted(dtype), data = put(x)))
  missing <- is.na(x)
  x[missing] <- empty
  c(dtype = quoted(dtype), data = put(x), validity(missing))
}
double_fields <- function(x) {
  if (!anyNA(x)) return(c(dtype = "\"f8\"", data = put(x, 8L)))
  missing <- is.na(x) & !is.nan(x)
  if (any(missing)) x[missing] <- 0
  c(dtype = "\"f8\"", data = put(x, 8L), validity(missing))
}
date_fields <- function(days) {
  missing <- is.na(days)
  days[missing] <- 0
  if (any(days != floor(days)) || any(abs(days) > 2147483647)) refuse("Date", "has a fraction of a day, or is too far away; copy trunc(x)")
  c(dtype = "\"date\"", data = put(as.integer(days), 4L), validity(missing), if (all(missing)) plain_tag("Date"))
}
integer64_fields <- function(x) {
  bits <- unclass(x)
  attributes(bits) <- NULL
  missing <- is.na(x)
  bits[missing] <- 0
  c(dtype = "\"i8\"", data = put(bits, 8L), validity(missing), as = "\"r:integer64\"")
}

leave_array <- function(x, path) {
  if (is.list(x)) refuse("matrix of lists")
  if (!is.null(dimnames(x))) return(leave_labelled(x, path))
  shape <- json_list(dim(x))
  made <- c(shape = shape, order = "\"F\"", vector_of(x))
  if (length(dim(x)) == 1L && length(x) != 1L && !inherits(x, "integer64"))
    made <- c(made[names(made) != "as"], as = "\"r:array1d\"")
  do.call(node, c(list("array"), as.list(made)))
}
leave_labelled <- function(x, path) {
  labels <- dimnames(x)
  if (length(dim(x)) != 2L || is.null(labels[[2L]]) || !is.null(names(labels)))
    refuse("array", "has names of dimensions; copy unname(x), or as.data.frame(x)")
  if (is.object(x)) refuse(class(x)[1L], "has dimnames")
  columns <- lapply(seq_len(ncol(x)), function(at) as.vector(x[, at]))
  names(columns) <- labels[[2L]]
  leave_columns(columns, nrow(x), labels[[1L]], "r:matrix", path)
}

leave_factor <- function(x, path) {
  if (!is.null(names(x)) || !is.null(dim(x))) refuse("factor", "has names or dimensions")
  extra <- setdiff(names(attributes(x)), c("levels", "class"))
  if (length(extra)) refuse("factor", sprintf("has the attribute %s, which no other language has", extra[1L]))
  if (!identical(class(x), "factor") && !identical(class(x), c("ordered", "factor"))) refuse(class(x)[1L])
  if (anyNA(levels(x))) refuse("factor", "has a level that is NA")
  codes <- unclass(x)
  attributes(codes) <- NULL
  codes <- codes - 1L
  codes[is.na(codes)] <- -1L
  levels <- tagged(node("array", shape = sprintf("[%d]", nlevels(x)), vector_of(levels(x))), paste0(path, "/levels"))
  node("factor", shape = sprintf("[%d]", length(x)), levels = levels,
       ordered = if (is.ordered(x)) "true" else "false", data = put(codes, 4L))
}

FRAMES <- list("r:data.frame" = "data.frame", "r:tibble" = c("tbl_df", "tbl", "data.frame"),
               "r:data.table" = c("data.table", "data.frame"))

leave_frame <- function(x, path) {
  tag <- names(FRAMES)[vapply(FRAMES, identical, NA, class(x))]
  if (!length(tag)) refuse(class(x)[1L], "is a data frame of a class of its own; copy as.data.frame(x)")
  extra <- setdiff(names(attributes(x)), c("names", "row.names", "class", ".internal.selfref"))
  if (length(extra)) refuse(class(x)[1L], sprintf("has the attribute %s, which no other language has", extra[1L]))
  labels <- attr(x, "row.names")
  if (is.integer(labels) && identical(labels, seq_along(labels))) labels <- NULL
  rows <- .row_names_info(x, 2L)
  leave_columns(as.list.data.frame(x), rows, labels, if (tag == "r:data.frame") "" else tag, path)
}
leave_columns <- function(columns, rows, labels, tag, path) {
  if (anyNA(names(columns))) refuse("data.frame", "has a column whose name is NA")
  made <- character(length(columns))
  for (at in seq_along(columns)) {
    steps <<- c(steps, paste0("$", names(columns)[at]))
    made[at] <- leave_column(columns[[at]], paste0(path, "/", at))
    steps <<- steps[-length(steps)]
  }
  fields <- c(rows = sprintf("%d", rows), names = json_list(quoted(names(columns))), columns = json_list(made))
  if (!is.null(labels)) {
    part <- tagged(node("array", shape = sprintf("[%d]", length(labels)), vector_of(labels)), paste0(path, "/index"))
    index <- tagged(object(names = "[null]", columns = json_list(part)), paste0(path, "/labels"))
    fields <- c(fields, index = index)
  }
  node("frame", fields, if (nzchar(tag)) c(as = quoted(tag)))
}
leave_column <- function(x, path) {
  made <- if (is.factor(x)) leave_factor(x, path)
    else if (is.null(x) || is.data.frame(x) || !is.null(dim(x)) || isS4(x)) refuse(class(x)[1L], "is a column with dimensions")
    else if (is.list(x)) {
      if (is.object(x) && !identical(class(x), "AsIs")) refuse(class(x)[1L], hint_for(x))
      node("list", v = json_list(parts(unname(unclass(x)), path)))
    } else {
      if (!is.null(names(x))) refuse(class(x)[1L], "is a column whose elements have names; copy unname(x) in its place")
      if (is.raw(x)) refuse("raw", "is a column of single bytes; copy as.integer(x)")
      extra <- setdiff(names(attributes(x)), c("class", "tzone", "units"))
      if (length(extra)) refuse(class(x)[1L], sprintf("has the attribute %s, which no other language has", extra[1L]))
      if (is.object(x) && !inherits(x, c("Date", "POSIXct", "difftime", "integer64"))) refuse(class(x)[1L], hint_for(x))
      node("array", shape = sprintf("[%d]", length(x)), vector_of(x))
    }
  tagged(made, path)
}
