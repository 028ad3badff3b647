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
from .....core.bounded import Bounded
from .....core.errors import TransferError
from .....core.printable import printable
from .....core.protocol.wire import Composer, Frame, Json, Message, decode, parent_id
from .....core.services import Content
from . import in_kernel

PIECE_SIZE = 1 << 20
"""Bytes of a piece: a server takes messages of 10 MB at most unless its config says more."""
MOST_ASKED = 4
"""Pieces on their way."""

MOST_ATTEMPTS = 3
"""How often something is asked of which a server has dropped the answer, as it does when a kernel says a lot."""

MOST_DONE = 1000
"""Messages of which the kernel may still say that it is idle."""

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
        self.attempts = 0
        """How often the kernel was idle afterwards without an answer being here."""
        self.ended = anyio.Event()
        self.said: Json = {}
        self.data = b""
        self.error = ""

    def end(self, error: str = "") -> None:
        """Let those go on that wait for it, with nothing kept that was sent."""
        if not self.ended.is_set():
            self.error, self.buffers = error, ()
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
        """What has no answer, by the id of each message that asked it."""
        self._done: Bounded[str, None] = Bounded(MOST_DONE)
        """Ids of messages that were answered."""
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
        """Remove what stands for a folder, and for those in it; nothing that was asked about them is asked again."""
        for each in [each for each in self._folders if each == folder or each.startswith(folder + os.sep)]:
            number, _ = self._folders.pop(each)
            for asked in set(self._asked.values()):
                if asked.content.get("data", {}).get("folder") == number:
                    self._end(asked, "it was given up")
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
        """Take a message of the kernel if it answers what was asked here; WireError if it cannot be read.

        What else has such a parent is the user's: what a thread says meanwhile.
        """
        parent = parent_id(bytes(frames[PARENT]))
        asked = self._asked.get(parent)
        if asked is None and parent not in self._done:
            return False
        msg_type, content = decode(frames[HEADER]).get("msg_type"), decode(frames[CONTENT])
        is_ours = content.get("comm_id") == self._comm
        match channel, msg_type:
            case "iopub", "status":
                if asked is not None and parent == asked.id and content.get("execution_state") == "idle":
                    self._is_idle(asked)
            case "iopub", "comm_msg" if is_ours:
                self._take_answer(asked, content.get("data"), frames[BUFFERS:])
            case "iopub", "comm_close" if is_ours:
                self._end(asked, "the kernel there cannot do so")
            case "shell", "execute_reply":
                self._replied(asked, content)
            case _:
                return False
        return True

    def failed(self, message: str, why: str) -> bool:
        """Take it that a message will not be sent; return whether it was one from here."""
        asked = self._asked.get(message)
        if asked is not None and asked.id == message:
            self._end(asked, why.rstrip("."))
        return asked is not None or message in self._done

    def _replied(self, asked: Asked | None, reply: Json) -> None:
        if asked is not None and reply.get("status") == "aborted":
            # A cell before it has failed.
            self._put(asked)
        else:
            is_ok = reply.get("status") == "ok"
            self._end(asked, "" if is_ok else f"{reply.get('ename')}: {reply.get('evalue')}")

    def _is_idle(self, asked: Asked) -> None:
        """Know that the kernel has done what was asked, and that its answer is not here."""
        if asked.msg_type == "execute_request":
            # Its reply comes on another channel.
            return
        asked.attempts += 1
        if asked.attempts < MOST_ATTEMPTS:
            self._put(asked)
        else:
            self._end(asked, "the kernel there gives no answer, or the server has dropped it")

    def _take_answer(self, asked: Asked | None, said: object, buffers: Sequence[Frame]) -> None:
        if asked is None:
            return
        if not isinstance(said, dict):
            self._end(asked, "its answer makes no sense")
            return
        asked.said, asked.data = said, bytes(buffers[0]) if buffers else b""
        self._end(asked, str(said.get("error", "")))

    def _end(self, asked: Asked | None, error: str = "") -> None:
        """Let those go on that wait, and keep of its messages only that they are from here."""
        if asked is None:
            return
        asked.end(error)
        for each in [each for each, other in self._asked.items() if other is asked]:
            del self._asked[each]
            self._done[each] = None

    def ask_again(self) -> None:
        """Ask again what has no answer: it may have been lost with the connection."""
        for asked in dict.fromkeys(self._asked.values()):
            self._put(asked)

    def break_off(self, why: str) -> None:
        """End all that waits: the kernel, or the way to it, has ended."""
        self._broken = why
        for asked in set(self._asked.values()):
            self._end(asked, why)
