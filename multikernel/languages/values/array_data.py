"""The data of arrays in their file: columns of a matrix, texts, byte strings."""

import struct
from collections.abc import Iterator, Sequence

from . import nodes as n
from .buffers import PART_BYTES, SEPARATOR, Source
from .nodes import Ref
from .reader import ManifestError

TEXTS = 10_000
"""Texts that are put together at once."""


def rows_of_columns(source: Source, ref: Ref, size: int, rows: int, each: tuple[int, int]) -> Iterator[bytes]:
    """Yield some rows of a matrix whose columns lie one behind the other, column by column."""
    begin, end = each[0] * size, each[1] * size
    column = rows * size
    width = ref.length // column if column else 0
    if end - begin >= PART_BYTES:
        for at in range(width):
            yield from source.parts(ref, at * column + begin, at * column + end)
        return
    for first, last in some_columns(width, column):
        if last == first + 1:
            yield source.read(ref, first * column + begin, first * column + end)
        else:
            block = source.read(ref, first * column, last * column)
            yield b"".join(block[at + begin : at + end] for at in range(0, len(block), column))


def some_columns(width: int, column: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last, exclusive, of columns of some bytes each that are read at once."""
    at_once = max(1, PART_BYTES // column) if column else max(1, width)
    for first in range(0, width, at_once):
        yield first, min(first + at_once, width)


def elements(source: Source, array: n.Array) -> list[bytes]:
    """Return the elements of an array of texts or byte strings; ManifestError if there are not so many."""
    if array.dtype.kind == "bytes":
        return list(_each(source, array, 0, array.count))
    found = list(source.texts(array.data)) if array.count else []
    if len(found) != array.count:
        raise ManifestError(f"{len(found)} texts instead of {array.count}")
    return found


def packed(kind: str, found: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the data of texts, or of byte strings: their offsets, and then the strings."""
    if kind == "text":
        for at in range(0, len(found), TEXTS):
            yield (SEPARATOR if at else b"") + SEPARATOR.join(found[at : at + TEXTS])
        return
    end = 0
    yield struct.pack("<q", 0)
    for at in range(0, len(found), TEXTS):
        ends = []
        for each in found[at : at + TEXTS]:
            end += len(each)
            ends.append(end)
        yield struct.pack(f"<{len(ends)}q", *ends)
    for at in range(0, len(found), TEXTS):
        yield b"".join(found[at : at + TEXTS])


def _offsets(source: Source, array: n.Array, begin: int, end: int) -> Iterator[tuple[int, ...]]:
    """Yield where byte strings begin, and where the last one ends, some at a time."""
    last = 0
    content = array.data.length - 8 * (array.count + 1)
    for part in source.parts(array.data, 8 * begin, 8 * (end + 1)):
        found = struct.unpack(f"<{len(part) // 8}q", part)
        if any(one > other for one, other in zip((last, *found), found, strict=False)) or found[-1] > content:
            raise ManifestError("offsets of byte strings that are wrong")
        last = found[-1]
        yield found


def byte_strings(source: Source, array: n.Array, begin: int, end: int) -> Iterator[bytes]:
    """Yield the data of some byte strings of an array."""
    first = last = None
    for offsets in _offsets(source, array, begin, end):
        if first is None:
            first = offsets[0]
        last = offsets[-1]
        yield struct.pack(f"<{len(offsets)}q", *(offset - first for offset in offsets))
    assert first is not None
    assert last is not None
    content = 8 * (array.count + 1)
    yield from source.parts(array.data, content + first, content + last)


def _each(source: Source, array: n.Array, begin: int, end: int) -> Iterator[bytes]:
    content = 8 * (array.count + 1)
    before: int | None = None
    for offsets in _offsets(source, array, begin, end):
        for offset in offsets:
            if before is not None:
                yield source.read(array.data, content + before, content + offset)
            before = offset
