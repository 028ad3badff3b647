"""What `multikernel check` finds, as a line for people and editors, and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..config.mistakes import Mistake

Severity = Literal["mistake", "warning"]
"""A warning alone leaves the exit code at 0."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, in a config file or in a cell of a notebook; its fields are the keys of the JSON."""

    file: str
    severity: Severity
    what: str
    line: int | None = None
    """In a config file, counted from 1 like `column`; None for a cell."""
    column: int | None = None
    path: str | None = None
    """Where in the config, such as `backends.r.kernel`."""
    cell: int | None = None
    """In a notebook, counted from 1 over cells of all types."""
    id: str | None = None
    """The cell's id; notebooks older than nbformat 4.5 have none."""

    def __str__(self) -> str:
        """Return the line; for a config file it has the form that editors recognise."""
        where = self.file
        if self.line is not None:
            where += f":{self.line}:{self.column}"
        if self.cell is not None:
            where += f": cell {self.cell}" + ("" if self.id is None else f" (id {self.id})")
        if self.path:
            where += f": {self.path}"
        return f"{where}: {'warning: ' if self.severity == 'warning' else ''}{self.what}"


def of_mistakes(file: str, mistakes: Iterable[Mistake]) -> Sequence[Finding]:
    """Return the findings for the mistakes of a config file."""
    return [Finding(file, "mistake", m.what, m.line, m.column, m.path) for m in mistakes]
