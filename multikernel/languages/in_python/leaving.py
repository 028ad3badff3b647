"""Writes a Python value as a tree of nodes: scalars, lists, tuples, sets and dicts; the rest is in other files."""

import datetime
import struct
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from .files import Data, Path, Refused, Tags

DEEPEST = 95
LONG_TEXT = 10_000
TEXTS_AT_ONCE = 1 << 16
INT64 = range(-(1 << 63), 1 << 63)
TIMES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)
EMPTY = {bool: False, int: 0, float: 0.0, complex: 0j, str: ""}
"""What lists are packed of, and what stands for None in them."""

Node = dict[str, Any]


def bits(value: float) -> str:
    """Return a double as hex."""
    return struct.pack(">d", value).hex()


def type_name(value: Any) -> str:
    """Return a type as the user knows it."""
    kind = type(value)
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )


def encoded(text: str) -> bytes:
    """Return text as UTF-8; Refused for lone surrogates."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused("str", "has a lone surrogate, which is no text") from None


def joined(texts: list[str]) -> Iterator[bytes]:
    """Yield texts as UTF-8, joined by the byte 0xFF, part by part; TypeError unless all are str."""
    for at in range(0, len(texts), TEXTS_AT_ONCE):
        part = texts[at : at + TEXTS_AT_ONCE]
        if at:
            yield b"\xff"
        text = "\0".join(part)
        if text.count("\0") == len(part) - 1:
            yield encoded(text).replace(b"\0", b"\xff")
        else:
            yield b"\xff".join(encoded(each) for each in part)


class Leaver:
    """Makes nodes, and puts buffers into the data file."""

    def __init__(self, data: Data, tags: Tags) -> None:
        self.data = data
        self._tags = tags

    def node(self, value: Any, path: Path = ()) -> Node:
        """Return the node of a value; Refused for what has none."""
        if len(path) > DEEPEST:
            raise Refused(type_name(value), f"is more than {DEEPEST} levels deep in it, or contains itself")
        return self.tagged(self._node(value, path), path)

    def tagged(self, node: Node, path: Path) -> Node:
        """Return a node with the tag that it came with, if it did."""
        return {**node, "as": self._tags[path]} if path in self._tags else node

    def _node(self, value: Any, path: Path) -> Node:
        kind = type(value)
        if kind in SCALARS:
            return SCALARS[kind](self, value)
        if kind is list:
            return self._list(value, path)
        if kind in (tuple, set, frozenset):
            return {"t": "list", "v": self.nodes(value, path), "as": f"python:{kind.__name__}"}
        if kind is dict:
            return self._dict(value, path)
        from . import leaving_arrays

        return leaving_arrays.node(self, value, path)

    def nodes(self, values: Iterable[Any], path: Path) -> list[Node]:
        """Return the nodes of a container's elements."""
        nodes = []
        for position, value in enumerate(values):
            try:
                nodes.append(self.node(value, (*path, position)))
            except Refused as refused:
                raise refused.below(f"[{position}]") from None
        return nodes

    def _list(self, values: list[Any], path: Path) -> Node:
        kinds = set(map(type, values))
        kinds.discard(type(None))
        is_tagged_below = any(len(other) > len(path) and other[: len(path)] == path for other in self._tags)
        if len(kinds) == 1 and not is_tagged_below:
            kind = kinds.pop()
            packed = self.packed(values, kind)
            if packed is not None:
                tag = packed.pop("as", "")
                return {"t": "list", "packed": packed, "as": f"python:list {kind.__name__}{tag}"}
        return {"t": "list", "v": self.nodes(values, path)}

    def packed(self, values: list[Any], kind: type) -> "Node | None":
        """Return an array of scalars that are all of one type or None, or None where that has no array."""
        from array import array

        if kind in TIMES:
            from . import leaving_times

            return leaving_times.packed(self, values, kind)
        if kind not in EMPTY:
            return None
        valid = bytes(value is not None for value in values)
        has_nulls = 0 in valid
        filled: list[Any] = [EMPTY[kind] if value is None else value for value in values] if has_nulls else values
        node: Node = {"t": "array", "shape": [len(values)]}
        if kind is bool:
            node.update(dtype="b1", data=self.data.put(bytes(filled)))
        elif kind is int:
            if min(filled) not in INT64 or max(filled) not in INT64:
                return None
            node.update(dtype="i8", data=self.data.put(little(array("q", filled))))
        elif kind is float:
            node.update(dtype="f8", data=self.data.put(little(array("d", filled))))
        elif kind is complex:
            parts = [part for value in filled for part in (value.real, value.imag)]
            node.update(dtype="c16", data=self.data.put(little(array("d", parts))))
        else:
            node.update(dtype="text", data=self.data.put_parts(joined(filled)))
        if has_nulls:
            node["valid"] = self.data.put(valid)
        return node

    def _dict(self, value: dict[Any, Any], path: Path) -> Node:
        for key in value:
            if type(key) is not str:
                raise Refused("dict", f"has the key {key!r:.60}, which is no str")
            encoded(key)
        nodes = []
        for position, (key, item) in enumerate(value.items()):
            try:
                nodes.append(self.node(item, (*path, position)))
            except Refused as refused:
                raise refused.below(f"[{key!r}]") from None
        return {"t": "dict", "k": list(value), "v": nodes}

    def text(self, value: str) -> Node:
        """Return the node of a text."""
        raw = encoded(value)
        return {"t": "text", "v": value} if len(value) < LONG_TEXT else {"t": "text", "data": self.data.put(raw)}

    def bytes(self, value: Any) -> Node:
        """Return the node of bytes."""
        return {"t": "bytes", "data": self.data.put(value)}


def little(values: Any) -> Any:
    """Return an `array` in little-endian order."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


def integer(value: int) -> Node:
    """Return the node of an integer."""
    if value.bit_length() > 13_000:
        raise Refused("int", "has more than 3900 digits")
    return {"t": "int", "v": str(value)}


def clock(value: Any, nanosecond: int = 0) -> str:
    """Return the time of the day of a time or datetime."""
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if nanosecond:
        return f"{text}.{value.microsecond:06}{nanosecond:03}"
    return f"{text}.{value.microsecond:06}" if value.microsecond else text


def offset_text(seconds: int) -> str:
    """Return an offset in seconds as +02:00."""
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def zone_of(tzinfo: Any) -> str:
    """Return the name of a time zone; Refused for one that has none that others know."""
    key = getattr(tzinfo, "key", None)
    if isinstance(key, str) and type(tzinfo).__module__.startswith("zoneinfo"):
        return key
    if tzinfo is datetime.timezone.utc:
        return "+00:00"
    if type(tzinfo) is datetime.timezone and tzinfo == datetime.timezone(tzinfo.utcoffset(None)):
        offset = tzinfo.utcoffset(None)
        if not offset.microseconds and tzinfo.tzname(None) == datetime.timezone(offset).tzname(None):
            return offset_text(int(offset.total_seconds()))
    raise Refused(type_name(tzinfo), "is a time zone that only this library knows: use zoneinfo.ZoneInfo")


def moment(leaver: Leaver, value: datetime.datetime, nanosecond: int = 0) -> Node:
    """Return the node of a datetime."""
    date = f"{value.year:04}-{value.month:02}-{value.day:02}"
    node: Node = {"t": "datetime", "v": f"{date}T{clock(value, nanosecond)}"}
    if value.tzinfo is None:
        if value.fold:
            raise Refused("datetime.datetime", "has fold=1, but no time zone")
        return {**node, "as": "python:naive"}
    offset = value.utcoffset()
    assert offset is not None
    if offset.microseconds:
        raise Refused("datetime.datetime", "has an offset with a fraction of a second")
    if not exists(value):
        raise Refused("datetime.datetime", "is a time that no clock of its time zone showed")
    node.update(zone=zone_of(value.tzinfo), offset=int(offset.total_seconds()))
    return {**node, "as": "python:datetime.timezone"} if type(value.tzinfo) is datetime.timezone else node


def exists(value: datetime.datetime) -> bool:
    """Whether an aware datetime is one that clocks have shown: not one that they skipped."""
    if type(value.tzinfo) is datetime.timezone:
        return not value.fold
    try:
        back = value.astimezone(datetime.timezone.utc).astimezone(value.tzinfo)
    except OverflowError:
        return True
    return back.replace(tzinfo=None) == value.replace(tzinfo=None) and back.fold == value.fold


def time_of_day(leaver: Leaver, value: datetime.time) -> Node:
    """Return the node of a time."""
    if value.tzinfo is not None:
        raise Refused("datetime.time", "has a time zone")
    return {"t": "time", "v": clock(value)}


def nanoseconds(value: datetime.timedelta) -> int:
    """Return a timedelta in nanoseconds."""
    return ((value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds) * 1000


SCALARS: dict[type, Any] = {
    type(None): lambda leaver, value: {"t": "null"},
    bool: lambda leaver, value: {"t": "bool", "v": value},
    int: lambda leaver, value: {**integer(value), "as": "python:int"},
    float: lambda leaver, value: {"t": "float", "v": bits(value)},
    complex: lambda leaver, value: {"t": "complex", "v": [bits(value.real), bits(value.imag)]},
    str: Leaver.text,
    bytes: Leaver.bytes,
    bytearray: lambda leaver, value: {**leaver.bytes(value), "as": "python:bytearray"},
    datetime.datetime: moment,
    datetime.date: lambda leaver, value: {"t": "date", "v": f"{value.year:04}-{value.month:02}-{value.day:02}"},
    datetime.time: time_of_day,
    datetime.timedelta: lambda leaver, value: {"t": "duration", "v": str(nanoseconds(value))},
}
"""By exact type: a subclass is another type, which would not come back."""
