"""Data files, read and written part by part: a large value is never in memory whole, nor holds the event loop up."""

import os
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from .nodes import Ref
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
            raise ManifestError(f"{DATA_ENDS} at {first + len(found)}")
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

    def starts_of_texts(self, ref: Ref, positions: Iterable[int]) -> list[int]:
        """Return where texts begin, given their positions in ascending order; ManifestError if there are fewer.

        Behind the last text one more would begin, after a separator that is not there.
        """
        found = []
        parts = self.parts(ref)
        part, begin, passed, at = b"", 0, 0, 0
        for position in positions:
            while position > passed + (left := part.count(SEPARATOR, at)):
                passed, begin, at = passed + left, begin + len(part), 0
                following = next(parts, None)
                if following is None:
                    if position == passed + 1:
                        passed, part = position, b""
                        begin = ref.length + 1
                        break
                    raise ManifestError(f"{passed} separators, and more texts")
                part = following
            while passed < position:
                at = part.index(SEPARATOR, at) + 1
                passed += 1
            found.append(begin + at)
        return found


DATA_ENDS = "a data file that ends"


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
