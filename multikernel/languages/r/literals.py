"""Texts as literals of R's."""

import re

from ..language import Refused

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
SPECIAL = re.compile(r"[^ !#-\[\]-~]")


def string(text: str) -> str:
    """Return a text as a literal of R's, in ASCII; Refused for NUL."""
    if "\0" in text:
        raise Refused("", "text", "has the character NUL, which text in R cannot have", "bytes")
    return f'"{SPECIAL.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    return ESCAPES.get(character) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
