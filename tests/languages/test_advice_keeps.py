"""What Python and R refuse to send is copied once what the refusal says has been run, with all that was in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multikernel.core.errors import TransferError

from .kernels import Kernels, need_r_package
from .test_advice import ASSIGN, PYTHON_REFUSES, R_ADVISES, TARGETS_CANNOT_HAVE
from .test_types import SETUP

LEAVES = Path(__file__).parent / "leaves"

MORE_OF_PYTHON = [
    "type('Day', (datetime.date,), {})(2024, 2, 29)",
    "type('Span', (datetime.timedelta,), {})(5)",
    "zoneinfo.ZoneInfo('Europe/Berlin')",
    "len",
    "pathlib",
    "collections.deque([1, 2])",
    "np.array([[1, 1001]], dtype='m8[ps]')",
    "pd.Series(pd.Categorical([1, 'a']))",
    "pd.DataFrame({'a': [1]}, index=pd.Index([1], name=b'n'))",
    "np.rec.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])",
    "{'a': 1}.items()",
    "collections.ChainMap({'a': 1})",
    "ValueError('a')",
]
MORE_OF_R = [
    "mean",
    "structure(ordered(c('a', NA, NA), levels = c('b', 'a')), levels = c('b', NA, 'a'))",
    "list(a = as.difftime(c(1, NaN), units = 'mins'))",
    "structure(.Date(c(1, Inf)), dim = c(1L, 2L))",
    "setNames(.Date(c(1, Inf)), c('a', 'b'))",
    "setNames(.POSIXct(c(1, Inf)), c('a', 'b'))",
    "as.difftime(Inf, units = 'days')",
    "formals(function(x, y = 2) x)",
    "hclust(dist(1:4))",
    "structure(list(a = 1, b = quote(x), c = structure(list(mean), class = 'other')), class = 'thing')",
]
MORE_TARGETS = [
    ("python", "'a\\0b'", "r"),
    ("python", "['a\\0b', None]", "r"),
    ("python", "pd.DataFrame({'s': ['a\\0b', None]})", "r"),
    ("python", "np.array(['a\\0b'])", "r"),
    ("python", "pd.Timestamp.max", "r"),
    ("python", "datetime.timedelta.max", "r"),
    ("python", "pd.DataFrame({'o': [1, 2**70]}, index=[5, 1])", "r"),
    ("python", "pd.Series([2**70, 'a', None], dtype=object, index=[5, 1, 0])", "r"),
    ("python", "pd.Series([2**70, 'a'], dtype=object)", "r"),
    ("python", "(1, (2**70, 2), [3, (2**80,)])", "r"),
    ("python", "{'a': {2**70}}", "r"),
    ("python", "pd.DataFrame({'o': [{'k': 2**70}, None]})", "r"),
    ("python", "pd.Series([1], index=pd.Index([2**63], dtype='uint64'), name=5)", "r"),
    ("python", "pd.DataFrame({'c': pd.Categorical([pd.Timedelta(1), None])})", "r"),
    ("python", "pd.Categorical([pd.Timedelta(1), None])", "r"),
    ("python", "pd.DataFrame({'u': pd.array([2**63, None], dtype='UInt64')})", "r"),
    ("python", "pl.DataFrame({'u': pl.Series([2**63, None], dtype=pl.UInt64), 'b': [1, 2]})", "r"),
    ("python", "pl.Series([2**63, None], dtype=pl.UInt64)", "r"),
    ("python", "pl.Series('named', [2**63, None], dtype=pl.UInt64)", "r"),
    ("python", "pa.table({'u': pa.array([2**63, None], 'uint64'), 'b': [1, 2]})", "r"),
    ("python", "pa.array([2**63, None], 'uint64')", "r"),
    ("python", "pd.DataFrame({'a': [1], 's': ['x']})", "bare"),
    ("python", "pd.Categorical(['a', None])", "bare"),
    ("python", "pl.DataFrame({'a': [1, None]})", "bare"),
    ("python", "pa.table({'a': [1, None]})", "bare"),
    ("python", "np.arange(6).reshape(2, 3)", "bare"),
    ("r", "mtcars", "bare"),
    ("r", "factor(c('a', NA))", "bare"),
    ("r", "matrix(1:4, 2)", "bare"),
]
ROUNDED = [
    "np.array([[1, 1001]], dtype='m8[ps]')",
    ".POSIXct(0.1 + 1e-12)",
    ".POSIXct(c(1, NaN))",
    "mean(as.Date(character()))",
    "list(a = as.difftime(c(1, NaN), units = 'mins'))",
    "rawToChar(as.raw(255))",
    "c('a', rawToChar(as.raw(255)))",
    "within(data.frame(a = 1:2), { m <- matrix(1:4, 2); t <- as.POSIXlt('2024-01-01', tz = 'UTC')[c(1, 1)] })",
    "np.datetime64(1700000000000000954, 'ns')",
    "pd.DataFrame({'t': pd.to_datetime([1700000000000000954])})",
    "pd.DataFrame({'a': [1]}, index=pd.to_datetime([1700000000000000954]))",
]
"""What is not the same text afterwards: what no target has is rounded, or read as Latin-1; columns have other names."""


@pytest.fixture(scope="module")
def kernels(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a kernel of each language, another Python, and one without libraries."""
    need("python3", "ir")
    with Kernels({"python": "python3", "other": "python3", "bare": "python3", "r": "ir"}) as kernels:
        kernels.execute("python", SETUP + LEAVES.with_suffix(".py").read_text("utf-8"))
        kernels.execute("r", LEAVES.with_suffix(".R").read_text("utf-8"))
        missing = ("numpy", "pandas", "polars", "pyarrow")
        kernels.execute("bare", f"import sys\nfor name in {missing}: sys.modules[name] = None")
        yield kernels


NOTE = {"python": "before = leaves(x)", "r": "before <- leaves(x); invisible()"}
CHECK = {
    "python": "assert before <= leaves(x), (before - leaves(x), x)",
    "r": "if (!all(before %in% leaves(x))) stop(paste(setdiff(before, leaves(x)), collapse = ' '))",
}


def follow(kernels: Kernels, source: str, value: str, target: str) -> None:
    """Copy a value once what the refusal says has been run, which loses nothing."""
    kernels.execute(source, ASSIGN[source].format(value))
    kernels.execute(source, NOTE[source])
    with pytest.raises(TransferError) as refused:
        kernels.copy(source, "x", target)
    kernels.follow(source, str(refused.value))
    kernels.copy(source, "x", target)
    if value not in ROUNDED:
        kernels.execute(source, CHECK[source])


@pytest.mark.parametrize("value", [*PYTHON_REFUSES, *MORE_OF_PYTHON])
def test_what_python_cannot_export(kernels: Kernels, value: str) -> None:
    follow(kernels, "python", value, "other")


@pytest.mark.parametrize("value", [*R_ADVISES, *MORE_OF_R])
def test_what_r_cannot_export(kernels: Kernels, value: str) -> None:
    follow(kernels, "r", value, "python")


@pytest.mark.parametrize(("source", "value", "target"), [*TARGETS_CANNOT_HAVE, *MORE_TARGETS])
def test_what_a_target_cannot_have(kernels: Kernels, source: str, value: str, target: str) -> None:
    follow(kernels, source, value, target)


def test_what_only_a_package_has(kernels: Kernels) -> None:
    need_r_package(kernels, "lubridate")
    for value in ("lubridate::days(3)", "lubridate::dhours(1)", "lubridate::interval(.Date(0), .Date(1))"):
        kernels.execute("r", f"x <- {value}")
        with pytest.raises(TransferError) as refused:
            kernels.copy("r", "x", "python")
        kernels.follow("r", str(refused.value))
        kernels.copy("r", "x", "python")
