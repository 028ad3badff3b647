"""Writes the labels of a data frame's rows as columns."""

from typing import Any

from ..files import Refused
from ..labels import level_values, text_of
from .columns import column, dtype_tag
from .exporter import Exporter, Node
from .plain import label


def is_plain(index: Any) -> bool:
    """Whether an index says no more than the number of the row."""
    import pandas as pd

    return type(index) is pd.RangeIndex and index.name is None and index.start == 0 and index.step == 1


def with_index(exporter: Exporter, node: Node, value: Any, kind: str, origins: "dict[Any, Any]") -> Node:
    """Return the node of a data frame or a Series with the labels of its rows, where it has any."""
    import pandas as pd

    index = value.index
    came = origins.get("index")
    own = came.tag if came is not None and came.fits(index) else ""
    if is_plain(index) and not own:
        return node
    tag = index_tag(index, kind)
    names = level_names(exporter, list(index.names), kind)
    parts = []
    for at, level in enumerate(level_values(index)):
        origin = origins.get(("index", at))

        def export(level: Any = level, origin: Any = origin) -> Node:
            # Without the dtype, pandas 2 and later take objects that are all NaT for moments.
            made = column(exporter, pd.Series(level, dtype=level.dtype), origin)
            made["as"] = f"python:pandas.{dtype_tag(level)}{made.get('as', '')}"
            if origin is not None and origin.tag and origin.fits(level):
                made["as"] = origin.tag
            return made

        parts.append(exporter.at(("index", None), export))
    return {**node, "index": {**names, "columns": parts, "as": own or f"python:pandas.{tag}"}}


def level_names(exporter: Exporter, names: "list[Any]", kind: str) -> Node:
    """Return the names of an index's levels, and what they are called if that is more than text."""
    if all(name is None or type(name) is str for name in names):
        return {"names": names}
    try:
        called = {"v": [label(exporter, name) for name in names]}
    except Refused:
        texts = "[None if name is None else str(name) for name in {x}.index.names]"
        raise Refused(kind, "has an index whose name others cannot have", f"{{x}}.rename_axis({texts})") from None
    return {"names": [None if name is None else text_of(name) for name in names], "labels": called}


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
    known: tuple[Any, ...] = (pd.Index, pd.MultiIndex, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex)
    known += (pd.PeriodIndex, pd.IntervalIndex)
    # pandas 1 has classes of their own for numbers.
    if type(index) in known or type(index).__name__ in ("Int64Index", "UInt64Index", "Float64Index"):
        return type(index).__name__
    raise Refused(kind, f"has an index of the class {type(index).__name__}", "{x}.set_axis(list({x}.index))")
