# Values on their way out, as nodes.

export_value <- function(x, origin = NULL) {
  if (length(places) > DEEPEST) refuse(class(x)[1L], sprintf("is more than %d levels deep", DEEPEST))
  found <- if (is_sparse(x)) undressed_sparse(x) else undressed(x)
  if (is.null(found)) finish(export_untagged(x, origin), origin, x) else finish_dressed(export_untagged(found$plain, origin), found, x)
}

export_untagged <- function(x, origin) {
  if (is.null(x)) return(node("null"))
  if (is_sparse(x)) return(export_sparse(x))
  if (isS4(x)) x <- without_class(x)
  if (is.pairlist(x)) {
    refuse_and_go_on("pairlist", "", "as.list({x})")
    x <- as.list(x)
  }
  if (!(is.atomic(x) || is.list(x))) refuse_class(x)
  if (is.data.frame(x)) return(export_table(x, origin))
  if (is.factor(x)) return(export_factor(x, origin))
  if (is.object(x) && !is_known(x) && !(is.list(x) && identical(class(x), "AsIs"))) x <- without_class(x)
  if (is.list(x)) return(export_list(x, origin))
  if (!is.null(names(x)) && is.null(dim(x))) return(export_named(x, origin))
  if (!is.null(dim(x))) return(export_array(x))
  if (is.raw(x)) return(node("bytes", data = put(x, 1L)))
  if (length(x) == 1L) export_scalar(x) else node("array", shape = sprintf("[%d]", length(x)), vector_of(x))
}

export_list <- function(x, origin) {
  is_asis <- inherits(x, "AsIs")
  if (is.null(names(x))) return(node("list", v = json_list(parts(x, origins_in_order(origin, length(x)))), as = if (is_asis) "\"r:AsIs\"" else "\"r:list\""))
  node("dict", k = json_list(quoted(names(x))), v = json_list(parts(x, origins_by_name(origin, names(x)))), given_fields(origin))
}

export_named <- function(x, origin) {
  labels <- names(x)
  names(x) <- NULL
  # A part of a vector cannot be of another type than the others.
  if (is.object(x) || is.character(x)) keeping("setNames(%s, names({x}))", vector_of(x))
  items <- lapply(seq_along(x), function(at) x[at])
  nodes <- parts(items, origins_by_name(origin, labels), labels)
  node("dict", k = json_list(quoted(labels)), v = json_list(nodes), given_fields(origin), as = quoted(paste("r:vector", kind_word(x))))
}
keeping <- function(form, action) tryCatch(action, multikernel_refused = function(refused) {
  is_value <- nzchar(refused$instead) && !startsWith(refused$instead, "!")
  refuse(refused$kind, refused$why, if (is_value) sub("%s", refused$instead, form, fixed = TRUE) else refused$instead)
})
# What makes an empty vector of the same kind again.
kind_word <- function(x) {
  if (inherits(x, "POSIXct")) return(paste("POSIXct", zone_word(x)))
  if (is.object(x)) return(paste(c(class(x)[1L], if (inherits(x, "difftime")) attr(x, "units")), collapse = " "))
  INT_NAMES[[typeof(x)]]
}

parts <- function(x, origins, labels = names(x)) {
  x <- unclass(x)
  made <- plain_scalars(x, origins)
  for (at in which(is.na(made))) made[at] <- part_at(at, if (is.null(labels)) "" else labels[at], export_value(x[[at]], origins[[at]]))
  made
}
# The nodes of elements that are plain numbers, texts and truth values, all at once since there may be many; NA for others.
plain_scalars <- function(x, origins) {
  made <- rep_len(NA_character_, length(x))
  kinds <- vapply(x, typeof, "", USE.NAMES = FALSE)
  single <- which(lengths(x, use.names = FALSE) == 1L & kinds %in% c("logical", "integer", "double", "character"))
  single <- single[vapply(x[single], function(each) is.null(attributes(each)), NA, USE.NAMES = FALSE)]
  for (kind in unique(kinds[single])) {
    chosen <- single[kinds[single] == kind]
    values <- unlist(x[chosen], use.names = FALSE)
    keep <- if (kind == "double") !is.na(values) | is.nan(values) else !is.na(values)
    if (kind == "character") keep <- keep & validUTF8(values) & Encoding(values) != "bytes" & nchar(values, "bytes", TRUE) <= LONG_TEXT
    chosen <- chosen[keep]
    values <- values[keep]
    if (!length(chosen)) next
    fields <- switch(kind,
      logical = ifelse(values, "{\"t\":\"bool\",\"v\":true", "{\"t\":\"bool\",\"v\":false"),
      integer = sprintf("{\"t\":\"int\",\"v\":\"%d\"", values),
      double = sprintf("{\"t\":\"float\",\"v\":\"%s\"", hex(values)),
      character = paste0("{\"t\":\"text\",\"v\":", quoted(values)))
    if (!any(lengths(origins[chosen]))) {
      made[chosen] <- paste0(fields, "}")
      next
    }
    tags <- vapply(chosen, function(at) {
      origin <- origins[[at]]
      if (length(origin) && nzchar(origin$tag) && identical(origin$mark, x[[at]], num.eq = FALSE)) quoted(origin$tag) else ""
    }, "")
    made[chosen] <- paste0(fields, ifelse(nzchar(tags), paste0(",\"as\":", tags), ""), "}")
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
      refuse_no_clock(found$whole)
      found <- list(unit = "ns", whole = found$whole, rest = found$rest * (1e9 / PER_SECOND[[found$unit]]), missing = found$missing)
    }
    return(c(dtype = quoted(kind), if (kind == "duration") c(unit = quoted(found$unit)), data = put_time(found),
             validity(found$missing, length(x)),
             if (kind == "duration") difftime_tag(x) else if (length(found$missing) == length(x)) plain_tag("hms")))
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
      raw = c(dtype = "\"u1\"", data = put(x, 1L))),
    validity(missing, length(x)),
    if (is.raw(x)) c(as = "\"r:raw\"") else if (length(missing) == length(x)) plain_tag(INT_NAMES[[typeof(x)]]))
}
double_fields <- function(x) {
  missing <- if (anyNA(x)) which(is.na(x))
  missing <- missing[!is.nan(x[missing])]
  if (length(missing)) x[missing] <- 0
  c(dtype = "\"f8\"", data = put(x, 8L), validity(missing, length(x)))
}
date_fields <- function(days) {
  if (any(is.infinite(days))) refuse("Date", "is infinite, which others have no date for", "as.numeric({x})")
  missing <- missing_times(days, "Date")
  if (length(missing)) days[missing] <- 0
  if (any(days != floor(days)) || any(abs(days) > 2147483647)) refuse("Date", "has a fraction of a day, or is too far away", "as.numeric({x})")
  c(dtype = "\"date\"", data = put(as.integer(days), 4L), validity(missing, length(days)),
    if (length(missing) == length(days)) plain_tag("Date"))
}
integer64_fields <- function(x) {
  bits <- plain_double(x)
  missing <- which(is.na(x))
  bits[missing] <- 0
  c(dtype = "\"i8\"", data = put(bits, 8L), validity(missing, length(x)), as = "\"r:integer64\"")
}

export_array <- function(x) {
  if (!is.null(dimnames(x))) return(export_labelled(x))
  shape <- json_list(dim(x))
  made <- c(shape = shape, order = "\"F\"", keeping("structure(%s, dim = dim({x}))", vector_of(x)))
  if (is.raw(x)) return(node("array", made))
  if (length(dim(x)) == 1L && !is.na(made["as"]) && startsWith(made["as"], "\"r:plain"))
    made["as"] <- sub("plain", "plain1d", made["as"], fixed = TRUE)
  else if (length(dim(x)) == 1L && length(x) != 1L && !inherits(x, "integer64"))
    made <- c(made[names(made) != "as"], as = "\"r:array1d\"")
  node("array", made)
}
export_labelled <- function(x) {
  labels <- dimnames(x)
  columns <- lapply(seq_len(ncol(x)), function(at) as.vector(x[, at]))
  names(columns) <- labels[[2L]]
  export_columns(columns, nrow(x), labels[[1L]], "r:matrix", NULL)
}

export_factor <- function(x, origin) {
  codes <- unclass(x)
  attributes(codes) <- NULL
  all <- levels(x)
  unnamed <- which(is.na(all))
  if (length(unnamed)) {
    if (anyNA(codes) || length(unnamed) > 1L) refuse("factor", "has a level that is NA, and nulls", "factor({x}, na.omit(levels({x})), ordered = is.ordered({x}))")
    codes[codes == unnamed] <- NA
    codes[which(codes > unnamed)] <- codes[which(codes > unnamed)] - 1L
    all <- all[-unnamed]
  }
  codes <- codes - 1L
  codes[is.na(codes)] <- -1L
  levels <- node("array", shape = sprintf("[%d]", length(all)), vector_of(all))
  node("factor", shape = sprintf("[%d]", length(x)), levels = finish(levels, origin$parts[[1L]], all),
       ordered = if (is.ordered(x)) "true" else "false", data = put(codes, 4L),
       if (length(unnamed)) c(as = quoted(paste("r:NA is level", unnamed))))
}

# What comes first counts where a class is of several.
DATA_FRAMES <- list("r:data.table" = c("data.table", "data.frame"), "r:tibble" = c("tbl_df", "tbl", "data.frame"), "r:data.frame" = "data.frame")

export_table <- function(x, origin) {
  tag <- names(DATA_FRAMES)[vapply(DATA_FRAMES, identical, NA, class(x))]
  labels <- attr(x, "row.names")
  # Unless labels that number the rows have come from elsewhere as labels.
  if (is.integer(labels) && identical(labels, seq_along(labels)) && !has_row_names(origin)) labels <- NULL
  rows <- .row_names_info(x, 2L)
  columns <- unclass(x)
  attributes(columns) <- list(names = names(x))
  export_columns(columns, rows, labels, if (identical(tag, "r:data.frame")) "" else tag, origin)
}
export_columns <- function(columns, rows, labels, tag, origin) {
  wide <- vapply(columns, function(each) !is.null(dim(each)), NA)
  if (any(wide)) refuse_wide(columns[[which(wide)[1L]]], names(columns)[wide][1L], labels)
  origins <- origins_by_name(origin, names(columns))
  made <- character(length(columns))
  for (at in seq_along(columns)) if (!wide[at]) made[at] <- part_at(at, names(columns)[at], export_column(columns[[at]], origins[[at]]))
  node("table", table_fields(names(columns), made, rows, labels, origin), if (length(tag) && nzchar(tag)) c(as = quoted(tag)))
}
refuse_wide <- function(x, name, labels) {
  flat <- "function(each) if (is.data.frame(each) || is.null(dim(each))) each else if (is.matrix(each)) as.data.frame(unclass(each)) else as.vector(each)"
  rest <- sprintf("list(check.names = FALSE, stringsAsFactors = FALSE%s)", if (is.character(labels)) ", row.names = row.names({x})" else "")
  refuse_and_go_on("data.frame", sprintf("has the column %s, which is a matrix or a table itself", name),
    sprintf("do.call(data.frame, c(lapply({x}, %s), %s))", flat, rest))
}
export_column <- function(x, origin) {
  if (is.null(x) || isS4(x) || !(is.atomic(x) || is.list(x))) refuse_class(x, TRUE)
  found <- undressed(x, TRUE)
  if (!is.null(found)) return(finish_dressed(column_of(found$plain, origin), found, x))
  finish(column_of(x, origin), origin, x)
}
column_of <- function(x, origin) {
  if (is.object(x) && !is_known(x) && !is.factor(x) && !(is.list(x) && identical(class(x), "AsIs"))) x <- without_class(x, TRUE)
  if (is.factor(x)) export_factor(x, origin)
    else if (is.list(x)) node("list", v = json_list(parts(x, origins_in_order(origin, length(x)))), as = if (is.object(x)) "\"r:AsIs\"" else "\"r:list\"")
    else if (is.raw(x)) node("array", shape = sprintf("[%d]", length(x)), dtype = "\"u1\"", data = put(x, 1L), as = "\"r:raw column\"")
    else node("array", shape = sprintf("[%d]", length(x)), vector_of(x))
}
