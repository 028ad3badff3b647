"""`same` compares two values and their types to the last bit. The tests run this file in a kernel."""

import datetime
import decimal
import struct
from typing import Any

import numpy as np
import pandas as pd

try:
    import polars as pl
except ImportError:
    pl = None
import pyarrow as pa

try:
    import scipy.sparse
except ImportError:
    scipy = None


def bits(x: float) -> bytes:
    """Return the bits of a double."""
    return struct.pack("<d", x)


def same(a: Any, b: Any) -> bool:
    """Say whether two values are the same."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (set, frozenset)):
        return len(a) == len(b) and all(map(same, sorted(a, key=key), sorted(b, key=key)))
    if isinstance(a, dict):
        return same(list(a), list(b)) and all(map(same, a.values(), b.values()))
    if type(a) is float:
        return bits(a) == bits(b)
    if type(a) is decimal.Decimal:
        return str(a) == str(b)
    if type(a) is complex:
        return bits(a.real) == bits(b.real) and bits(a.imag) == bits(b.imag)
    if pd is not None and (a is pd.NaT or a is pd.NA):
        return a is b
    if isinstance(a, datetime.datetime):
        is_same_moment = a.replace(tzinfo=None) == b.replace(tzinfo=None) and a.fold == b.fold
        return is_same_moment and type(a.tzinfo) is type(b.tzinfo) and str(a.tzinfo) == str(b.tzinfo)
    for kind, function in LIBRARIES.items():
        if isinstance(a, kind):
            return bool(function(a, b))
    return bool(a is b or a == b)


def key(value: Any) -> tuple[str, str]:
    """Return what sets are sorted by."""
    return type(value).__name__, repr(value)


def same_array(a: Any, b: Any) -> bool:
    """Compare arrays."""
    if a.dtype.str != b.dtype.str or a.shape != b.shape:
        return False
    if a.dtype.kind == "O":
        return all(map(same, a.tolist(), b.tolist()))
    return bool(a.tobytes() == b.tobytes())


def same_masked(a: Any, b: Any) -> bool:
    """Compare masked arrays; what is masked does not count."""
    is_plain = a.mask is np.ma.nomask, b.mask is np.ma.nomask
    is_like = is_plain[0] == is_plain[1] and same(a.fill_value, b.fill_value) and a.dtype == b.dtype
    return is_like and np.array_equal(a.mask, b.mask) and same(a.filled(), b.filled())


def same_sparse(a: Any, b: Any) -> bool:
    """Compare sparse matrices."""
    parts = ("data", "row", "col") if a.format == "coo" else ("data", "indices", "indptr")
    return bool(a.shape == b.shape and all(same(getattr(a, part), getattr(b, part)) for part in parts))


def same_frame(a: Any, b: Any) -> bool:
    """Compare data frames."""
    if a.shape != b.shape or not same_index(a.columns, b.columns) or not same_index(a.index, b.index):
        return False
    # What the columns are called has been compared.
    return all(same(a.iloc[:, at].rename(None), b.iloc[:, at].rename(None)) for at in range(a.shape[1]))


def same_index(a: Any, b: Any) -> bool:
    """Compare labels; levels of several have no frequency that shows, and a range among them is one of its numbers."""
    if isinstance(a, pd.MultiIndex) and isinstance(b, pd.MultiIndex) and a.nlevels == b.nlevels:
        plain = [index.rename([None] * a.nlevels) for index in (a, b)]
        levels = [[unranged(index.get_level_values(at)) for at in range(a.nlevels)] for index in plain]
        return same([*a.names], [*b.names]) and all(map(same_level, *levels))
    return same_level(a, b) and getattr(a, "freq", None) == getattr(b, "freq", None)


def unranged(index: Any) -> Any:
    """Return labels that are a range as numbers."""
    return pd.Index(index.to_numpy(), name=index.name) if type(index) is pd.RangeIndex else index


def same_level(a: Any, b: Any) -> bool:
    """Compare labels of one level."""
    if type(a) is not type(b) or not a.equals(b) or a.dtype != b.dtype or not same([*a.names], [*b.names]):
        return False
    if type(a) is pd.RangeIndex and repr(a) != repr(b):
        return False
    if a.dtype == object and not same(list(a), list(b)):
        return False
    return not isinstance(a, pd.CategoricalIndex) or same_index(a.categories, b.categories)


def same_series(a: Any, b: Any) -> bool:
    """Compare columns."""
    if a.dtype != b.dtype or not same(a.name, b.name) or not same_index(a.index, b.index):
        return False
    if isinstance(a.dtype, np.dtype):
        return same_array(a.to_numpy(), b.to_numpy())
    if isinstance(a.dtype, pd.CategoricalDtype) and a.cat.categories.dtype != b.cat.categories.dtype:
        return False
    return bool(a.equals(b))


def same_table(a: Any, b: Any) -> bool:
    """Compare tables; a NaN is no NaN to pyarrow."""
    if a.schema != b.schema:
        return False
    return bool(a.equals(b) or (isinstance(a, pa.Table) and repr(a.to_pydict()) == repr(b.to_pydict())))


def same_column(a: Any, b: Any) -> bool:
    """Compare arrays of pyarrow."""
    return bool(a.type == b.type and (a.equals(b) or repr(a.to_pylist()) == repr(b.to_pylist())))


LIBRARIES: dict[Any, Any] = {
    np.ma.MaskedArray: same_masked,
    np.ndarray: same_array,
    np.generic: lambda a, b: a.dtype == b.dtype and a.tobytes() == b.tobytes(),
    pd.DataFrame: same_frame,
    pd.Series: same_series,
    pd.Categorical: lambda a, b: same_series(pd.Series(a), pd.Series(b)),
    pa.RecordBatch: same_table,
    pa.Table: same_table,
    pa.Array: same_column,
    pa.ChunkedArray: same_column,
}
if scipy is not None:
    LIBRARIES[scipy.sparse.spmatrix] = LIBRARIES[scipy.sparse.sparray] = same_sparse
if pl is not None:
    LIBRARIES[pl.DataFrame] = same_table
    LIBRARIES[pl.Series] = lambda a, b: a.name == b.name and a.dtype == b.dtype and a.equals(b, null_equal=True)
