"""Makes what columns and keys are called."""

from contextlib import suppress
from typing import Any

from ..labels import are_same
from .columns import text_dtype
from .importer import OWN, Importer, Node, own_tag
from .plain import label

Level = tuple[str, Any, list[Any]]
"""What makes an index again from its labels: its kind, its name, and its categories if it has any."""


def columns(importer: Importer, labels: Node, pd: Any) -> Any:
    """Return the columns of a data frame as the index that they were, or as any index where they do not fit that."""
    values = [label(importer, node) for node in labels["v"]]
    try:
        levels = [level(importer, node) for node in labels.get("more", ())]
        return columns_of(values, own_tag(labels) == "pandas.MultiIndex", levels)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        return natural(values, pd)


def level(importer: Importer, node: Node) -> Level:
    """Return what makes an index again."""
    name, *categories = [label(importer, part) for part in node["v"]]
    return str(node.get("as", ""))[len(f"{OWN}pandas.") :], name, categories


def columns_of(values: "list[Any]", is_multi: bool, levels: "list[Level]") -> Any:
    """Return labels as the index that they were, of one level or several."""
    import pandas as pd

    if not is_multi:
        return index_of(values, levels[0], pd).rename(levels[0][1]) if levels else natural(values, pd)
    rows = [padded(value, len(levels)) for value in values]
    if any(row is None for row in rows):
        return natural(values, pd)
    parts = [index_of([row[at] for row in rows], each, pd) for at, each in enumerate(levels)]
    return pd.MultiIndex.from_arrays(parts, names=[name for _, name, _ in levels])


def padded(value: Any, count: int) -> Any:
    """Return the label of a column in each level, for one that was added as pandas would add it; None if it is odd."""
    if type(value) is tuple and len(value) == count:
        return value
    return (value, *[""] * (count - 1)) if type(value) is str else None


def index_of(values: "list[Any]", of: Level, pd: Any) -> Any:
    """Return labels as the index of one level that they were if they still fit that, without its name."""
    try:
        found = wanted(values, of, pd)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return natural(values, pd)
    return found if len(found) == len(values) and are_same(list(found), values) else natural(values, pd)


def natural(values: "list[Any]", pd: Any) -> Any:
    """Return labels as pandas has them by nature, unless it would make others of them."""
    found = pd.Index(values, tupleize_cols=False)
    return found if are_same(list(found), values) else pd.Index(values, dtype=object, tupleize_cols=False)


def wanted(values: "list[Any]", of: Level, pd: Any) -> Any:
    """Return labels as the index that they were; an error, or other labels, where they do not fit that."""
    kind, _, rest = of[0].partition(" ")
    if kind == "RangeIndex":
        return pd.RangeIndex(*map(int, rest.split()))
    if kind in ("DatetimeIndex", "TimedeltaIndex"):
        unit, _, freq = rest.partition(" ")
        found = getattr(pd, kind)(values)
        if hasattr(found, "as_unit"):
            found = found.as_unit(unit)
        if freq:
            with suppress(ValueError):
                found.freq = freq
        return found
    if kind == "PeriodIndex":
        return pd.PeriodIndex(values, dtype=pd.PeriodDtype(rest))
    if kind == "IntervalIndex":
        subtype, _, closed = rest.rpartition(" ")
        return pd.IntervalIndex(values, dtype=pd.IntervalDtype(subtype, closed))
    if kind == "CategoricalIndex":
        order, _, below = rest.partition(" ")
        categories = index_of(of[2], (below, None, []), pd)
        return pd.CategoricalIndex(values, categories=categories, ordered=order == "ordered")
    if rest.startswith(("str", "string")) and text_dtype(rest, pd) is not None:
        return pd.Index(pd.array(values, dtype=text_dtype(rest, pd)))
    return pd.Index(values, dtype=object if rest.startswith(("object", "str")) else rest, tupleize_cols=False)
