"""Writes what columns and keys are called where that is more than text."""

import json
from typing import Any, Optional

from ..files import Refused
from ..importing.labels import Level, columns_of
from ..labels import are_same, level_values, texts_of
from ..memory import Origin
from .columns import dtype_tag
from .exporter import Exporter, Node
from .plain import label


def labels(exporter: Exporter, values: "list[Any]", origin: Optional[Origin] = None, mark: object = None) -> Node:
    """Return what values are called, with the texts that stand for them: as they came, if `mark` is what came."""
    if origin is not None and origin.mark is mark:
        return came(origin)
    return {"k": texts_of(values), "v": [label(exporter, value) for value in values]}


def columns(exporter: Exporter, index: Any, origin: Optional[Origin]) -> Node:
    """Return what the columns of a data frame are called; Refused for what nobody could make the same of again."""
    import pandas as pd

    if origin is not None and origin.mark is index:
        return came(origin)
    values, is_multi = list(index), isinstance(index, pd.MultiIndex)
    known = levels(index)
    try:
        again = columns_of(values, is_multi, known)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        again = None
    if again is None or not is_same_index(again, index):
        raise Refused(type(index).__name__, "is a kind of columns that only pandas has")
    more = [
        {"t": "list", "v": [label(exporter, part) for part in (name, *categories)], "as": f"python:pandas.{kind}"}
        for kind, name, categories in known
    ]
    return {**labels(exporter, values), "more": more, "as": f"python:pandas.{'Multi' if is_multi else ''}Index"}


def came(origin: Origin) -> Node:
    """Return labels as they came."""
    found: Node = json.loads(origin.tag)
    return found


def levels(index: Any) -> "list[Level]":
    """Return what makes an index again, level by level."""
    kinds = map(kind_of, level_values(index))
    return [(kind, name, categories) for (kind, categories), name in zip(kinds, index.names)]


def kind_of(index: Any) -> "tuple[str, list[Any]]":
    """Return what makes an index of one level again: a word for its kind, and its categories if it has any."""
    kind = type(index).__name__
    if kind == "RangeIndex":
        return f"RangeIndex {index.start} {index.stop} {index.step}", []
    if kind in ("DatetimeIndex", "TimedeltaIndex"):
        return f"{kind} {getattr(index, 'unit', 'ns')} {index.freqstr or ''}".rstrip(), []
    if kind == "PeriodIndex":
        return f"PeriodIndex {index.freqstr}", []
    if kind == "IntervalIndex":
        return f"IntervalIndex {index.dtype.subtype} {index.closed}", []
    if kind == "CategoricalIndex":
        below, _ = kind_of(index.categories)
        return f"CategoricalIndex {'ordered' if index.ordered else 'plain'} {below}", list(index.categories)
    return f"Index {dtype_tag(index)}", []


def is_same_index(one: Any, other: Any) -> bool:
    """Whether two indices are the same. The levels of several have no frequency that shows."""
    import pandas as pd

    if not is_same_level(one, other):
        return False
    if isinstance(one, pd.MultiIndex):
        return all(map(is_same_level, level_values(one), level_values(other)))
    return bool(getattr(one, "freq", None) == getattr(other, "freq", None))


def is_same_level(one: Any, other: Any) -> bool:
    """Whether two indices have the same labels, of the same type, and names."""
    if type(one) is not type(other) or one.dtype != other.dtype or not one.equals(other):
        return False
    if hasattr(one, "categories") and not is_same_index(one.categories, other.categories):
        return False
    return are_same(list(one.names), list(other.names))
