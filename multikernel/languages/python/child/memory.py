"""What is remembered of variables that came from other languages: the tags of their parts.

A part is found again by its key, name or position, not by where it was written in the manifest, and its tag counts as
long as the part is of the type that came.
"""

import datetime
import json
import struct
from collections.abc import Callable
from typing import Any, Optional

from .labels import level_values

OWN = "python:"
LABEL = object()
"""Stands for what something is called, in the keys of origins."""
SCALARS = frozenset([bool, int, str, bytes, type(None)])


class Origin:
    """The tag that a value came with, and the origins of its parts.

    It is one of another language, or of Python where the value is something else here: see `own_tags`.
    """

    __slots__ = ("count", "mark", "parts", "tag")

    def __init__(self, tag: str, value: Any, parts: "dict[Any, Origin]", count: int) -> None:
        self.tag = tag
        self.mark = mark(value)
        self.parts = parts
        self.count = count

    def fits(self, value: Any) -> bool:
        """Whether a value is of the type that came."""
        return bool(self.mark == mark(value))

    def of_list(self, count: int) -> "dict[Any, Origin]":
        """Return the origins of elements by position; none if there are more or fewer than came."""
        return self.parts if count == self.count else {}


def mark(value: Any) -> Any:
    """Return what has to be the same of a part for its tag to count: the type, and for scalars the value."""
    kind = type(value)
    if kind in SCALARS:
        return kind, value
    if kind is float:
        return kind, struct.pack("d", value)
    if kind in (list, tuple, dict, set, frozenset):
        return kind, None
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return kind, repr(value)
    if kind.__module__.startswith(("numpy", "pandas", "polars")):
        # Of a data frame, `dtype` may be a column.
        typed = getattr(value, "columns", None) if kind.__name__ == "DataFrame" else value
        dtype = getattr(typed, "dtype", None)
        return kind, None if dtype is None else str(dtype)
    return kind, None


def origin_of(node: "dict[str, Any]", value: Any, is_lost: Callable[[str, Any], bool]) -> Optional[Origin]:
    """Return what is to be remembered of a value that was made of a node, or None if that is nothing.

    A tag of Python's own is remembered where it is lost: where the value would not be exported with it.
    """
    tag = str(node.get("as", ""))
    if tag.startswith(OWN) and not is_lost(tag[len(OWN) :], value):
        tag = ""
    parts: dict[Any, Origin] = {}
    for key, part, below in _pairs(node, value):
        found = origin_of(part, below, is_lost)
        if found is not None:
            parts[key] = found
    if node["t"] == "table" and "labels" in node:
        # Columns are called what they are, as long as they have the very same index.
        parts[LABEL] = Origin(json.dumps(node["labels"]), None, {}, -1)
        parts[LABEL].mark = getattr(value, "name" if type(value).__name__ == "Series" else "columns", None)
    return Origin(tag, value, parts, len(node.get("v", ())) if node["t"] == "list" else -1) if tag or parts else None


def _pairs(node: "dict[str, Any]", value: Any) -> Any:
    """Yield key, node and value of each part of a value."""
    kind = type(value)
    if node["t"] == "list" and "v" in node:
        if (kind.__name__ == "Series" and kind.__module__.startswith("pandas")) or kind.__name__ == "ndarray":
            value = value.tolist()
        elif kind not in (list, tuple):
            return
        yield from zip(range(len(value)), node["v"], value)
    elif node["t"] == "dict" and kind is dict:
        for key, part in zip(value, node["v"]):
            yield key, part, value[key]
        for key, part in zip(value, node["labels"]["v"] if "labels" in node else ()):
            yield (LABEL, key), part, key
    elif node["t"] == "factor" and kind.__module__.startswith("pandas"):
        levels = getattr(getattr(value, "cat", value), "categories", None)
        if levels is not None:
            yield "levels", node["levels"], levels
    elif node["t"] == "table" and kind.__name__ in ("DataFrame", "Series") and kind.__module__.startswith("pandas"):
        for at, (key, part) in enumerate(zip(named(node["names"]), node["columns"])):
            yield key, part, value if kind.__name__ == "Series" else value.iloc[:, at]
        index = node.get("index")
        if index is not None:
            yield "index", {"t": "null", "as": index.get("as", "")}, value.index
            if value.index.nlevels == len(index["columns"]):
                for at, (level, part) in enumerate(zip(level_values(value.index), index["columns"])):
                    yield ("index", at), part, level


def named(names: "list[str]") -> "list[tuple[str, int]]":
    """Return names with how many of the same name stood before each."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        found.append((name, seen.get(name, 0)))
        seen[name] = seen.get(name, 0) + 1
    return found


class Memory:
    """The origins of variables, as long as they hold what came."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, Origin]] = {}

    def note(self, name: str, value: Any, origin: Optional[Origin]) -> None:
        """Remember a value's origin, or forget that of the one before."""
        self._known.pop(name, None)
        if origin is not None:
            self._known[name] = (_reference(value), origin)

    def origin(self, name: str, value: Any) -> Optional[Origin]:
        """Return the origin of a variable that still holds what came."""
        known = self._known.get(name)
        if known is None:
            return None
        reference, origin = known
        return origin if reference() is value else None

    def forget(self, variables: "dict[str, Any]") -> None:
        """Let go of values that variables do not hold any more."""
        for name, (reference, _) in list(self._known.items()):
            if name not in variables or variables[name] is not reference():
                del self._known[name]


def _reference(value: Any) -> Any:
    """Return a function that returns the value, and keeps it only where a weak reference is impossible."""
    import weakref

    try:
        return weakref.ref(value)
    except TypeError:
        return lambda: value


MEMORY = Memory()
