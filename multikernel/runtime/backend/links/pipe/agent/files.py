"""Folders for the files of values, which the front has copied to itself, or copies here."""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from .stream import PIECE, ProtocolError, Stream

PIECE_SIZE = 1 << 18
"""Bytes of a piece."""
LEAST_WINDOW, MOST_WINDOW = 1 << 19, 1 << 23
"""Bytes on their way, after which the next piece waits."""
LONGEST_QUEUE = 0.1
"""Seconds that a message may wait behind pieces of files."""

LONGEST_SECONDS = 3600.0

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def leave_marks(paths: list[str]) -> None:
    """Create empty files in folders of the front's: if it finds them, this machine has the same folders."""
    for path in paths:
        with suppress(OSError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


class Window:
    """How much of files may be on its way: as much as the connection takes, but a message must not wait long behind it.

    What is acknowledged later than it could be has waited in a queue, somewhere on the way.
    """

    def __init__(self, stream: Stream, now: Callable[[], float] = time.monotonic) -> None:
        """Begin small."""
        self._stream, self._now = stream, now
        self._size = LEAST_WINDOW
        self._least = LONGEST_SECONDS
        """Seconds that an acknowledgement takes without a queue, as far as is known."""
        self._mark, self._since = 0, 0.0
        """The chunk whose acknowledgement is waited for, and since when."""

    def has_room(self) -> bool:
        """Whether a piece may be sent now."""
        is_acknowledged = self._mark <= self._stream.acknowledged
        if self._mark and is_acknowledged:
            self._learn(self._now() - self._since)
            self._mark = 0
        has_room = self._stream.has_room(self._size)
        if has_room and is_acknowledged:
            self._mark, self._since = self._stream.last + 1, self._now()
        return has_room

    def _learn(self, seconds: float) -> None:
        self._least = min(self._least, seconds)
        if seconds > self._least + LONGEST_QUEUE:
            self._size = max(LEAST_WINDOW, self._size * 3 // 4)
        else:
            self._size = min(MOST_WINDOW, self._size * 3 // 2)


class Reading:
    """A file that the front gets, as far as it has taken what it got before."""

    def __init__(self, copy: int, file: BinaryIO, missing: int, granted: int) -> None:
        """Take a file, how many bytes of it are to be sent, and how many of those may be sent now."""
        self.copy, self.file, self.missing, self.granted = copy, file, missing, granted


class Writing:
    """A file that comes from the front."""

    def __init__(self, path: str, missing: int) -> None:
        """Create a file, in place of one that is there."""
        with suppress(FileNotFoundError):
            os.unlink(path)
        self.path, self.missing = path, missing
        self.file: BinaryIO = open(path, "xb", opener=_private)  # noqa: SIM115

    def take(self, data: bytes) -> None:
        """Write; it is not buffered for long, and never written in part."""
        self.missing -= len(data)
        self.file.write(data)

    def drop(self) -> None:
        """Remove it."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            os.unlink(self.path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Files:
    """The folders of one kernel, and the copies that go on."""

    def __init__(self, folder: str, stream: Stream) -> None:
        """Make folders in a folder; send over a stream."""
        self._base, self._stream, self._window = folder, stream, Window(stream)
        self._reading: deque[Reading] = deque()
        self._writing: dict[int, Writing] = {}

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

    def fetch(self, copy: int, number: int, name: str, granted: int) -> None:
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
        self._reading.append(Reading(copy, os.fdopen(descriptor, "rb", 0), status.st_size, granted))
        self.go_on()

    def grant(self, copy: int, size: int) -> None:
        """Let more of a file be sent."""
        for each in self._reading:
            if each.copy == copy:
                each.granted += size
        self.go_on()

    def store(self, copy: int, number: int, name: str, size: int) -> None:
        """Create a file, for the pieces that follow."""
        path = self._path(number, name)
        try:
            if size > shutil.disk_usage(os.path.dirname(path)).free:
                raise OSError(f"there is no room there for {size / 1e6:.0f} MB")
            self._writing[copy] = Writing(path, size)
        except OSError as error:
            self._stream.say(copied=[copy, str(error)])

    def take(self, frames: list[bytes]) -> None:
        """Write a piece; an empty one is the last."""
        copy, data = int(frames[0]), frames[1]
        writing = self._writing.get(copy)
        if writing is None:
            # It has failed, or was cancelled.
            return
        why = ""
        try:
            if data:
                writing.take(data)
                return
            writing.file.close()
            if writing.missing:
                why = f"{writing.missing} bytes of it are missing"
        except OSError as error:
            why = str(error)
        del self._writing[copy]
        if why:
            writing.drop()
        self._stream.say(copied=[copy, why])

    def cancel(self, copy: int) -> None:
        """Stop a copy, unless it has come to its end."""
        for each in self._reading:
            if each.copy == copy:
                each.file.close()
        self._reading = deque(each for each in self._reading if each.copy != copy)
        if copy in self._writing:
            self._writing.pop(copy).drop()

    def go_on(self) -> None:
        """Send what fits on the way, in turns."""
        waiting = 0
        while waiting < len(self._reading) and self._window.has_room():
            each = self._reading.popleft()
            if each.missing and each.granted <= 0:
                self._reading.append(each)
                waiting += 1
            elif self._send_piece(each):
                self._reading.append(each)
                waiting = 0
        self._stream.flush()

    def _send_piece(self, reading: Reading) -> bool:
        """Send a piece, and return whether there is more to be sent."""
        why = ""
        try:
            data = reading.file.read(min(PIECE_SIZE, reading.missing, max(reading.granted, 0)))
        except OSError as error:
            data, why = b"", str(error)
        if data:
            reading.missing -= len(data)
            reading.granted -= len(data)
            self._stream.send(PIECE, [str(reading.copy).encode(), data])
            self._stream.flush()
        if data and reading.missing:
            return True
        reading.file.close()
        self._stream.say(copied=[reading.copy, why])
        return False

    def do(self, what: str, value: Any) -> None:
        """Do what a word of the front says; ProtocolError for nonsense."""
        if what not in ("make", "remove", "fetch", "grant", "store", "cancel"):
            raise ProtocolError("no word: " + what)
        getattr(self, what)(*value)

    def _path(self, number: int, *name: str) -> str:
        if not all(FILE_NAME.fullmatch(each) for each in name):
            raise ProtocolError("a file that is none")
        return os.path.join(self._base, f"values-{number:d}", *name)
