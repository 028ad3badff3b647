"""The user's words in messages: quoted, cut where they are long, and what was meant by an unknown one."""

import difflib
from collections.abc import Iterable

SHOWN_CHARACTERS = 60


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was meant, or None where none is near."""
    return next(iter(difflib.get_close_matches(word.lower(), known, n=1)), None)


def did_you_mean(word: str | None) -> str:
    """Return ` (did you mean 'eager'?)`, or nothing where there is nothing to suggest."""
    return f" (did you mean {quote(word)}?)" if word else ""


def shorten(text: str, length: int = SHOWN_CHARACTERS) -> str:
    """Return a text, cut to what a message can hold."""
    return text if len(text) <= length else text[: length - 1] + "…"


def quote(text: str) -> str:
    """Return a text as a message shows it: in quotes, with escapes for what cannot be seen."""
    return repr(shorten(text))
