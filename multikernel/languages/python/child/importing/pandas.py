"""Makes data frames of nodes, column by column: pandas, or what the table was when it was exported."""

from contextlib import suppress
from typing import Any

from ..files import Refused
from .arrow import table
from .columns import column, pandas_tag, plain_texts
from .importer import Importer, Node
from .labels import columns as columns_called
from .plain import label


def data_frame(importer: Importer, node: Node, tag: str) -> Any:
    """Return a data frame; Refused if there is nothing to make it with."""
    if tag.startswith(("polars.", "pyarrow.")) and node.get("index") is None:
        return table(importer, node, tag)
    try:
        import pandas as pd
    except ImportError:
        raise Refused("data frame", "needs pandas in Python, which is not installed", "need:dict") from None
    parts = zip(node["names"], node["columns"])
    columns = dict(enumerate(importer.part(name, column, importer, part, pandas_tag(part)) for name, part in parts))
    found = pd.DataFrame(columns, index=pd.RangeIndex(node["rows"]), copy=False)
    found.index = index(importer, node, pd)
    if tag.startswith("pandas.Series") and len(node["names"]) == 1:
        series, name = found.iloc[:, 0], node["names"][0]
        if "labels" in node:
            name = label(importer, node["labels"]["v"][0])
        # Not by `rename`, which takes a tuple for something else.
        series.name = None if tag.endswith("without name") and name == "0" else name
        return series
    if "labels" in node:
        found.columns = columns_called(importer, node["labels"], pd)
    else:
        found.columns = names(node["names"], tag.partition(" ")[2], pd)
    return found


def names(found: list[str], how: str, pd: Any) -> Any:
    """Return the names of columns as the index that they were."""
    if how.startswith("RangeIndex") and not found:
        return pd.RangeIndex(*map(int, how.split()[1:]))
    if not how:
        return pd.Index(found, dtype=pd.Index(["a"]).dtype)
    return pd.Index(plain_texts(found, how, pd))


def index(importer: Importer, node: Node, pd: Any) -> Any:
    """Return the index of a data frame."""
    labels = node.get("index")
    if labels is None:
        return pd.RangeIndex(node["rows"])
    kind, _, how = pandas_tag(labels).partition(" ")
    parts = [column(importer, part, pandas_tag(part)) for part in labels["columns"]]
    if any(str(part.dtype) == "float16" for part in parts):
        raise Refused("index", "is of float16, which labels in pandas cannot be", "need:float32")
    called = labels["names"]
    if "labels" in labels:
        called = [label(importer, name) for name in labels["labels"]["v"]]
    if kind == "MultiIndex" or len(parts) != 1:
        return pd.MultiIndex.from_arrays(parts, names=called)
    name = called[0]
    part = parts[0]
    found = pd.Index(part, name=name, dtype=object) if part.dtype == object else pd.Index(part, name=name)
    if kind == "RangeIndex" and how:
        # They may be some of the labels that there were.
        first, stop, step = map(int, how.split())
        first = int(found[0]) if len(found) and found.dtype.kind == "i" else first
        if len(range(first, stop, step)) != len(found):
            stop = first + len(found) * step
        ranged = pd.RangeIndex(first, stop, step, name=name)
        return ranged if ranged.equals(found) else found
    if kind in ("DatetimeIndex", "TimedeltaIndex") and how and type(found).__name__ == kind:
        with suppress(ValueError):  # where the labels are others now
            found.freq = how
    return found


def series(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a Series without names."""
    import pandas as pd

    found = column(importer, node, dtype)
    return pd.Series(found, dtype=object) if found.dtype == object else pd.Series(found)
