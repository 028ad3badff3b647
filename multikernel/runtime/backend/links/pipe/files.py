"""Copies the files of values between this machine and the one where a kernel runs, over the kernel's own connection."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import anyio

from .....core.errors import TransferError
from .....core.printable import printable
from .agent.files import PIECE_SIZE, WINDOW
from .agent.stream import PIECE, ProtocolError, Stream

LONGEST_TEXT = 1000


class Task:
    """What the keeper has been asked to do with a folder or a file."""

    def __init__(self, arrival: BinaryIO | None = None) -> None:
        """Take the file that the pieces of one from there are written to."""
        self.arrival = arrival
        self.size: int | None = None
        self.missing = 0
        """Bytes that have not come yet."""
        self.path = ""
        self.is_sized, self.ended = anyio.Event(), anyio.Event()
        self.error = ""

    def end(self, error: str = "") -> None:
        """Let those go on that wait for it."""
        self.error = self.error or printable(error[:LONGEST_TEXT])
        self.is_sized.set()
        self.ended.set()


class RemoteFiles:
    """The folders of one kernel elsewhere, each of which stands for one of this machine."""

    def __init__(self, backend: str, stream: Stream) -> None:
        """Take the backend's name, for errors, and the stream to its keeper."""
        self._backend, self._stream = backend, stream
        self._folders: dict[str, tuple[int, str]] = {}
        """Folder here -> its number, and where it is there."""
        self._tasks: dict[int, Task] = {}
        self._last = 0
        self._has_room = anyio.Event()
        self._broken = ""

    async def path(self, folder: str) -> str:
        """Return the path there of what stands for a folder of this machine; it is made if there is none yet."""
        if folder not in self._folders:
            with self._task(Task()) as (number, task):
                self._folders[folder] = number, ""
                self._stream.say(make=[number])
                await task.ended.wait()
            self._folders[folder] = number, task.path
            self._raise(task)
        return self._folders[folder][1]

    async def fetch(self, folder: str, names: Sequence[str]) -> None:
        """Copy files from there, those that exist; TransferError."""
        await self.path(folder)
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "wb", 0) as file, self._task(Task(file)) as (number, task):
                self._stream.say(fetch=[number, self._folders[folder][0], name])
                await task.is_sized.wait()
                if task.missing > shutil.disk_usage(folder).free:
                    raise TransferError(f"There is no room here for {task.missing / 1e6:.0f} MB from {self._backend}.")
                await task.ended.wait()
            self._raise(task)
            if task.size is None:
                os.unlink(path)

    async def send(self, folder: str, names: Sequence[str]) -> None:
        """Copy files to there; TransferError."""
        await self.path(folder)
        for name in names:
            with open(os.path.join(folder, name), "rb", 0) as file, self._task(Task()) as (number, task):
                self._stream.say(store=[number, self._folders[folder][0], name])
                data = b"..."
                while data and not task.ended.is_set():
                    data = file.read(PIECE_SIZE)
                    self._stream.send(PIECE, [str(number).encode(), data])
                    self._stream.flush()
                    await self._wait_for_room()
                await task.ended.wait()
            self._raise(task)

    def forget(self, folder: str) -> None:
        """Remove what stands for a folder, and for those in it."""
        for each in [each for each in self._folders if each == folder or each.startswith(folder + os.sep)]:
            number, _ = self._folders.pop(each)
            self._stream.say(remove=[number])

    @contextmanager
    def _task(self, task: Task) -> Iterator[tuple[int, Task]]:
        """Number a task, which is cancelled if it does not come to its end."""
        self._last = number = self._last + 1
        self._tasks[number] = task
        if self._broken:
            task.end(self._broken)
        try:
            yield number, task
        finally:
            del self._tasks[number]
            if not task.ended.is_set():
                self._stream.say(cancel=[number])

    def _raise(self, task: Task) -> None:
        if task.error:
            raise TransferError(f"Files of {self._backend} could not be copied: {task.error}.")

    async def _wait_for_room(self) -> None:
        while self._stream.held > WINDOW and not self._broken:
            self._has_room = anyio.Event()
            await self._has_room.wait()

    # What the keeper says.

    def take_word(self, what: str, value: object) -> None:
        """Take an answer; one to what was cancelled changes nothing. ProtocolError for one that makes no sense."""
        match what, value:
            case "folder", [int(number), str(path)]:
                task = self._tasks.get(number, Task())
                task.path = path
                task.end()
            case "size", [int(number), int() | None as size]:
                task = self._tasks.get(number, Task())
                task.size, task.missing = size, size or 0
                task.is_sized.set()
                if size is None:
                    task.end()
            case "copied", [int(number), str(why)]:
                task = self._tasks.get(number, Task())
                task.end(why or ("it has become shorter meanwhile" if task.missing else ""))
            case _:
                raise ProtocolError(f"has sent {what!r:.99}")

    def take_piece(self, frames: Sequence[bytes]) -> None:
        """Take a piece of a file; ProtocolError for one of nothing."""
        if len(frames) != 2 or not frames[0].isdigit():
            raise ProtocolError("has sent a piece of no file")
        task = self._tasks.get(int(frames[0]))
        if task is None or task.arrival is None or task.ended.is_set():
            # It was cancelled, or there was no room.
            return
        task.missing -= len(frames[1])
        if task.missing < 0:
            raise ProtocolError("has sent more of a file than there is")
        try:
            task.arrival.write(frames[1])
        except OSError as error:
            task.end(str(error))

    def go_on(self) -> None:
        """Send more, since the keeper has received something."""
        self._has_room.set()

    def break_off(self, why: str) -> None:
        """End all tasks: the kernel, or the way to it, has ended."""
        self._broken = why
        self._has_room.set()
        for task in self._tasks.values():
            task.end(why)
