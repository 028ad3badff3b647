"""Types that are rare: each comes back as what it was, or is refused in words that say what to do."""

import pytest

from multikernel.core.cells.transfers import Transfer
from multikernel.core.errors import TransferError

from .kernels import Kernels, need_r_package
from .test_python_and_r import SAME

SETUP = """
import collections, dataclasses, datetime, enum, pathlib, uuid, zoneinfo
import numpy as np, pandas as pd, polars as pl, pyarrow as pa
import scipy.sparse as sp

def with_attrs(x):
    x.attrs["a"] = 1
    return x
"""

FROM_PYTHON = [
    "pa.record_batch({'a': [1, None], 's': ['x', None]})",
    "pa.chunked_array([[1, 2], [3]])",
    "pa.array(['a', None])",
    "pl.Series('a', [1, None])",
    "pl.Series([1.5, 2.5])",
    "pl.DataFrame({'e': pl.Series(['a', None], dtype=pl.Enum(['a', 'b']))})",
    "pl.DataFrame({'e': pl.Series(['a', None], dtype=pl.Categorical)})",
    "pl.DataFrame({'b': [b'a', None]})",
    "np.datetime64('2024-02-29')",
    "np.datetime64('2024-02-29T12:00:00.5')",
    "np.datetime64('NaT', 'us')",
    "np.timedelta64(5, 'h')",
    "np.timedelta64('NaT', 's')",
    "np.array(5)",
    "np.array('x')",
    "np.array(np.datetime64('2024-02-29'))",
    "np.array([b'a', b'bc'])",
    "np.array([['a', None], ['c', 'd']], dtype=object)",
    "np.array([[None, None]], dtype=object)",
    "np.array([['2024-01-01', 'NaT']], dtype='M8[D]')",
    "np.array(['2024-01-01', 'NaT'], dtype='M8[us]')",
    "np.array([16777216570312500, -1000], dtype='M8[ns]')",
    "np.array([-1500000001], dtype='m8[ns]')",
    "np.array([9200000000001, -9007199254740992], dtype='m8[ms]')",
    "np.array([300_000_000_000, -9007199254740992], dtype='M8[s]')",
    "datetime.datetime(9999, 12, 31, 23, 59, 59)",
    "datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=-2)))",
    "pd.DataFrame({'t': pd.to_datetime(['2000-01-01']).tz_localize(datetime.timezone(datetime.timedelta(hours=2)))})",
    "datetime.datetime(2000, 1, 1, tzinfo=zoneinfo.ZoneInfo('GMT'))",
    "pd.DataFrame({'t': pd.to_datetime(['2000-01-01']).tz_localize(zoneinfo.ZoneInfo('GMT'))})",
    "pd.DataFrame({'t': pd.to_datetime(['2000-01-01']).tz_localize('Etc/UTC')})",
    "pd.DataFrame()",
    "pd.DataFrame({'a': [1, 2]}, index=pd.RangeIndex(0, 10, 5))",
    "pd.DataFrame({'a': [1]}).set_axis(pd.Index(['a'], dtype=object), axis=1)",
    "pd.DataFrame({'a': [1]}).set_axis(pd.Index(['a'], dtype='string'), axis=1)",
    "pd.DataFrame({'a': [1]}, index=pd.Index(['x'], dtype=object))",
    "pd.DataFrame({'a': pd.array(['x', None], dtype='string[python]')})",
    "pd.Series([pd.NA, 'a'], dtype=object)",
    "pd.Series([pd.NA, 1, None, float('nan')], dtype=object)",
    "np.array(['2024-01-01', 'NaT'], dtype='>M8[s]')",
    "pl.Series(['a', None], dtype=pl.Enum(['a', 'b']))",
    "pl.Series('n', ['a', None], dtype=pl.Enum(['a', 'b']))",
    "datetime.datetime(2300, 1, 1, 0, 0, 0, 500_000)",
    "np.timedelta64(-1500000001, 'ns')",
    "np.frombuffer(bytes.fromhex('0100c07f0000807f'), '<f4')",
    "np.frombuffer(bytes.fromhex('017e007c'), '<f2')",
    "np.frombuffer(bytes.fromhex('010000000000f87fff0000000000f87f'), '<c16')",
    "pd.Series([1, 2], name='s')",
    "pd.Series([1, 'a', None, 2.5], dtype=object)",
    "pd.Series(['a', None], dtype='string')",
    "pd.DataFrame({'o': [[1], {'a': 2}, np.array([1, 2])]})",
    "pd.DataFrame({'o': [datetime.time(1, 2), None]})",
    "pd.DataFrame([[1, 2]], columns=['a', 'a'])",
    "pd.DataFrame({'a': []}, index=pd.Index([], dtype='int64'))",
    "pd.DataFrame({'a': []}, index=pd.Index([], dtype='str'))",
    "pd.DataFrame({'a': []}, index=pd.RangeIndex(5, 5))",
    "pd.DataFrame({'a': [1, 2]}, index=pd.RangeIndex(1, 3))",
    "pd.DataFrame({'a': [1, 2]}, index=pd.Index([1, 2]))",
    "pd.DataFrame(index=range(3))",
    "pd.Timedelta(-1, 'ns')",
    "pd.Categorical(pd.Index(['a'], dtype=object))",
    "pa.table({'a': pa.array(['x', None]).dictionary_encode()})",
]

FROM_R = [
    "setNames(character(), character())",
    "setNames(list(), character())",
    "setNames(.Date(numeric()), character())",
    "structure(numeric(), units = 'secs', class = c('hms', 'difftime'))",
    "structure(c(NA, NA_real_), units = 'secs', class = c('hms', 'difftime'))",
    ".POSIXct(0, 'GMT')",
    ".POSIXct(c(0, NA), 'GMT')",
    "data.frame(t = .POSIXct(c(0, NA), 'Etc/UTC'))",
    "NA",
    "NA_integer_",
    "NA_character_",
    "NA_complex_",
    "c(a = 1L, b = NA)",
    "list(NULL, NA, list(NA_character_))",
    "matrix(c(1L, NA, 3L, 4L), 2)",
    "matrix(c('a', NA, 'b', 'c'), 2)",
    "matrix(c(1i, NA), 2)",
    "matrix(NA, 2, 2)",
    "matrix(NA_character_, 1, 2)",
    "array(NA, 1)",
    "array(NA_integer_, 3)",
    "array(logical(), 0)",
    "complex(1, NA, 1)",
    "c(complex(1, 1, NA), 1i, NA)",
    "structure(5L, class = 'Date')",
    "structure(c(5L, NA), class = 'Date')",
    ".POSIXct(c(5L, NA), 'UTC')",
    ".POSIXct(5L)",
    "as.difftime(5L, units = 'secs')",
    ".POSIXct(c(-1e9, 3.25, 1e-6), 'UTC')",
    ".POSIXct(c(0x1.00000092p+24, -1e-6), 'UTC')",
    ".POSIXct(c(1e12, -1e12, 2^53, NA), 'UTC')",
    ".POSIXct(1e11, 'Europe/Berlin')",
    "matrix(.Date(c(1, NA, 3, 4)), 2)",
    "data.frame(a = I(list('a', 'b')))",
    "data.frame(z = c(1i, NA))",
    "data.frame(r = 1:3)[2:3, , drop = FALSE]",
]

WITH_PACKAGES = {
    "bit64": [
        "bit64::as.integer64(5)",
        "bit64::as.integer64('9007199254740993')",
        "bit64::NA_integer64_",
        "bit64::as.integer64(c('9007199254740993', NA))",
        "bit64::as.integer64(c(-1, 2))",
        "data.frame(i = bit64::as.integer64(c('9007199254740993', NA)))",
    ],
    "tibble": [
        "tibble::tibble(a = 1:2, b = c('x', NA))",
        "tibble::tibble(a = list('a', 'b'))",
        "tibble::tibble(a = list(1:3, NULL))",
        "tibble::tibble(t = structure(3723, units = 'secs', class = c('hms', 'difftime')))",
    ],
    "data.table": [
        "data.table::data.table(a = 1:2, b = c('x', 'y'))",
        "data.table::data.table(d = data.table::as.IDate('2024-01-01'))",
        "data.table::data.table(a = list(1, 'x'))",
    ],
}


@pytest.fixture(scope="module")
def ready(kernels: Kernels) -> Kernels:
    """Return kernels, with a Python that can compare."""
    kernels.execute("python", SAME.read_text("utf-8") + SETUP)
    return kernels


@pytest.mark.parametrize("value", FROM_PYTHON)
def test_it_comes_back_to_python(ready: Kernels, value: str) -> None:
    ready.execute("python", f"x = {value}")
    ready.copy_there_and_back("python", "x", "r", "y")
    ready.execute("python", "assert same(x, y), (x, y)")


def _comes_back_to_r(ready: Kernels, value: str) -> None:
    ready.execute("r", f"x <- {value}")
    ready.copy_there_and_back("r", "x", "python", "y")
    ready.execute("r", "if (!identical(x, y, num.eq = FALSE)) stop(deparse(y))")


@pytest.mark.parametrize("value", FROM_R)
def test_it_comes_back_to_r(ready: Kernels, value: str) -> None:
    _comes_back_to_r(ready, value)


@pytest.mark.parametrize("package", WITH_PACKAGES)
def test_types_of_packages_come_back_to_r(ready: Kernels, package: str) -> None:
    need_r_package(ready, package)
    for value in WITH_PACKAGES[package]:
        _comes_back_to_r(ready, value)


@pytest.mark.parametrize("bad", ["wide", "locked", "active"])
def test_all_values_enter_r_or_none(ready: Kernels, bad: str) -> None:
    ready.execute("python", "n = 5; wide = [2**70, {'a': 2**80}]; locked = active = 1")
    ready.execute("r", "ran <- 0; locked <- 3; lockBinding('locked', globalenv())")
    ready.execute("r", "makeActiveBinding('active', function(v) ran <<- ran + 1, globalenv())")
    with pytest.raises(TransferError) as refused:
        ready.copy_all(Transfer("python", "n", "r", "entered"), Transfer("python", bad, "r", bad))
    assert bad in str(refused.value)
    ready.execute("r", "stopifnot(!exists('entered'), ran == 0)")
    ready.execute("r", "unlockBinding('locked', globalenv()); rm(locked, active)")
    if bad == "wide":
        assert "wide[1]['a']" in str(refused.value)
        ready.follow("python", str(refused.value))
        ready.copy("python", "wide", "r")


def test_all_values_enter_python_or_none(ready: Kernels) -> None:
    ready.execute("r", "n <- 5; twice <- structure(c(1, 2), dim = 2:1, units = 'secs', class = c('hms', 'difftime'))")
    with pytest.raises(TransferError, match="twice"):
        ready.copy_all(Transfer("r", "n", "python", "entered"), Transfer("r", "twice", "python", "twice"))
    ready.execute("python", "assert 'entered' not in globals()")
    ready.copy_all(Transfer("r", "n", "python", "entered"), Transfer("r", "n", "python", "twice"))
    ready.execute("python", "assert (entered, twice) == (5, 5)")


def test_a_variable_of_r_that_is_not_there(ready: Kernels) -> None:
    with pytest.raises(TransferError, match="There is no variable nosuch in r"):
        ready.copy("r", "nosuch", "python")


def test_texts_of_more_than_one_part(ready: Kernels) -> None:
    for value in ("[f'row {i:060d} ü' for i in range(300_000)]", "['a' * 20_000_000, '', 'ü' * 9_000_000, '']"):
        ready.execute("python", f"x = pd.DataFrame({{'t': pd.array({value}, dtype='str')}})")
        ready.copy_there_and_back("python", "x", "r", "y")
        ready.execute("python", "assert same(x, y)")


@pytest.mark.parametrize("characters", ["range(1, 32)", "range(1, 128)", "[*range(1, 32), 0xe9, 0x1f600]"])
def test_texts_of_every_control_character(ready: Kernels, characters: str) -> None:
    ready.execute("python", f"x = ['', *map(chr, {characters}), '']")
    ready.copy_there_and_back("python", "x", "r", "y")
    ready.execute("python", "assert same(x, y), y")


def test_integers_at_the_ends_of_what_r_tells(ready: Kernels) -> None:
    ready.execute("python", "x = [np.array([0, 2**53 - 1, 5]), np.array([-1, 2**53]), np.array([0, -(2**53)])]")
    ready.copy_there_and_back("python", "x", "r", "y")
    ready.execute("python", "assert same(x, y), y")
