"""Writes what pandas has as nodes: column by column, so that no second frame is made."""

import datetime
from typing import Any

from . import export_arrow
from .encoding import joined
from .export_numpy import array, times
from .export_plain import packed
from .export_times import moment, nanoseconds
from .exporter import Exporter, Node
from .files import Path, Refused
from .zones import zone_of

Column = dict[str, Any]
EPOCH = datetime.date(1970, 1, 1).toordinal()


def pandas_node(exporter: Exporter, value: Any, path: Path) -> Node:
    """Return the node of a value of pandas; Refused for what has none."""
    import pandas as pd

    kind = type(value)
    if kind is pd.DataFrame:
        return data_frame(exporter, value, path)
    if kind is pd.Series:
        if value.name is None and is_plain(value.index):
            return {**column(exporter, value, path), "as": f"python:pandas.Series {dtype_tag(value)}"}
        name = "0" if value.name is None else value.name
        tag = "python:pandas.Series without name" if value.name is None else "python:pandas.Series"
        return {**data_frame(exporter, value.to_frame(name), path), "as": tag}
    if kind is pd.Categorical:
        return {**column(exporter, pd.Series(value), path), "as": "python:pandas.Categorical"}
    if value is pd.NA or value is pd.NaT:
        return {"t": "null", "as": f"python:pandas.{'NA' if value is pd.NA else 'NaT'}"}
    if kind is pd.Timestamp:
        naive = "naive " if value.tzinfo is None else ""
        return {
            **moment(value.to_pydatetime(warn=False), value.nanosecond),
            "as": f"python:{naive}pandas.Timestamp {value.unit}",
        }
    if kind is pd.Timedelta:
        exact = nanoseconds(value.to_pytimedelta()) + value.nanoseconds
        return {"t": "duration", "v": str(exact), "as": f"python:pandas.Timedelta {value.unit}"}
    advice = "its parts, or str(x)" if kind in (pd.Period, pd.Interval) else "a DataFrame or a Series of it"
    raise Refused(f"pandas.{kind.__name__}", f"cannot leave Python; copy {advice}")


def is_plain(index: Any) -> bool:
    """Whether an index says no more than the number of the row."""
    import pandas as pd

    return type(index) is pd.RangeIndex and index.name is None and index.start == 0 and index.step == 1


def data_frame(exporter: Exporter, value: Any, path: Path) -> Node:
    """Return the node of a DataFrame."""
    import pandas as pd

    if value.attrs:
        raise Refused("pandas.DataFrame", "has attrs, which no other language has")
    if value.columns.nlevels > 1 or any(type(name) is not str for name in value.columns):
        raise Refused("pandas.DataFrame", "has names of columns that are no str; copy df.rename(columns=str)")
    if value.columns.name is not None:
        raise Refused("pandas.DataFrame", "has a name for its columns together, which no other language has")
    names = list(value.columns)
    columns = []
    for at, name in enumerate(names):
        part = (*path, at)
        columns.append(exporter.tagged(_named(exporter, value.iloc[:, at], repr(name), part), part))
    node: Node = {"t": "table", "rows": len(value), "names": names, "columns": columns, "as": "python:pandas.DataFrame"}
    if is_plain(value.index):
        return node
    levels = [value.index.get_level_values(level).to_series() for level in range(value.index.nlevels)]
    if any(name is not None and type(name) is not str for name in value.index.names):
        raise Refused("pandas.DataFrame", "has an index whose name is no str")
    kind = "MultiIndex" if isinstance(value.index, pd.MultiIndex) else type(value.index).__name__
    parts = [_named(exporter, level, "index", (*path, -1 - at)) for at, level in enumerate(levels)]
    return {**node, "index": {"names": list(value.index.names), "columns": parts, "as": f"python:pandas.{kind}"}}


def _named(exporter: Exporter, values: Any, name: str, path: Path) -> Column:
    try:
        return {**column(exporter, values, path), "as": f"python:pandas.{dtype_tag(values)}"}
    except Refused as refused:
        raise refused.below(f"[{name}]") from None


def dtype_tag(values: Any) -> str:
    """Return a dtype's name, and for objects which value stands for null."""
    if values.dtype.kind != "O" or not hasattr(values.dtype, "str"):
        return str(values.dtype).partition("[")[0] if str(values.dtype).startswith("string") else str(values.dtype)
    missing = {id(value): value for value in values[values.isna()].tolist()}.values()
    kinds = {"None" if value is None else "nan" if value != value else "other" for value in missing}
    return f"object {kinds.pop()}" if len(kinds) == 1 else "object"


def column(exporter: Exporter, values: Any, path: Path) -> Column:
    """Return the node of a Series' values."""
    import numpy as np
    import pandas as pd

    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return categorical(exporter, values)
    if isinstance(dtype, pd.DatetimeTZDtype):
        zone = zone_of(dtype.tz)
        return {"t": "array", "shape": [len(values)], **times(exporter, values.to_numpy(f"M8[{dtype.unit}]"), zone)}
    if isinstance(dtype, pd.StringDtype):
        if dtype.storage != "pyarrow":
            return texts(exporter, values)
        return export_arrow.texts(exporter, values.array.__arrow_array__())
    if isinstance(dtype, np.dtype):
        return objects(exporter, values, path) if dtype.kind == "O" else array(exporter, values.to_numpy())
    if isinstance(values.array, (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray)):
        numpy_dtype = dtype.numpy_dtype
        missing = values.isna().to_numpy()
        node = array(exporter, values.array.to_numpy(dtype=numpy_dtype, na_value=numpy_dtype.type(0)))
        return {**node, "valid": exporter.data.put((~missing).view(np.uint8))} if missing.any() else node
    raise Refused(str(dtype), "cannot leave Python; change it with astype")


def texts(exporter: Exporter, values: Any) -> Column:
    """Return the node of texts, some of them null; TypeError if others are among them."""
    import numpy as np

    missing = values.isna().to_numpy()
    found = values.to_numpy(dtype=object)
    node: Column = {"t": "array", "dtype": "text", "shape": [len(values)]}
    if missing.any():
        found = np.where(missing, "", found)
        node["valid"] = exporter.data.put((~missing).view(np.uint8))
    return {**node, "data": exporter.data.put_parts(joined(found.tolist()))}


def objects(exporter: Exporter, values: Any, path: Path) -> Column:
    """Return the node of a column of objects: texts with nulls of one kind, or anything."""
    import pandas as pd

    if dtype_tag(values) in ("object", "object None", "object nan"):
        kinds = {type(value) for value in values[values.notna()].tolist()}
        nulls = {type(value) for value in values[values.isna()].tolist()}
        if kinds == {str} and len(nulls) <= 1:
            return texts(exporter, values)
        if kinds == {datetime.date} and nulls <= {type(None)}:
            return dates(exporter, values)
        if kinds in ({datetime.time}, {complex}) and nulls <= {type(None)}:
            whole = packed(exporter, values.tolist(), *kinds)
            if whole is not None:
                return whole
    found = values.tolist()
    if any(value is pd.NA for value in found):
        raise Refused("object", "has pandas.NA among other objects")
    return {"t": "list", "v": exporter.nodes(found, path)}


def dates(exporter: Exporter, values: Any) -> Column:
    """Return the node of dates, some of them None."""
    import numpy as np

    node: Column = {"t": "array", "dtype": "date", "shape": [len(values)]}
    days = [EPOCH if value is None else value.toordinal() for value in values.tolist()]
    missing = values.isna().to_numpy()
    if missing.any():
        node["valid"] = exporter.data.put((~missing).view(np.uint8))
    return {**node, "data": exporter.data.put((np.array(days, dtype="<i4") - np.int32(EPOCH)).view(np.uint8))}


def categorical(exporter: Exporter, values: Any) -> Column:
    """Return the node of a factor."""
    import numpy as np
    import pandas as pd

    levels = pd.Series(values.cat.categories)
    codes = values.cat.codes.to_numpy().astype("<i4")
    # No categories at all are of dtype object, and as good as texts.
    node = column(exporter, levels, ()) if len(levels) or levels.dtype.kind != "O" else texts(exporter, levels)
    if node["t"] != "array":
        raise Refused("category", "has categories of mixed types")
    return {
        "t": "factor",
        "shape": [len(values)],
        "levels": {**node, "as": f"python:pandas.{dtype_tag(levels)}"},
        "ordered": bool(values.cat.ordered),
        "data": exporter.data.put(codes.view(np.uint8)),
    }
