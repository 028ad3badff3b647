"""Writes columns of pandas as nodes, and the names of columns."""

import datetime
from decimal import Decimal
from typing import Any, Optional

from .. import intervals, periods
from ..arrow_types import type_text
from ..encoding import encoded, joined
from ..files import Refused
from ..memory import Origin
from ..zones import zone_of
from . import arrow as export_arrow
from .exporter import Exporter
from .numpy import array, times
from .plain import packed
from .times import TIMES

Column = dict[str, Any]
EPOCH = datetime.date(1970, 1, 1).toordinal()
AS_TEXT = "{x}.astype(str)"


def names(value: Any) -> "tuple[list[str], str]":
    """Return the names of a data frame's columns that are texts, and which kind of index they are; Refused."""
    import pandas as pd

    columns = value.columns
    found = list(columns)
    for name in found:
        try:
            encoded(name)
        except Refused as refused:
            raise Refused("pandas.DataFrame", f"has a column name that {refused.why}") from None
    if type(columns) is pd.RangeIndex:
        return found, f" RangeIndex {columns.start} {columns.stop} {columns.step}"
    natural = pd.Index(["a"]).dtype
    return found, "" if columns.dtype == natural else f" {dtype_tag(columns)}"


def are_texts(columns: Any) -> bool:
    """Whether the columns of a data frame are called by nothing but texts, without a name for all of them."""
    import pandas as pd

    is_text = type(columns) is pd.Index and (columns.dtype == object or isinstance(columns.dtype, pd.StringDtype))
    is_plain = is_text or (type(columns) is pd.RangeIndex and not len(columns))
    return is_plain and columns.name is None and all(type(name) is str for name in columns)


def dtype_tag(values: Any) -> str:
    """Return what makes the dtype of a column again; for objects which value stands for null."""
    import pandas as pd

    dtype = values.dtype
    if isinstance(dtype, pd.StringDtype):
        missing = getattr(dtype, "na_value", pd.NA)
        return f"{'string' if missing is pd.NA else 'str'}[{dtype.storage}]"
    if isinstance(dtype, pd.DatetimeTZDtype):
        return f"datetime64[{dtype.unit}] {zone_of(dtype.tz, '')[1]}"
    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if is_arrow(dtype):
        kind = dtype.pyarrow_dtype
        return f"arrow {kind if export_arrow.is_dictionary(kind) else type_text(kind)}"
    if dtype.kind != "O" or is_span(dtype):
        return str(dtype)
    nulls = {null_name(value) for value in values.tolist()} - {""}
    return f"object {nulls.pop()}" if len(nulls) == 1 else "object"


def is_span(dtype: Any) -> bool:
    """Whether a column is of periods or intervals."""
    import pandas as pd

    return isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype))


def is_arrow(dtype: Any) -> bool:
    """Whether a column is one of pyarrow's within pandas."""
    import pandas as pd

    return hasattr(pd, "ArrowDtype") and isinstance(dtype, pd.ArrowDtype)


def null_name(value: Any) -> str:
    """Return which null a value is; the empty string if it is none. No method of the value is called."""
    if value is None:
        return "None"
    kind = type(value)
    if kind is float:
        return "nan" if value != value else ""
    return kind.__name__ if kind.__name__ in ("NAType", "NaTType") and kind.__module__.startswith("pandas") else ""


def column(exporter: Exporter, values: Any, origin: Optional[Origin]) -> Column:
    """Return the node of a Series' values."""
    import numpy as np
    import pandas as pd

    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return factor(exporter, values, origin)
    if isinstance(dtype, pd.DatetimeTZDtype):
        zone, _ = zone_of(dtype.tz, "{x}.dt.tz_convert('UTC')")
        return {"t": "array", "shape": [len(values)], **times(exporter, values.to_numpy(f"M8[{dtype.unit}]"), zone)}
    if isinstance(dtype, pd.StringDtype):
        return strings(exporter, values)
    if isinstance(dtype, pd.SparseDtype) and dtype == pd.SparseDtype(dtype.subtype) and dtype.kind in "biuf":
        return array(exporter, values.sparse.to_dense().to_numpy())
    if isinstance(dtype, np.dtype):
        return objects(exporter, values, origin) if dtype.kind == "O" else array(exporter, values.to_numpy())
    if type(values.array) in (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray):
        plain = np.dtype("bool") if dtype.kind == "b" else dtype.numpy_dtype
        missing = values.isna().to_numpy()
        node = array(exporter, values.array.to_numpy(dtype=plain, na_value=plain.type(0)))
        return {**node, "valid": exporter.data.put((~missing).view(np.uint8))} if missing.any() else node
    if is_arrow(dtype):
        return arrow(exporter, values)
    if isinstance(dtype, pd.PeriodDtype):
        return array(exporter, periods.starts(values.array))
    if isinstance(dtype, pd.IntervalDtype):
        return texts(exporter, intervals.texts(values.array), values.isna().to_numpy())
    raise Refused(str(dtype), "", other_dtype(dtype))


def arrow(exporter: Exporter, values: Any) -> Column:
    """Return the node of a column of pyarrow within pandas."""
    try:
        node = export_arrow.column_node(exporter, values.array.__arrow_array__())
    except Refused as refused:
        raise Refused(refused.kind, refused.why, "{x}.astype(object)") from None
    return {key: part for key, part in node.items() if key != "as"}


def other_dtype(dtype: Any) -> str:
    """Return what converts a column to a dtype that others have."""
    import pandas as pd

    if isinstance(dtype, pd.SparseDtype):
        return "{x}.sparse.to_dense()"
    return AS_TEXT


def strings(exporter: Exporter, values: Any) -> Column:
    """Return the node of a column whose dtype is for texts."""
    if values.dtype.storage != "python":
        return export_arrow.texts(exporter, values.array.__arrow_array__())
    missing = values.isna().to_numpy()
    return texts(exporter, ["" if lacks else each for each, lacks in zip(values.tolist(), missing)], missing)


def texts(exporter: Exporter, found: "list[str]", missing: Any) -> Column:
    """Return the node of texts, of which some stand for null."""
    import numpy as np

    node: Column = {"t": "array", "dtype": "text", "shape": [len(found)]}
    if missing.any():
        node["valid"] = exporter.data.put((~missing).view(np.uint8))
    return {**node, "data": exporter.data.put_parts(joined(found))}


def objects(exporter: Exporter, values: Any, origin: Optional[Origin]) -> Column:
    """Return the node of a column of objects: of texts, dates and so on with nulls of one kind, or of anything."""
    import numpy as np

    found = values.tolist()
    is_null = [null_name(value) != "" for value in found]
    kinds = {type(value) for value, lacks in zip(found, is_null) if not lacks}
    nulls = {type(value) for value, lacks in zip(found, is_null) if lacks}
    has_parts = origin is not None and bool(origin.of_list(len(found)))
    if len(nulls) <= 1 and kinds == {str} and not has_parts:
        missing = np.array(is_null, dtype=bool)
        try:
            return texts(exporter, ["" if lacks else each for each, lacks in zip(found, is_null)], missing)
        except Refused:
            # The one that is wrong is found below.
            pass
    if nulls <= {type(None)} and len(kinds) == 1 and kinds <= {*TIMES, complex, Decimal} and not has_parts:
        whole = packed(exporter, found, *kinds)
        if whole is not None:
            return {**whole, "as": " Decimal"} if kinds == {Decimal} else whole
    return {"t": "list", "v": exporter.parts("row", found, origin, len(found))}


def factor(exporter: Exporter, values: Any, origin: Optional[Origin]) -> Column:
    """Return the node of a factor."""
    import numpy as np
    import pandas as pd

    levels = pd.Series(values.cat.categories)
    codes = values.cat.codes.to_numpy().astype("<i4")
    # No categories at all are of dtype object, and as good as texts.
    empty: Any = np.zeros(0, dtype=bool)
    is_empty = not len(levels) and levels.dtype.kind == "O"
    node = texts(exporter, [], empty) if is_empty else column(exporter, levels, None)
    if node["t"] != "array":
        raise Refused("category", "has categories of mixed types", "{x}.astype(object)")
    came = origin.parts.get("levels") if origin is not None else None
    tag = came.tag if came is not None and came.tag and came.fits(values.cat.categories) else ""
    # Where they become texts elsewhere, it says what objects they were.
    own = " date" if node["dtype"] == "date" and levels.dtype == object else node.get("as", "")
    return {
        "t": "factor",
        "shape": [len(values)],
        "levels": {**node, "as": tag or f"python:pandas.{dtype_tag(levels)}{own}"},
        "ordered": bool(values.cat.ordered),
        "data": exporter.data.put(codes.view(np.uint8)),
    }
