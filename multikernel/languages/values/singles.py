"""Single values as arrays of one element."""

import re
import struct
from dataclasses import replace
from datetime import date

from . import nodes as n
from .buffers import Source
from .elements import Scalars
from .nodes import Dtype, Node, Ref

EPOCH = date(1970, 1, 1).toordinal()
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
SIZED = re.compile(r"(u?)int(?:eger)?(8|16|32|64)$")
"""The end of a tag that says how wide an integer is."""
OF_NA = {"bool": "b1", "int": "i4", "float": "f8", "complex": "c16", "text": "text"}
FORMATS = {"b1": "?", "date": "i", "datetime": "q", "duration": "q", "time": "q", "f8": "d", "f4": "f"}
FORMATS |= {"i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"}


def as_array(
    node: Node, source: Source, scalars: Scalars, beside: Dtype | None = None
) -> tuple[n.Array, Source] | None:
    """Return a single value as an array, and where its data are; None where there is no such array.

    It is of the dtype of the arrays beside it if it can be.
    """
    if beside == Dtype("bytes"):
        return None
    data: bytes | None
    dtype = Dtype("")
    match node:
        case n.NA(of=of):
            dtype = beside or Dtype(OF_NA[of])
            data = b"" if dtype.kind == "text" else bytes(n.SIZES[dtype.kind] or 8)
        case n.Null() if beside is not None:
            dtype, data = beside, b"" if beside.kind == "text" else bytes(n.SIZES[beside.kind] or 8)
        case n.Bool(value=truth):
            dtype, data = Dtype("b1"), struct.pack("?", truth)
        case n.Int(value=number):
            dtype = _integer(node.tag, scalars, beside)
            data = _packed(dtype, number)
        case n.Float(bits=bits):
            is_single = node.tag.endswith(":single") and beside == Dtype("f4")
            dtype = Dtype("f4" if is_single else "f8")
            data = bytes.fromhex(bits)[::-1]
            data = struct.pack("<f", *struct.unpack("<d", data)) if is_single else data
        case n.Complex(real=real, imaginary=imaginary):
            dtype, data = Dtype("c16"), bytes.fromhex(real)[::-1] + bytes.fromhex(imaginary)[::-1]
        case n.Text(value=text, data=ref):
            dtype, data = Dtype("text"), text.encode() if ref is None else source.read(ref)
        case n.Date(value=text):
            dtype, data = Dtype("date"), _packed(Dtype("date"), _days(text))
        case n.Time(value=text):
            dtype, data = Dtype("time"), _packed(Dtype("time"), _clock(text, "ns"))
        case n.DateTime(value=text, zone=zone, offset=offset):
            dtype = Dtype("datetime", _unit(text, beside), zone)
            data = _packed(dtype, _moment(text, offset or 0, dtype.unit))
        case n.Duration(nanoseconds=number):
            dtype = Dtype("duration", "ns")
            data = _packed(dtype, number)
        case _:
            return None
    if data is None:
        return None
    content, valid = data, None
    if isinstance(node, n.NA | n.Null):
        content, valid = data + b"\0", Ref(len(data), 1)
    shape = (1,) * max(1, scalars.dimensions)
    tag = "" if valid is not None or scalars.dimensions == 2 else node.tag
    array = n.Array(dtype, shape, "F" if len(shape) > 1 else "C", Ref(0, len(data)), valid, tag=tag)
    return array, Source(content=content)


def in_unit(array: n.Array, source: Source, unit: str) -> tuple[n.Array, Source] | None:
    """Return times in a finer unit, and where the data are; None if they are too far away for it."""
    if array.dtype.unit == unit:
        return array, source
    factor = PER_SECOND[unit] // PER_SECOND[array.dtype.unit]
    scaled = bytearray()
    for part in source.parts(array.data):
        numbers = struct.unpack(f"<{len(part) // 8}q", part)
        try:
            scaled += struct.pack(f"<{len(numbers)}q", *(number * factor for number in numbers))
        except struct.error:
            return None
    content = bytes(scaled) + (b"" if array.valid is None else source.read(array.valid))
    valid = None if array.valid is None else Ref(len(scaled), array.valid.length)
    made = replace(array, dtype=replace(array.dtype, unit=unit), data=Ref(0, len(scaled)), valid=valid)
    return made, Source(content=content)


def _packed(dtype: Dtype, number: int | None) -> bytes | None:
    try:
        return None if number is None else struct.pack(f"<{FORMATS[dtype.kind]}", number)
    except struct.error:
        return None


def _integer(tag: str, scalars: Scalars, beside: Dtype | None) -> Dtype:
    if sized := SIZED.search(tag):
        return Dtype(f"{sized[1] or 'i'}{int(sized[2]) // 8}")
    if beside is not None and beside.kind[0] in "iu" and not scalars.integer:
        return beside
    return Dtype(scalars.integer or "i8")


def _days(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal() - EPOCH
    except ValueError:
        return None


def _clock(text: str, unit: str) -> int:
    """Return a time of the day as a count of units."""
    clock, _, fraction = text.partition(".")
    hours, minutes, seconds = map(int, clock.split(":"))
    nanoseconds = int(fraction.ljust(9, "0") or 0)
    per_second = PER_SECOND[unit]
    return (hours * 3600 + minutes * 60 + seconds) * per_second + nanoseconds * per_second // 10**9


def _unit(text: str, beside: Dtype | None) -> str:
    """Return the largest unit that tells a moment, but none larger than that of what is beside it."""
    digits = len(text.partition(".")[2].rstrip("0"))
    own = next(unit for unit, most in (("s", 0), ("ms", 3), ("us", 6), ("ns", 9)) if digits <= most)
    other = beside.unit if beside is not None and beside.unit else "s"
    return max(own, other, key=PER_SECOND.__getitem__)


def _moment(text: str, offset: int, unit: str) -> int | None:
    day, _, clock = text.partition("T")
    days = _days(day)
    return None if days is None else (days * 86400 - offset) * PER_SECOND[unit] + _clock(clock, unit)
