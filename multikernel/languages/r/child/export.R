# Values on their way out, as nodes.

export_value <- function(x, path = "@") {
  if (length(steps) > DEEPEST) refuse(class(x)[1L], sprintf("is more than %d levels deep in it", DEEPEST))
  tagged(export_untagged(x, path), path)
}

tagged <- function(made, path) {
  # The tag that a value came with stands for the one of R's own, which would be the last field.
  tag <- wanted_tags[path]
  if (is.na(tag)) return(made)
  paste0(sub("(,\"as\":\"[^\"]*\")?}$", "", made), ",\"as\":", quoted(tag), "}")
}

export_untagged <- function(x, path) {
  if (is.null(x)) return(node("null"))
  if (isS4(x) || !(is.atomic(x) || is.list(x))) refuse(class(x)[1L], hint_for(x))
  kind <- class(x)[1L]
  known <- attributes(x)
  if (is.data.frame(x)) return(export_table(x, path))
  if (is.factor(x)) return(export_factor(x, path))
  extra <- setdiff(names(known), c("names", "dim", "dimnames", "class", "tzone", "units", "levels"))
  if (length(extra)) refuse(kind, sprintf("has the attribute %s, which no other language has; attr(x, \"%s\") <- NULL removes it", extra[1L], extra[1L]))
  if (is.object(x) && !is_known(x)) refuse(kind, hint_for(x))
  if (is.list(x)) return(export_list(x, path))
  if (!is.null(names(x)) && is.null(dim(x))) return(export_named(x, path))
  if (!is.null(dim(x))) return(export_array(x, path))
  if (is.raw(x)) return(node("bytes", data = put(x, 1L)))
  if (length(x) == 1L) export_scalar(x) else node("array", shape = sprintf("[%d]", length(x)), vector_of(x))
}

KNOWN <- list("Date", c("IDate", "Date"), c("POSIXct", "POSIXt"), "difftime", c("hms", "difftime"), "integer64")
is_known <- function(x) any(vapply(KNOWN, identical, NA, class(x)))

hint_for <- function(x) {
  if (is.function(x)) return("is code, and stays in R")
  if (inherits(x, "POSIXlt")) return("cannot leave R; copy as.POSIXct(x)")
  if (is.list(x)) return("is an object of a class of R's; copy unclass(x), or the parts that are wanted")
  if (is.atomic(x)) return("is an object of a class of R's; copy as.vector(x), or unclass(x)")
  "cannot leave R"
}

export_list <- function(x, path) {
  if (!is.null(dim(x))) refuse("matrix of lists")
  if (is.null(names(x))) return(node("list", v = json_list(parts(x, path)), as = "\"r:list\""))
  if (anyNA(names(x))) refuse("list", "has a name that is NA")
  node("dict", k = json_list(quoted(names(x))), v = json_list(parts(x, path)))
}

export_named <- function(x, path) {
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
    made[at] <- export_value(x[[at]], paste0(path, "/", at))
    steps <<- steps[-length(steps)]
  }
  made
}

export_scalar <- function(x) {
  if (inherits(x, "integer64")) return(if (is.na(x)) export_na("int", "integer64") else
    node("int", v = quoted(format(x)), as = "\"r:integer64\""))
  if (inherits(x, c("Date", "POSIXct", "difftime"))) return(export_time(x))
  if (is.na(x) && !(is.double(x) && is.nan(x)) && !is.complex(x))
    return(export_na(INT_NAMES[[typeof(x)]]))
  if (is.complex(x) && is_na_complex(x)) return(export_na("complex"))
  switch(typeof(x),
    logical = node("bool", v = if (x) "true" else "false"),
    integer = node("int", v = sprintf("\"%d\"", x)),
    double = node("float", v = quoted(hex(x))),
    complex = node("complex", v = json_list(quoted(c(hex(Re(x)), hex(Im(x)))))),
    character = if (nchar(x, "bytes") > LONG_TEXT) node("text", data = put_text(x)) else node("text", v = quoted(x)))
}
export_na <- function(of, kind = of) node("na", of = quoted(of), as = quoted(paste0("r:NA ", kind)))
# Of the complex numbers with an NA in them the one that c(1i, NA) has; the others are numbers, and keep their other part.
NA_COMPLEX <- as.complex(NA)
is_na_complex <- function(x) is_like(Re(x), Re(NA_COMPLEX)) & is_like(Im(x), Im(NA_COMPLEX))
is_like <- function(x, y) if (is.na(y)) is.na(x) & !is.nan(x) else !is.na(x) & x == y


# Vectors, as fields of an array node.

vector_of <- function(x) {
  fields <- typed_fields(x)
  if (is.object(x)) with_int_tag(fields, x) else fields
}
# Times may be integers, which most are not.
with_int_tag <- function(fields, x) {
  if (!is.integer(x)) return(fields)
  tag <- if ("as" %in% names(fields)) sub("\"$", "", fields[["as"]]) else "\"r:"
  c(fields[names(fields) != "as"], as = paste0(tag, if (inherits(x, "IDate")) " IDate", " whole\""))
}
typed_fields <- function(x) {
  if (inherits(x, "integer64")) return(integer64_fields(x))
  if (inherits(x, "Date")) return(date_fields(plain_double(x)))
  if (inherits(x, "POSIXct")) {
    found <- in_unit(plain_double(x), "POSIXct")
    return(c(dtype = "\"datetime\"", unit = quoted(found$unit), zone = quoted(zone_of(x)),
             data = put_time(found), validity(found$missing, length(x)),
             if (length(found$missing) == length(x)) plain_tag("POSIXct", zone_word(x)) else local_tag(x)))
  }
  if (inherits(x, "difftime")) {
    found <- in_unit(difftime_seconds(x), time_class(x))
    kind <- if (inherits(x, "hms")) "time" else "duration"
    if (kind == "time") {
      found <- apart(found)
      found <- list(unit = "ns", whole = found$whole, rest = found$rest * (1e9 / PER_SECOND[[found$unit]]), missing = found$missing)
    }
    return(c(dtype = quoted(kind), if (kind == "duration") c(unit = quoted(found$unit)), data = put_time(found),
             validity(found$missing, length(x)), if (kind == "duration") difftime_tag(x)))
  }
  if (!is.null(attributes(x))) attributes(x) <- NULL
  plain_vector_of(x)
}
plain_double <- function(x) {
  attributes(x) <- NULL
  as.double(x)
}
# Of a vector that is empty, or NA only, nothing is left in a language that has lists instead but its tag.
plain_tag <- function(...) c(as = quoted(paste("r:plain", ...)))
plain_vector_of <- function(x) {
  if (is.double(x)) return(double_fields(x))
  missing <- if (is.complex(x)) which(is_na_complex(x)) else which(is.na(x))
  if (length(missing)) x[missing] <- switch(typeof(x), character = "", FALSE)
  c(switch(typeof(x),
      logical = c(dtype = "\"b1\"", data = put(as.raw(x), 1L)),
      integer = c(dtype = "\"i4\"", data = put(x, 4L)),
      complex = c(dtype = "\"c16\"", data = put(x, 16L)),
      character = c(dtype = "\"text\"", data = put_text(x)),
      raw = refuse("matrix of raw")),
    validity(missing, length(x)), if (length(missing) == length(x)) plain_tag(INT_NAMES[[typeof(x)]]))
}
double_fields <- function(x) {
  missing <- if (anyNA(x)) which(is.na(x))
  missing <- missing[!is.nan(x[missing])]
  if (length(missing)) x[missing] <- 0
  c(dtype = "\"f8\"", data = put(x, 8L), validity(missing, length(x)))
}
date_fields <- function(days) {
  if (any(is.infinite(days))) refuse("Date", "is infinite, which others have no date for")
  missing <- which(is.na(days))
  if (length(missing)) days[missing] <- 0
  if (any(days != floor(days)) || any(abs(days) > 2147483647)) refuse("Date", "has a fraction of a day, or is too far away; copy trunc(x)")
  c(dtype = "\"date\"", data = put(as.integer(days), 4L), validity(missing, length(days)),
    if (length(missing) == length(days)) plain_tag("Date"))
}
integer64_fields <- function(x) {
  bits <- plain_double(x)
  missing <- which(is.na(x))
  bits[missing] <- 0
  c(dtype = "\"i8\"", data = put(bits, 8L), validity(missing, length(x)), as = "\"r:integer64\"")
}

export_array <- function(x, path) {
  if (is.list(x)) refuse("matrix of lists")
  if (!is.null(dimnames(x))) return(export_labelled(x, path))
  shape <- json_list(dim(x))
  made <- c(shape = shape, order = "\"F\"", vector_of(x))
  if (length(dim(x)) == 1L && !is.na(made["as"]) && startsWith(made["as"], "\"r:plain"))
    made["as"] <- sub("plain", "plain1d", made["as"], fixed = TRUE)
  else if (length(dim(x)) == 1L && length(x) != 1L && !inherits(x, "integer64"))
    made <- c(made[names(made) != "as"], as = "\"r:array1d\"")
  do.call(node, c(list("array"), as.list(made)))
}
export_labelled <- function(x, path) {
  labels <- dimnames(x)
  if (length(dim(x)) != 2L || is.null(labels[[2L]]) || !is.null(names(labels)))
    refuse("array", "has names of dimensions; copy unname(x), or as.data.frame(x)")
  if (is.object(x)) refuse(class(x)[1L], "has dimnames")
  columns <- lapply(seq_len(ncol(x)), function(at) as.vector(x[, at]))
  names(columns) <- labels[[2L]]
  export_columns(columns, nrow(x), labels[[1L]], "r:matrix", path)
}

export_factor <- function(x, path) {
  if (!is.null(names(x)) || !is.null(dim(x))) refuse("factor", "has names or dimensions; copy unname(x)")
  extra <- setdiff(names(attributes(x)), c("levels", "class"))
  if (length(extra)) refuse("factor", sprintf("has the attribute %s, which no other language has; attr(x, \"%s\") <- NULL removes it", extra[1L], extra[1L]))
  if (!identical(class(x), "factor") && !identical(class(x), c("ordered", "factor"))) refuse(class(x)[1L])
  if (anyNA(levels(x))) refuse("factor", "has a level that is NA; copy factor(x)")
  codes <- unclass(x)
  attributes(codes) <- NULL
  codes <- codes - 1L
  codes[is.na(codes)] <- -1L
  levels <- tagged(node("array", shape = sprintf("[%d]", nlevels(x)), vector_of(levels(x))), paste0(path, "/levels"))
  node("factor", shape = sprintf("[%d]", length(x)), levels = levels,
       ordered = if (is.ordered(x)) "true" else "false", data = put(codes, 4L))
}

DATA_FRAMES <- list("r:data.frame" = "data.frame", "r:tibble" = c("tbl_df", "tbl", "data.frame"),
               "r:data.table" = c("data.table", "data.frame"))

export_table <- function(x, path) {
  tag <- names(DATA_FRAMES)[vapply(DATA_FRAMES, identical, NA, class(x))]
  if (!length(tag)) refuse(class(x)[1L], "is a data frame of a class of its own; copy as.data.frame(x)")
  extra <- setdiff(names(attributes(x)), c("names", "row.names", "class", ".internal.selfref"))
  if (length(extra)) refuse(class(x)[1L], sprintf("has the attribute %s, which no other language has; attr(x, \"%s\") <- NULL removes it", extra[1L], extra[1L]))
  labels <- attr(x, "row.names")
  # Unless labels that number the rows have come from elsewhere as labels.
  if (is.integer(labels) && identical(labels, seq_along(labels)) && is.na(wanted_tags[paste0(path, "/labels")])) labels <- NULL
  rows <- .row_names_info(x, 2L)
  export_columns(as.list.data.frame(x), rows, labels, if (tag == "r:data.frame") "" else tag, path)
}
export_columns <- function(columns, rows, labels, tag, path) {
  if (anyNA(names(columns))) refuse("data.frame", "has a column whose name is NA")
  made <- character(length(columns))
  for (at in seq_along(columns)) {
    steps <<- c(steps, paste0("$", names(columns)[at]))
    made[at] <- export_column(columns[[at]], paste0(path, "/", at))
    steps <<- steps[-length(steps)]
  }
  fields <- c(rows = sprintf("%d", rows), names = json_list(quoted(names(columns))), columns = json_list(made))
  if (!is.null(labels)) {
    part <- tagged(node("array", shape = sprintf("[%d]", length(labels)), vector_of(labels)), paste0(path, "/index"))
    index <- tagged(object(names = "[null]", columns = json_list(part)), paste0(path, "/labels"))
    fields <- c(fields, index = index)
  }
  node("table", fields, if (nzchar(tag)) c(as = quoted(tag)))
}
export_column <- function(x, path) {
  made <- if (is.factor(x)) export_factor(x, path)
    else if (is.null(x) || is.data.frame(x) || !is.null(dim(x)) || isS4(x)) refuse(class(x)[1L], "is a column with dimensions")
    else if (is.list(x)) {
      if (is.object(x) && !identical(class(x), "AsIs")) refuse(class(x)[1L], hint_for(x))
      node("list", v = json_list(parts(unname(unclass(x)), path)), as = if (is.object(x)) "\"r:AsIs\"" else "\"r:list\"")
    } else {
      if (!is.null(names(x))) refuse(class(x)[1L], "is a column whose elements have names; copy unname(x) in its place")
      if (is.raw(x)) refuse("raw", "is a column of single bytes; copy as.integer(x)")
      extra <- setdiff(names(attributes(x)), c("class", "tzone", "units"))
      if (length(extra)) refuse(class(x)[1L], sprintf("has the attribute %s, which no other language has; attr(x, \"%s\") <- NULL removes it", extra[1L], extra[1L]))
      if (is.object(x) && !is_known(x)) refuse(class(x)[1L], hint_for(x))
      node("array", shape = sprintf("[%d]", length(x)), vector_of(x))
    }
  tagged(made, path)
}
