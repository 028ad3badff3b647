# What Multi calls; each writes an answer, and raises nothing.

known <- new.env()
wanted_tags <- character()
MARKED <- 50L

answer <- function(folder, text) {
  path <- file.path(folder, "answer.json")
  part <- file(paste0(path, ".part"), "wb")
  writeLines(text, part, useBytes = TRUE)
  close(part)
  file.rename(paste0(path, ".part"), path)
}

safely <- function(folder, action) {
  steps <<- character()
  text <- tryCatch(suppressWarnings(action), error = function(error) {
    if (!inherits(error, "multikernel_refused")) return(object(failed = quoted(conditionMessage(error))))
    object(refused = json_list(json_list(quoted(c(paste(steps, collapse = ""), error$kind, error$why)))))
  })
  if (!is.null(data_file)) close(data_file)
  data_file <<- NULL
  answer(folder, text)
  invisible(NULL)
}

# A mark tells whether a variable still holds what came, without keeping that alive: its types and some of its elements.

mark <- function(x) {
  if (is.list(x)) return(list(length(x), attributes(x)[c("names", "class")], lapply(unclass(x), mark)))
  if (!is.atomic(x)) return(NULL)
  chosen <- .subset(x, if (length(x) > MARKED) as.integer(seq(1, length(x), length.out = MARKED)) else seq_along(x))
  list(typeof(x), length(x), dim(x), class(x), attr(x, "tzone"), chosen)
}

export_variable <- function(name, folder) safely(folder, if (!exists(name, envir = globalenv(), inherits = FALSE)) object(missing = "true") else {
  x <- get(name, envir = globalenv(), inherits = FALSE)
  before <- known[[name]]
  wanted_tags <<- if (!is.null(before) && identical(before$mark, mark(x))) before$tags else character()
  data_size <<- 0
  data_file <<- file(file.path(folder, "data"), "wb")
  object(value = export_value(x))
})

import_variable <- function(name, folder) safely(folder, {
  given <- eval(parse(file.path(folder, "value.R"), keep.source = FALSE, encoding = "UTF-8"), baseenv())
  nodes <- given[[1L]]
  tags <- given[[2L]]
  path <- file.path(folder, "data")
  if (file.exists(path)) data_file <<- file(path, "rb")
  made <- vector("list", length(nodes))
  for (at in seq_along(nodes)) {
    node <- nodes[[at]]
    steps <<- node[[length(node)]]
    value <- import_node(node, made)
    if (!is.null(value)) made[[at]] <- value
    # What it was made of is not needed any more.
    for (part in parts_of(node)) made[part] <- list(NULL)
  }
  value <- made[[length(nodes)]]
  rm(made)
  assign(name, value, envir = globalenv())
  if (length(tags)) assign(name, list(mark = mark(value), tags = tags), envir = known)
  else if (exists(name, envir = known, inherits = FALSE)) rm(list = name, envir = known)
  object(done = "true")
})
parts_of <- function(node) switch(node[[1L]], list = node[[3L]], dict = node[[4L]], factor = node[[4L]], table = c(node[[5L]], node[[6L]]), integer())

list_variables <- function(folder) safely(folder, {
  rows <- vapply(ls(globalenv()), function(name) {
    if (bindingIsActive(as.name(name), globalenv())) return(json_list(c(quoted(c(name, "active binding", "")), "null")))
    x <- get(name, envir = globalenv(), inherits = FALSE)
    shape <- if (is.null(dim(x))) if (is.vector(x) || is.factor(x)) length(x) else "" else paste(dim(x), collapse = " x ")
    json_list(c(quoted(c(name, class(x)[1L], as.character(shape))), sprintf("%.0f", as.double(utils::object.size(x)))))
  }, "")
  object(variables = json_list(rows))
})
