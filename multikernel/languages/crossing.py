"""Values between their sources and their targets: they are checked, and written for the targets or refused."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..core.errors import TransferError
from ..core.wording import shorten
from . import registry
from .child_answer import data_size, read_file
from .chunks import FIRST_POSITION, Exported, advice, begin_of, collect, deal, part_of
from .language import Language, Refused
from .values.nodes import Node
from .values.reader import Json, ManifestError, read
from .values.tables import labelled
from .values.words import words

MANIFEST = "manifest.json"
"""What a source's answer is renamed to, so that the target's does not take its place."""

MOST_SHOWN = 8
"""Refused parts of a value that an error lists."""

LONGEST_REASON = 2000
"""Characters: a statement to run is of no use when it is cut."""

CANNOT = "cannot be copied"

Part = tuple[str, str, str, str]
"""What is refused of a value: its path, type, why and, by the target, what it needs."""


class Missing(Exception):
    """There is no variable of a name in a backend."""

    def __init__(self, backend: str, name: str) -> None:
        """Take both."""
        super().__init__(backend, name)
        self.backend = backend
        self.name = name


class Way(StrEnum):
    """What becomes of values between their ends."""

    COPY = "copy"
    SCATTER = "scatter"
    GATHER = "gather"


@dataclass(frozen=True, slots=True)
class End:
    """A variable that a value leaves, or becomes."""

    backend: str
    name: str
    language: str
    """As the registry has it."""
    folder: str
    """Where the files of the value are."""
    elsewhere: int | None = None
    """Bytes of its data file, if that is not on this machine."""

    @property
    def data_size(self) -> int:
        """Bytes of its data file; ManifestError for none."""
        return data_size(self.folder) if self.elsewhere is None else self.elsewhere


@dataclass(frozen=True, slots=True)
class Crossing:
    """Values on their way."""

    text: str
    """In words: `df from python to r`."""
    way: Way
    sources: tuple[End, ...]
    """One, unless values are gathered."""
    targets: tuple[End, ...]
    """One, unless a value is scattered. Of one that is copied the folder is that of the source."""

    @property
    def folders(self) -> tuple[str, ...]:
        """All that it writes to."""
        return tuple(dict.fromkeys(end.folder for end in (*self.sources, *self.targets)))

    @property
    def size(self) -> int:
        """Bytes of the manifests."""
        return sum(Path(end.folder, MANIFEST).lstat().st_size for end in self.sources)

    def write(self) -> None:
        """Check what the sources have written, and write it for the targets; TransferError, Missing."""
        exported = [self._exported(end, lambda end: end.data_size) for end in self.sources]
        try:
            values = self._values(exported)
            for number, (target, value) in enumerate(zip(self.targets, values, strict=True)):
                try:
                    adapter = adapter_in(target)
                    adapter.write(target.name, value, target.folder)
                    refuse_labels(adapter, value)
                except Refused as refused:
                    raise self._refusal(refused.parts, exported, number) from None
        except OSError as error:
            raise TransferError(f"{self.text}: {error.strerror}.") from None

    def refuse(self, number: int, parts: Sequence[Part]) -> None:
        """Raise the TransferError for what the target of a number refuses."""
        # Their buffers do not matter now, and those of a value that was scattered are gone.
        exported = [self._exported(end, lambda end: sys.maxsize) for end in self.sources]
        raise self._refusal(parts, exported, number)

    def _exported(self, end: End, size_of: Callable[[End], int]) -> Exported:
        """Return what a source has written."""
        try:
            answer = read_file(Path(end.folder, MANIFEST))
            if answer.get("missing") is True:
                raise Missing(end.backend, end.name)
            if (parts := refused_parts(answer)) is not None:
                raise _error(end.name, parts[:MOST_SHOWN], len(parts))
            raise_failure(answer, self.text, end.backend)
            value = read(answer.get("value"), size_of(end))
        except ManifestError as error:
            raise _invalid([end], error) from None
        return Exported(end.backend, end.name, adapter_in(end), value, end.folder)

    def _values(self, exported: Sequence[Exported]) -> Sequence[Node]:
        """Return the values for the targets, whose buffers are where they look for them."""
        try:
            match self.way:
                case Way.COPY:
                    return [each.value for each in exported]
                case Way.SCATTER:
                    return deal(exported[0], [target.folder for target in self.targets])
                case Way.GATHER:
                    return [collect(exported, self.targets[0].folder)]
        except Refused as refused:
            raise _error(self.sources[0].name, refused.parts[:MOST_SHOWN], len(refused.parts)) from None
        except ManifestError as error:
            raise _invalid(self.sources, error) from None

    def _refusal(self, parts: Sequence[Part], exported: Sequence[Exported], number: int) -> TransferError:
        """Return the error for what a target refuses, with paths as they are in the sources, and what to run there."""
        begin = begin_of(exported[0], len(self.targets), number) if self.way is Way.SCATTER else 0
        shown = []
        for path, kind, why, need in parts[:MOST_SHOWN]:
            place = FIRST_POSITION.sub(lambda found: f"[{int(found[1]) + begin}]", path, count=1) if begin else path
            concerned = exported
            if self.way is Way.GATHER:
                place, concerned = part_of(path, [each for each in exported if each.length] or exported)
                # Names that are unique in each piece are so together only if the pieces stay apart.
                need = "wrapped" if need == "unique names" and not path else need
            remedy = advice(need, place, concerned, is_all=len(concerned) == len(exported))
            shown.append((place, kind, (why or CANNOT) + remedy, need))
        return _error(self.sources[0].name, shown, len(parts))


def adapter_in(end: End) -> Language:
    """Return the adapter at an end, which has been found before."""
    adapter = registry.find(end.language)
    assert adapter is not None
    return adapter


def refuse_labels(adapter: Language, value: Node) -> None:
    """Refuse keys and columns that are called something else than texts where nobody would remember what."""
    if not getattr(adapter, "keeps_labels", False):
        why = f"has keys, or columns, that are called something else than texts, which {adapter.name} does not have"
        if refused := [(path, words(node), why, "text keys") for path, node in labelled(value)]:
            raise Refused.of(refused)


def refused_parts(answer: Json) -> list[Part] | None:
    """Return the parts that an answer refuses, if it is a refusal."""
    refused = answer.get("refused")
    return [_part(each) for each in refused if isinstance(each, list)] if isinstance(refused, list) else None


def _part(texts: Iterable[object]) -> Part:
    path, kind, why, need = [*map(str, texts), "", "", "", ""][:4]
    return path, kind, why, need


def raise_failure(answer: Json, text: str, backend: str) -> None:
    """Raise TransferError if a backend could not do what it was to."""
    if "failed" in answer:
        raise TransferError(f"{text}: {backend} failed: {shorten(str(answer['failed']), 500)}")


def _invalid(ends: Sequence[End], error: ManifestError) -> TransferError:
    backends = ", ".join(end.backend for end in ends)
    return TransferError(f"{backends} sent an invalid reply about {ends[0].name}: {error}.")


def _error(name: str, shown: Sequence[Part], count: int) -> TransferError:
    """Return the error for refused parts of a value, of which there are so many in all."""
    sentences = []
    for path, kind, why, _ in shown:
        of_kind = f" ({shorten(kind, 100)})" if kind else ""
        sentences.append(f"{name}{shorten(path, 200)}{of_kind} {shorten(why or CANNOT, LONGEST_REASON)}")
    if count > len(shown):
        sentences.append(f"and {count - len(shown)} more")
    return TransferError(". ".join(sentences) + ".")
