"""The values that are joined, and what they have in common."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NoReturn

from .buffers import Source
from .elements import NONE, SCALARS, Scalars, length_of
from .nodes import Array, Factor, List, Node
from .words import words

DIGITS = re.compile(r"\d+")


class Misfit(Exception):
    """Values that do not fit together: the path of the part, and what it is in two of them."""

    def __init__(
        self,
        path: str,
        one: "Piece",
        is_one: str,
        other: "Piece",
        is_other: str,
        need: str,
        backends: Collection[str] = (),
    ) -> None:
        """Take what the part is in words; `need`, one of those in `remedies`, is for all backends or some."""
        super().__init__(path, one.backend, is_one, other.backend, is_other)
        self.path = path
        self.text = f"does not fit together: {one.backend} has {is_one}, and {other.backend} has {is_other}"
        self.need = need
        self.backends = backends


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the values, or a part of it."""

    node: Node
    source: Source
    backend: str
    scalars: Scalars = NONE
    language: str = ""

    @property
    def length(self) -> int | None:
        """Elements, rows or bytes; None for a single value."""
        return length_of(self.node, self.scalars)


def tag_of(path: str, pieces: Sequence[Piece], *, is_empty_any: bool = False) -> str:
    """Return what the tags of pieces have in common; Misfit if they are of different types."""
    known = [piece for piece in pieces if piece.node.tag or not is_empty_any]
    # A list of Python's has no tag, one of R's has: they are the same all the same.
    languages = {piece.language for piece in known}
    tags = {_tag_in(path, [piece for piece in known if piece.language == language]) for language in languages}
    # What has come from one language has tags of that in the others, too.
    return (common_tag(sorted(tags)) or "") if tags else ""


def _tag_in(path: str, known: Sequence[Piece]) -> str:
    """Return what the tags of pieces of one language have in common."""
    common = common_tag([piece.node.tag for piece in known])
    if common is None:
        first = known[0]
        other = next(piece for piece in known if piece.node.tag != first.node.tag)
        is_one, is_other = with_tag(first), with_tag(other)
        if is_one == is_other:
            is_other += " with other attributes"
        raise Misfit(path, first, is_one, other, is_other, _need_of(path, first, other))
    return common


def common_tag(tags: Sequence[str]) -> str | None:
    """Return the one tag, or the longest that says the same as all others: but for numbers, or the end, in it.

    Tags of several languages have nothing in common, and nothing against each other; None for different types of one.
    """
    if len({tag.partition(":")[0] for tag in tags if tag}) > 1:
        return ""
    longest = max(tags, key=lambda tag: (len(tag), tag))
    is_known = all(longest == tag or (tag and longest.startswith(f"{tag} ")) for tag in tags)
    is_same = len({DIGITS.sub("", tag) for tag in tags}) == 1
    return longest if is_known or is_same else None


def with_tag(piece: Piece) -> str:
    """Return what a piece is in words, with its type in its own language."""
    tag = piece.node.tag.partition(":")[2].partition("\t")[0]
    return f"{_a(piece)} ({tag})" if tag else _a(piece)


def _a(piece: Piece) -> str:
    kind = words(piece.node)
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def refuse(path: str, one: Piece, other: Piece, need: str = "") -> NoReturn:
    """Raise Misfit for two pieces; what is needed is what makes their elements those of a list unless that is said."""
    is_one, is_other = _a(one), _a(other)
    if is_one == is_other:
        is_one, is_other = with_tag(one), with_tag(other)
    raise Misfit(path, one, is_one, other, is_other, need or _need_of(path, one, other))


def _need_of(path: str, *pieces: Piece) -> str:
    """Return what makes any two pieces fit together."""
    if path.endswith(".index"):
        return "text"
    return "list" if path or all(map(_is_in_line, pieces)) else "wrapped"


def _is_in_line(piece: Piece) -> bool:
    """Whether a piece is a list, or as good as one."""
    match piece.node:
        case Array(shape=shape):
            return len(shape) == 1
        case List() | Factor():
            return True
        case _:
            return isinstance(piece.node, SCALARS) and piece.scalars.dimensions == 1
