"""Folders for the files of values, which the front has copied to itself, or copies here."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections import deque
from typing import Any, BinaryIO

from .stream import PIECE, ProtocolError, Stream

PIECE_SIZE = 1 << 18
"""Bytes of a piece."""
WINDOW = 1 << 22
"""Bytes on their way, after which the next piece waits: messages must not wait long behind a file."""

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Files:
    """The folders of one kernel, and the copies that go on."""

    def __init__(self, folder: str, stream: Stream) -> None:
        """Make folders in a folder; send over a stream."""
        self._base, self._stream = folder, stream
        self._reading: deque[tuple[int, BinaryIO]] = deque()
        self._writing: dict[int, BinaryIO] = {}

    def make(self, number: int) -> None:
        """Make a folder, and tell where it is."""
        path = self._path(number)
        try:
            os.mkdir(path, 0o700)
        except OSError as error:
            self._stream.say(copied=[number, str(error)])
        else:
            self._stream.say(folder=[number, path])

    def remove(self, number: int) -> None:
        """Remove a folder with all that is in it."""
        shutil.rmtree(self._path(number), ignore_errors=True)

    def fetch(self, copy: int, number: int, name: str) -> None:
        """Send a file that the kernel has written: its size, or None if there is none, and all pieces."""
        try:
            descriptor = os.open(self._path(number, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            self._stream.say(size=[copy, None])
            return
        except OSError as error:
            self._stream.say(copied=[copy, str(error)])
            return
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            self._stream.say(copied=[copy, name + " is not a regular file"])
            return
        self._stream.say(size=[copy, status.st_size])
        self._reading.append((copy, os.fdopen(descriptor, "rb", 0)))
        self.go_on()

    def store(self, copy: int, number: int, name: str) -> None:
        """Create a file, for the pieces that follow."""
        try:
            self._writing[copy] = open(self._path(number, name), "xb", 0)  # noqa: SIM115
        except OSError as error:
            self._stream.say(copied=[copy, str(error)])

    def take(self, frames: list[bytes]) -> None:
        """Write a piece; an empty one is the last."""
        copy, data = int(frames[0]), frames[1]
        file = self._writing.get(copy)
        if file is None:
            # It has failed, or was cancelled.
            return
        why = ""
        try:
            if data:
                file.write(data)
                return
        except OSError as error:
            why = str(error)
        del self._writing[copy]
        file.close()
        self._stream.say(copied=[copy, why])

    def cancel(self, copy: int) -> None:
        """Stop a copy, unless it has come to its end."""
        for each in [*self._reading, *self._writing.items()]:
            if each[0] == copy:
                each[1].close()
        self._reading = deque(each for each in self._reading if each[0] != copy)
        self._writing.pop(copy, None)

    def go_on(self) -> None:
        """Send what fits on the way."""
        while self._reading and self._stream.held < WINDOW:
            copy, file = self._reading.popleft()
            why = ""
            try:
                data = file.read(PIECE_SIZE)
            except OSError as error:
                data, why = b"", str(error)
            if data:
                self._stream.send(PIECE, [str(copy).encode(), data])
                self._reading.append((copy, file))
            else:
                file.close()
                self._stream.say(copied=[copy, why])
        self._stream.flush()

    def do(self, what: str, value: Any) -> None:
        """Do what a word of the front says; ProtocolError for nonsense."""
        if what not in ("make", "remove", "fetch", "store", "cancel"):
            raise ProtocolError("no word: " + what)
        getattr(self, what)(*value)

    def _path(self, number: int, *name: str) -> str:
        if not all(FILE_NAME.fullmatch(each) for each in name):
            raise ProtocolError("a file that is none")
        return os.path.join(self._base, f"values-{number:d}", *name)
