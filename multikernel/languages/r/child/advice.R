# What cannot be exported, and what to run instead. `{x}` in an expression stands for the part; `!` begins a statement. An import
# says what it needs instead, after `need:`.

# Where an export is: position and name of each part on the way. An import says itself where it is, in one step.
places <- integer()
labels <- character()
steps <- character()
is_collecting <- FALSE
refusals <- list()

refuse <- function(kind, why = "", instead = "")
  stop(structure(class = c("multikernel_refused", "error", "condition"),
                 list(message = "refused", call = NULL, kind = kind, why = why, instead = instead, steps = steps_now(), places = places)))

# For what does not keep the parts from being looked at.
refuse_and_go_on <- function(kind, why = "", instead = "") {
  if (!is_collecting) refuse(kind, why, instead)
  refusals[[length(refusals) + 1L]] <<- list(kind = kind, why = why, instead = instead, steps = steps_now(), places = places)
}

steps_now <- function() if (length(places)) mapply(step_to, places, labels[seq_along(places)], USE.NAMES = FALSE) else steps

# Export a part of a value. The first time all goes fast; after a refusal once more, so that all of them are found.
part_at <- function(at, label, action) {
  depth <- length(places) + 1L
  labels[depth] <<- label
  places[depth] <<- at
  if (!is_collecting) {
    made <- action
    places <<- places[-depth]
    return(made)
  }
  on.exit(places <<- places[-depth])
  tryCatch(action, multikernel_refused = function(refused) {
    refusals[[length(refusals) + 1L]] <<- unclass(refused)
    "{}"
  })
}
step_to <- function(at, label) {
  if (!nzchar(label) || is.na(label)) return(sprintf("[[%d]]", at))
  if (grepl("^[A-Za-z.][A-Za-z0-9._]*$", label) && make.names(label) == label) return(paste0("$", label))
  sprintf("[[%s]]", deparse_text(label))
}
deparse_text <- function(text) encodeString(text, quote = "\"")

# Rows of path, type and why. Parts of one container that need the same are one row.
refusal_rows <- function(name, found) {
  keys <- vapply(found, function(each) {
    above <- each$places[-length(each$places)]
    paste(paste(above, collapse = "/"), if (startsWith(each$instead, "need:")) paste(each$steps, collapse = "") else length(each$places), each$why, each$instead, sep = "\r")
  }, "")
  groups <- unname(split(seq_along(found), factor(keys, unique(keys))))
  vapply(groups, function(group) {
    first <- found[[group[1L]]]
    why <- if (nzchar(first$why)) first$why else "cannot be copied"
    if (length(group) > 1L) why <- sprintf("and %d more like it: %s", length(group) - 1L, why)
    need <- if (startsWith(first$instead, "need:")) substring(first$instead, 6L)
    if (nzchar(first$instead) && is.null(need)) why <- sprintf("%s; run `%s` first", why, statement(name, found[group]))
    json_list(quoted(c(paste(first$steps, collapse = ""), first$kind, why, need)))
  }, "")
}
statement <- function(name, found) {
  first <- found[[1L]]
  above <- paste0(c(name, first$steps[-length(first$steps)]), collapse = "")
  if (length(found) == 1L) return(put_instead(paste0(c(name, first$steps), collapse = ""), first$instead))
  positions <- vapply(found, function(each) each$places[length(each$places)], 1L)
  shown <- if (identical(positions, seq(positions[1L], length.out = length(positions)))) sprintf("%d:%d", positions[1L], positions[length(positions)])
    else sprintf("c(%s)", paste0(positions, collapse = ", "))
  sprintf("for (i in %s) %s", shown, put_instead(sprintf("%s[[i]]", above), first$instead))
}
put_instead <- function(x, instead) {
  code <- gsub("{x}", x, sub("^!", "", instead), fixed = TRUE)
  if (startsWith(instead, "!")) code else paste(x, "<-", code)
}

# What to do about a class of R's own.
KNOWN <- list("Date", c("IDate", "Date"), c("POSIXct", "POSIXt"), "difftime", c("hms", "difftime"), "integer64")
is_known <- function(x) any(vapply(KNOWN, identical, NA, class(x)))

refuse_class <- function(x, is_column = FALSE) {
  kind <- class(x)[1L]
  if (is.function(x)) refuse(kind, "is code, and stays in R", AS_CODE)
  refuse(kind, if (is.object(x)) "is of a class that only R has" else "", instead_of_class(x, is_column))
}
instead_of_class <- function(x, is_column) {
  if (is.language(x)) return(AS_CODE)
  if (isS4(x)) return(instead_of_s4(x))
  if (is.environment(x)) return("as.list({x})")
  if (is.pairlist(x)) return("as.list({x})")
  if (inherits(x, "POSIXlt")) return("as.POSIXct({x})")
  for (known in list("Date", c("POSIXct", "POSIXt"), "difftime"))
    if (inherits(x, known[1L]) && is.double(unclass(x))) return(sprintf("!class({x}) <- %s", deparse(known)))
  if (inherits(x, c("numeric_version", "person", "bibentry", "yearmon", "yearqtr", "times", "dates"))) return("format({x})")
  if (inherits(x, "units") && is.atomic(x) && !is_column) return("list(value = as.vector({x}), units = as.character(units({x})))")
  if (is_column && is.atomic(x)) return("as.vector(unclass({x}))")
  if (inherits(x, "table") && !is.null(dim(x))) return("as.data.frame({x})")
  if (inherits(x, "mts")) return("data.frame(time = as.numeric(time({x})), as.data.frame({x}), check.names = FALSE)")
  if (inherits(x, "ts")) return("data.frame(time = as.numeric(time({x})), value = as.vector({x}))")
  if (inherits(x, "zoo")) return(if (is.null(dim(x))) "data.frame(time = format(zoo::index({x})), value = as.vector({x}))" else
    "data.frame(time = format(zoo::index({x})), as.data.frame(zoo::coredata({x})), check.names = FALSE)")
  if (inherits(x, "dist")) return("as.matrix({x})")
  if (is.matrix(x)) return("as.data.frame(unclass({x}))")
  if (is.list(x)) return(AS_LIST)
  if (!is.atomic(x)) "" else if (is.null(names(x))) "as.vector(unclass({x}))" else "setNames(as.vector(unclass({x})), names({x}))"
}
instead_of_s4 <- function(x) {
  if (inherits(x, "Interval")) return("data.frame(start = lubridate::int_start({x}), end = lubridate::int_end({x}))")
  if (inherits(x, "Period")) return("as.character({x})")
  if (inherits(x, "Duration")) return("as.numeric({x})")
  if (inherits(x, "Matrix")) "as.matrix({x})" else AS_SLOTS
}
AS_CODE <- "paste(deparse({x}), collapse = \"\\n\")"
AS_LIST <- "lapply(unclass({x}), identity)"
AS_SLOTS <- "lapply(setNames(nm = slotNames({x})), function(each) slot({x}, each))"
# A list or an object of slots is what remains of it without its class, so that its parts are looked at, too.
without_class <- function(x, is_column = FALSE) {
  if (is.function(x)) refuse_class(x)
  instead <- instead_of_class(x, is_column)
  if (!(instead %in% c(AS_LIST, AS_SLOTS))) refuse_class(x, is_column)
  refuse_and_go_on(class(x)[1L], "is of a class that only R has", instead)
  if (instead == AS_LIST) lapply(unclass(x), identity) else lapply(stats::setNames(nm = methods::slotNames(x)), function(each) methods::slot(x, each))
}
refuse_attributes <- function(kind, names, why = "which only R has", is_frame = FALSE)
  refuse(kind, sprintf("has the attribute %s, %s", paste(names, collapse = ", "), why), if (is_frame) PLAIN_FRAME else
    sprintf("!for (each in %s) attr({x}, each) <- NULL", deparse1(names)))
PLAIN_FRAME <- "structure(lapply({x}, identity), row.names = attr({x}, \"row.names\"), class = \"data.frame\")"
