"""What does not fit together, of one language or of two, is joined once what the refusal says has been run."""

from collections.abc import Callable, Iterator
from itertools import combinations, product

import pytest

from multikernel.core.cells.transfers import Gather
from multikernel.core.errors import TransferError

from .kernels import Kernels, need_r_package

PYTHON = [
    "[1, 'a']",
    "(1, 2)",
    "numpy.arange(2)",
    "numpy.arange(6.0).reshape(3, 2)",
    "numpy.array(['2024-01-01', 'NaT'], dtype='M8[s]')",
    "pandas.Series([1, None], dtype='Int64')",
    "pandas.Categorical(['a', None])",
    "pandas.DataFrame({'a': [1, 2]})",
    "pandas.DataFrame({'a': ['x', None]}, index=['u', 'v'])",
    "pandas.DataFrame({'a': pandas.Categorical(['a', None])})",
    "polars.DataFrame({'a': [1, None]})",
    "{'a': 1}",
    "[datetime.date(2024, 1, 1), None]",
    "5",
]
R = [
    "c('a', NA)",
    "list(1, 'a')",
    "matrix(c(1L, 2L), 1)",
    "matrix(letters[1:4], 2)",
    "factor(c('b', NA), ordered = TRUE)",
    ".POSIXct(c(0, NA), 'Europe/Berlin')",
    "data.frame(a = c(1, NA))",
    "data.frame(a = factor(c('u', NA)), row.names = c('p', 'q'))",
    "tibble::tibble(a = list(1, 'a'))",
    "bit64::as.integer64(5)",
]
JOINED = [
    ("p", "[1, 'a']", "r", "list(1, 'a')"),
    ("p", "[1, 2]", "r", "list(1, 'a')"),
    ("p", "[datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), None]", "p2", "[1, 'a']"),
    ("p", "[datetime.timedelta(5), 'a', None]", "r", "list(1, NULL)"),
]
"""Lists fit together whatever is in them."""
ASSIGN = {"p": "x = {}", "p2": "x = {}", "r": "x <- {}", "r2": "x <- {}"}


@pytest.fixture(scope="module")
def kernels(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return two kernels of each language."""
    need("python3", "ir")
    with Kernels({"p": "python3", "p2": "python3", "r": "ir", "r2": "ir"}) as kernels:
        for backend in ("p", "p2"):
            kernels.execute(backend, "import datetime, numpy, pandas, polars")
        for package in ("tibble", "bit64"):
            need_r_package(kernels, package)
        yield kernels


def gather(kernels: Kernels, sources: tuple[str, str], target: str) -> None:
    """Join variables."""
    kernels.copy_all(Gather(sources, "x", target, "back"))


def gather_as_told(kernels: Kernels, sources: tuple[str, str], target: str) -> None:
    """Join variables; if that is refused, once what is said has been run."""
    said = ""
    try:
        gather(kernels, sources, target)
    except TransferError as refused:
        said = str(refused)
    if not said:
        return
    for source in sources:
        kernels.follow(source, said)
    try:
        gather(kernels, sources, target)
    except TransferError as again:
        raise AssertionError(f"{said} THEN {again}") from None


@pytest.mark.parametrize(
    ("sources", "target"),
    [
        (("p", "p2"), "p"),
        pytest.param(("r", "r2"), "r", marks=pytest.mark.long),
        (("p", "r"), "p"),
        pytest.param(("r", "p"), "r", marks=pytest.mark.long),
    ],
)
def test_any_two_values_are_joined_as_they_are_or_in_one_step(
    kernels: Kernels, sources: tuple[str, str], target: str
) -> None:
    one, other = (PYTHON if source.startswith("p") else R for source in sources)
    for values in combinations(one, 2) if one is other else product(one[::2], other[::2]):
        for source, value in zip(sources, values, strict=True):
            kernels.execute(source, ASSIGN[source].format(value))
        gather_as_told(kernels, sources, target)


@pytest.mark.parametrize(("one", "first", "other", "second"), JOINED)
def test_lists_of_two_languages_are_one_list(kernels: Kernels, one: str, first: str, other: str, second: str) -> None:
    for source, value in ((one, first), (other, second)):
        kernels.execute(source, ASSIGN[source].format(value))
    gather(kernels, (one, other), "p")
    kernels.execute("p", "assert type(back) is list and len(back) == len(x) + 2 and back[: len(x)] == x, back")


@pytest.mark.parametrize("value", ["matrix(1:4, 2)", "matrix(c(TRUE, NA), 1)", "1:3"])
def test_numbers_of_r_keep_their_shape_when_they_become_doubles(kernels: Kernels, value: str) -> None:
    kernels.execute("r", f"x <- {value}; y <- x")
    kernels.execute("r2", f"x <- {value} + 0.5")
    gather_as_told(kernels, ("r", "r2"), "r")
    kernels.execute("r", "stopifnot(is.double(x), identical(dim(x), dim(y)), identical(c(x), as.numeric(y)))")


def test_what_the_target_refuses_of_joined_values_is_told_where_it_is(kernels: Kernels) -> None:
    kernels.execute("p", "x = [1, 'a', None]")
    kernels.execute("p2", "x = [2, 1 << 70]")
    with pytest.raises(TransferError, match=r"^x\[1\] \(int\).*run `x\[1\] = str\(x\[1\]\)` in p2 first"):
        gather(kernels, ("p", "p2"), "r")
