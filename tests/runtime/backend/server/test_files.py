"""Files of values on a server: what is asked, and what becomes of answers that are lost, late or wrong."""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
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


class Comm:
    """One end of a comm, in the kernel."""

    def __init__(self, kernel: "Kernel") -> None:
        self.kernel = kernel

    def on_msg(self, take: Callable[[Json], None]) -> None:
        self.take = take

    def send(self, said: Json, buffers: list[bytes] | None = None) -> None:
        if (changed := self.kernel.change(said, buffers or [])) is not None:
            content = {"comm_id": self.kernel.comm_id, "data": changed[0]}
            self.kernel.say(self.kernel.parent, "iopub", "comm_msg", content, *changed[1])


class Kernel:
    """A kernel that answers at once."""

    def __init__(self) -> None:
        self.files = KernelFiles("far", Composer("front", lambda: "2026-01-01T00:00:00Z"), self.take)
        self.asked: list[str] = []
        self.change: Change = unchanged
        self.is_there = True
        """Whether what is sent arrives."""
        self.says_idle = True
        self.setup: list[Json] = [{"status": "ok"}]
        """How its setup ends; the last one from then on."""
        self.comm, self.comm_id = Comm(self), ""
        self.parent: Message

    def take(self, channel: Channel, message: Message) -> None:
        """Do what is asked."""
        content = message.content()
        self.asked.append(content["data"]["do"] if message.type == "comm_msg" else message.type)
        if not self.is_there:
            return
        self.parent = message
        if message.type == "execute_request":
            said, self.setup = self.setup[0], self.setup[1:] or self.setup
            self.say(message, "shell", "execute_reply", said)
        elif message.type == "comm_open":
            self.comm_id = content["comm_id"]
            in_kernel.open_comm(self.comm, {})
        else:
            self.comm.take({"content": content, "buffers": list(message.buffers)})
        if self.says_idle:
            self.say(message, "iopub", "status", {"execution_state": "idle"})

    def say(self, to: Message, channel: str, msg_type: str, content: Any, *buffers: bytes) -> bool:
        """Say something, and return whether it was taken."""
        parts = [{"msg_type": msg_type}, to.header, {}, content]
        return self.files.take(channel, [*(json.dumps(part).encode() for part in parts), *buffers])  # type: ignore[arg-type]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Kernel]:
    """Return a kernel whose pieces are small, with its folders in one of the test's."""
    monkeypatch.setattr(files, "PIECE_SIZE", 4)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(in_kernel, "FOLDERS", {})
    monkeypatch.setattr(atexit, "register", lambda function: None)
    yield Kernel()
    in_kernel.remove_all()


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
    "lost": (lambda said, buffers: None, "gives no answer, or the server has dropped it"),
}
"""What may become of any answer."""
OF_A_FILE: dict[str, tuple[Change, str]] = {
    "no size": (lambda said, buffers: ({"size": -1}, buffers), "its answer makes no sense"),
    "too much": (lambda said, buffers: (said, [each + b"x" for each in buffers]), "the file has changed meanwhile"),
    "too little": (lambda said, buffers: (said, []), "the file has changed meanwhile"),
    "lost": (lambda said, buffers: None, "gives no answer, or the server has dropped it"),
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


async def test_a_kernel_that_is_not_ipykernels_says_so(kernel: Kernel) -> None:
    kernel.setup = [{"status": "error", "ename": "NameError", "evalue": "no get_ipython"}]
    with pytest.raises(TransferError, match="NameError: no get_ipython"):
        await kernel.files.path("/here")


async def test_a_setup_behind_a_cell_that_fails_is_done_again(kernel: Kernel) -> None:
    kernel.setup = [{"status": "aborted"}, {"status": "ok"}]
    await write(kernel, b"12345")


async def test_an_answer_that_the_server_dropped_is_asked_for_again(kernel: Kernel) -> None:
    await write(kernel, b"12345")
    lost: list[Json] = []

    def drop_once(said: Json, buffers: list[bytes]) -> "tuple[Json, list[bytes]] | None":
        kernel.change = unchanged
        lost.append(said)
        return None

    kernel.change = drop_once
    assert await read(kernel) == b"12345"
    assert len(lost) == 1


async def test_nothing_is_kept_of_what_was_answered(kernel: Kernel) -> None:
    """A kernel that is at an asynchronous cell answers without saying idle (ipykernel 7.4)."""
    kernel.says_idle = False
    await write(kernel, b"1234567890")
    assert await read(kernel) == b"1234567890"
    assert kernel.files._asked == {}


async def test_what_the_connection_breaks_at_is_an_error(kernel: Kernel) -> None:
    await write(kernel, b"12345")
    kernel.is_there = False
    waiting = kernel.files._ask({"do": "make", "folder": 1})
    assert not kernel.files.failed("other", "it broke.")
    assert kernel.files.failed(waiting.id, "it broke.")
    assert waiting.error == "it broke"
    assert kernel.files._asked == {}


async def test_what_was_given_up_is_not_done_after_all(kernel: Kernel, tmp_path: Path) -> None:
    await kernel.files.path("/there")
    kernel.is_there = False
    with anyio.move_on_after(0):
        await kernel.files.path("/here")
    kernel.files.forget("/here")
    kernel.is_there = True
    kernel.files.ask_again()
    assert kernel.asked[-1] == "remove"
    assert len(os.listdir(tmp_path)) == 1


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
    await kernel.files.path("/here")
    composer = Composer("other", lambda: "2026-01-01T00:00:00Z")
    kernel.is_there = False
    waiting = kernel.files._ask({"do": "make", "folder": 1})
    assert not kernel.say(composer.message("execute_request", {}), "iopub", "status", {"execution_state": "idle"})
    frames = [json.dumps(each).encode() for each in ({"msg_type": "status"}, None, {}, {"execution_state": "idle"})]
    assert not kernel.files.take("iopub", frames)
    for asked in (kernel.parent, replace(kernel.parent, header={"msg_id": waiting.id})):
        assert kernel.say(asked, "iopub", "status", {"execution_state": "busy"})
        assert not kernel.say(asked, "iopub", "stream", {"name": "stdout", "text": "of a thread"})
        assert not kernel.say(asked, "iopub", "comm_msg", {"comm_id": "of a widget", "data": {}})
    assert not waiting.ended.is_set()


def test_folders_of_a_kernel_that_was_killed_are_removed(tmp_path: Path) -> None:
    folders = "import tempfile; from multikernel.runtime.backend.links.server import in_kernel; in_kernel.{}"
    left = folders.format('answer({"do": "make", "folder": 1}, None)')
    options: dict[str, Any] = {"env": {**os.environ, "TMPDIR": str(tmp_path)}, "check": True}
    subprocess.run([sys.executable, "-c", f"{left}; import os; os._exit(0)"], **options)
    (tmp_path / "multikernel-other").mkdir()
    assert len(os.listdir(tmp_path)) == 2
    sweep = [sys.executable, "-c", folders.format("sweep()")]
    with subprocess.Popen(
        [sys.executable, "-c", f"{left}; input()"], stdin=subprocess.PIPE, env=options["env"]
    ) as lives:
        while len(os.listdir(tmp_path)) < 3:
            time.sleep(0.01)
        subprocess.run(sweep, **options)
        assert len(os.listdir(tmp_path)) == 2
        lives.communicate(b"\n")
    subprocess.run(sweep, **options)
    assert os.listdir(tmp_path) == ["multikernel-other"]
    ended = f"{left}; import atexit, os; atexit.register(in_kernel.remove_all); os.fork() or exit(); os.wait(); "
    subprocess.run([sys.executable, "-c", f"{ended} assert len(os.listdir({str(tmp_path)!r})) == 2"], **options)
    assert os.listdir(tmp_path) == ["multikernel-other"]
