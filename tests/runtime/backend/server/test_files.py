"""Files of values on a server: what is asked, and what becomes of answers that are lost, late or wrong."""

import json
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import anyio
import pytest

from multikernel.core.actions import Channel
from multikernel.core.errors import TransferError
from multikernel.core.protocol.wire import Composer, Json, Message
from multikernel.core.services import Content
from multikernel.runtime.backend.links.server import files, in_kernel
from multikernel.runtime.backend.links.server.files import KernelFiles

pytestmark = pytest.mark.anyio

Change = Callable[[Json, list[bytes]], "tuple[Json, list[bytes]] | None"]
"""Gets what the kernel answers, and returns what arrives; None if it is lost."""


def unchanged(said: Json, buffers: list[bytes]) -> "tuple[Json, list[bytes]] | None":
    """Let an answer arrive as it is."""
    return said, buffers


class Kernel:
    """A kernel that answers at once."""

    def __init__(self) -> None:
        self.files = KernelFiles("far", Composer("front", lambda: "2026-01-01T00:00:00Z"), self.take)
        self.asked: list[str] = []
        self.change: Change = unchanged
        self.is_there = True
        """Whether what is sent arrives."""
        self.says_idle = True
        self.setup: tuple[str, Json] = "shell", {"status": "ok"}

    def take(self, channel: Channel, message: Message) -> None:
        """Do what is asked."""
        content = message.content()
        self.asked.append(content["data"]["do"] if message.type == "comm_msg" else message.type)
        if not self.is_there:
            return
        if message.type == "execute_request":
            where, said = self.setup
            self.say(message, where, "execute_reply", said)
        elif message.type == "comm_msg":
            comm = content["comm_id"]
            said, data = in_kernel.answer(content["data"], message.buffers[0] if message.buffers else None)  # type: ignore[arg-type]
            if (changed := self.change(said, [] if data is None else [data])) is not None:
                self.say(message, "iopub", "comm_msg", {"comm_id": comm, "data": changed[0]}, *changed[1])
        if self.says_idle:
            self.say(message, "iopub", "status", {"execution_state": "idle"})

    def say(self, to: Message, channel: str, msg_type: str, content: Any, *buffers: bytes) -> bool:
        """Say something, and return whether it was taken."""
        parts = [{"msg_type": msg_type}, to.header, {}, content]
        return self.files.take(channel, [*(json.dumps(part).encode() for part in parts), *buffers])  # type: ignore[arg-type]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kernel:
    """Return a kernel whose pieces are small, with its folders in one of the test's."""
    monkeypatch.setattr(files, "PIECE_SIZE", 4)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(in_kernel, "FOLDERS", {})
    return Kernel()


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    """Yield pieces."""
    for each in data:
        yield each


async def read(kernel: Kernel, name: str = "data") -> bytes | None:
    """Return the content of a file."""
    async with kernel.files.open("/here", name) as content:
        return None if content is None else b"".join([piece async for piece in content.pieces])


async def write(kernel: Kernel, *data: bytes) -> None:
    """Write a file."""
    await kernel.files.write("/here", "data", Content(sum(map(len, data)), pieces(*data)))


@pytest.mark.parametrize("size", [0, 1, 4, 5, 41])
async def test_what_is_written_is_read(kernel: Kernel, size: int, tmp_path: Path) -> None:
    data = bytes(range(size))
    await write(kernel, data[: size // 2], data[size // 2 :])
    assert await read(kernel) == data
    assert await read(kernel, "nothing") is None
    await write(kernel, b"new")
    assert await read(kernel) == b"new"
    await kernel.files.path("/here/chunk0")
    assert len(os.listdir(tmp_path)) == 2
    kernel.files.forget("/here")
    assert os.listdir(tmp_path) == []
    assert kernel.asked[:2] == ["execute_request", "comm_open"], "the setup is done once"
    assert kernel.asked.count("comm_open") == 1


AT_ONCE: dict[str, tuple[Change, str]] = {
    "no text": (lambda said, buffers: ({"path": 5}, buffers), "its answer makes no sense"),
    "no path": (lambda said, buffers: ({"path": "here"}, buffers), "its answer makes no sense"),
    "no object": (lambda said, buffers: (cast(Json, [1]), buffers), "its answer makes no sense"),
    "an error": (lambda said, buffers: ({"error": "OSError: no room\x1b[1m"}, []), "OSError: no room"),
    "lost": (lambda said, buffers: None, "the server has lost the answer"),
}
"""What may become of any answer."""
OF_A_FILE: dict[str, tuple[Change, str]] = {
    "no size": (lambda said, buffers: ({"size": -1}, buffers), "its answer makes no sense"),
    "too much": (lambda said, buffers: (said, [each + b"x" for each in buffers]), "the file has changed meanwhile"),
    "too little": (lambda said, buffers: (said, []), "the file has changed meanwhile"),
    "lost": (lambda said, buffers: None, "the server has lost the answer"),
}


async def fails(kernel: Kernel, change: Change, text: str) -> None:
    """Read a file with answers that are wrong, and then with right ones."""
    kernel.change = change
    with pytest.raises(TransferError, match=r"^Files of far could not be copied: [^\x1b]*\.$") as raised:
        await read(kernel)
    assert text in str(raised.value)
    kernel.change = unchanged
    await write(kernel, b"12345")
    assert await read(kernel) == b"12345"


@pytest.mark.parametrize(("change", "text"), AT_ONCE.values(), ids=AT_ONCE)
async def test_a_wrong_answer_is_an_error(kernel: Kernel, change: Change, text: str) -> None:
    await fails(kernel, change, text)


@pytest.mark.parametrize(("change", "text"), OF_A_FILE.values(), ids=OF_A_FILE)
async def test_a_wrong_answer_about_a_file_is_an_error(kernel: Kernel, change: Change, text: str) -> None:
    await write(kernel, b"12345")
    await fails(kernel, change, text)


@pytest.mark.parametrize("said", [{"status": "error", "ename": "NameError", "evalue": "no get_ipython"}])
async def test_a_kernel_that_is_not_ipykernels_says_so(kernel: Kernel, said: Json) -> None:
    kernel.setup = "shell", said
    with pytest.raises(TransferError, match="NameError: no get_ipython"):
        await kernel.files.path("/here")


async def test_what_has_no_answer_is_asked_again_when_the_connection_is_back(kernel: Kernel) -> None:
    await write(kernel, b"12345")
    kernel.is_there = False
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            found: list[bytes | None] = []

            async def take() -> None:
                found.append(await read(kernel))

            tasks.start_soon(take)
            await anyio.wait_all_tasks_blocked()
            assert not found
            kernel.is_there = True
            kernel.files.ask_again()
    assert found == [b"12345"]
    asked = len(kernel.asked)
    kernel.files.ask_again()
    assert len(kernel.asked) == asked, "what has an answer is not asked again"


async def test_the_end_of_the_kernel_ends_what_waits_and_what_comes(kernel: Kernel) -> None:
    await kernel.files.path("/here")
    kernel.is_there = False
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:

            async def fail() -> None:
                with pytest.raises(TransferError, match="killed"):
                    await read(kernel)

            tasks.start_soon(fail)
            await anyio.wait_all_tasks_blocked()
            kernel.files.break_off("killed")
    with pytest.raises(TransferError, match="killed"):
        await kernel.files.path("/there")


async def test_what_is_not_about_files_goes_on(kernel: Kernel) -> None:
    composer = Composer("other", lambda: "2026-01-01T00:00:00Z")
    other = composer.message("execute_request", {})
    assert not kernel.say(other, "iopub", "status", {"execution_state": "idle"})
    kernel.says_idle = False
    kernel.setup = "shell", {"status": "ok"}
    kernel.files._ask({"do": "make", "folder": 1})
    assert not kernel.say(other, "iopub", "status", {"execution_state": "idle"})
