"""Octave's own binary format, in which its `load` reads many small values within milliseconds.

The format is that of `save -binary`, as `ls-oct-binary.cc` and `load_binary` of each type in Octave's sources have it;
it has not changed since Octave 2. What is written here are rows: of chars, of doubles, and of cells.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

SIGNATURE = b"Octave-1-L\0"
"""With 0 for floats of IEEE 754, little-endian."""

SAVE_TYPE = {"scalar": 7, "complex scalar": 7, "float scalar": 6, "float complex scalar": 6}
"""The byte before a number that says how it is stored: 7 is a double, 6 is a single."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number or truth value."""

    kind: str
    """As Octave calls the type in files: `int8 scalar`, `bool`, `float complex scalar`."""
    content: bytes
    """In the order of bytes that the file has, which is little-endian."""


Value = str | Scalar | tuple[float, ...] | Sequence["Value"]
"""A text, a number, a row of doubles, or a list, which becomes a row of cells."""


def variable(name: str, value: "Value") -> bytes:
    """Return the content of a file that has one variable."""
    parts = [SIGNATURE, _sized(name.encode()), _NO_DOCUMENTATION]
    _add(value, parts)
    return b"".join(parts)


def _sized(text: bytes) -> bytes:
    return struct.pack("<i", len(text)) + text


_NO_DOCUMENTATION = struct.pack("<i", 0) + b"\0\xff"
"""No text, not global, and that the name of a type follows."""

_ELEMENT = _sized(b"<cell-element>") + _NO_DOCUMENTATION
_CELL, _STRING, _MATRIX = (_sized(kind) for kind in (b"cell", b"string", b"matrix"))
_SCALARS = {
    kind: _sized(kind.encode()) + (bytes([SAVE_TYPE[kind]]) if kind in SAVE_TYPE else b"")
    for kind in (*SAVE_TYPE, "bool", *(f"{sign}int{bits} scalar" for sign in ("", "u") for bits in (8, 16, 32, 64)))
}


def _row(count: int) -> bytes:
    """Return the dimensions of a row; what is empty is 0 x 0."""
    return struct.pack("<iii", -2, 1 if count else 0, count)


def _add(value: "Value", parts: list[bytes]) -> None:
    match value:
        case str():
            content = value.encode()
            parts += (_STRING, _row(len(content)), content)
        case Scalar(kind, content):
            parts += (_SCALARS[kind], content)
        case tuple():
            parts += (_MATRIX, _row(len(value)), b"\x07", struct.pack(f"<{len(value)}d", *value))
        case _:
            parts += (_CELL, _row(len(value)))
            for element in value:
                parts.append(_ELEMENT)
                _add(element, parts)
