"""Writes the labels of a data frame's rows as columns."""

from typing import Any

from .export_columns import column, dtype_tag
from .exporter import Exporter, Node
from .files import Refused


def is_plain(index: Any) -> bool:
    """Whether an index says no more than the number of the row."""
    import pandas as pd

    return type(index) is pd.RangeIndex and index.name is None and index.start == 0 and index.step == 1


def with_index(exporter: Exporter, node: Node, value: Any, kind: str, origins: "dict[Any, Any]") -> Node:
    """Return the node of a data frame or a Series with the labels of its rows, where it has any."""
    index = value.index
    came = origins.get("index")
    own = came.tag if came is not None and came.fits(index) else ""
    if is_plain(index) and not own:
        return node
    if any(name is not None and type(name) is not str for name in index.names):
        names = "[None if name is None else str(name) for name in {x}.index.names]"
        raise Refused(kind, "has an index whose name is not a str", f"{{x}}.rename_axis({names})")
    tag = index_tag(index, kind)
    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    parts = []
    for at, level in enumerate(levels):
        origin = origins.get(("index", at))

        def export(level: Any = level, origin: Any = origin) -> Node:
            made = column(exporter, level.to_series(), origin)
            made["as"] = f"python:pandas.{dtype_tag(level)}{made.get('as', '')}"
            if origin is not None and origin.tag and origin.fits(level):
                made["as"] = origin.tag
            return made

        parts.append(exporter.at(("index", None), export))
    made = {"names": list(index.names), "columns": parts, "as": own or f"python:pandas.{tag}"}
    return {**node, "index": made}


def index_tag(index: Any, kind: str) -> str:
    """Return what makes an index again from its columns; Refused for what others do not have."""
    import pandas as pd

    if type(index) is pd.RangeIndex:
        return f"RangeIndex {index.start} {index.stop} {index.step}"
    if type(index) in (pd.DatetimeIndex, pd.TimedeltaIndex) and index.freq is not None:
        name = index.freqstr
        if pd.tseries.frequencies.to_offset(name) != index.freq:
            plain = f"{{pd}}.{type(index).__name__}({{x}}.index, freq=None)"
            raise Refused(kind, f"has the frequency {name}, which only pandas has", f"{{x}}.set_axis({plain})")
        return f"{type(index).__name__} {name}"
    if type(index) in (pd.PeriodIndex, pd.IntervalIndex):
        raise Refused(kind, f"has a {type(index).__name__}", "{x}.set_axis({x}.index.astype(str))")
    known = (pd.Index, pd.MultiIndex, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex)
    # pandas 1 has classes of their own for numbers.
    if type(index) in known or type(index).__name__ in ("Int64Index", "UInt64Index", "Float64Index"):
        return type(index).__name__
    raise Refused(kind, f"has an index of the class {type(index).__name__}", "{x}.set_axis(list({x}.index))")
