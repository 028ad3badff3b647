"""Values of other versions of pandas and numpy than the one that the tests run with, to R and to that one, and back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ...e2e.lacking import lacking
from ..kernels import Kernels
from ..labels import SETUP as LABELS
from ..labels import VALUES as WITH_LABELS
from ..test_columns import COLUMNS
from ..test_python_and_r import SAME

VERSIONS = {"1.5": "1.26", "2.2": "1.26", "2.3": "2"}
"""Version of pandas -> of numpy; `make test-pandas` installs them."""
VENV = Path(__file__).parents[3] / ".venv"

SETUP = """
import datetime
import numpy as np, pandas as pd, pyarrow as pa
import dateutil.tz
try:
    import pytz
except ImportError:
    pass
berlin = datetime.datetime(2024, 2, 29, 12)
"""

FROM_R = [
    "mtcars",
    "mtcars[, 0]",
    "iris",
    "CO2$Plant",
    "data.frame(s = c('a', NA), f = factor(c('u', NA)), stringsAsFactors = FALSE)",
    "data.frame(n = 1:2, row.names = c('a', 'b'))",
    "matrix(1:4, 2, dimnames = list(c('a', 'b'), c('c', 'd')))",
    "factor(c('a', 'b', NA), levels = c('b', 'a'))",
    "data.frame(d = as.Date('2024-02-29') + 0:1, t = .POSIXct(c(0.5, NA), 'Europe/Berlin'))",
    "data.frame(t = .POSIXct(c(1e11, NA), 'UTC'))",
    "data.frame(i = c(1L, NA), b = c(TRUE, NA), x = c(1.5, NA))",
    "data.frame(d = as.difftime(c(1, NA), units = 'mins'))",
    "data.frame()",
    "c(a = 1, b = NA)",
]

FROM_PYTHON = [
    "pd.DataFrame({'a': [1, 2], 's': ['x', None]})",
    "pd.DataFrame({'a': [1.5, np.nan], 's': ['x', np.nan]}, index=['u', 'v'])",
    "pd.DataFrame({'s': pd.array(['a', None], dtype='string')})",
    "pd.DataFrame({'s': pd.array(['a', None], dtype='string[pyarrow]')})",
    "pd.DataFrame({'c': pd.Categorical(['a', None, 'b'])})",
    "pd.DataFrame({'i': pd.array([1, None], dtype='Int32'), 'b': pd.array([True, None], dtype='boolean')})",
    "pd.DataFrame({'t': pd.to_datetime(['2024-01-01', None])})",
    "pd.DataFrame({'t': pd.to_datetime(['2024-01-01', None]).tz_localize('Europe/Berlin')})",
    "pd.DataFrame({'t': pd.to_datetime(['2024-01-01', None]).tz_localize('UTC')})",
    "pd.DataFrame({'t': pd.to_datetime(['2024-01-01']).tz_localize(pytz.timezone('Asia/Tokyo'))})",
    "pd.DataFrame({'t': pd.to_datetime(['2024-01-01']).tz_localize(dateutil.tz.gettz('Europe/Berlin'))})",
    "pd.DataFrame({'d': pd.to_timedelta([1, None], 's')})",
    "pd.DataFrame(index=range(2))",
    "pd.DataFrame({'o': pd.Series([berlin, None], dtype=object)})",
    "pd.DataFrame({'a': [1]}, index=pd.RangeIndex(1, 2))",
    "pd.Series(['a', None], name='s')",
    "pd.Series([1, 2])",
    "pd.Timestamp('2024-02-29 12:00:00.123456')",
    "pd.Timestamp('2024-02-29 12:00', tz='Europe/Berlin')",
    "pd.Timedelta(1500, 'ms')",
    "pd.NaT",
    "pytz.timezone('Europe/Berlin').localize(berlin)",
    "[pytz.utc.localize(berlin), berlin.replace(tzinfo=dateutil.tz.gettz('Europe/Berlin'))]",
    "berlin.replace(tzinfo=dateutil.tz.tzutc())",
    "np.array([1.5, np.nan])",
    "np.array(['2024-01-01', 'NaT'], dtype='M8[ns]')",
]


EITHER_WAY = [
    "pd.Series(['a', None])",
    "pd.Categorical(['a', None, 'b'])",
    "pd.DataFrame({'c': pd.Categorical(['a'], categories=['a', 'b'], ordered=True)})",
    "pd.DataFrame({'c': pd.Categorical(pd.to_datetime(['2024', '2025']))})",
    "pd.DataFrame({'a': [1, 2]}, index=pd.CategoricalIndex(['a', 'b']))",
    "pd.DataFrame({'a': [1]}, index=pd.Index(['x'], name='n'))",
    "pd.DataFrame({'a': [1, 2]}, index=pd.Index([1, 2], dtype='int32'))",
    "pd.DataFrame({'a': [1, 2]}, index=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)]))",
    "pd.DataFrame({'a': [1, 2]}, index=pd.date_range('2024-01-01', periods=2, freq='D'))",
    "pd.DataFrame({'a': [1, 2]}, index=pd.to_datetime(['2024-01-01', None]).tz_localize('UTC'))",
    "pd.DataFrame({'a': [1]}).set_axis(pd.Index(['a'], dtype=object), axis=1)",
    "pd.DataFrame({'a': []}).set_axis(pd.Index(['a'], dtype='string'), axis=1)",
    "pd.Series(pd.to_datetime(['2024-01-01', None]))",
    "pd.Series(np.array([1, 2], dtype='m8[s]'))",
    "pd.DataFrame({'t': np.array(['2024', '2025'], dtype='M8[s]')})",
    "pd.DataFrame({'o': pd.Series([pd.Timestamp('2024-02-29', tz='UTC'), None], dtype=object)})",
    "pd.Timestamp('2024-02-29 12:00', tz='+05:30')",
    "{'a': [pd.DataFrame({'s': ['a', None]}), (1, 2)], 'b': pd.Timedelta('5s'), 'c': pd.NA}",
    "pa.table({'a': pa.array(['x', None], 'string_view')})",
    *(value for value in FROM_PYTHON if "pytz" not in value),
]
WITH_OLD = [
    "pd.DataFrame({'a': [1, 2]}, index=pd.date_range('2024-01-31', periods=2, freq='M'))",
    "pd.DataFrame({'a': [1]}, index=pd.to_datetime(['2024-01-01']).tz_localize(pytz.timezone('Asia/Tokyo')))",
    "pd.DataFrame({'t': pd.to_datetime(['2024-01-01']).tz_localize(pytz.utc)})",
    "pd.Series(pd.to_datetime(['2024-01-01']).tz_localize(pytz.FixedOffset(330)))",
    "pd.Timestamp('2024-02-29 12:00', tz=pytz.timezone('Asia/Tokyo'))",
    *(value for value in FROM_PYTHON if "pytz" in value),
]
"""What only older versions have, or their surroundings."""
WITH_NEW = ["pd.DataFrame({'t': np.array(['2024', '3025'], dtype='M8[s]')})"]


@pytest.fixture(scope="module", params=VERSIONS)
def old(request: pytest.FixtureRequest, need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a Python with a version of pandas, the one that the tests run with, and an R."""
    need("python3", "ir")
    executable = VENV / f"pandas-{request.param}" / "bin" / "python"
    if not executable.exists():
        lacking(f"pandas {request.param}")
    with Kernels({"python": str(executable), "new": "python3", "r": "ir"}) as kernels:
        for backend in ("python", "new"):
            kernels.execute(backend, SAME.read_text("utf-8") + SETUP)
        kernels.execute("python", f"assert pd.__version__.startswith('{request.param}')")
        kernels.execute("python", f"assert np.__version__.startswith('{VERSIONS[request.param]}')")
        yield kernels


@pytest.mark.parametrize("value", FROM_R)
def test_a_value_of_r_comes_back(old: Kernels, value: str) -> None:
    old.execute("r", f"x <- {value}")
    old.copy_there_and_back("r", "x", "python", "y")
    old.execute("r", "if (!identical(x, y, num.eq = FALSE)) stop(deparse(y))")


@pytest.mark.parametrize("value", FROM_PYTHON)
def test_a_value_of_python_comes_back(old: Kernels, value: str) -> None:
    old.execute("python", f"x = {value}")
    old.copy_there_and_back("python", "x", "r", "y")
    old.execute("python", "assert same(x, y), (x, y)")


@pytest.mark.parametrize("value", [*EITHER_WAY, *WITH_OLD])
def test_a_value_of_an_older_pandas_comes_back_from_a_newer_one(old: Kernels, value: str) -> None:
    old.execute("python", f"x = {value}")
    old.copy_there_and_back("python", "x", "new", "y")
    old.execute("python", "assert same(x, y), (x, y)")


@pytest.mark.parametrize("value", [*EITHER_WAY, *WITH_NEW])
def test_a_value_of_a_newer_pandas_comes_back_from_an_older_one(old: Kernels, value: str) -> None:
    old.execute("new", f"x = {value}")
    old.copy_there_and_back("new", "x", "python", "y")
    old.execute("new", "assert same(x, y), (x, y)")


KINDS = [kind for kind in COLUMNS if kind != "polars"]
WANTED = "from decimal import Decimal\ndef of_arrow(values, kind): return pd.Series(values, dtype=pd.ArrowDtype(kind))"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("source", "other"), [("python", "r"), ("python", "new"), ("new", "python")])
def test_columns_of_every_type_come_back(old: Kernels, kind: str, source: str, other: str) -> None:
    values = [value for value in COLUMNS[kind] if "dtype_backend" not in value and "pa.decimal256" not in value]
    old.execute(source, f"{WANTED}\nx = [{', '.join(values)}]")
    old.copy_there_and_back(source, "x", other, "y")
    old.execute(source, "assert same(x, y), [pair for pair in zip(x, y) if not same(*pair)]")


@pytest.mark.parametrize(("source", "other"), [("python", "r"), ("python", "new"), ("new", "python")])
def test_labels_come_back(old: Kernels, source: str, other: str) -> None:
    old.execute(source, f"{LABELS}names = {WITH_LABELS}; x = [eval(name) for name in names]")
    old.copy_there_and_back(source, "x", other, "y")
    old.execute(source, "wrong = [n for n, a, b in zip(names, x, y) if not same(a, b)]; assert not wrong, wrong")


def test_what_was_edited_in_the_other_version_is_what_it_is_then(old: Kernels) -> None:
    old.execute("new", "x = pd.DataFrame({'s': ['a', 'b'], 't': pd.to_datetime(['2024', '2025']), 'u': ['a', None]})")
    old.copy("new", "x", "python")
    old.execute("python", "x['s'] = [5, 'b']; x['t'] = [1, 2]; x.insert(0, 'first', 'a')")
    old.copy("python", "x", "new", "y")
    old.execute("new", "assert y.dtypes.astype(str).tolist()[1:] == ['object', 'int64', 'str'], y.dtypes")


@pytest.mark.parametrize("setting", ["np.seterr(all='raise')", "warnings.simplefilter('error')"])
def test_the_users_settings_change_nothing(old: Kernels, setting: str) -> None:
    old.execute("python", f"import warnings; {setting}")
    test_a_value_of_r_comes_back(old, "data.frame(x = c(1e-300, NA, NaN, Inf), s = c('a', NA, 'b', 'c'))")
    old.execute("python", "np.seterr(all='warn'); warnings.resetwarnings()")
