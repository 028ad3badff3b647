"""Python without libraries, without pyarrow only, and in another kernel than ipykernel."""

from collections.abc import Callable, Iterator

import pytest

from multikernel.core.errors import TransferError

from ..kernels import Kernels
from ..test_python_and_r import SAME

WITHOUT = "import sys, datetime\nfor name in {}: sys.modules[name] = None"
LIBRARIES = ("numpy", "pandas", "polars", "pyarrow")

VALUES = [
    "5",
    "0.1",
    "'\\u00fc'",
    "[1, 2, 3]",
    "[1.5, None]",
    "['a', None]",
    "{'a': [1, 'x']}",
    "(1, 2)",
    "b'x'",
    "[1j, 2j]",
    "datetime.datetime(2024, 1, 1)",
    "[datetime.date(2024, 1, 1)]",
    "None",
]

OF_LIBRARIES = [
    "np.array([1.5, np.nan], dtype='f4')",
    "np.zeros(0, dtype='f4')",
    "np.float32(1.5)",
    "np.array(['2024-01-01', 'NaT'], dtype='M8[us]')",
    "{'a': [np.arange(2), np.timedelta64('NaT', 's')]}",
    "pd.Series(['a', None])",
    "pd.Series([1, None], dtype='Int16')",
    "pd.Series([None, None], dtype='Int16')",
    "pd.Series([], dtype='int8')",
    "pd.Series(pd.to_datetime(['2024-01-01']).tz_localize('Europe/Berlin'))",
    "[pd.Timestamp('2024-02-29', tz='UTC'), pd.Timedelta('5s')]",
    "pa.array(['a', None])",
    "pa.array([b'a', None])",
    "pa.chunked_array([[1, 2], [3]])",
    "pl.Series([1.5, None])",
    "pl.DataFrame({'a': [1, None], 's': ['a', None], 't': [datetime.datetime(2024, 1, 1), None]})",
    "pl.DataFrame({'e': pl.Series(['a', None], dtype=pl.Enum(['a', 'b']))})",
    "pa.table({'a': [1, None], 's': pa.array(['a', None], 'string_view')})",
]

OF_R = [
    "1:3",
    "c(1.5, NA)",
    "c('a', NA)",
    "c(a = 1)",
    "list(1, 'a')",
    ".Date(1)",
    "NA_character_",
    ".POSIXct(c(0, NA))",
]


@pytest.fixture(scope="module", params=["bare", "xpython"])
def small(request: pytest.FixtureRequest, need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a Python that has nothing, or one that is no ipykernel, and an R."""
    kernelspec = "python3" if request.param == "bare" else request.param
    need(kernelspec, "ir")
    with Kernels({"python": kernelspec, "r": "ir"}) as kernels:
        kernels.execute("python", WITHOUT.format(LIBRARIES if request.param == "bare" else ()))
        yield kernels


@pytest.mark.parametrize("value", VALUES)
def test_a_value_of_python_comes_back(small: Kernels, value: str) -> None:
    small.execute("python", f"x = {value}")
    small.copy_there_and_back("python", "x", "r", "y")
    small.execute("python", "assert (type(x), repr(x)) == (type(y), repr(y)), y")


@pytest.mark.parametrize("value", OF_R)
def test_a_value_of_r_comes_back(small: Kernels, value: str) -> None:
    small.execute("r", f"x <- {value}")
    small.copy_there_and_back("r", "x", "python", "y")
    small.execute("r", "stopifnot(identical(x, y, num.eq = FALSE))")


@pytest.mark.parametrize("lacking", [LIBRARIES, LIBRARIES[1:], LIBRARIES[2:]])
def test_values_of_libraries_come_back_from_where_these_are_missing(
    need: Callable[..., None], lacking: tuple[str, ...]
) -> None:
    need("python3")
    with Kernels({"python": "python3", "small": "python3"}) as kernels:
        kernels.execute("python", SAME.read_text("utf-8"))
        kernels.execute("small", WITHOUT.format(lacking))
        for value in OF_LIBRARIES:
            if "pandas" in lacking and value.startswith(("pl.DataFrame", "pa.table")):
                continue
            kernels.execute("python", f"x = {value}")
            kernels.copy_there_and_back("python", "x", "small", "y")
            kernels.execute("python", "assert same(x, y), (x, y)")


@pytest.mark.parametrize(
    ("value", "needed"), [("data.frame(a = 1)", "pandas"), ("factor('a')", "pandas"), ("matrix(1:4, 2)", "numpy")]
)
def test_what_needs_a_library_is_refused(need: Callable[..., None], value: str, needed: str) -> None:
    need("python3", "ir")
    with Kernels({"python": "python3", "r": "ir"}) as kernels:
        kernels.execute("python", WITHOUT.format(LIBRARIES))
        kernels.execute("r", f"x <- {value}")
        with pytest.raises(TransferError, match=f"needs {needed} in Python, which is not installed"):
            kernels.copy("r", "x", "python")


def test_texts_of_pandas_cross_without_pyarrow(need: Callable[..., None]) -> None:
    need("python3", "ir")
    with Kernels({"python": "python3", "r": "ir"}) as kernels:
        kernels.execute("python", WITHOUT.format(("pyarrow", "polars")))
        kernels.execute("python", "import pandas as pd\nx = pd.DataFrame({'s': ['a', None, '\\u00fc'] * 50_000})")
        kernels.copy_there_and_back("python", "x", "r", "y")
        kernels.execute("python", "assert x.equals(y) and (x.dtypes == y.dtypes).all(), y.dtypes")
