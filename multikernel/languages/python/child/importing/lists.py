"""Makes lists of arrays, with the standard library only."""

import datetime
import decimal
import struct
from typing import Any, Optional

from ..files import Refused
from ..zones import UTC, zone_info
from .importer import Importer, Node

CODES = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"}
CODES.update(f2="e", f4="f", f8="d", date="i", time="q", datetime="q", duration="q")
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
EPOCH = datetime.datetime(1970, 1, 1)


def as_list(importer: Importer, node: Node, tag: str = "") -> list[Any]:
    """Return a vector as a list, None for nulls; doubles as integers if that is what they were, and still are."""
    kind, count = node["dtype"], 1
    for length in node["shape"]:
        count *= length
    if tag.endswith(" naive") and node.get("zone") in UTC:
        node = {**node, "zone": ""}
    if kind == "text":
        values: list[Any] = importer.texts(node["data"], count)
        if tag.endswith(" Decimal"):
            values = exact_numbers(values, importer.read(node["valid"]) if "valid" in node else None)
    elif kind == "bytes":
        values = byte_strings(importer.read(node["data"]), count)
    elif kind in ("c8", "c16"):
        parts = struct.unpack(f"<{2 * count}{'f' if kind == 'c8' else 'd'}", importer.read(node["data"]))
        values = [complex(*pair) for pair in zip(parts[::2], parts[1::2])]
    else:
        values = list(struct.unpack(f"<{count}{CODES[kind]}", importer.read(node["data"])))
        values = in_time(values, node)
    if "valid" in node:
        valid = importer.read(node["valid"])
        values = [value if there else None for value, there in zip(values, valid)]
    if tag == "list int" and kind == "f8" and all(value is None or value.is_integer() for value in values):
        return [None if value is None else int(value) for value in values]
    if tag.endswith(" utc") and node.get("zone") in UTC:
        return [value and value.replace(tzinfo=datetime.timezone.utc) for value in values]
    return values


def exact_numbers(texts: "list[str]", valid: "Optional[bytearray]") -> "list[Any]":
    """Return texts as Decimals if all that count are written as such."""
    counts = bytes([1]) * len(texts) if valid is None else valid
    found = [exact_number(text) if there else text for text, there in zip(texts, counts)]
    return found if all(type(number) is not str for number, there in zip(found, counts) if there) else list(texts)


def exact_number(text: str) -> "decimal.Decimal | str":
    """Return a text as a Decimal if it is written as one, or the text."""
    try:
        number = decimal.Decimal(text)
    except decimal.InvalidOperation:
        return text
    return number if str(number) == text else text


def byte_strings(raw: bytearray, count: int) -> list[bytes]:
    """Return byte strings behind their offsets; Refused if those are wrong."""
    offsets = struct.unpack(f"<{count + 1}q", raw[: 8 * (count + 1)])
    content = raw[8 * (count + 1) :]
    if offsets[0] != 0 or offsets[-1] > len(content) or any(a > b for a, b in zip(offsets, offsets[1:])):
        raise Refused("bytes", "has offsets that are wrong")
    return [bytes(content[begin:end]) for begin, end in zip(offsets, offsets[1:])]


def in_time(values: list[Any], node: Node) -> list[Any]:
    """Return numbers as dates, times, datetimes or timedeltas, where that is what they are."""
    kind = node["dtype"]
    try:
        if kind == "date":
            return [datetime.date(1970, 1, 1) + datetime.timedelta(days=value) for value in values]
        if kind in ("datetime", "duration", "time"):
            micros = [microseconds(value, node.get("unit", "ns")) for value in values]
            if kind == "duration":
                return [datetime.timedelta(microseconds=value) for value in micros]
            if kind == "time":
                return [(EPOCH + datetime.timedelta(microseconds=value)).time() for value in micros]
            return [moment(value, node.get("zone", "")) for value in micros]
    except OverflowError:
        raise Refused(f"vector of {kind}s", "is beyond the years that Python has") from None
    return values


def moment(micros: int, zone: str) -> datetime.datetime:
    """Return a datetime of microseconds since 1970, in UTC where there is a zone."""
    value = EPOCH + datetime.timedelta(microseconds=micros)
    return value.replace(tzinfo=datetime.timezone.utc).astimezone(zone_info(zone)) if zone else value


def microseconds(value: int, unit: str) -> int:
    """Return a count of a unit in microseconds; Refused if it is no whole number."""
    if unit == "ns":
        if value % 1000:
            raise Refused("vector of times", "has nanoseconds, which Python's datetime does not have")
        return value // 1000
    return value * (10**6 // PER_SECOND[unit])
