"""Columns of the types that libraries have: each comes back as what it was, from R and from another Python."""

import pytest

from .kernels import Kernels
from .test_python_and_r import SAME

SETUP = """
import datetime
from decimal import Decimal
import numpy as np, pandas as pd, polars as pl, pyarrow as pa

def of_arrow(values, kind):
    return pd.Series(values, dtype=pd.ArrowDtype(kind))
"""

COLUMNS = [
    "pd.DataFrame({'a':[1,None],'b':['x',None],'c':[1.5,None],'d':[True,None]}).convert_dtypes(dtype_backend='pyarrow')",
    "of_arrow([1,2], pa.int64())",
    "of_arrow(['a',None], pa.string())",
    "of_arrow(['a',None], pa.large_string())",
    "of_arrow([datetime.datetime(2024,1,1),None], pa.timestamp('ns'))",
    "of_arrow([datetime.datetime(2024,1,1),None], pa.timestamp('us','Europe/Berlin'))",
    "of_arrow([datetime.date(2024,1,1),None], pa.date32())",
    "of_arrow([datetime.time(1,2),None], pa.time64('us'))",
    "of_arrow([datetime.timedelta(1),None], pa.duration('s'))",
    "of_arrow([b'a',None], pa.binary())",
    "of_arrow([Decimal('1.10'),None], pa.decimal128(10,2))",
    "of_arrow([[1,2],[3],[],None,[None]], pa.list_(pa.int64()))",
    "of_arrow([{'a':1,'b':'x'},None], pa.struct([('a',pa.int64()),('b',pa.string())]))",
    "of_arrow([None,None], pa.null())",
    "of_arrow(['a','b',None], pa.dictionary(pa.int32(), pa.string()))",
    "pa.array([[1,2],[3],[],None,[None]])",
    "pa.array([[1,2],[3,4],None], pa.list_(pa.int8(),2))",
    "pa.array([['a'],[],None,[None,'b']])",
    "pa.array([[['a'],None],[],None,[[None,'b'],[]]])",
    "pa.array([{'a':1,'b':[1.5,None]},None,{'a':None,'b':None}])",
    "pa.array([[{'a':1,'b':'x'}],[],None])",
    "pa.array([Decimal('1.10'),None,Decimal('-0.05')])",
    "pa.array([Decimal('1.10')], pa.decimal256(50,3))",
    "pa.nulls(3)",
    "pa.array([None,b'abcd'], pa.binary(4))",
    "pa.array([datetime.date(2024,1,1)], pa.date64())",
    "pa.table({'a':[[1],None],'b':[{'x':1},None],'c':[Decimal('1.5'),None],'d':pa.nulls(2),'e':[[1.5,2.5],[float('nan')]]})",
    "pa.table({'a':[[datetime.date(2024,1,1)],None],'b':[{'x':datetime.datetime(2024,1,1)},None],'c':[[True],[False,None]],'e':[[b'a'],[b'',b'c']]})",
    "pa.array([[2**40,2],[3]])",
    "pa.array([[1,2],[3]], pa.list_(pa.uint8()))",
    "pl.DataFrame({'a': [[1], None], 'b': [{'x': 1, 'y': 'k'}, None], 'd': [Decimal('1.5'), None]})",
    "pl.Series([None, None])",
    "pl.Series([[1,2],[3]])",
    "pl.Series([[1,2],[3,4]], dtype=pl.Array(pl.Int16,2))",
    "pl.Series([[datetime.time(1,2)],[]])",
    "pl.Series('n',[[[1,2],[]],[None],None])",
    "pl.Series([Decimal('1.50'),None])",
    "pl.Series([{'a':datetime.timedelta(1),'b':datetime.date(2024,1,1)}])",
    "pa.table({'a':pa.array([['x']])}).slice(0,1)",
    "pa.array([[1,2],[3],[4,5]]).slice(1,2)",
    "pa.array([{'a':1},{'a':2}]).slice(1,1)",
]


@pytest.fixture(scope="module")
def ready(kernels: Kernels) -> Kernels:
    """Return kernels, with a Python that can compare."""
    kernels.execute("python", SAME.read_text("utf-8") + SETUP)
    return kernels


@pytest.mark.parametrize("value", COLUMNS)
def test_it_comes_back(ready: Kernels, value: str) -> None:
    ready.execute("python", f"x = {value}")
    for other in ("r", "other"):
        ready.copy_there_and_back("python", "x", other, "y")
        ready.execute("python", "assert same(x, y), (x, y)")
