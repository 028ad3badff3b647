"""The texts that stand for keys and names of columns that are no texts."""

import datetime
from typing import Any


def text_of(label: Any) -> str:
    """Return the text for a label: of a tuple those of its parts that are not empty, joined by `_`."""
    kind = type(label)
    if kind is str:
        return str(label)
    if kind is tuple:
        return "_".join(filter(None, map(text_of, label)))
    if isinstance(label, datetime.datetime) and label == label and label.tzinfo is None:
        clock = (label.hour, label.minute, label.second, label.microsecond, getattr(label, "nanosecond", 0))
        return str(label) if any(clock) else str(label.date())
    return str(label)


def texts_of(labels: "list[Any]") -> "list[str]":
    """Return a text for each label, none of them twice: `a`, `a_1`, `a_2`. What is a text itself keeps it."""
    taken = {label for label in labels if type(label) is str}
    counts: dict[str, int] = {}
    made: set[str] = set()
    found = []
    for label in labels:
        text = unique = text_of(label)
        is_other = type(label) is not str
        while unique in made or (is_other and unique in taken):
            counts[text] = counts.get(text, 0) + 1
            unique, is_other = f"{text}_{counts[text]}", True
        made.add(unique)
        found.append(unique)
    return found


def is_literal(label: Any) -> bool:
    """Whether a label is written in code as it is printed."""
    kind = type(label)
    if kind is tuple:
        return all(map(is_literal, label))
    return kind in (bool, int, str, type(None)) or (kind is float and label - label == 0)


def are_same(one: "list[Any]", other: "list[Any]") -> bool:
    """Whether labels are the same, and of the same types."""
    return len(one) == len(other) and all(map(is_same, one, other))


def level_values(index: Any) -> "list[Any]":
    """Return the levels of an index as indices of their own, by position: a level may have a number as its name."""
    import pandas as pd

    if not isinstance(index, pd.MultiIndex):
        return [index]
    plain = index.rename([None] * index.nlevels)
    levels = [plain.get_level_values(at) for at in range(index.nlevels)]
    # That the numbers of a level lie in a range does not show.
    levels = [pd.Index(level.to_numpy()) if type(level) is pd.RangeIndex else level for level in levels]
    return [level.rename(name) for level, name in zip(levels, index.names)]


def is_same(one: Any, other: Any) -> bool:
    """Whether two labels are the same, and of the same type."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if type(one) is tuple:
        return are_same(list(one), list(other))
    return bool(one == other or (one != one and other != other))
