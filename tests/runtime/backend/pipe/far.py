"""A near end without a link: a stream over one run after another of the command that has an agent at its other end."""

import json
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import psutil

from multikernel.core.protocol.wire import Json
from multikernel.runtime.backend.links.pipe.agent.stream import CHANNELS, OUTPUT, WORD, Stream
from multikernel.runtime.backend.links.pipe.command import BOOT
from multikernel.runtime.backend.links.pipe.connection import Connection, run_command

PATIENCE = 30.0
"""Seconds after which something that should happen has not."""

TOY = Path(__file__).with_name("toy_kernel.py")


def install_toy(prefix: Path, python: str = sys.executable) -> None:
    """Write a kernelspec into a data folder of Jupyter's."""
    folder = prefix / "kernels" / "toy"
    folder.mkdir(parents=True)
    spec = {"argv": [python, str(TOY), "{connection_file}"], "display_name": "Toy", "language": "toy"}
    (folder / "kernel.json").write_text(json.dumps({**spec, "env": {"FROM_SPEC": "${HOME}!"}}))


class FarEnd:
    """An agent, and what it has sent."""

    def __init__(self, python: str = sys.executable, keep: float = 60.0, name: str | None = None) -> None:
        self.name = name or secrets.token_hex(16)
        self.words: list[tuple[str, Any]] = []
        self.records: list[tuple[str, list[bytes]]] = []
        self.output = b""
        self.stream = Stream(self._take)
        self._python, self._keep = python, keep
        self._news = anyio.Event()

    @property
    def folder(self) -> Path:
        """What the keeper has to remove."""
        return Path("/tmp") / f"multikernel-{self.name}"

    @asynccontextmanager
    async def connect(self, do: str = "start", **request: Any) -> AsyncIterator[tuple[Connection, Json]]:
        """Run the command."""
        request = {"name": self.name, "kernel": "toy", "keep": self._keep, "seen": self.stream.seen, **request}
        async with run_command([self._python, "-c", BOOT], {"do": do, **request}, self) as connection:
            with anyio.fail_after(PATIENCE):
                yield connection, await connection.answer()
            self.stream.disconnected(connection)

    async def launch(self, transport: str = "ipc", **options: Any) -> int:
        """Launch the kernel; return its process id."""
        await self.word("found")
        self.stream.say(launch={"transport": transport, "key": "", "env": {}, "cwd": "", **options})
        started = await self.word("started")
        await self.hear()
        return int(started["pid"])

    async def hear(self) -> None:
        """Wait until outputs arrive: a subscription takes a moment."""
        with anyio.fail_after(PATIENCE):
            number = 0
            while not self.outputs():
                number += 1
                await self.ask(f"publish {number}")
            while self.outputs()[-1] != b"%d" % number:
                await self.news()
        self.records.clear()

    def send(self, text: str, channel: str = "shell") -> None:
        """Send a request."""
        self.stream.send(CHANNELS.index(channel), [text.encode()])
        self.stream.flush()

    async def ask(self, text: str) -> str:
        """Send a request and return the reply."""
        self.send(text)
        with anyio.fail_after(PATIENCE):
            while not (replies := [frames[0] for channel, frames in self.records if channel == "shell"]):
                await self.news()
        self.records = [each for each in self.records if each[0] != "shell"]
        return replies[-1].decode()

    async def word(self, what: str) -> Any:
        """Wait until the agent has said something, and return it."""
        with anyio.fail_after(PATIENCE):
            while what not in dict(self.words):
                await self.news()
        return dict(self.words)[what]

    async def news(self) -> None:
        """Wait for any record."""
        await self._news.wait()
        self._news = anyio.Event()

    def outputs(self) -> list[bytes]:
        """Return the first frame of each message on iopub."""
        return [frames[0] for channel, frames in self.records if channel == "iopub"]

    # What a connection calls.

    def answered(self, connection: Connection, answer: Json) -> None:
        """Begin with the stream."""
        if "seen" in answer:
            self.stream.connected(connection, answer["seen"])

    def received(self, connection: Connection, data: bytes) -> None:
        """Take what comes."""
        self.stream.feed(connection, data)

    def writable(self, connection: Connection, is_writable: bool) -> None:
        """Go on or stop."""
        self.stream.writable(connection, is_writable)

    def _take(self, kind: int, frames: list[bytes]) -> None:
        if kind == WORD:
            self.words += json.loads(frames[0]).items()
        elif kind == OUTPUT:
            self.output += frames[0]
        else:
            self.records.append((CHANNELS[kind], frames))
        self._news.set()


async def ended(pid: int) -> None:
    """Wait until a process has ended, which is none of ours."""
    with anyio.fail_after(PATIENCE):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await anyio.sleep(0.01)


async def removed(folder: Path) -> None:
    """Wait until a folder is gone."""
    with anyio.fail_after(PATIENCE):
        while folder.exists():
            await anyio.sleep(0.01)


def keeper_of(kernel: int) -> psutil.Process:
    """Return the process that has started a kernel."""
    parent = psutil.Process(kernel).parent()
    assert parent is not None
    assert parent.pid != os.getpid()
    return parent
