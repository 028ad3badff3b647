"""The files of a transfer, and refusals."""

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

PART_BYTES = 1 << 24


def type_name(value: Any) -> str:
    """Return a type as the user knows it."""
    kind = type(value)
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )


class Refused(Exception):
    """A part of a value that has no exact counterpart: its type, why, and what to put in its place."""

    def __init__(self, kind: str, why: str = "", instead: str = "") -> None:
        """Take an expression of Python in which `{x}` is the part; one that begins with `!` is a statement."""
        super().__init__(kind, why, instead)
        self.kind = kind
        self.why = why
        self.instead = instead
        self.path = ""

    def below(self, step: str) -> "Refused":
        """Put a step before the path."""
        self.path = step + self.path
        return self


class Data:
    """The data file while it is written."""

    def __init__(self, folder: str) -> None:
        self._file = open(os.path.join(folder, "data"), "wb", buffering=0)  # noqa: SIM115
        self._size = 0

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def put(self, buffer: Any) -> list[int]:
        """Append bytes and return where they are."""
        return self.put_parts([buffer])

    def put_parts(self, buffers: Iterable[Any]) -> list[int]:
        """Append bytes that come in several parts, and return where they are together."""
        offset, length = self._size, 0
        for buffer in buffers:
            view = memoryview(buffer).cast("B") if len(buffer) else memoryview(b"")
            done = 0
            while done < view.nbytes:
                done += self._file.write(view[done : done + PART_BYTES])
            length += done
        padding = -length % 8
        if padding:
            self._file.write(b"\0" * padding)
        self._size += length + padding
        return [offset, length]


def read(folder: str, ref: list[int]) -> bytearray:
    """Read bytes of the data file into a new buffer."""
    offset, length = ref
    buffer = bytearray(length)
    with open(os.path.join(folder, "data"), "rb", buffering=0) as file:
        file.seek(offset)
        fill(file, memoryview(buffer))
    return buffer


def read_parts(folder: str, ref: list[int]) -> Iterator[bytearray]:
    """Read texts that are joined by 0xFF, some at a time; the 0xFF between two parts is in neither."""
    offset, left = ref
    rest = bytearray()
    with open(os.path.join(folder, "data"), "rb", buffering=0) as file:
        file.seek(offset)
        while left > PART_BYTES:
            part = bytearray(PART_BYTES)
            fill(file, memoryview(part))
            left -= PART_BYTES
            last = part.rfind(b"\xff")
            if last >= 0:
                yield rest + part[:last]
                rest = part[last + 1 :]
            else:
                rest += part
        part = bytearray(left)
        fill(file, memoryview(part))
        yield rest + part if rest else part


def fill(file: Any, view: memoryview) -> None:
    """Read as many bytes as there is room for."""
    done = 0
    while done < len(view):
        got = file.readinto(view[done:])
        if not got:
            raise EOFError("the data file is too short")
        done += got


def answer(folder: str, content: Any) -> None:
    """Write the answer, which appears when it is whole."""
    path = os.path.join(folder, "answer.json")
    with open(path + ".part", "w", encoding="ascii") as file:
        json.dump(content, file, separators=(",", ":"))
    os.replace(path + ".part", path)
