"""A value between its source and its target: it is checked, and written for the target or refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..core.cells.transfers import Transfer
from ..core.errors import TransferError
from ..core.wording import shorten
from . import registry
from .child_answer import data_size
from .language import Language, Refused
from .values.nodes import Node
from .values.reader import Json, ManifestError, read

MOST_SHOWN = 5
"""Refused parts of a value that an error lists."""

LONGEST_REASON = 2000
"""Characters: a statement to run is of no use when it is cut."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A value on its way."""

    task: Transfer
    source: str
    """Language, as the registry has it."""
    target: str
    """Language."""
    folder: str
    """Where its files are."""

    def write(self, answer: Json) -> Node:
        """Check what the source has written, write it for the target, and return it; TransferError."""
        try:
            value = read(answer.get("value"), data_size(self.folder))
        except ManifestError as error:
            raise TransferError(f"{self.task.source} sent an invalid reply about {self.task.name}: {error}.") from None
        try:
            _adapter(self.target).write(self.task.new_name, value, self.folder)
        except Refused as refused:
            raise self.refusal(refused.parts, value) from None
        return value

    def refusal(self, parts: Sequence[tuple[str, ...]], value: Node) -> TransferError:
        """Return the error for parts that the target refuses, each as path, type, why and need."""
        source = _adapter(self.source)
        return refusal(self.task, parts, lambda need, path: source.remedy(need, value, self.task.name, path))


def _adapter(language: str) -> Language:
    adapter = registry.find(language)
    assert adapter is not None
    return adapter


def refusal(
    task: Transfer, parts: Sequence[tuple[str, ...]], remedy: Callable[[str, str], str] | None = None
) -> TransferError:
    """Return the error for refused parts of a value, each as path, type, why and, by the target, what it needs.

    `remedy` returns the statement in the source which makes of the part at a path what is needed.
    """
    sentences = []
    for part in parts[:MOST_SHOWN]:
        path, kind, why, need = (*part, "", "", "", "")[:4]
        statement = remedy(need, path) if remedy is not None and need else ""
        why = (why or "cannot be copied") + (f"; run `{statement}` in {task.source} first" if statement else "")
        sentences.append(f"{task.name}{shorten(path, 200)} ({shorten(kind, 100)}) {shorten(why, LONGEST_REASON)}")
    if len(parts) > MOST_SHOWN:
        sentences.append(f"and {len(parts) - MOST_SHOWN} more")
    return TransferError(". ".join(sentences) + ".")
