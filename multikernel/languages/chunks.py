"""Deals a value out to several backends, and joins those of several: what `--scatter` and `--gather` do with files.

All of it is called in a thread, or in another process.
"""

import os
import re
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
from .values.walk import every
from .values.words import words

FIRST_POSITION = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Exported:
    """A value that has left its backend."""

    backend: str
    name: str
    language: Language
    value: Node
    folder: str

    @property
    def length(self) -> int | None:
        """Elements, rows or bytes; None for a single value."""
        return length_of(self.value, self.scalars)

    @property
    def scalars(self) -> Scalars:
        """What its language has in place of scalars."""
        scalars = getattr(self.language, "scalars", NONE)
        return scalars if isinstance(scalars, Scalars) else NONE


def deal(exported: Exported, folders: Sequence[str]) -> list[Node]:
    """Return chunks of a value, with a data file for each in a folder that is made for it; Refused if there are none.

    ManifestError if the data file is not what it should be, OSError if there is no room.
    """
    if length_of(exported.value, exported.scalars) is None:
        why = f"has no elements to deal out; -i {exported.name} copies it to each backend"
        raise Refused("", words(exported.value), why)
    data = os.path.join(exported.folder, DATA)
    with Source(data) as source, ExitStack() as stack:
        for folder in folders:
            os.mkdir(folder, 0o700)
        sinks = [stack.enter_context(Sink(os.path.join(folder, DATA))) for folder in folders]
        chunks = cut(exported.value, len(folders), source, sinks, exported.scalars)
    if os.path.exists(data):
        os.unlink(data)
    return chunks


def begin_of(exported: Exported, count: int, number: int) -> int:
    """Return at which element or row of a value the chunk of a number begins; 0 where elements have names."""
    length = 0 if isinstance(exported.value, Dict) else length_of(exported.value, exported.scalars)
    return ranges_of(length or 0, count)[number][0]


def collect(pieces: Sequence[Exported], folder: str) -> Node:
    """Return values as one, with its data file in a folder; Refused if they do not fit together.

    ManifestError if a data file is not what it should be, OSError if there is no room.
    """
    with ExitStack() as stack:
        sink = stack.enter_context(Sink(os.path.join(folder, DATA)))
        parts = []
        for piece in pieces:
            source = stack.enter_context(Source(os.path.join(piece.folder, DATA)))
            parts.append(Piece(piece.value, source, piece.backend, piece.scalars, piece.language.name))
        try:
            return join(parts, sink)
        except Misfit as misfit:
            concerned = [piece for piece in pieces if not misfit.backends or piece.backend in misfit.backends]
            in_them = advice(misfit.need, misfit.path, concerned, is_all=len(concerned) == len(pieces))
            raise Refused(misfit.path, "", misfit.text + in_them) from None


def part_of(path: str, pieces: Sequence[Exported]) -> tuple[str, Sequence[Exported]]:
    """Return where in its piece a part of a joined value is, and which that is; all pieces if it is a part of each."""
    found = FIRST_POSITION.search(path)
    if found is None or any(isinstance(piece.value, Dict) for piece in pieces):
        return path, pieces
    at = int(found[1])
    for piece in pieces:
        length = piece.length
        if at < (1 if length is None else length):
            step = "" if length is None else f"[{at}]"
            return path[: found.start()] + step + path[found.end() :], [piece]
        at -= 1 if length is None else length
    return path, pieces


def advice(need: str, path: str, pieces: Sequence[Exported], *, is_all: bool) -> str:
    """Return what to run in the backends of values for what is at a path, if their languages know it.

    They are all that are to be joined, or some of them.
    """
    concerned = [piece for piece in pieces if len(pieces) == 1 or _has(piece, path)]
    found = [piece.language.remedy(need, piece.value, piece.name, path) if need else "" for piece in concerned]
    if not found or not all(found):
        return ""
    if is_all and len(pieces) > 1 and len(found) == len(pieces) and len(set(found)) == 1:
        return f"; run `{found[0]}` in each first"
    statements = [f"`{statement}` in {piece.backend}" for statement, piece in zip(found, concerned, strict=True)]
    return f"; run {' and '.join(statements)} first"


def _has(piece: Exported, path: str) -> bool:
    return any(place == path for place, _ in every(piece.value))
