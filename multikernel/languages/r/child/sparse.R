# Sparse matrices of the package Matrix. Others have no symmetric and triangular ones: those leave with all their elements.

SPARSE <- "^[dln][gst][CRT]Matrix$"
LAYOUTS <- c(C = "csc", R = "csr", T = "coo")
is_sparse <- function(x) isS4(x) && identical(attr(class(x), "package"), "Matrix") && grepl(SPARSE, class(x))

# A matrix without the names of its rows and columns, and without the decompositions that are kept with it.
bare_sparse <- function(x) {
  attr(x, "Dimnames") <- list(NULL, NULL)
  if (!is.null(attr(x, "factors"))) attr(x, "factors") <- list()
  x
}
export_sparse <- function(x) {
  kind <- class(x)[1L]
  layout <- LAYOUTS[[substr(kind, 3L, 3L)]]
  bare <- bare_sparse(x)
  tag <- paste(c(kind, attr(x, "uplo"), attr(x, "diag")), collapse = " ")
  is_general <- substr(kind, 2L, 2L) == "g"
  whole <- if (is_general) bare else bare_sparse(methods::as(bare, "generalMatrix"))
  places <- lapply(c(rows = if (layout == "csr") "p" else "i", columns = switch(layout, csc = "p", "j")), function(each) attr(whole, each))
  values <- attr(whole, "x")
  if (is.null(values)) values <- rep(TRUE, length(if (layout == "csr") places$columns else places$rows))
  if (!is_general && !identical(tryCatch(make_sparse(layout, dim(x), c(list(values), unname(places)), tag), error = function(error) NULL), bare))
    refuse(kind, "is of a form that only R has", "methods::as({x}, \"generalMatrix\")")
  part <- function(values) finish(node("array", shape = sprintf("[%d]", length(values)), vector_of(values)))
  node("sparse", layout = quoted(layout), shape = json_list(dim(x)), values = part(values), rows = part(places$rows), columns = part(places$columns),
       as = if (!is_general || startsWith(kind, "n")) quoted(paste0("r:", tag)))
}
# What a sparse matrix has beyond its elements, as `undressed` has it.
undressed_sparse <- function(x) {
  names <- attr(x, "Dimnames")
  if (is.list(names) && !identical(names, list(NULL, NULL))) list(plain = bare_sparse(x), extra = list(Dimnames = names), lost = character())
}

# `parts` are values, rows and columns.
make_sparse <- function(layout, size, parts, tag) {
  values <- parts[[1L]]
  if (!requireNamespace("Matrix", quietly = TRUE)) refuse("sparse matrix", "needs the package Matrix in R, which is not installed", "need:dense")
  if (!(typeof(values) %in% c("logical", "integer", "double")) || is.object(values)) refuse("sparse matrix", "is of numbers that sparse matrices are not of in R", "need:dense")
  if (any(size > .Machine$integer.max) || !is.integer(parts[[2L]]) || !is.integer(parts[[3L]])) refuse("sparse matrix", "is larger than any in R", "need:dense")
  words <- strsplit(paste0(tag, " "), " ", fixed = TRUE)[[1L]]
  is_own <- grepl(SPARSE, words[1L]) && LAYOUTS[[substr(words[1L], 3L, 3L)]] == layout &&
    switch(substr(words[1L], 1L, 1L), n = is.logical(values) && all(values %in% TRUE), l = is.logical(values), !is.logical(values))
  kind <- paste0(if (is.logical(values)) "l" else "d", "g", names(LAYOUTS)[LAYOUTS == layout], "Matrix")
  if (is_own && startsWith(words[1L], "n")) substr(kind, 1L, 1L) <- "n"
  slots <- list(kind, Dim = as.integer(size), x = if (!startsWith(kind, "n")) if (is.logical(values)) values else as.double(values))
  slots[[if (layout == "csr") "p" else "i"]] <- parts[[2L]]
  slots[[if (layout == "csc") "p" else "j"]] <- parts[[3L]]
  made <- tryCatch(do.call(methods::new, slots[!vapply(slots, is.null, NA)]), error = function(error)
    refuse("sparse matrix", "has elements that are there twice, or not in order, which R cannot have", "need:canonical"))
  if (!is_own) return(made)
  tryCatch(switch(substr(words[1L], 2L, 2L), g = made, s = half_of(made, words[2L], words[1L]), t = half_of(made, words[2L], words[1L], words[3L])), error = function(error) made)
}
# The symmetric or triangular matrix that a general one was; the general one if it is no such any more.
half_of <- function(whole, uplo, kind, diag = "") {
  half <- if (nzchar(diag)) { if (uplo == "U") Matrix::triu(whole) else Matrix::tril(whole) } else Matrix::forceSymmetric(whole, uplo)
  if (identical(diag, "U")) half <- Matrix::.diagN2U(half)
  if (identical(class(half)[1L], kind) && identical(bare_sparse(methods::as(half, "generalMatrix")), whole)) bare_sparse(half) else whole
}
