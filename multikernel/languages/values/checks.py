"""Checks of what a child has written: each returns what it was given, or raises ManifestError."""

import re
from typing import Any, NoReturn, TypeGuard

LONGEST_TAG = 1 << 24
"""Characters; the attributes of a value may be in it."""
INTEGER = re.compile(r"-?[0-9]{1,100000}")

Json = dict[str, Any]


class ManifestError(ValueError):
    """What a child has written is not a value, in words that follow `it says …`."""


def is_count(value: object) -> TypeGuard[int]:
    """Whether a value is a number of bytes, elements or rows."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62


def integer(value: Json) -> int:
    """Return the integer that a node has as its digits."""
    digits = matching(value.get("v"), INTEGER, "an integer")
    # Python refuses to read more than 4300 digits at once, since it takes quadratic time.
    return int(digits) if len(digits) < 4000 else refuse("an integer of more than 4000 digits")


def boolean(value: Json, key: str) -> bool:
    """Return a truth value."""
    found = value.get(key)
    return found if isinstance(found, bool) else refuse(f"{found!r:.60} as a truth value")


def text_of(value: object, what: str) -> str:
    """Return a text without lone surrogates; `what` is what it should be, in words."""
    if not isinstance(value, str) or not _is_unicode(value):
        refuse(f"{value!r:.60} as {what}")
    return value


def texts(value: object, what: str) -> tuple[str, ...]:
    """Return texts."""
    if not isinstance(value, list):
        refuse(f"{value!r:.60} as {what}")
    return tuple(text_of(item, what) for item in value)


def _is_unicode(text: str) -> bool:
    """Say whether a text has no lone surrogates, which JSON lets through."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def word(value: Json, key: str) -> str:
    """Return a tag; the empty string if there is none."""
    found = value.get(key, "")
    if not isinstance(found, str) or len(found) > LONGEST_TAG or not _is_unicode(found):
        refuse(f"{found!r:.60} as a tag")
    return found


def matching(value: object, pattern: re.Pattern[str], what: str) -> str:
    """Return a text that a pattern matches."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        refuse(f"{value!r:.60} as {what}")
    return value


def one_of(value: Json, key: str, known: tuple[str, ...]) -> str:
    """Return a text that is one of those that are known."""
    found = value.get(key)
    return found if isinstance(found, str) and found in known else refuse(f"{found!r:.60} as {key}")


def refuse(what: str) -> NoReturn:
    """Raise ManifestError."""
    raise ManifestError(what)
