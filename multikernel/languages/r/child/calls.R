# What Multi calls; each writes an answer, and raises nothing.

answer <- function(folder, text) {
  path <- file.path(folder, "answer.json")
  part <- file(paste0(path, ".part"), "wb")
  writeLines(text, part, useBytes = TRUE)
  close(part)
  file.rename(paste0(path, ".part"), path)
}

# `...` are more fields of the answer where it is no success.
safely <- function(folder, action, name = "", again = NULL, ...) {
  start_over(FALSE)
  failed <- function(error) object(failed = quoted(conditionMessage(error)), ...)
  text <- tryCatch(suppressWarnings(action), error = function(error) {
    if (!inherits(error, "multikernel_refused")) return(failed(error))
    found <- list(unclass(error))
    if (!is.null(again)) {
      start_over(TRUE)
      broken <- tryCatch({ suppressWarnings(again()); NULL }, error = identity)
      # The slots of an object may be others than those of its class.
      if (!is.null(broken) && !inherits(broken, "multikernel_refused")) return(failed(broken))
      if (!is.null(broken)) refusals[[length(refusals) + 1L]] <<- unclass(broken)
      if (length(refusals)) found <- refusals
    }
    object(refused = json_list(refusal_rows(name, found)), ...)
  })
  start_over(FALSE)
  answer(folder, text)
  invisible(NULL)
}
start_over <- function(collecting) {
  close_data()
  steps <<- character()
  places <<- integer()
  refusals <<- list()
  is_collecting <<- collecting
}

close_data <- function() {
  if (!is.null(data_file)) close(data_file)
  data_file <<- NULL
}

# A variable of the user's, or what a package shows: a data set, say.
found_variable <- function(name) {
  x <- get0(name, envir = globalenv(), inherits = FALSE)
  if (is.null(x) && !exists(name, envir = globalenv(), inherits = FALSE)) {
    x <- get0(name, envir = globalenv())
    if (is.null(x) || is.function(x)) return(NULL)
  }
  list(x)
}

export_variable <- function(name, folder) {
  export <- function() {
    found <- found_variable(name)
    if (is.null(found)) return(object(missing = "true"))
    data_size <<- 0
    data_file <<- file(file.path(folder, "data"), "wb")
    object(value = export_value(found[[1L]], known[[name]]))
  }
  safely(folder, export(), name, export)
}

# All are made before the first is assigned.
import_variables <- function(names, folders, is_trial) {
  at <- 0L
  for_each <- function(action) lapply(seq_along(names), function(number) {
    at <<- number
    action(number)
  })
  import <- function() {
    made <- for_each(function(number) imported(folders[number]))
    for_each(function(number) check_binding(names[number]))
    if (!is_trial) for_each(function(number) keep(names[number], made[[number]]))
    object(done = "true")
  }
  safely(folders[1L], import(), again = function() imported(folders[at]), at = sprintf("%d", at - 1L))
}
check_binding <- function(name) {
  is_there <- exists(name, envir = globalenv(), inherits = FALSE)
  if (!is_there && environmentIsLocked(globalenv()) || is_there && (bindingIsLocked(name, globalenv()) || bindingIsActive(as.name(name), globalenv())))
    stop(sprintf("%s cannot be assigned to in R, since it is locked or active; give it another name", name))
}
keep <- function(name, found) {
  assign(name, found$value, envir = globalenv())
  if (!is.null(found$origin)) assign(name, found$origin, envir = known)
  else if (exists(name, envir = known, inherits = FALSE)) rm(list = name, envir = known)
}
imported <- function(folder) {
  given <- eval(parse(file.path(folder, "value.R"), keep.source = FALSE, encoding = "UTF-8"), baseenv())
  nodes <- unlist(given, recursive = FALSE)
  path <- file.path(folder, "data")
  close_data()
  if (file.exists(path)) data_file <<- file(path, "rb")
  made <- vector("list", length(nodes))
  origins <- vector("list", length(nodes))
  for (at in seq_along(nodes)) {
    node <- nodes[[at]]
    steps <<- node[[length(node)]]
    value <- if (is_collecting) noting_refusals(import_node(node, made)) else import_node(node, made)
    if (!is.null(value)) made[[at]] <- value
    origin <- origin_of(node, value, origins)
    if (!is.null(origin)) origins[[at]] <- origin
    # What it was made of is not needed any more.
    parts <- parts_of(node)
    if (length(parts)) made[parts] <- origins[parts] <- list(NULL)
  }
  list(value = made[[length(nodes)]], origin = origins[[length(nodes)]])
}
noting_refusals <- function(action) tryCatch(action, multikernel_refused = function(refused) {
  refusals[[length(refusals) + 1L]] <<- unclass(refused)
  NULL
})
parts_of <- function(node) switch(node[[1L]], list = node[[4L]], dict = node[[5L]], factor = node[[5L]], sparse = node[[6L]], table = c(node[[6L]], node[[7L]]), integer())

# R looks for an interrupt only now and then, and never between the elements of a vector.
allow_interrupt <- function() Sys.sleep(0)
