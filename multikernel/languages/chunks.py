"""Deals a value out to several backends, and joins those of several: what `--scatter` and `--gather` do with files.

All of it is called in a thread.
"""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from .language import DATA, Language, Refused
from .values.buffers import Sink, Source
from .values.cutting import cut, ranges_of
from .values.elements import NONE, Scalars, length_of
from .values.joining import join
from .values.nodes import Dict, Node
from .values.pieces import Misfit, Piece
from .values.words import words


@dataclass(frozen=True, slots=True)
class Exported:
    """A value that has left its backend."""

    backend: str
    name: str
    language: Language
    value: Node
    folder: str

    @property
    def scalars(self) -> Scalars:
        """What its language has in place of scalars."""
        scalars = getattr(self.language, "scalars", NONE)
        return scalars if isinstance(scalars, Scalars) else NONE


def deal(exported: Exported, count: int) -> list[tuple[Node, int, str]]:
    """Return chunks of a value, where they begin, and a folder of each below that of the value; Refused if none.

    ManifestError if the data file is not what it should be, OSError if there is no room.
    """
    value, folder = exported.value, exported.folder
    length = length_of(value, exported.scalars)
    if length is None:
        why = f"has no elements to deal out; -i {exported.name} copies it to each backend"
        raise Refused("", words(value), why)
    folders = [os.path.join(folder, f"chunk{number}") for number in range(count)]
    data = os.path.join(folder, DATA)
    with Source(data) as source, ExitStack() as stack:
        for each in folders:
            os.mkdir(each, 0o700)
        sinks = [stack.enter_context(Sink(os.path.join(each, DATA))) for each in folders]
        chunks = cut(value, count, source, sinks, exported.scalars)
    if os.path.exists(data):
        os.unlink(data)
    rows = [0 if isinstance(value, Dict) else begin for begin, _ in ranges_of(length, count)]
    return list(zip(chunks, rows, folders, strict=True))


def collect(pieces: Sequence[Exported], folder: str) -> Node:
    """Return values as one, with its data file in a folder; Refused if they do not fit together.

    ManifestError if a data file is not what it should be, OSError if there is no room.
    """
    with ExitStack() as stack:
        sink = stack.enter_context(Sink(os.path.join(folder, DATA)))
        parts = []
        for piece in pieces:
            source = stack.enter_context(Source(os.path.join(piece.folder, DATA)))
            parts.append(Piece(piece.value, source, piece.backend, piece.scalars))
        try:
            return join(parts, sink)
        except Misfit as misfit:
            raise Refused(misfit.path, "", misfit.text + _advice(misfit, pieces)) from None


def _advice(misfit: Misfit, pieces: Sequence[Exported]) -> str:
    """Return what to run for values to fit together, if the languages know it."""
    found = [
        (piece.language.remedy(misfit.need, piece.value, piece.name, misfit.path) if misfit.need else "")
        for piece in pieces
    ]
    if not all(found):
        return ""
    if len(set(found)) == 1:
        return f"; run `{found[0]}` in each first"
    statements = [f"`{statement}` in {piece.backend}" for statement, piece in zip(found, pieces, strict=True)]
    return f"; run {' and '.join(statements)} first"
