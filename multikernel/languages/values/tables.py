"""Data frames, and dictionaries, in languages that keep the columns of a data frame by their names alone."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from .nodes import Dict, Labels, List, Node, Table, Text
from .walk import every

SomeNode = TypeVar("SomeNode", bound=Node)


def unique_texts(texts: Sequence[str], taken: Collection[str] = ()) -> tuple[str, ...]:
    """Return texts of which none is there twice, nor among those taken: `a`, `a_1`, `a_2`; the first keeps its own."""
    known, made, counts = {*taken, *texts}, {*taken}, Counter[str]()
    found = []
    for text in texts:
        unique = text
        while unique in (known if counts[text] else made):
            counts[text] += 1
            unique = f"{text}_{counts[text]}"
        made.add(unique)
        known.add(unique)
        found.append(unique)
    return tuple(found)


def shown_names(levels: Sequence[str | None], columns: Sequence[str]) -> tuple[str, ...]:
    """Return what the levels of an index are called among the columns: what has no name is called as in pandas."""
    if len(levels) == 1:
        return unique_texts(["index" if levels[0] is None else levels[0]], columns)
    return unique_texts([f"level_{at}" if name is None else name for at, name in enumerate(levels)], columns)


def with_unique_names(value: SomeNode) -> SomeNode:
    """Return a value in which no data frame has two columns of one name: what they are called are its labels."""
    if not any(isinstance(node, Table) and len({*node.names}) < len(node.names) for _, node in every(value)):
        return value
    found: Node = value
    match value:
        case List(items=items) | Dict(items=items):
            found = replace(value, items=tuple(map(with_unique_names, items)))
        case Table(names=names, columns=columns):
            labels = value.labels or Labels(tuple(map(Text, names)))
            made = tuple(map(with_unique_names, columns))
            found = replace(value, names=unique_texts(names), columns=made, labels=labels)
        case _:
            pass
    return cast("SomeNode", found)


def labelled(value: Node) -> Iterator[tuple[str, Node]]:
    """Yield the parts of a value that have keys, or columns, that are called something else than texts; with paths."""
    for path, node in every(value):
        levels = node.index.labels if isinstance(node, Table) and node.index is not None else None
        if isinstance(node, Dict | Table) and (node.labels is not None or levels is not None):
            yield path, node


def unclear_keys(value: Dict) -> tuple[str, str]:
    """Return why a dictionary cannot have its parts by name, and what is needed; two empty texts if it can."""
    if twice := [name for name, count in Counter(value.keys).items() if count > 1]:
        return f"has the name {twice[0]!r} twice", "unique names"
    return "", ""
