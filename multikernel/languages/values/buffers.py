"""Data files, read and written part by part: a large value is never in memory whole, nor holds the event loop up."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar, cast

from . import nodes as n
from .nodes import Node, Ref
from .reader import ManifestError

PART_BYTES = 1 << 20

SEPARATOR = b"\xff"
"""Between texts."""


class Source:
    """The data file of a value, or bytes in its place.

    A file is not mapped into memory: its owner could cut it off.
    """

    def __init__(self, path: str = "", content: bytes = b"") -> None:
        """Take the path of a file, which need not exist if nothing is read from it, or bytes."""
        self._content = content
        self._path = path
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Open nothing yet."""
        return self

    def __exit__(self, *exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def read(self, ref: Ref, begin: int = 0, end: int | None = None) -> bytes:
        """Return some of the bytes at a place, all unless begin and end are given; ManifestError if there are fewer."""
        end = ref.length if end is None else end
        if not 0 <= begin <= end <= ref.length:
            raise ManifestError(f"bytes from {begin} to {end} of {ref.length}")
        first, count = ref.offset + begin, end - begin
        found = self._content[first : first + count] if not self._path else self._read(first, count)
        if len(found) != count:
            raise ManifestError(f"a data file that ends at {first + len(found)}")
        return found

    def _read(self, first: int, count: int) -> bytes:
        if not count:
            return b""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        return os.pread(self._descriptor, count, first)

    def parts(self, ref: Ref, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield some of the bytes at a place."""
        end = ref.length if end is None else end
        for at in range(begin, end, PART_BYTES):
            yield self.read(ref, at, min(at + PART_BYTES, end))

    def texts(self, ref: Ref) -> Iterator[bytes]:
        """Yield texts; one even if there are no bytes."""
        rest = b""
        for part in self.parts(ref):
            *texts, rest = (rest + part).split(SEPARATOR)
            yield from texts
        yield rest

    def starts_of_texts(self, ref: Ref, positions: Sequence[int]) -> list[int]:
        """Return where texts begin, given their positions in ascending order; ManifestError if there are fewer.

        Behind the last text one more would begin, after a separator that is not there.
        """
        found: list[int] = []
        begin = passed = 0
        for part in self.parts(ref) if ref.length else (b"",):
            at, seen, there = 0, passed, passed + part.count(SEPARATOR)
            while len(found) < len(positions) and positions[len(found)] <= there:
                while seen < positions[len(found)]:
                    at = part.index(SEPARATOR, at) + 1
                    seen += 1
                found.append(begin + at)
            begin, passed = begin + len(part), there
        found += [ref.length + 1 for position in positions[len(found) :] if position == passed + 1]
        if len(found) != len(positions):
            raise ManifestError(f"{passed} separators, and more texts")
        return found


class Sink:
    """A data file that is being written."""

    def __init__(self, path: str) -> None:
        """Take the path of a file that does not exist."""
        self._file = open(path, "xb", buffering=0)  # noqa: SIM115
        self._size = 0

    def __enter__(self) -> Self:
        """Return it, open."""
        return self

    def __exit__(self, *exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close it."""
        self._file.close()

    def move(self, ref: Ref, source: Source) -> Ref:
        """Append bytes of another file; return where they are."""
        return self.put(source.parts(ref))

    def put(self, parts: Iterable[bytes]) -> Ref:
        """Append bytes, and zeros up to a multiple of 8; return where they are."""
        offset, length = self._size, 0
        for part in parts:
            self._write(part)
            length += len(part)
        padding = -length % 8
        self._write(bytes(padding))
        self._size += length + padding
        return Ref(offset, length)

    def _write(self, part: bytes) -> None:
        done = 0
        while done < len(part):
            done += self._file.write(memoryview(part)[done:])


SomeNode = TypeVar("SomeNode", bound=Node)


def moved(node: SomeNode, source: Source, sink: Sink) -> SomeNode:
    """Return a value with its buffers in another file."""
    found: Node = node
    match node:
        case n.Text(data=Ref() as ref) | n.Bytes(data=ref):
            found = replace(node, data=sink.move(ref, source))
        case n.List(items=items, packed=None) | n.Dict(items=items):
            found = replace(node, items=tuple(moved(item, source, sink) for item in items))
        case n.List(packed=n.Array() as packed):
            found = replace(node, packed=moved(packed, source, sink))
        case n.Array(data=ref, valid=valid):
            found = replace(
                node, data=sink.move(ref, source), valid=None if valid is None else sink.move(valid, source)
            )
        case n.Factor(levels=levels, data=ref):
            found = replace(node, levels=moved(levels, source, sink), data=sink.move(ref, source))
        case n.Sparse(values=values, rows=rows, columns=places):
            values, rows, places = (moved(part, source, sink) for part in (values, rows, places))
            found = replace(node, values=values, rows=rows, columns=places)
        case n.Table(columns=columns, index=index):
            if index is not None:
                index = replace(index, columns=tuple(moved(column, source, sink) for column in index.columns))
            found = replace(node, columns=tuple(moved(column, source, sink) for column in columns), index=index)
        case _:
            pass
    return cast("SomeNode", found)
