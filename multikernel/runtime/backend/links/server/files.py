"""The files of values on a Jupyter server's machine, which an IPython kernel there reads and writes for us."""

import os
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio

from .....core.actions import Channel
from .....core.errors import TransferError
from .....core.printable import printable
from .....core.protocol.wire import Composer, Frame, Json, Message, decode
from .....core.services import Content
from . import in_kernel

PIECE_SIZE = 1 << 20
"""Bytes of a piece: a server takes messages of 10 MB at most unless its config says more."""
MOST_ASKED = 4
"""Pieces on their way."""

LONGEST_TEXT = 1000

SETUP = "__import__('builtins').exec({source!r}, {{'__name__': '_multikernel_files'}})"
REGISTER = "\nget_ipython().kernel.comm_manager.register_target(TARGET, open_comm)\n"

HEADER, PARENT, CONTENT, BUFFERS = 0, 1, 3, 4

Send = Callable[[Channel, Message], None]


class Asked:
    """Something that the kernel was asked, and what it answered."""

    def __init__(self, msg_type: str, content: Json, buffers: tuple[Frame, ...]) -> None:
        """Begin; it may be asked again."""
        self.msg_type, self.content, self.buffers = msg_type, content, buffers
        self.id = ""
        """Of the message that asked it last."""
        self.ended = anyio.Event()
        self.said: Json = {}
        self.data = b""
        self.error = ""

    def end(self, error: str = "") -> None:
        """Let those go on that wait for it."""
        if not self.ended.is_set():
            self.error = error
            self.ended.set()


class KernelFiles:
    """The folders of one kernel on a server, each of which stands for one of this machine."""

    def __init__(self, backend: str, composer: Composer, send: Send) -> None:
        """Take the backend's name, for errors, and the way to its kernel."""
        self._backend, self._composer, self._send = backend, composer, send
        self._comm = uuid.uuid4().hex
        self._is_set_up = False
        self._setting_up = anyio.Lock()
        self._folders: dict[str, tuple[int, str]] = {}
        """Folder here -> its number, and where it is there."""
        self._last = 0
        self._asked: dict[str, Asked] = {}
        """By the id of the message; until the kernel is idle again, since all that it says of it is ours."""
        self._broken = ""

    async def path(self, folder: str) -> str:
        """Return the path there of what stands for a folder of this machine; it is made if there is none yet."""
        if folder not in self._folders:
            self._last += 1
            self._folders[folder] = self._last, ""
        number, path = self._folders[folder]
        if not path:
            await self._set_up()
            made = (await self._answer(self._ask({"do": "make", "folder": number}))).said.get("path")
            if not isinstance(made, str) or not os.path.isabs(made):
                raise self._error("its answer makes no sense")
            self._folders[folder] = number, path = number, made
        return path

    @asynccontextmanager
    async def open(self, folder: str, name: str) -> AsyncIterator[Content | None]:
        """Open a file there; None if there is none. TransferError."""
        await self.path(folder)
        file: Json = {"folder": self._folders[folder][0], "name": name}
        size = (await self._answer(self._ask({"do": "size", **file}))).said.get("size")
        if size is None:
            yield None
        elif type(size) is int and size >= 0:
            yield Content(size, self._pieces(file, size))
        else:
            raise self._error("its answer makes no sense")

    async def _pieces(self, file: Json, size: int) -> AsyncIterator[bytes]:
        asked: deque[tuple[int, Asked]] = deque()
        at = 0
        while at < size or asked:
            while at < size and len(asked) < MOST_ASKED:
                length = min(PIECE_SIZE, size - at)
                asked.append((length, self._ask({"do": "read", "at": at, "length": length, **file})))
                at += length
            length, first = asked.popleft()
            data = (await self._answer(first)).data
            if len(data) != length:
                raise self._error("the file has changed meanwhile")
            yield data

    async def write(self, folder: str, name: str, content: Content) -> None:
        """Write a file there; TransferError."""
        await self.path(folder)
        file: Json = {"folder": self._folders[folder][0], "name": name}
        await self._answer(self._ask({"do": "create", **file}))
        asked: deque[Asked] = deque()
        at = 0
        async for data in content.pieces:
            view = memoryview(data)
            for begin in range(0, len(data), PIECE_SIZE):
                if len(asked) == MOST_ASKED:
                    await self._answer(asked.popleft())
                piece = view[begin : begin + PIECE_SIZE]
                asked.append(self._ask({"do": "write", "at": at, **file}, bytes(piece)))
                at += len(piece)
        for each in asked:
            await self._answer(each)

    def forget(self, folder: str) -> None:
        """Remove what stands for a folder, and for those in it."""
        for each in [each for each in self._folders if each == folder or each.startswith(folder + os.sep)]:
            number, _ = self._folders.pop(each)
            self._ask({"do": "remove", "folder": number})

    # Questions and answers.

    async def _set_up(self) -> None:
        """Let the kernel answer questions; TransferError if it is no kernel of ipykernel's."""
        async with self._setting_up:
            if self._is_set_up:
                return
            source = Path(in_kernel.__file__).read_text("utf-8") + REGISTER
            options = {"silent": True, "store_history": False, "allow_stdin": False, "stop_on_error": False}
            await self._answer(self._begin("execute_request", {"code": SETUP.format(source=source), **options}))
            opening = {"comm_id": self._comm, "target_name": in_kernel.TARGET, "data": {}}
            await self._answer(self._begin("comm_open", opening))
            self._is_set_up = True

    def _ask(self, words: Json, *buffers: Frame) -> Asked:
        return self._begin("comm_msg", {"comm_id": self._comm, "data": words}, buffers)

    def _begin(self, msg_type: str, content: Json, buffers: tuple[Frame, ...] = ()) -> Asked:
        asked = Asked(msg_type, content, buffers)
        if self._broken:
            asked.end(self._broken)
        else:
            self._put(asked)
        return asked

    def _put(self, asked: Asked) -> None:
        message = replace(self._composer.message(asked.msg_type, asked.content), buffers=asked.buffers)
        asked.id = message.id
        self._asked[message.id] = asked
        self._send("shell", message)

    async def _answer(self, asked: Asked) -> Asked:
        await asked.ended.wait()
        if asked.error:
            raise self._error(asked.error)
        return asked

    def _error(self, why: str) -> TransferError:
        return TransferError(printable(f"Files of {self._backend} could not be copied: {why[:LONGEST_TEXT]}."))

    def take(self, channel: Channel, frames: Sequence[Frame]) -> bool:
        """Take a message of the kernel if it is about what was asked here; WireError if it cannot be read."""
        if not self._asked:
            return False
        asked = self._asked.get(_id_of(frames[PARENT]))
        if asked is None:
            return False
        msg_type, content = decode(frames[HEADER]).get("msg_type"), decode(frames[CONTENT])
        if channel == "shell":
            is_ok = content.get("status") == "ok"
            asked.end("" if is_ok else f"{content.get('ename')}: {content.get('evalue')}")
        elif msg_type == "comm_msg" and content.get("comm_id") == self._comm:
            self._take_answer(asked, content.get("data"), frames[BUFFERS:])
        elif msg_type == "comm_close" and content.get("comm_id") == self._comm:
            asked.end("the kernel there cannot do so")
        elif msg_type == "status" and content.get("execution_state") == "idle" and _id_of(frames[PARENT]) == asked.id:
            self._is_idle(asked)
        return True

    def _is_idle(self, asked: Asked) -> None:
        """Know that the kernel has done what was asked, and has said all that it says of it."""
        if asked.msg_type != "execute_request":
            asked.end("the server has lost the answer" if asked.msg_type == "comm_msg" else "")
        if asked.ended.is_set():
            self._asked = {each: other for each, other in self._asked.items() if other is not asked}

    def _take_answer(self, asked: Asked, said: object, buffers: Sequence[Frame]) -> None:
        if not isinstance(said, dict):
            asked.end("its answer makes no sense")
            return
        if not asked.ended.is_set():
            asked.said, asked.data = said, bytes(buffers[0]) if buffers else b""
        asked.end(str(said.get("error", "")))

    def ask_again(self) -> None:
        """Ask again what has no answer: it may have been lost with the connection."""
        for asked in dict.fromkeys(self._asked.values()):
            if not asked.ended.is_set():
                self._put(asked)

    def break_off(self, why: str) -> None:
        """End all that waits: the kernel, or the way to it, has ended."""
        self._broken = why
        for asked in self._asked.values():
            asked.end(why)
        self._asked.clear()


def _id_of(parent: Frame) -> str:
    return str(decode(parent).get("msg_id"))
