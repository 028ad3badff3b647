"""`leaves` returns what is in a value, as texts: labels, names and elements. The tests run this file in a kernel.

Numbers and times are the same text in whichever type they are.
"""

import collections.abc
import dataclasses
import datetime
import enum
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa


def leaves(x: Any) -> set[str]:
    """Return the elements of a value and of its parts, and how these are called."""
    if isinstance(x, (pl.LazyFrame, pa.RecordBatchReader)):
        return set()
    if isinstance(x, (pl.DataFrame, pa.Table, pa.RecordBatch)):
        return leaves(x.to_dict(as_series=False) if isinstance(x, pl.DataFrame) else x.to_pydict())
    if isinstance(x, pd.DataFrame):
        names = ["_".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in x.columns]
        return leaves(names).union(leaves(x.index), *(leaves(x.iloc[:, at].rename(None)) for at in range(len(names))))
    if isinstance(x, pd.Series):
        return leaves([] if x.name is None else x.name) | leaves(x.index) | leaves(x.astype(object).tolist())
    if isinstance(x, pd.RangeIndex):
        return set()
    if isinstance(x, collections.abc.Mapping):
        return set().union(*(leaves(each) for pair in x.items() for each in pair))
    if isinstance(x, np.ndarray) and x.dtype.names:
        return set(x.dtype.names).union(*(leaves(x[name]) for name in x.dtype.names))
    if isinstance(x, np.ndarray) and x.dtype.kind in "mM":
        return set().union(*map(leaves, x.ravel()))
    if isinstance(x, pl.Series):
        return leaves(x.to_list())
    if hasattr(x, "toarray"):
        return leaves(x.toarray())
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        return leaves(dataclasses.asdict(x))
    if isinstance(x, (np.ndarray, pd.Index, pd.Categorical, pa.Array)):
        return leaves(x.tolist())
    if isinstance(x, (list, tuple, set, frozenset, range, collections.deque, collections.abc.ItemsView)):
        return set().union(*map(leaves, x))
    return {text(x)}


def text(x: Any) -> str:
    """Return a scalar as text."""
    if isinstance(x, (int, str)) and not isinstance(x, bool) and len(str(x) if isinstance(x, str) else bin(x)) > 1000:
        return x if isinstance(x, str) else hex(x)
    if x is None or x is pd.NA or x is pd.NaT or (isinstance(x, float) and x != x) or x == "None":
        return "null"
    if isinstance(x, (np.datetime64, np.timedelta64)):
        unit = np.datetime_data(x.dtype)[0]
        is_count = unit in ("M", "generic") and isinstance(x, np.timedelta64)
        return repr(float(x.view("i8"))) if is_count else moment(x)
    if isinstance(x, datetime.datetime) and x.tzinfo is not None:
        return str(pd.Timestamp(x).tz_convert("UTC"))
    if isinstance(x, (bytes, memoryview)):
        return bytes(x).decode("utf-8", "surrogatepass")
    value = getattr(x, "__qualname__", None) or (x.value if isinstance(x, enum.Enum) else getattr(x, "__name__", x))
    try:
        return repr(float(value))
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        return str(value)


def moment(x: Any) -> str:
    """Return a time of numpy's as pandas writes it."""
    if isinstance(x, np.datetime64):
        return str(pd.Timestamp(x.astype("M8[ns]")))
    return str(pd.Timedelta(x.astype("m8[ns]")))
