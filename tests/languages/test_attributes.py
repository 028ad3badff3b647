"""Attributes and classes of R that others have nothing for: they come back with a value, and never with another one."""

import pytest

from multikernel.core.cells.transfers import Gather, Scatter
from multikernel.core.errors import TransferError

from .kernels import Kernels, need_r_package

VALUES = [
    "structure(as.difftime(c(1, 2), units = 'mins'), class = c('thing', 'difftime'))",
    "structure(as.difftime(numeric(), units = 'secs'), class = c('thing', 'difftime'))",
    "structure(list(), row.names = integer(), class = 'data.frame')",
    "list(a = structure(list(g = list(a = 1, b = 'x')), row.names = 1:2, class = 'data.frame'))",
    "structure(list(a = 1, 'x', b = NULL), class = 'thing')",
    "structure(list(1, c(a = 2)), class = c('some', 'list'), of = 1:2)",
    "t.test(1:10)",
    "list(structure(list('metre', 'metres'), class = 'units'))",
    "tibble::tibble(g = structure(list(structure(1:2, class = 'at')), class = c('all', 'list')))",
    "structure(1, class = c('foo', 'Date'))",
    "structure(1, class = c('foo', 'POSIXct', 'POSIXt'))",
    "structure(1:3, foo = 'bar')",
    "structure(1:3, levels = 'a')",
    "structure(1.5, units = 'mins')",
    "structure(list(1), tzone = 'UTC')",
    "unclass(as.POSIXct('2024-02-29', tz = 'UTC'))",
    ".POSIXct(0, c('', 'CET', 'CEST'))",
    "structure(factor('a'), contrasts = 'x')",
    "setNames(factor('a'), 'n')",
    "table(c('a', 'b', 'a'))",
    "Titanic",
    "UCBAdmissions",
    "iris3",
    "array(1:8, c(2, 2, 2), list(NULL, NULL, c('a', 'b')))",
    "matrix(1:4, 2, dimnames = list(c('a', 'b'), NULL))",
    "matrix(list(1, 'a'), 1)",
    "setNames(as.raw(1), 'a')",
    "AirPassengers",
    "EuStockMarkets",
    "eurodist",
    "CO2",
    "as.hexmode(255L)",
    "setNames(1:2, c('a', NA))",
    "I(list(a = 1))",
    "structure(data.frame(a = 1), class = c('mine', 'data.frame'), note = 'x')",
    "structure(data.frame(a = structure(1, label = 'l'), b = structure(2, label = 'm'), c = 1), note = 'x')",
    "data.frame(s = I(c(a = 1)))",
    "list(deep = list(structure(1, note = 'x'), structure(2, note = 'x')), `a b` = as.hexmode(1L))",
    "structure(c(a = 1), foo = 'x')",
    "array(list(1, 'a'), 2)",
    "array(list(1, 'a', 3, 4), c(2, 2), list(c('a', 'b'), NULL))",
    "array(list(1, 'a', 3, 4), c(1, 2, 2))",
    "matrix(1:4, 2, dimnames = list(c('a', 'a'), NULL))",
    "matrix(1:4, 2, dimnames = list(x = c('a', 'b'), y = c('c', 'd')))",
    "structure(.Date(1:4), dim = c(2L, 2L), dimnames = list(c('a', 'b'), c('c', 'd')))",
    "setNames(factor(c('a', NA), levels = c('b', 'a')), c('u', 'v'))",
    "structure(factor(c('a', 'b')), dim = c(1L, 2L))",
    "structure(factor(c('b', 'a'), levels = c('b', 'a', 'c')), class = c('mine', 'factor'))",
    "noquote(c(a = 'x'))",
    "summary(c(1, 2, 3))",
    ".POSIXct(0, 5)",
    "structure(c(1, 2), label = 'x y', `format.stata` = '%8.0g')",
    "structure(1:3, comment = c('%20 \\t é', '', NA), n = c(-0, NaN, NA, 1e-310, 0.1, 2^60))",
    "structure(1:3, z = 1i, r = as.raw(7), l = c(NA, TRUE), k = 100000L)",
    "structure(5, label = 'one')",
    "structure('text', label = 'one')",
    "I(1:3)",
    "na.omit(airquality)",
    "na.omit(c(1, NA, 3))",
    "freeny",
    "table(mtcars$cyl, mtcars$gear)",
    "table(c('a', NA), useNA = 'always')",
    "xtabs(~ cyl + gear, mtcars)",
    "table(factor(character()))",
    "matrix(1:4, 2, dimnames = list(NULL, c('a', NA)))",
    "matrix(c(TRUE, NA, FALSE, TRUE), 2, dimnames = list(c('a', 'a'), c('b', 'b')))",
    "matrix(numeric(), 0, 2, dimnames = list(r = NULL, c = c('a', 'b')))",
    "c(a = 1, a = 2)",
    "c(a = 'x', 'y', 'z')",
    "setNames(1:3, c('a', NA, 'b'))",
    "list(a = 1, a = 'x')",
    "list(a = 1, 2, 'x')",
    "list(deep = list(c(a = 1, a = 2)))",
    "setNames(list(1, 2), c(NA, 'b'))",
    "precip",
    "structure(factor(c('a', 'b'), levels = c(x = 'a', y = 'b')), label = 'f')",
    "structure(c(a = 1, b = 2), class = 'thing', of = list(1, list('x', NULL)))",
    "setNames(data.frame(1, 2), c('a', NA))",
    "data.frame(a = structure(1:2, names = c('x', 'y')))",
    "structure(list(1, 'a'), names = c('x', 'y'), note = 'n')",
    "structure(data.frame(a = 1:2), of = y ~ x)",
    "structure(data.frame(a = 1:2), by = mean)",
    ".POSIXct(0, 'not/a zone')",
    ".POSIXct(c(0, NA), 'Etc/GMT-2')",
    ".POSIXct(c(0, NA), '<+0530>-05:30')",
    "structure(c(5L, 7L), class = c('mine', 'IDate', 'Date'))",
    "structure(c(1, NA), class = c('mine', 'POSIXct', 'POSIXt'), tzone = c('', 'CET', 'CEST'))",
    "matrix(as.raw(1:4), 2)",
    "array(as.raw(1:2), 2)",
    "array(as.raw(1:8), c(2, 2, 2), list(NULL, NULL, c('a', 'b')))",
    "data.frame(a = as.raw(1:2), b = I(as.raw(1:2)))",
    "addNA(factor(c('a', NA)))",
    "factor(c('a', NA, 'b'), levels = c(NA, 'b', 'a'), exclude = NULL)",
    "data.frame(f = addNA(factor(c('a', NA), ordered = TRUE)))",
]
OF_PACKAGES = {
    "tibble": [
        "structure(tibble::tibble(a = 1:2), note = 'n')",
    ],
    "dplyr": [
        "dplyr::group_by(tibble::tibble(a = c(2, 1, 2), b = 1:3), a)",
        "dplyr::group_by(tibble::tibble(f = factor('u', c('u', 'v'))), f, .drop = FALSE)",
        "dplyr::rowwise(tibble::tibble(a = c(2, 1, 2)))",
        "dplyr::rowwise(tibble::tibble(a = c(2, 1, 2)), a)",
        "dplyr::group_by(tibble::tibble(a = numeric()), a)",
    ],
    "readr": [
        "readr::read_csv(I('a,b\\n1,x\\n2,y\\n'), show_col_types = FALSE)",
    ],
    "haven": [
        "haven::labelled(c(1, 2, 1), c(a = 1, b = 2), label = 'l')",
        "haven::labelled_spss(c('u', 'v'), c(a = 'u'), na_values = 'v')",
        "tibble::tibble(a = haven::labelled(c(1, NA), c(x = 1)))",
    ],
    "data.table": [
        "{ d <- data.table::data.table(a = c('b', 'a'), b = 2:1); data.table::setkey(d, a); d }",
        "{ d <- data.table::data.table(a = 2:1); data.table::setindex(d, a); d }",
    ],
    "zoo": ["zoo::yearmon(2024)", "zoo::zoo(c(1, 2), .Date(1:2))"],
    "units": ["units::set_units(1:3, 'm')"],
    "survival": [
        "survival::Surv(c(1, 2), c(0, 1))",
    ],
}

LABELLED = "structure(c(1, 2, 1), label = 'l', labels = c(a = 1, b = 2), class = 'labelled', of = 'whole')"
GROUPED = "dplyr::group_by(tibble::tibble(a = c(1, 1, 2), b = 1:3), a)"
KEYED = "data.table::setkey(data.table::data.table(a = c(2, 1, 1), b = 3:1), a)"
EDITS = [
    (LABELLED, "x[0] = 2", "structure(c(2, 2, 1), label = 'l', labels = c(a = 1, b = 2), class = 'labelled')"),
    (LABELLED, "x[:] = x[::-1].copy()", LABELLED),
    (LABELLED, "x = ['u', 'v']", "c('u', 'v')"),
    ("structure(1:3, note = 'n')", "x[0] = 7", "c(7L, 2L, 3L)"),
    ("structure('a', note = 'n')", "x = 'b'", "'b'"),
    ("structure(data.frame(a = 1:2), note = 'n')", "x['b'] = 1.5", "data.frame(a = 1:2, b = 1.5)"),
    ("na.omit(data.frame(a = c(1, NA, 3)))", "x['b'] = 1.5", "data.frame(a = c(1, 3), b = 1.5, row.names = c(1L, 3L))"),
    ("na.omit(data.frame(a = c(1, NA, 3)))", "x = x.iloc[::-1]", "data.frame(a = c(3, 1), row.names = c(3L, 1L))"),
    ("ts(c(1, 2), start = 2020)", "x[0] = 7", "c(7, 2)"),
    ("table(c('a', 'b'))", "x['a'] = 7", "c(a = 7L, b = 1L)"),
    (
        "table(c('a', 'b'), 1:2)",
        "x.iloc[0, 0] = 7",
        "matrix(c(7L, 0L, 0L, 1L), 2, dimnames = list(c('a', 'b'), c('1', '2')))",
    ),
    ("list(a = 1, a = 'x')", "del x[0]", "list('x')"),
    ("c(a = 1, a = 2)", "x[0] = 7", "c(7, 2)"),
    (GROUPED, "x['c'] = x.b * 2", "dplyr::group_by(tibble::tibble(a = c(1, 1, 2), b = 1:3, c = 2L * 1:3), a)"),
    (GROUPED, "x['a'] = [2.0, 2.0, 1.0]", "tibble::tibble(a = c(2, 2, 1), b = 1:3)"),
    (
        GROUPED,
        "x.drop(index=1, inplace=True)",
        "structure(tibble::tibble(a = c(1, 2), b = c(1L, 3L)), row.names = c(0L, 2L))",
    ),
    (KEYED, "x['b'] = 1.5", "data.table::setkey(data.table::data.table(a = c(1, 1, 2), b = 1.5), a)"),
    (KEYED, "x['a'] = [3.0, 2.0, 1.0]", "data.table::data.table(a = c(3, 2, 1), b = c(2L, 1L, 3L))"),
]
"""Value, what Python does to it, and what then comes back."""

SAME = "if (!identical({}, {}, num.eq = FALSE)) stop(paste(deparse({}), '<>', deparse({})))"


def check(kernels: Kernels, expected: str, found: str) -> None:
    """AssertionError unless two variables of R's are identical."""
    kernels.execute("r", SAME.format(expected, found, expected, found))


def come_back(kernels: Kernels, values: list[str]) -> None:
    """Send values there and back, all in one list."""
    kernels.execute("r", f"x <- list({', '.join(values)}); invisible()")
    kernels.copy_there_and_back("r", "x", "python", "y")
    kernels.execute("r", "same <- mapply(identical, x, y, num.eq = FALSE); if (!all(same)) stop(deparse(x[!same]))")


def test_they_come_back(kernels: Kernels) -> None:
    come_back(kernels, VALUES)


def test_those_of_the_whole_value_come_back(kernels: Kernels) -> None:
    for value in ("AirPassengers", "table(mtcars$cyl, mtcars$gear)", "structure(5, note = 'n')", "na.omit(airquality)"):
        kernels.execute("r", f"x <- {value}; invisible()")
        kernels.copy_there_and_back("r", "x", "python", "y")
        check(kernels, "x", "y")


@pytest.mark.parametrize("package", OF_PACKAGES)
def test_those_of_packages_come_back(kernels: Kernels, package: str) -> None:
    need_r_package(kernels, package)
    come_back(kernels, OF_PACKAGES[package])


@pytest.mark.parametrize(("value", "edit", "expected"), EDITS)
def test_what_is_not_true_of_a_changed_value_is_left_behind(
    kernels: Kernels, value: str, edit: str, expected: str
) -> None:
    for package in ("dplyr", "data.table"):
        need_r_package(kernels, package)
    kernels.execute("r", f"x <- {value}; expected <- {expected}; invisible()")
    kernels.copy("r", "x", "python")
    kernels.execute("python", edit)
    kernels.copy("python", "x", "r", "y")
    check(kernels, "expected", "y")


FOREIGN = [
    ("structure(1:3, class = 'thing')", "1:3"),
    ("structure(data.frame(a = 1), of = y ~ x)", "data.frame(a = 1)"),
    ("list(a = structure(c(a = 1, b = 2), class = 'thing'))", "list(a = list(a = 1, b = 2))"),
    ("survival::Surv(c(1, 2), c(0, 1))", "data.frame(time = c(1, 2), status = c(0, 1))"),
]
"""What only the session that it left gets back as it was, and what others get."""


@pytest.mark.parametrize(("value", "expected"), FOREIGN)
def test_what_only_its_own_session_can_know_is_refused_in_another(kernels: Kernels, value: str, expected: str) -> None:
    kernels.execute("r", f"x <- {value}; expected <- {expected}")
    kernels.copy("r", "x", "python")
    kernels.execute("r", "options(multikernel = NULL)")
    with pytest.raises(TransferError, match="only to the R session that they left") as refused:
        kernels.copy("python", "x", "r")
    kernels.follow("python", str(refused.value))
    kernels.copy("python", "x", "r")
    check(kernels, "expected", "x")


def test_what_is_nothing_but_data_comes_back_to_any_session(kernels: Kernels) -> None:
    need_r_package(kernels, "readr")
    for value in (GROUPED, LABELLED, "AirPassengers"):
        kernels.execute("r", f"x <- {value}")
        kernels.copy("r", "x", "python")
        kernels.execute("r", "options(multikernel = NULL)")
        kernels.copy("python", "x", "r", "y")
        check(kernels, "x", "y")
    kernels.execute("r", f"x <- {OF_PACKAGES['readr'][0]}")
    kernels.copy("r", "x", "python")
    kernels.execute("r", "options(multikernel = NULL)")
    kernels.copy("python", "x", "r", "y")
    # As after saveRDS.
    kernels.execute("r", "attr(x, 'problems') <- attr(y, 'problems') <- NULL")
    check(kernels, "x", "y")


def test_chunks_have_what_is_true_of_their_elements(kernels: Kernels) -> None:
    kernels.execute("r", f"x <- data.frame(t = ts(1:3)); x$l <- {LABELLED}; attr(x, 'note') <- 'n'; g <- {GROUPED}")
    for name in ("x", "g"):
        kernels.copy_all(Scatter("r", name, ("python", "other"), name))
        kernels.copy_all(Gather(("python", "other"), name, "r", f"{name}_"))
    kernels.execute("r", "attributes(x$t) <- attr(x, 'note') <- attr(x$l, 'of') <- NULL")
    check(kernels, "x", "x_")
    kernels.execute("r", "g <- tibble::as_tibble(unclass(g)[1:2])")
    check(kernels, "g", "g_")


def test_what_is_joined_has_the_same_attributes(kernels: Kernels) -> None:
    for name, label in (("x", "l"), ("y", "m")):
        kernels.execute("r", f"{name} <- structure(c(1, 2), label = '{label}')")
        kernels.copy("r", name, "python")
        kernels.copy("r", name, "other")
    kernels.copy("r", "y", "other", "x")
    with pytest.raises(TransferError, match="with other attributes"):
        kernels.copy_all(Gather(("python", "other"), "x", "r", "z"))


def test_attributes_that_are_too_large_are_refused(kernels: Kernels) -> None:
    kernels.execute("r", f"x <- {GROUPED}; expected <- data.frame(a = c(1, 1, 2), b = 1:3)")
    kernels.copy("r", "x", "python")
    kernels.execute("r", "assign('LONGEST_TAG', 100, envir = getOption('multikernel'))")
    with pytest.raises(TransferError, match="groups, too much for what travels with a value") as refused:
        kernels.copy("r", "x", "python")
    kernels.follow("r", str(refused.value))
    kernels.execute("r", "options(multikernel = NULL)")
    check(kernels, "expected", "x")
