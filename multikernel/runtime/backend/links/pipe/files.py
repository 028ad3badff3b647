"""The files of values on the machine where a kernel runs, over the kernel's own connection."""

import os
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import anyio

from .....core.errors import TransferError
from .....core.printable import printable
from .....core.services import Content
from .agent.files import PIECE_SIZE, Window
from .agent.stream import PIECE, ProtocolError, Stream

GRANTED = 1 << 23
"""Bytes that the keeper may send, and that are held here, before they are taken."""

LONGEST_TEXT = 1000


class Task:
    """What the keeper has been asked to do with a folder or a file."""

    def __init__(self) -> None:
        """Begin."""
        self.size: int | None = None
        self.missing = 0
        """Bytes that have not come yet."""
        self.granted = 0
        """Bytes that may come, of those."""
        self.pieces: deque[bytes] = deque()
        """What has come, and not been taken."""
        self.path = ""
        self.is_sized, self.ended = anyio.Event(), anyio.Event()
        self.news = anyio.Event()
        """A piece has come, or the end."""
        self.error = ""

    def end(self, error: str = "") -> None:
        """Let those go on that wait for it."""
        self.error = self.error or printable(error[:LONGEST_TEXT])
        self.is_sized.set()
        self.ended.set()
        self.news.set()


class RemoteFiles:
    """The folders of one kernel elsewhere, each of which stands for one of this machine."""

    def __init__(self, backend: str, stream: Stream) -> None:
        """Take the backend's name, for errors, and the stream to its keeper."""
        self._backend, self._stream, self._window = backend, stream, Window(stream)
        self._folders: dict[str, tuple[int, str]] = {}
        """Folder here -> its number, and where it is there."""
        self._tasks: dict[int, Task] = {}
        self._last = 0
        self._has_room = anyio.Event()
        self._broken = ""

    async def path(self, folder: str) -> str:
        """Return the path there of what stands for a folder of this machine; it is made if there is none yet."""
        if folder not in self._folders:
            with self._task() as (number, task):
                self._folders[folder] = number, ""
                self._stream.say(make=[number])
                await task.ended.wait()
            self._folders[folder] = number, task.path
            self._raise(task)
        return self._folders[folder][1]

    @asynccontextmanager
    async def open(self, folder: str, name: str) -> AsyncIterator[Content | None]:
        """Open a file there; None if there is none. TransferError."""
        await self.path(folder)
        with self._task() as (number, task):
            task.granted = GRANTED
            self._stream.say(fetch=[number, self._folders[folder][0], name, GRANTED])
            await task.is_sized.wait()
            self._raise(task)
            yield None if task.size is None else Content(task.size, self._pieces(number, task))

    async def _pieces(self, number: int, task: Task) -> AsyncIterator[bytes]:
        taken = 0
        while task.pieces or not task.ended.is_set():
            while task.pieces:
                piece = task.pieces.popleft()
                yield piece
                taken += len(piece)
                if taken >= GRANTED // 4:
                    task.granted += taken
                    self._stream.say(grant=[number, taken])
                    taken = 0
            if not task.ended.is_set():
                task.news = anyio.Event()
                await task.news.wait()
        self._raise(task)

    async def write(self, folder: str, name: str, content: Content) -> None:
        """Write a file there; TransferError."""
        await self.path(folder)
        with self._task() as (number, task):
            self._stream.say(store=[number, self._folders[folder][0], name, content.size])
            async for data in content.pieces:
                view = memoryview(data)
                for begin in range(0, len(data), PIECE_SIZE):
                    await self._wait_for_room(task)
                    self._send(number, view[begin : begin + PIECE_SIZE])
                if task.ended.is_set():
                    break
            self._send(number, b"")
            await task.ended.wait()
        self._raise(task)

    def _send(self, number: int, piece: bytes | memoryview) -> None:
        self._stream.send(PIECE, [str(number).encode(), piece])
        self._stream.flush()

    def forget(self, folder: str) -> None:
        """Remove what stands for a folder, and for those in it."""
        for each in [each for each in self._folders if each == folder or each.startswith(folder + os.sep)]:
            number, _ = self._folders.pop(each)
            self._stream.say(remove=[number])

    @contextmanager
    def _task(self) -> Iterator[tuple[int, Task]]:
        """Number a task, which is cancelled if it does not come to its end."""
        self._last = number = self._last + 1
        self._tasks[number] = task = Task()
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

    async def _wait_for_room(self, task: Task) -> None:
        while not (self._window.has_room() or task.ended.is_set()):
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
            case "size", [int(number), int() | None as size] if size is None or size >= 0:
                task = self._tasks.get(number, Task())
                task.size, task.missing = size, size or 0
                task.is_sized.set()
                if size is None:
                    task.end()
            case "copied", [int(number), str(why)]:
                task = self._tasks.get(number, Task())
                task.end(why or ("it became shorter meanwhile" if task.missing else ""))
            case _:
                raise ProtocolError(f"has sent {what!r:.99}")

    def take_piece(self, frames: Sequence[bytes]) -> None:
        """Take a piece of a file; ProtocolError for one of nothing, and for one that was not asked for."""
        if len(frames) != 2 or not frames[0].isdigit():
            raise ProtocolError("has sent a piece of no file")
        task = self._tasks.get(int(frames[0]))
        if task is None or task.ended.is_set():
            # It was cancelled.
            return
        task.missing -= len(frames[1])
        task.granted -= len(frames[1])
        if task.missing < 0 or task.granted < 0:
            raise ProtocolError("has sent more of a file than it may")
        task.pieces.append(frames[1])
        task.news.set()

    def go_on(self) -> None:
        """Send more, since the keeper has received something."""
        self._has_room.set()

    def break_off(self, why: str) -> None:
        """End all tasks: the kernel, or the way to it, has ended."""
        self._broken = why
        for task in self._tasks.values():
            task.end(why)
        self._has_room.set()
