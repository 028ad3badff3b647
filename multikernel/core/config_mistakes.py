"""What is wrong with a multikernel.yaml, and how it is said: `file:line:column: path: what (did you mean …?)`."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .errors import MultiError

SHOWN_MISTAKES = 100
SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake; the first line and the first column are 1, columns are code points."""

    line: int
    column: int
    path: str
    """Where in the document, such as `backends.r.start`; empty for the file as a whole."""
    what: str

    def __str__(self) -> str:
        """Return the mistake without its file, as an editor's problem matcher wants it."""
        return ": ".join(part for part in (f"{self.line}:{self.column}", self.path, self.what) if part)


class ConfigError(MultiError):
    """A multikernel.yaml that cannot be right; nothing of it is used."""

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        """Take all mistakes of a file; the text has a line for each, in the order of the file."""
        self.file = file
        self.mistakes = tuple(sorted(mistakes))
        lines = [f"{file}:{mistake}" for mistake in self.mistakes[:SHOWN_MISTAKES]]
        if len(self.mistakes) > SHOWN_MISTAKES:
            lines.append(f"… and {len(self.mistakes) - SHOWN_MISTAKES} more mistakes.")
        super().__init__("\n".join(lines))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was meant, or None where none is near."""
    return next(iter(difflib.get_close_matches(word.lower(), known, n=1)), None)


def did_you_mean(word: str | None) -> str:
    """Return ` (did you mean 'eager'?)`, or nothing where there is nothing to suggest."""
    return f" (did you mean {quote(word)}?)" if word else ""


def shorten(text: str, length: int = SHOWN_CHARACTERS) -> str:
    """Return a text of the file, cut to what a message can hold."""
    return text if len(text) <= length else text[: length - 1] + "…"


def quote(text: str) -> str:
    """Return a text of the file as a message shows it: in quotes, with escapes for what cannot be seen."""
    return repr(shorten(text))
