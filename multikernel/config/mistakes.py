"""Mistakes in a multikernel.yaml, and their form: `file:line:column: path: what (did you mean …?)`."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import MultiError

SHOWN_MISTAKES = 100


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake; lines and columns count from 1, columns in code points."""

    line: int
    column: int
    path: str
    """Where in the document, such as `backends.r.start`; empty for the file as a whole."""
    what: str

    def __str__(self) -> str:
        """Return the mistake without its file, in the form of an editor's problem matcher."""
        return ": ".join(part for part in (f"{self.line}:{self.column}", self.path, self.what) if part)


class ConfigError(MultiError):
    """A multikernel.yaml with mistakes; nothing in it is used."""

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        """Take all mistakes in a file; the text has one line for each, in the order of the file."""
        self.file = file
        self.mistakes = tuple(sorted(mistakes))
        lines = [f"{file}:{mistake}" for mistake in self.mistakes[:SHOWN_MISTAKES]]
        if len(self.mistakes) > SHOWN_MISTAKES:
            lines.append(f"… and {len(self.mistakes) - SHOWN_MISTAKES} more mistakes.")
        super().__init__("\n".join(lines))
