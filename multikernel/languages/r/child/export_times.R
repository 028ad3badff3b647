# Times on their way out: in the largest unit that tells them exactly.

# Seconds as a number of the largest unit that gives the same double again, where a double can tell it; nanoseconds as
# whole seconds and a rest, of each double as `exact_seconds` makes it. `missing` are positions of NAs, which are 0.

in_unit <- function(seconds, kind) {
  missing <- missing_times(seconds, kind)
  if (length(missing)) seconds[missing] <- 0
  most <- if (length(seconds)) max(abs(range(seconds))) else 0
  number <- if (kind == "POSIXct") "as.numeric({x})" else "as.numeric({x}, units = \"secs\")"
  if (is.infinite(most)) refuse(kind, "is infinite", number)
  for (unit in c("s", "ms", "us")) {
    per <- PER_SECOND[[unit]]
    total <- if (per == 1) floor(seconds) else round(seconds * per)
    is_exact <- most * per <= 9007199254740992 && all((if (per == 1) total else total / per) == seconds)
    if (is_exact) return(list(unit = unit, total = total, missing = missing))
  }
  if (most > 9.2e9) refuse(kind, "is too far away", number)
  whole <- floor(seconds)
  rest <- round((seconds - whole) * 1e9)
  micros <- total / per == seconds
  whole[micros] <- total[micros] %/% per
  rest[micros] <- total[micros] %% per * 1000
  if (!all(micros | rest < 1e9 & whole + rest / 1e9 == seconds)) refuse(kind, "has seconds that nanoseconds cannot tell", if (kind == "POSIXct") ".POSIXct(round(as.numeric({x}), 6), attr({x}, \"tzone\"))" else number)
  list(unit = "ns", whole = whole, rest = rest, missing = missing)
}
missing_times <- function(x, kind) {
  missing <- if (anyNA(x)) which(is.na(x)) else integer()
  if (any(is.nan(x[missing]))) refuse(kind, "is NaN, which others have no time for", "!{x}[is.nan(unclass({x}))] <- NA")
  missing
}
PER_SECOND <- c(s = 1, ms = 1e3, us = 1e6, ns = 1e9)

apart <- function(found) {
  if (!is.null(found$whole)) return(found)
  per <- PER_SECOND[[found$unit]]
  list(unit = found$unit, whole = found$total %/% per, rest = found$total %% per, missing = found$missing)
}

put_time <- function(found, per = PER_SECOND[[found$unit]]) {
  total <- found$total
  if (length(total) && min(total) >= 0 && max(total) < 9007199254740992 && has_smallest()) return(put_whole(total))
  found <- apart(found)
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

export_time <- function(x) {
  if (length(missing_times(as.double(unclass(x)), time_class(x)))) return(export_na("float", paste(time_class(x), if (inherits(x, "POSIXct")) zone_word(x) else attr(x, "units"))))
  if (inherits(x, "Date")) {
    days <- as.double(unclass(x))
    if (is.infinite(days)) refuse("Date", "is infinite, which others have no date for", "as.numeric({x})")
    if (days != floor(days)) refuse("Date", "has a fraction of a day", "as.numeric({x})")
    return(node("date", with_int_tag(c(v = quoted(date_text(days))), x)))
  }
  if (inherits(x, "difftime")) {
    found <- apart(in_unit(difftime_seconds(x), time_class(x)))
    if (inherits(x, "hms")) return(node("time", v = quoted(clock_text(found))))
    return(node("duration", with_int_tag(c(v = quoted(nanoseconds_text(found)), difftime_tag(x)), x)))
  }
  zone <- zone_of(x)
  local <- as.POSIXlt(x, tz = if (grepl("^[+-]", zone)) known_zone(zone) else zone)
  offset <- if (is.null(local$gmtoff) || is.na(local$gmtoff)) 0 else local$gmtoff
  seconds <- as.double(unclass(x))
  found <- apart(in_unit(seconds, "POSIXct"))
  days <- floor((found$whole + offset) / 86400)
  clock <- clock_text(list(unit = found$unit, whole = found$whole + offset - days * 86400, rest = found$rest))
  fields <- c(v = quoted(paste0(date_text(days), "T", clock)), zone = quoted(zone), offset = sprintf("%d", offset), local_tag(x))
  node("datetime", with_int_tag(fields, x))
}
date_text <- function(days) {
  parts <- as.POSIXlt(.Date(days))
  year <- parts$year + 1900
  if (year < 0 || year > 9999999) refuse("Date", "has a year that others cannot read", "as.numeric({x})")
  sprintf("%04d-%02d-%02d", as.integer(year), parts$mon + 1L, parts$mday)
}
clock_text <- function(found) {
  per <- PER_SECOND[[found$unit]]
  seconds <- found$whole
  rest <- found$rest
  refuse_no_clock(seconds)
  text <- sprintf("%02d:%02d:%02d", as.integer(seconds %/% 3600), as.integer(seconds %/% 60 %% 60), as.integer(seconds %% 60))
  if (rest) sprintf("%s.%0*d", text, nchar(sprintf("%.0f", per)) - 1L, as.integer(rest)) else text
}
refuse_no_clock <- function(seconds)
  if (any(seconds < 0 | seconds >= 86400)) refuse("hms", "is no time of a day", "as.numeric({x}, units = \"secs\")")
time_class <- function(x) class(x)[1L]
is_local <- function(x) is.null(attr(x, "tzone")) || !nzchar(attr(x, "tzone")[1L])
local_tag <- function(x) if (has_offset(attr(x, "tzone"))) c(as = quoted(paste("r:moments", attr(x, "tzone")))) else if (is_local(x)) c(as = if (is.null(attr(x, "tzone"))) "\"r:local\"" else "\"r:local named\"")
zone_word <- function(x) if (!is_local(x)) zone_of(x) else if (is.null(attr(x, "tzone"))) "none" else "empty"
# To list the files of time zones takes milliseconds.
zones <- NULL
olson_names <- function() {
  if (is.null(zones)) zones <<- OlsonNames()
  zones
}
local_zone <- function() {
  # Sys.timezone() starts a program, which may complain.
  zone <- Sys.getenv("TZ")
  if (!nzchar(zone)) zone <- sub("^.*/zoneinfo/", "", normalizePath("/etc/localtime", mustWork = FALSE))
  if (zone %in% olson_names()) zone else Sys.timezone()
}
OFFSET <- "^<([+-][0-9]{2})([0-9]{2})>[+-][0-9]{2}:[0-9]{2}$"
has_offset <- function(zone) is.character(zone) && grepl(OFFSET, zone[1L])
zone_of <- function(x) {
  zone <- sub(OFFSET, "\\1:\\2", attr(x, "tzone")[1L])
  if (is_local(x)) zone <- local_zone()
  if (is.null(zone) || is.na(zone)) "UTC" else zone
}
PER_UNIT <- c(secs = 1, mins = 60, hours = 3600, days = 86400, weeks = 604800)
difftime_seconds <- function(x) {
  per <- PER_UNIT[[attr(x, "units")]]
  plain <- as.double(unclass(x))
  seconds <- plain * per
  if (!all(seconds / per == plain, na.rm = TRUE)) refuse("difftime", "has no exact number of seconds", "as.difftime(round(as.numeric({x}, units = \"secs\"), 6), units = \"secs\")")
  seconds
}
difftime_tag <- function(x) if (attr(x, "units") != "secs") c(as = quoted(paste0("r:difftime ", attr(x, "units"))))
