"""Texts and bytes as words of bash, in ASCII."""

import re
from collections.abc import Sequence

PLAIN = re.compile(r"[A-Za-z0-9_.+:-]+")
"""What needs no quotes."""

PIECE = 1 << 16
"""Bytes that are quoted at once, so that the interpreter's lock is not held for long."""


def _escapes(special: bytes) -> list[str]:
    return [chr(byte) if 32 <= byte < 127 and byte not in special else f"\\{byte:03o}" for byte in range(256)]


QUOTED = _escapes(b"'\\")
FORMAT = _escapes(b"'\\%")


def quoted(text: str | bytes) -> str:
    """Return a word that is a text, or bytes without NUL."""
    if isinstance(text, str):
        if PLAIN.fullmatch(text):
            return text
        text = text.encode()
    return f"$'{_escaped(text, QUOTED)}'"


def format_of(content: bytes) -> str:
    """Return a format with which printf writes bytes, for single quotes."""
    return _escaped(content, FORMAT)


def _escaped(content: bytes, escapes: Sequence[str]) -> str:
    pieces = (content[at : at + PIECE] for at in range(0, len(content), PIECE))
    return "".join(["".join(map(escapes.__getitem__, piece)) for piece in pieces])
