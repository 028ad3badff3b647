"""Lists with their elements one by one, and lists of nothing but nulls."""

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import nodes as n
from .array_join import ArrayPart
from .buffers import Source
from .nodes import SIZES, Dtype, Node, Ref
from .singles import EPOCH, PER_SECOND

OBJECTS = "python:pandas.object"
"""Columns of objects; then comes which one stands for null."""
NULLS: dict[str, Node] = {
    "nan": n.Float("7ff8000000000000"),
    "NAType": n.Null(tag="python:pandas.NA"),
    "NaTType": n.Null(tag="python:pandas.NaT"),
}
EXACT = "python:decimal.Decimal"
OF_EXACT = " Decimal"
"""The end of the tags of texts that are such numbers in their language."""


def unpacked(node: n.List, source: Source) -> n.List | None:
    """Return a list with its elements as nodes; None if they have none that is the same in every language."""
    array = node.packed
    if array is None:
        return node
    made = _maker(array.dtype, array.tag or node.tag)
    if made is None:
        return None
    try:
        values = _values(array, source, made)
    except (ValueError, OverflowError):
        return None
    valid = b"\1" * array.count if array.valid is None else source.read(array.valid)
    null = NULLS.get(node.tag.removeprefix(OBJECTS).strip(), n.Null()) if node.tag.startswith(OBJECTS) else n.Null()
    return n.List(tuple(value if there else null for value, there in zip(values, valid, strict=True)), tag=node.tag)


def _values(array: n.Array, source: Source, made: Callable[[bytes], Node]) -> list[Node]:
    size = SIZES[array.dtype.kind]
    if size is None:
        return [made(text) for text in source.texts(array.data)] if array.count else []
    return [made(part[at : at + size]) for part in source.parts(array.data) for at in range(0, len(part), size)]


def _maker(dtype: Dtype, tag: str) -> Callable[[bytes], Node] | None:
    kind = dtype.kind
    if kind in ("date", "datetime", "duration"):
        return _of_time(dtype, tag)
    if kind == "text":
        own = EXACT if tag.endswith(OF_EXACT) else ""
        return lambda raw: n.Text(raw.decode(), tag=own)
    if kind == "b1":
        return lambda raw: n.Bool(raw != b"\0")
    if kind == "f8":
        return lambda raw: n.Float(raw[::-1].hex())
    if kind == "c16":
        return lambda raw: n.Complex(raw[7::-1].hex(), raw[:7:-1].hex())
    if kind[0] in "iu":
        return lambda raw: n.Int(int.from_bytes(raw, "little", signed=kind[0] == "i"))
    return None


def _of_time(dtype: Dtype, tag: str) -> Callable[[bytes], Node] | None:
    """Return what makes a date, a moment or a time span of a number; ValueError or OverflowError if too far away."""
    if dtype.kind == "date":
        return lambda raw: n.Date(date.fromordinal(EPOCH + int.from_bytes(raw, "little", signed=True)).isoformat())
    per = 10**9 // PER_SECOND[dtype.unit]
    if dtype.kind == "duration":
        return lambda raw: n.Duration(struct.unpack("<q", raw)[0] * per)
    if dtype.unit == "ns":
        return None
    is_naive, is_utc = tag.endswith(" naive"), tag.endswith(" utc")
    try:
        zone = None if is_naive or not dtype.zone else UTC if is_utc else ZoneInfo(dtype.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None

    def moment(raw: bytes) -> Node:
        value = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=struct.unpack("<q", raw)[0] * per // 1000)
        if zone is None:
            return n.DateTime(value.replace(tzinfo=None).isoformat(), tag="python:naive" if is_naive else "")
        local = value.astimezone(zone)
        offset = local.utcoffset() or timedelta()
        text = local.replace(tzinfo=None).isoformat()
        return n.DateTime(
            text, dtype.zone, offset // timedelta(seconds=1), tag="python:datetime.timezone" if is_utc else ""
        )

    return moment


def nulls_of(node: n.List, dtype: Dtype) -> ArrayPart | None:
    """Return a list of nothing but nulls as an array; None for another one."""
    if node.packed is not None or not all(isinstance(item, n.Null) for item in node.items):
        return None
    count, size = len(node.items), SIZES[dtype.kind]
    data = b"\xff" * (count - 1) if dtype.kind == "text" else bytes(count * size if size else 8 * (count + 1))
    array = n.Array(dtype, (count,), "C", Ref(0, len(data)), Ref(len(data), count))
    return ArrayPart(array, Source(content=data + bytes(count)))
