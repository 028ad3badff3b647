"""Joins what keys and columns are called."""

from collections.abc import Sequence

from .nodes import Dict, Labels, Table, Text
from .tables import unique_texts


def joined_keys(dicts: Sequence[Dict]) -> tuple[tuple[str, ...], Labels | None]:
    """Return the keys of dictionaries, one behind the other, and what they are called if they are more than texts."""
    keys = tuple(key for each in dicts for key in each.keys)
    if all(each.labels is None for each in dicts):
        return keys, None
    labels = [label for each in dicts for label in (each.labels.values if each.labels else map(Text, each.keys))]
    return unique_texts(keys), Labels(tuple(labels))


def are_called_alike(one: Table, other: Table) -> bool:
    """Whether the columns, and the levels of labels, of two data frames are called the same."""
    levels = [table.index.labels if table.index is not None else None for table in (one, other)]
    return one.labels == other.labels and levels[0] == levels[1]
