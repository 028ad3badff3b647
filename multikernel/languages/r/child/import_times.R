# Times on their way in.

seconds_of <- function(ref, unit, valid, kind) {
  seconds <- if (unit == "ns") seconds_of_nanos(read_int64(ref), kind) else {
    total <- whole_numbers(ref)
    if (is.null(total)) {
      parts <- read_int64(ref)
      total <- parts$high * 4294967296 + parts$low
    }
    most <- if (length(total)) max(abs(range(total))) else 0
    if (most > 9007199254740992) refuse(kind, "is too far away for doubles, which times are in R", "need:text")
    per <- PER_SECOND[[unit]]
    found <- if (per == 1) total else total / per
    # Below 2^51 the two roundings together are less than a half.
    if (most >= 2251799813685248 && any(round(found * per) != total)) refuse_finer(kind, found)
    found
  }
  if (length(valid)) seconds[valid] <- NA
  seconds
}
seconds_of_nanos <- function(parts, kind) {
  # high * 2^32 + low, in whole seconds and what is left; no step of it is beyond 2^53.
  a <- floor(parts$high / 1000)
  b <- parts$high - a * 1000
  rest <- a * 967296000 + b * 294967296 + parts$low
  carry <- floor(rest / 1e9)
  exact_seconds(parts$high * 4 + a * 294 + carry, rest - carry * 1e9, kind)
}

known_zone <- function(zone) {
  if (!nzchar(zone) || zone %in% c("Z", "+00:00", "-00:00", "UTC")) return("UTC")
  if (grepl("^[+-]", zone)) {
    hours <- as.integer(substr(zone, 2L, 3L))
    west <- if (substr(zone, 1L, 1L) == "-") "+" else "-"
    if (grepl(":00$", zone) && nchar(zone) == 6L && hours <= 12L) return(sprintf("Etc/GMT%s%d", west, hours))
    if (nchar(zone) != 6L || hours > 24L) refuse("datetime", sprintf("has the offset %s, for which R has no time zone", zone), "need:utc")
    # As POSIX writes what has no name (IEEE 1003.1, 8.3).
    return(sprintf("<%s>%s%s", sub(":", "", zone), west, substring(zone, 2L)))
  }
  if (!(zone %in% olson_names())) refuse("datetime", sprintf("has the time zone %s, which R does not know", zone), "need:utc")
  zone
}
posixct <- function(seconds, zone, tag)
  if (is_moments(tag)) .POSIXct(seconds, substring(tag, 9L)) else .POSIXct(seconds, switch(tag, local = NULL, "local named" = "", "plain POSIXct none" = NULL, "plain POSIXct empty" = "", known_zone(zone)))

# What has an offset for a time zone is a list of moments in other languages.
is_moments <- function(tag) startsWith(tag, "moments ") && has_offset(substring(tag, 9L))
moments_of <- function(items, tag) {
  if (!all(vapply(items, function(each) is.null(each) || inherits(each, "POSIXct") && length(each) == 1L, NA))) return(items)
  posixct(vapply(items, function(each) if (is.null(each)) NA_real_ else as.double(unclass(each)), 0), "", tag)
}

split_clock <- function(text) {
  numbers <- as.double(strsplit(text, ":", fixed = TRUE)[[1L]][1:2])
  tail <- sub("^.*:", "", text)
  fraction <- if (grepl(".", tail, fixed = TRUE)) sub("^[^.]*\\.", "", tail) else ""
  list(seconds = numbers[1L] * 3600 + numbers[2L] * 60 + as.double(sub("\\..*$", "", tail)),
       nanos = if (nzchar(fraction)) as.double(substr(paste0(fraction, "000000000"), 1L, 9L)) else 0)
}
exact_seconds <- function(whole, nanos, kind) {
  # The doubles have to tell them again, as `in_unit` reads them: in the largest unit in which all can be told.
  for (per in c(1, 1e3, 1e6)) {
    if (all(nanos %% (1e9 / per) == 0)) {
      total <- whole * per + nanos / (1e9 / per)
      seconds <- total / per
      if (!all(abs(total) <= 9007199254740992 & round(seconds * per) == total)) refuse_finer(kind, seconds)
      return(seconds)
    }
  }
  total <- whole * 1e6 + nanos / 1000
  micros <- nanos %% 1000 == 0
  seconds <- ifelse(micros, total / 1e6, whole + nanos / 1e9)
  again <- round(seconds * 1e6)
  finer <- floor(seconds) == whole & round((seconds - whole) * 1e9) == nanos & again / 1e6 != seconds
  if (!all(ifelse(micros, abs(total) <= 9007199254740992 & again == total, finer))) refuse_finer(kind, seconds)
  seconds
}
refuse_finer <- function(kind, seconds) refuse(kind, "is finer than R's doubles can tell",
  if (any(abs(seconds) > 9007199254)) "need:text" else "need:microseconds")
import_datetime <- function(text, zone, offset, tag) {
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
import_duration <- function(digits, tag) {
  # Whole seconds and nanoseconds are read apart, since both together may be beyond 2^53.
  digits <- sub("^(-?)", "\\10000000000", digits)
  split <- nchar(digits) - 9L
  whole <- as.double(substr(digits, 1L, split))
  nanos <- as.double(substr(digits, split + 1L, split + 9L))
  if (startsWith(digits, "-") && nanos > 0) { whole <- whole - 1; nanos <- 1e9 - nanos }
  as_difftime(exact_seconds(whole, nanos, "duration"), tag)
}
as_difftime <- function(seconds, tag) {
  units <- sub("^difftime ", "", tag)
  per <- c(secs = 1, mins = 60, hours = 3600, days = 86400, weeks = 604800)[units]
  if (is.na(per) || !all(seconds / per * per == seconds, na.rm = TRUE)) { units <- "secs"; per <- 1 }
  structure(seconds / per[[1L]], units = units, class = "difftime")
}
as_hms <- function(seconds) structure(seconds, units = "secs", class = c("hms", "difftime"))
