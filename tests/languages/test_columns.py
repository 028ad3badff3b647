"""Columns of the types that libraries have: each comes back as what it was, from R and from another Python."""

import pytest

from .kernels import Kernels, need_r_package
from .test_python_and_r import SAME

SETUP = """
import datetime
from decimal import Decimal
import numpy as np, pandas as pd, polars as pl, pyarrow as pa
import scipy.sparse as sp

def of_arrow(values, kind):
    return pd.Series(values, dtype=pd.ArrowDtype(kind))
"""

COLUMNS = {
    "pandas on pyarrow": [
        "pd.DataFrame({'a': [1, None], 'b': ['x', None], 'd': [True, None]}).convert_dtypes(dtype_backend='pyarrow')",
        "of_arrow([1, 2], pa.int64())",
        "of_arrow(['a', None], pa.string())",
        "of_arrow(['a', None], pa.large_string())",
        "of_arrow([datetime.datetime(2024, 1, 1), None], pa.timestamp('ns'))",
        "of_arrow([datetime.datetime(2024, 1, 1), None], pa.timestamp('us', 'Europe/Berlin'))",
        "of_arrow([datetime.date(2024, 1, 1), None], pa.date32())",
        "of_arrow([datetime.time(1, 2), None], pa.time64('us'))",
        "of_arrow([datetime.timedelta(1), None], pa.duration('s'))",
        "of_arrow([b'a', None], pa.binary())",
        "of_arrow([Decimal('1.10'), None], pa.decimal128(10, 2))",
        "of_arrow([[1, 2], [3], [], None, [None]], pa.list_(pa.int64()))",
        "of_arrow([{'a': 1, 'b': 'x'}, None], pa.struct([('a', pa.int64()), ('b', pa.string())]))",
        "of_arrow([None, None], pa.null())",
        "of_arrow(['a', 'b', None], pa.dictionary(pa.int32(), pa.string()))",
    ],
    "pyarrow": [
        "pa.array([[1, 2], [3], [], None, [None]])",
        "pa.array([[1, 2], [3, 4], None], pa.list_(pa.int8(), 2))",
        "pa.array([['a'], [], None, [None, 'b']])",
        "pa.array([[['a'], None], [], None, [[None, 'b'], []]])",
        "pa.array([{'a': 1, 'b': [1.5, None]}, None, {'a': None, 'b': None}])",
        "pa.array([[{'a': 1, 'b': 'x'}], [], None])",
        "pa.array([Decimal('1.10'), None, Decimal('-0.05')])",
        "pa.array([Decimal('1.10')], pa.decimal256(50, 3))",
        "pa.nulls(3)",
        "pa.array([None, b'abcd'], pa.binary(4))",
        "pa.array([datetime.date(2024, 1, 1)], pa.date64())",
        "pa.table({'a': [[1], None], 'b': [{'x': 1}, None], 'd': pa.nulls(2), 'e': [[1.5, 2.5], [float('nan')]]})",
        "pa.table({'a': [[datetime.date(2024, 1, 1)], None], 'b': [{'x': datetime.datetime(2024, 1, 1)}, None]})",
        "pa.table({'c': [[True], [False, None]], 'e': [[b'a'], [b'', b'c']]})",
        "pa.array([[2**40, 2], [3]])",
        "pa.array([[1, 2], [3]], pa.list_(pa.uint8()))",
        "pa.table({'a': pa.array([['x']])}).slice(0, 1)",
        "pa.array([[1, 2], [3], [4, 5]]).slice(1, 2)",
        "pa.array([{'a': 1}, {'a': 2}]).slice(1, 1)",
    ],
    "polars": [
        "pl.DataFrame({'a': [[1], None], 'b': [{'x': 1, 'y': 'k'}, None], 'd': [Decimal('1.5'), None]})",
        "pl.DataFrame({'': [1], 'column_0': [2]})",
        "pl.Series([None, None])",
        "pl.Series([[1, 2], [3]])",
        "pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int16, 2))",
        "pl.Series([[datetime.time(1, 2)], []])",
        "pl.Series('n', [[[1, 2], []], [None], None])",
        "pl.Series([Decimal('1.50'), None])",
        "pl.Series([{'a': datetime.timedelta(1), 'b': datetime.date(2024, 1, 1)}])",
    ],
    "decimals": [
        "Decimal('1.50')",
        "Decimal('-0')",
        "Decimal('1E+5')",
        "Decimal('sNaN12')",
        "Decimal('Infinity')",
        "[Decimal('1.5'), None, Decimal('2.50')]",
        "[Decimal('1.5'), 1, 'a']",
        "(Decimal('1.5'), )",
        "{'a': Decimal('1.5')}",
        "pd.Series([Decimal('1.5'), None])",
        "pd.Series([Decimal('1.5'), float('nan')])",
        "pd.Series([Decimal('1.5'), 1.5])",
        "pd.DataFrame({'a': [Decimal('1.5'), Decimal('2')]})",
        "np.array([Decimal('1.5'), None], dtype=object)",
        "np.array([[Decimal('1.5'), None]], dtype=object).tolist()",
        "[Decimal('1.5')]",
    ],
    "categories": [
        "pd.Series(pd.cut(pd.Series([1, 2, 3.5, None]), 3))",
        "pd.DataFrame({'c': pd.cut([1, 5, 9], [0, 5, 10]), 'q': pd.qcut([1., 2., 3.], 2)})",
        "pd.cut(pd.Series(pd.to_datetime(['2024-01-01', '2024-01-03'])), 2)",
        "pd.cut([1, 2], 2)",
        "pd.Categorical([1, 2, None, 1])",
        "pd.Categorical([2, 1], ordered=True, categories=[2, 1, 3])",
        "pd.Categorical([1.5, 0.1, 1e300, 1e5, float('inf')])",
        "pd.Categorical([True, False])",
        "pd.Categorical([datetime.date(2024, 1, 1)])",
        "pd.Categorical([datetime.datetime(2024, 1, 1, 12, 0, 0, 500000)])",
        "pd.Categorical(pd.DatetimeIndex(['2024-01-01 00:00:00', '2024-01-02 03:04:05'])+pd.Timedelta('123ms'))",
        "pd.Categorical([Decimal('1.10'), Decimal('2')])",
        "pd.Categorical(pd.period_range('2024-01', periods=2, freq='M'))",
        "pd.Categorical(pd.array([1, 2], dtype='Int64'))",
        "pd.Categorical(np.array([1, 2], dtype='int8'))",
        "pd.Categorical(np.array([1.5, 0.1], dtype='float32'))",
        "pd.Categorical([2**40, 2**60])",
        "pd.DataFrame({'c': pd.Categorical([1, 2], ordered=True)})",
        "pd.Series(pd.Categorical(of_arrow([1, 2], pa.int64())))",
        "pa.array([1, 2, None, 1]).dictionary_encode()",
        "pa.array([1.5, None]).dictionary_encode()",
        "pa.array([Decimal('1.50'), None]).dictionary_encode()",
        "pa.array([datetime.date(2024, 1, 1)]).dictionary_encode()",
        "pa.array([datetime.datetime(2024, 1, 1)]).dictionary_encode()",
    ],
    "periods and intervals": [
        "pd.Series(pd.period_range('2024-01', periods=2, freq='M'))",
        "pd.Series(pd.period_range('2024', periods=2, freq='3h'))",
        "pd.Series(pd.period_range('2024', periods=2, freq='W-WED'))",
        "pd.DataFrame({'p': pd.period_range('2024', periods=2, freq='Q')})",
        "pd.DataFrame({'n': pd.array(['2024', None], dtype='period[Y]')})",
        "pd.Series(pd.period_range('2024-01-01', periods=2, freq='ms'))",
        "pd.Series(pd.array([pd.Period('0900-01', 'D')]))",
        "pd.Period('2024-01')",
        "pd.Period('2024-01-01 12', 'h')",
        "[pd.Period('2024Q1'), 1]",
        "pd.Series(pd.interval_range(0, 2))",
        "pd.Series(pd.interval_range(0., 2., closed='both'))",
        "pd.Series(pd.interval_range(pd.Timestamp('2024-01-01'), periods=2))",
        "pd.Series(pd.interval_range(pd.Timedelta('1h'), periods=2, freq='1h'))",
        "pd.DataFrame({'i': pd.arrays.IntervalArray.from_tuples([(0.1, 0.30000000000000004), None])})",
        "pd.Interval(0, 1)",
        "pd.Interval(0.5, 1., closed='left')",
        "pd.interval_range(0, 2)[0]",
        "pd.Interval(pd.Timestamp('2024-01-01'), pd.Timestamp('2024-01-02'))",
        "[pd.Interval(0, 1), 'a']",
    ],
    "units": [
        "np.array([1, 2], dtype='m8[D]')",
        "np.array([1, 2, 'NaT'], dtype='m8[W]')",
        "np.array([1, 2], dtype='m8[h]')",
        "np.array([1, 2], dtype='m8[25s]')",
        "np.array([1, 2], dtype='M8[h]')",
        "np.array(['2024', 'NaT'], dtype='M8[Y]')",
        "np.array(['2024-02'], dtype='M8[M]')",
        "np.array(['2024-02-01'], dtype='M8[W]')",
        "np.array([1, 2], dtype='M8[2D]')",
        "np.array([1000, 2000], dtype='m8[ps]')",
        "np.datetime64('2024-02')",
        "np.datetime64('2024')",
        "np.datetime64('2024-02-01T03')",
        "np.timedelta64(5, 'D')",
        "np.timedelta64(5, 'W')",
        "np.datetime64('NaT', 'M')",
        "np.array(np.timedelta64(5, 'D'))",
    ],
    "masks": [
        "np.ma.masked_array([1, 2, 3], mask=[0, 1, 0])",
        "np.ma.masked_array([1.5, 2, float('nan')], mask=[0, 1, 0])",
        "np.ma.masked_array([1, 2])",
        "np.ma.masked_array([1, 2], mask=[0, 0])",
        "np.ma.masked_array([1, 2], mask=[1, 1], fill_value=7)",
        "np.ma.masked_array([[1, 2], [3, 4]], mask=[[0, 1], [1, 0]])",
        "np.ma.masked_array(np.asfortranarray([[1, 2], [3, 4]]), mask=[[0, 1], [1, 0]])",
        "np.ma.masked_array(['a', 'bc'], mask=[0, 1])",
        "np.ma.masked_array([True, False], mask=[0, 1])",
        "np.ma.masked_array(np.array(['2024'], dtype='M8[D]'), mask=[1])",
        "np.ma.masked_array([5], mask=[0])",
        "np.ma.masked_array(np.float32([1.5, 2]), mask=[0, 1])",
        "{'a': np.ma.masked_invalid([1.0, float('nan')])}",
    ],
    "sparse": [
        "pd.Series(pd.arrays.SparseArray([0, 1, 0]))",
        "pd.DataFrame({'a': pd.arrays.SparseArray([float('nan'), 1.5]), 'b': pd.arrays.SparseArray([False, True])})",
    ],
}
SPARSE = [
    "sp.csr_matrix(np.eye(3))",
    "sp.csc_matrix([[1, 0], [0, 2]])",
    "sp.coo_matrix(([1, 2], ([0, 1], [1, 1])))",
    "sp.csr_array(np.array([[True, False]]))",
    "sp.csc_array((2, 3))",
    "sp.csr_matrix(([1, 2], np.array([0, 1], dtype='i8'), np.array([0, 1, 2], dtype='i8')), shape=(2, 2))",
    "sp.coo_array(([1, 2], ([0, 0], [1, 1])), shape=(2, 2))",
    "sp.csc_matrix(np.array([[1j, 0]]))",
    "[sp.csr_matrix(np.float32([[1.5, 0]]))]",
]


@pytest.fixture(scope="module")
def ready(kernels: Kernels) -> Kernels:
    """Return kernels, with a Python that can compare."""
    kernels.execute("python", SAME.read_text("utf-8") + SETUP)
    return kernels


@pytest.mark.parametrize("other", ["r", "other"])
@pytest.mark.parametrize("kind", COLUMNS)
def test_they_come_back(ready: Kernels, kind: str, other: str) -> None:
    ready.execute("python", f"x = [{', '.join(COLUMNS[kind])}]")
    ready.copy_there_and_back("python", "x", other, "y")
    ready.execute("python", "assert same(x, y), [pair for pair in zip(x, y) if not same(*pair)]")


@pytest.mark.parametrize("other", ["r", "other"])
def test_sparse_matrices_come_back(ready: Kernels, other: str) -> None:
    if other == "r":
        need_r_package(ready, "Matrix")
    values = [value for value in SPARSE if other != "r" or "1j" not in value]
    ready.execute("python", f"x = [{', '.join(values)}]")
    ready.copy_there_and_back("python", "x", other, "y")
    ready.execute("python", "assert same(x, y), [pair for pair in zip(x, y) if not same(*pair)]")
