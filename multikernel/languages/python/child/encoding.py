"""Doubles, texts and integers as they are written in a manifest and in the data file."""

import struct
import sys
from collections.abc import Iterator
from typing import Any

from .files import Refused

TEXTS_AT_ONCE = 1 << 16


def bits(value: float) -> str:
    """Return a double as hex."""
    return struct.pack(">d", value).hex()


def to_double(bits: str) -> float:
    """Return the double of 16 digits hex."""
    return float(struct.unpack(">d", bytes.fromhex(bits))[0])


def encoded(text: str) -> bytes:
    """Return text as UTF-8; Refused for lone surrogates."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused(
            "str", "has half of a surrogate pair, which is not text", "{x}.encode('utf-8', 'surrogatepass')"
        ) from None


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


def little(values: Any) -> Any:
    """Return an `array` in little-endian order."""
    if sys.byteorder == "big":
        values.byteswap()
    return values
