# Attributes and classes that other languages have nothing for. A value leaves without them; they travel as text in its
# tag, in fields with tabs between: what kind of value it is, the attributes that it keeps whatever becomes of its elements,
# what tells whether they are those that left, and all attributes, which it then gets back.

# They say something of the elements together, so that R keeps them, too, when some are replaced.
LOOSE <- c("label", "labels", "units", "comment", "notes", "description", "display_width", "na_values", "na_range")
is_loose <- function(names) names %in% LOOSE | startsWith(as.character(names), "format.")
LOOSE_CLASSES <- c("haven_labelled", "haven_labelled_spss", "labelled", "vctrs_vctr", "logical", "integer", "double", "numeric", "character", "noquote", "AsIs")

# Classes for which nothing is run when they are printed that could not be told of any data. Those of others come back only
# with what this session has sent itself.
DATA_CLASSES <- c(LOOSE_CLASSES, "data.frame", "tbl_df", "tbl", "spec_tbl_df", "grouped_df", "rowwise_df", "data.table", "col_spec", "collector",
  "vctrs_list_of", "list", "omit", "exclude", "table", "xtabs", "ts", "mts", "matrix", "array", "factor", "ordered", "Date", "IDate", "POSIXct",
  "POSIXt", "difftime", "hms", "integer64")
is_data_class <- function(names) names %in% DATA_CLASSES | startsWith(as.character(names), "collector_")

# What a value has beyond what others have something for: list(plain, extra, lost), or NULL if there is nothing.
undressed <- function(x, is_column = FALSE) {
  known <- attributes(x)
  if (is.null(known) || isS4(x) || !(is.atomic(x) || is.list(x)) || is.pairlist(x)) return(NULL)
  known <- known[names(known) != ".internal.selfref"]
  base <- if (inherits(x, "data.frame") && is.list(x)) base_of_frame(x, known)
    else if (is.list(x)) base_of_list(x, known, is_column)
    else if (inherits(x, "factor") && typeof(x) == "integer" && is.character(known$levels)) base_of_factor(x, known)
    else base_of_vector(x, known, is_column)
  base <- base[!vapply(base, is.null, NA)]
  is_extra <- !vapply(names(known), function(name) identical(known[[name]], base[[name]]), NA)
  lost <- setdiff(names(base), names(known))
  if (!any(is_extra) && !length(lost)) return(NULL)
  attributes(x) <- base
  list(plain = x, extra = known[is_extra], lost = lost)
}
base_of_frame <- function(x, known) {
  for (class in DATA_FRAMES) if (inherits(x, class[1L])) break
  names <- if (is.null(known$names)) character() else known$names
  if (anyNA(names)) names[is.na(names)] <- "NA"
  list(names = as.vector(names), row.names = known$row.names, class = class)
}
base_of_list <- function(x, known, is_column) {
  is_asis <- identical(known$class, "AsIs")
  # What is known to be something else is refused.
  if (is.object(x) && !is_asis && instead_of_class(x, FALSE) != AS_LIST) return(known)
  list(names = if (!is_asis && !is_column && are_keys(known$names)) as.vector(known$names), class = if (is_asis) known$class)
}
base_of_factor <- function(x, known)
  list(levels = as.vector(known$levels), class = if (inherits(x, "ordered")) c("ordered", "factor") else "factor")
base_of_vector <- function(x, known, is_column) {
  class <- base_class(x, known)
  size <- known$dim
  base <- list(class = class, units = if ("difftime" %in% class) known$units,
               tzone = if ("POSIXct" %in% class && !is.null(known$tzone)) base_zone(known$tzone))
  if (is_column || is.raw(x) && is.null(size)) return(base)
  if (is.null(size)) return(c(base, list(names = if (are_keys(known$names)) as.vector(known$names))))
  labels <- known$dimnames
  # A table of counts by one factor.
  if (length(size) == 1L && are_keys(labels[[1L]]) && !is.raw(x)) return(c(base, list(names = as.vector(labels[[1L]]))))
  is_frame <- length(size) == 2L && is.null(class) && !is.raw(x) && is.character(labels[[2L]]) && !anyNA(unlist(labels))
  c(base, list(dim = as.vector(size), dimnames = if (is_frame) lapply(unname(labels), as.vector)))
}
# The class of times or integers that a value has, if it is one: without those that were put before it.
base_class <- function(x, known) {
  for (class in KNOWN) if (identical(known$class, class)) break
  if (!identical(known$class, class)) for (class in KNOWN) if (all(class %in% known$class)) break
  is_whole <- "integer64" %in% class
  if (!all(class %in% known$class) || typeof(x) != "double" && (is_whole || typeof(x) != "integer")) return(NULL)
  if ("difftime" %in% class && !isTRUE(known$units %in% names(PER_UNIT))) NULL else class
}
# What is no name of a time zone means UTC, in R too.
base_zone <- function(zone) {
  first <- if (is.character(zone) && length(zone) && !is.na(zone[1L])) zone[1L] else "UTC"
  if (!nzchar(first) || first %in% olson_names() || has_offset(first)) first else "UTC"
}
# Whether names can be keys, each of one element.
are_keys <- function(names) is.character(names) && !anyNA(names) && !anyDuplicated(names)

# Put the attributes into the tag of a node that lacks its end.
finish_dressed <- function(made, found, x) {
  encoded <- function(extra) paste(tokens_of(extra), collapse = " ")
  extra <- found$extra
  cannot <- names(extra)[!vapply(extra, is_kept, NA)]
  if (length(cannot)) refuse_attributes(class(x)[1L], cannot)
  loose <- loose_of(extra)
  bound <- encoded(c(extra, list(" lost" = found$lost)))
  if (nchar(bound) > LONGEST_TAG) refuse_attributes(class(x)[1L], names(extra), "too much for what travels with a value", is.data.frame(x))
  own <- if (nzchar(made[2L])) substring(made[2L], 2L, nchar(made[2L]) - 1L) else if (startsWith(made[1L], "{\"t\":\"array\"") && is.null(dim(found$plain))) "r:vector" else "r:"
  kept <- if (length(loose)) paste(typeof(x), encoded(loose)) else ""
  mark <- mark_of(found$plain)
  if (!is_for_all(bound) || has_word("pointer", bound)) assign(digest(paste(mark, bound)), TRUE, envir = issued)
  # The tag that it has is JSON already.
  paste0(made[1L], ",\"as\":\"", paste(c(own, inside(quoted(c(kept, mark, bound)))), collapse = "\\t"), "\"}")
}
inside <- function(quoted) substring(quoted, 2L, nchar(quoted) - 1L)
LONGEST_TAG <- 1e7

# Give a value the attributes in its tag. What left is what it was; else it keeps those that hold of it.
dressed <- function(value, kept, mark, bound) {
  if (nzchar(mark) && identical(mark, if (startsWith(mark, "=")) short_mark(value) else digest(value))) {
    is_issued <- !is.null(issued[[digest(paste(mark, bound))]])
    if (!is_issued && !is_for_all(bound)) refuse(c(decoded(bound, FALSE)$class, class(value))[1L], "has a class or attributes that come back only to the R session that they left", "need:no origin")
    extra <- decoded(bound, is_issued)
    for (name in extra[[" lost"]]) attr(value, name) <- NULL
    return(allocated(with_attributes(value, extra[names(extra) != " lost"])))
  }
  if (nzchar(mark) && is.data.frame(value) && is_for_all(bound)) return(allocated(with_attributes(value, still_true(value, decoded(bound, FALSE)))))
  type <- sub(" .*$", "", kept)
  if (nzchar(kept) && identical(type, typeof(value))) with_attributes(value, loose_of(decoded(substring(kept, nchar(type) + 2L), FALSE))) else value
}
loose_of <- function(extra)
  extra[vapply(names(extra), function(name) (is_loose(name) || name == "class") && all(c(if (name == "class") extra$class, classes_in(extra[[name]])) %in% LOOSE_CLASSES), NA)]
with_attributes <- function(x, extra) {
  # A size comes before what names its parts.
  for (name in names(extra)[order(names(extra) != "dim")]) attr(x, name) <- extra[[name]]
  x
}
# Of a data frame that has changed: groups and the order of rows, where they are as they are said to be.
still_true <- function(x, extra) {
  if (inherits(x, "data.table") && is_sorted_by(x, extra$sorted)) return(extra["sorted"])
  if (inherits(x, "tbl_df") && are_groups(x, extra$groups)) extra[c("groups", "class")] else list()
}
is_sorted_by <- function(x, names) {
  if (!is.character(names) || !all(names %in% names(x))) return(FALSE)
  keys <- unclass(x)[names]
  if (!all(vapply(keys, is.atomic, NA)) || any(vapply(keys, function(each) is.complex(each) || is.double(each) && any(is.nan(each)) || inherits(each, "integer64"), NA))) return(FALSE)
  identical(do.call(order, c(lapply(unname(keys), function(each) if (is.character(each)) each else as.vector(unclass(each))), list(na.last = FALSE, method = "radix"))), seq_along(keys[[1L]]))
}
are_groups <- function(x, groups) {
  if (!is.data.frame(groups) || !is.list(groups[[".rows"]])) return(FALSE)
  keys <- setdiff(names(groups), ".rows")
  rows <- unlist(groups$.rows)
  if (!all(keys %in% names(x)) || !identical(sort(as.integer(rows)), seq_len(nrow(x)))) return(FALSE)
  all(vapply(keys, function(key) identical(rep(groups[[key]], lengths(groups$.rows)), x[[key]][rows]), NA))
}

# What tells whether a value is the one that left: of all its elements and attributes.

mark_of <- function(x)
  if (is.atomic(x) && length(x) <= 8L && !(is.double(x) && anyNA(x)) && (!is.character(x) || all(nchar(x, "bytes", TRUE, FALSE) < 100))) short_mark(x) else digest(x)
# Of a few elements all, since a digest needs a file.
short_mark <- function(x) paste(c("=", tokens_of(x)), collapse = " ")
digest <- function(x) {
  path <- tempfile("multikernel")
  on.exit(unlink(path))
  to <- file(path, "wb")
  tryCatch(write_all(x, to), finally = close(to))
  unname(tools::md5sum(path))
}
write_all <- function(x, to) {
  kind <- typeof(x)
  if (kind %in% LIVE) return(writeBin(c("live", live_number(x)), to))
  known <- attributes_of(x)
  if (kind != "S4") attributes(x) <- NULL
  writeBin(c(kind, length(x), as_utf8(as.character(names(known)))), to)
  switch(kind,
    logical = , integer = , raw = writeBin(x, to),
    double = writeBin(usual_nan(x), to),
    complex = writeBin(c(usual_nan(Re(x)), usual_nan(Im(x))), to),
    character = { writeBin(which(is.na(x)), to); writeBin(as_utf8(x), to, useBytes = TRUE) },
    list = for (each in x) write_all(each, to))
  for (each in known) write_all(each, to)
}
# Their order is that of their names: it does not count in R.
attributes_of <- function(x) {
  known <- attributes(x)
  known[sort(setdiff(as.character(names(known)), ".internal.selfref"), method = "radix")]
}
usual_nan <- function(x) {
  if (!anyNA(x)) return(x)
  is_nan <- is.nan(x)
  x[is.na(x)] <- NA_real_
  x[is_nan] <- NaN
  x
}

# Attributes as words with a space between; parts come before what they are part of, and nothing is ever evaluated.

tokens_of <- function(x) {
  kind <- typeof(x)
  if (kind %in% LIVE) return(c(if (kind == "externalptr") "pointer" else "live", live_number(x)))
  known <- attributes_of(x)
  attributes(x) <- NULL
  body <- c(kind, length(x), switch(kind,
    logical = as.character(as.integer(x)), raw = as.character(as.integer(x)),
    integer = if (is_range(x)) sprintf(c("from", "%d"), x[1L]) else sprintf("%d", x),
    double = double_words(x), complex = double_words(c(Re(x), Im(x))), character = text_words(x),
    list = unlist(lapply(x, tokens_of))))
  if (length(known)) c("with", length(known), text_words(names(known)), unlist(lapply(known, tokens_of), use.names = FALSE), body) else body
}
is_range <- function(x) length(x) > 2L && !anyNA(x) && all(diff(x) == 1)
double_words <- function(x) {
  is_whole <- !is.na(x) & abs(x) <= 2^53 & x == floor(x) & !(x == 0 & 1 / x < 0)
  words <- sprintf("%.0f", x)
  words[!is_whole] <- if (!all(is_whole)) paste0("x", hex(x[!is_whole]))
  words
}
text_words <- function(texts) {
  words <- as_utf8(texts)
  for (each in list(c("%", "%25"), c(" ", "%20"), c("\t", "%09"))) words <- gsub(each[1L], each[2L], words, fixed = TRUE)
  words[!nzchar(words)] <- "%e"
  words[is.na(texts)] <- "%N"
  words
}
texts_of <- function(words) {
  texts <- words
  for (each in list(c("%e", ""), c("%09", "\t"), c("%20", " "), c("%25", "%"))) texts <- gsub(each[1L], each[2L], texts, fixed = TRUE)
  texts[words == "%N"] <- NA
  texts
}

decoded <- function(text, is_issued) {
  words <- strsplit(text, " ", fixed = TRUE)[[1L]]
  at <- 0L
  take <- function(count) {
    if (is.na(count) || count < 0L || at + count > length(words)) stop("a value has attributes that cannot be read")
    at <<- at + count
    words[at - count + seq_len(count)]
  }
  value <- function(depth) {
    if (depth > DEEPEST) stop("a value has attributes that are too deep")
    kind <- take(1L)
    if (kind %in% c("live", "pointer")) return(live_value(kind, take(2L), is_issued))
    count <- as.integer(take(1L))
    if (kind == "with") {
      names <- texts_of(take(count))
      parts <- lapply(seq_along(names), function(each) value(depth + 1L))
      return(with_attributes(value(depth + 1L), stats::setNames(parts, names)))
    }
    switch(kind,
      `NULL` = NULL,
      logical = as.logical(as.integer(take(count))), raw = as.raw(as.integer(take(count))),
      integer = if (count > 2L && identical(words[at + 1L], "from")) seq.int(as.integer(take(2L)[2L]), length.out = count) else as.integer(take(count)),
      double = doubles_of(take(count)),
      complex = complex(real = doubles_of(take(count)), imaginary = doubles_of(take(count))),
      character = texts_of(take(count)),
      list = { take(0L)
               if (count > length(words)) stop("a value has attributes that cannot be read")
               lapply(seq_len(count), function(each) value(depth + 1L)) },
      stop("a value has attributes of an unknown type"))
  }
  value(0L)
}
doubles_of <- function(words) {
  has_bits <- startsWith(words, "x")
  values <- numeric(length(words))
  values[!has_bits] <- as.double(words[!has_bits])
  values[has_bits] <- vapply(substring(words[has_bits], 2L), to_double, 0)
  values
}

# Pointers and code never leave; what goes is their number here. Elsewhere a pointer is nil, as in what saveRDS has saved.

LIVE <- c("externalptr", "language", "symbol", "closure", "builtin")
live <- list()
issued <- new.env()
session <- basename(tempfile(""))
live_number <- function(x) {
  at <- Position(function(each) identical(each, x), live)
  if (is.na(at)) {
    at <- length(live) + 1L
    live[[at]] <<- x
  }
  c(session, at)
}
live_value <- function(kind, words, is_issued) {
  at <- as.integer(words[2L])
  if (is_issued && identical(words[1L], session) && at %in% seq_along(live)) live[[at]] else if (kind == "pointer") methods::new("externalptr")
}
# Whether any session may get the attributes.
is_for_all <- function(bound) {
  if (has_word("live", bound)) return(FALSE)
  extra <- decoded(bound, FALSE)
  all(is_data_class(c(extra$class, classes_in(extra))))
}
has_word <- function(word, text) grepl(paste0(" ", word, " "), text, fixed = TRUE)
classes_in <- function(x) {
  known <- attributes(x)
  below <- c(if (is.list(x)) unclass(x), known[names(known) != "class"])
  c(known$class, unlist(lapply(unname(below), classes_in)))
}
# Whether a session can give an attribute again.
is_kept <- function(x) {
  kind <- typeof(x)
  if (kind %in% LIVE) return(kind == "externalptr" || is_code_of_no_frame(x))
  if (isS4(x) || !(kind %in% c("NULL", "logical", "integer", "double", "complex", "character", "raw", "list"))) return(FALSE)
  known <- attributes(x)
  all(vapply(known[names(known) != ".internal.selfref"], is_kept, NA)) && (kind != "list" || all(vapply(unclass(x), is_kept, NA)))
}
# To keep the variables of a call that has ended would take memory for as long as the session lives.
is_code_of_no_frame <- function(x) {
  of <- environment(x)
  is.null(of) || identical(of, globalenv()) || identical(of, emptyenv()) || identical(of, baseenv()) || isNamespace(of)
}
