"""The near end: backends at places, and cells on them, without the front that would be around them."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, cast

import anyio
import psutil
import pytest
import zmq
from anyio.abc import TaskGroup

from multikernel.core.actions import Channel
from multikernel.core.config import BackendConfig
from multikernel.core.places import ServerPlace
from multikernel.core.protocol.wire import Composer, Message
from multikernel.runtime.backend.child import Child
from multikernel.runtime.backend.launch import open_child
from multikernel.runtime.backend.launch_context import LaunchContext
from multikernel.runtime.backend.links.pipe import command, link, sharing
from multikernel.runtime.backend.links.pipe.agent.stream import BEAT_SECONDS
from multikernel.runtime.backend.links.pipe.failures import NamedPlace
from multikernel.runtime.backend.links.pipe.link import PipeLink
from multikernel.runtime.backend.output import Output
from multikernel.runtime.backend.watchdog import Watchdog
from multikernel.runtime.sockets import open_context
from multikernel.trace.watchers import Trace

KEEPERS: list[str] = []
"""The folders of those that were started, which have to be gone in the end."""

PATIENCE = 60.0
"""Seconds after which something that should happen has not."""


HURRIED_BEAT_SECONDS = 0.4
"""Instead of 1.5: a connection is dead after 2 s instead of 9."""


def hurry() -> None:
    """Make both ends notice sooner that a connection is dead, from now on."""
    real = Path.read_text

    def read(path: Path, *options: str) -> str:
        return real(path, *options).replace(f"BEAT_SECONDS = {BEAT_SECONDS}", f"BEAT_SECONDS = {HURRIED_BEAT_SECONDS}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", read)
        command.agent_source.cache_clear()
        command.agent_source()
    _beat(HURRIED_BEAT_SECONDS)


def calm_down() -> None:
    """End the hurry."""
    command.agent_source.cache_clear()
    _beat(BEAT_SECONDS)


def _beat(seconds: float) -> None:
    for module in (link, sharing):
        setattr(module, "BEAT_SECONDS", seconds)  # noqa: B010


class Backend:
    """A backend, and what it has said."""

    def __init__(self, composer: Composer) -> None:
        self.output = Output()
        self.connection: list[str] = []
        self.progress: list[str] = []
        """What a cell that waits for it shows."""
        """Why the connection was lost, each time, and an empty text for each return."""
        self.messages: list[Message] = []
        self._composer = composer
        self._news = anyio.Event()
        self.child: Child

    @property
    def link(self) -> PipeLink:
        """Return the way there."""
        return cast(PipeLink, self.child.link)

    @property
    def folder(self) -> str:
        """Return the folder of what keeps the kernel there."""
        return f"/tmp/multikernel-{self.link._name}"

    def begin(self, code: str) -> str:
        """Begin a cell; return the request's id."""
        options = {"silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        request = self._composer.message("execute_request", {"code": code, "user_expressions": {}, **options})
        self.child.send("shell", request)
        return request.id

    async def finish(self, cell: str) -> list[str]:
        """Wait until a cell has ended; return the lines that it printed, and its status, of which there is only one."""
        with anyio.fail_after(PATIENCE):
            while {"execute_reply", "idle"} - {*self._types(cell)}:
                await self.news()
        lines = "".join(each.content()["text"] for each in self.messages if _is(each, cell, "stream")).splitlines()
        [reply] = [each.content() for each in self.messages if _is(each, cell, "execute_reply")]
        return [*lines, reply["status"]]

    async def run(self, code: str) -> list[str]:
        """Run a cell."""
        return await self.finish(self.begin(code))

    async def until(self, cell: str, line: str) -> None:
        """Wait until a cell has printed a line."""
        with anyio.fail_after(PATIENCE):
            while not any(line in each.content()["text"] for each in self.messages if _is(each, cell, "stream")):
                await self.news()

    async def lost(self, count: int = 1) -> None:
        """Wait until the connection has been lost so many times."""
        await self._wait(lambda: sum(map(bool, self.connection)) >= count)

    async def back(self, count: int = 1) -> None:
        """Wait until the connection has come back so many times."""
        await self._wait(lambda: self.connection.count("") >= count)

    async def news(self) -> None:
        """Wait until something is said."""
        await self._news.wait()
        self._news = anyio.Event()

    async def _wait(self, condition: Any) -> None:
        with anyio.fail_after(PATIENCE):
            while not condition():
                await self.news()

    def _types(self, cell: str) -> list[str]:
        return ["idle" if each.says_idle() else each.type for each in self.messages if each.parent_id == cell]

    def deliver(self, channel: Channel, message: Message) -> None:
        """Take a message."""
        self.messages.append(message)
        self._news.set()

    def report(self, why: str) -> None:
        """Take a loss or a return."""
        self.connection.append(why)
        self._news.set()

    def tell(self, text: str, is_shown: bool) -> None:
        """Take how far the start is."""
        if is_shown:
            self.progress.append(text)
            self._news.set()


def _is(message: Message, cell: str, msg_type: str) -> bool:
    return message.parent_id == cell and message.type == msg_type


def kill_ssh(directory: str, *, is_master: bool | None = None) -> bool:
    """Kill the ssh processes that share a connection through a socket in a directory; return whether there were any."""
    killed = False
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = " ".join(process.cmdline())
            is_ours = directory in words and "ControlMaster" in words
            if is_ours and is_master in (None, "ControlMaster=yes" in words):
                process.kill()
                killed = True
    return killed


class Near:
    """What a front is to its backends."""

    def __init__(
        self,
        place: NamedPlace | ServerPlace,
        directory: str,
        watchdog: Watchdog,
        tasks: TaskGroup,
        context: "zmq.Context[zmq.Socket[bytes]]",
    ) -> None:
        self.place, self.directory = place, directory
        self._composer = Composer("session", lambda: "2026-01-01T00:00:00Z")
        self.context = LaunchContext(
            context,
            directory,
            "kernel-1.json",
            lambda: cast(Any, None),
            watchdog,
            self._composer,
            Trace("session"),
            lambda config: None,
            tasks=tasks,
        )

    def backend(self) -> Backend:
        """Return what a start can be watched with."""
        return Backend(self._composer)

    @asynccontextmanager
    async def open(
        self, name: str = "r", kernel: str = "python3", backend: Backend | None = None, **options: Any
    ) -> AsyncIterator[Backend]:
        """Open a backend."""
        backend = backend or self.backend()
        config = BackendConfig(name, kernel, place=self.place, **options)
        said, told = backend.report, backend.tell
        async with open_child(config, self.context, backend.output, backend.deliver, said, told) as child:
            backend.child = child
            if isinstance(child.link, PipeLink):
                KEEPERS.append(backend.folder)
            yield backend


@asynccontextmanager
async def open_near(place: NamedPlace | ServerPlace) -> AsyncIterator[Near]:
    """Begin without backends; nothing of it is left at the end."""
    directory = tempfile.mkdtemp(prefix="m")
    try:
        with closing(Watchdog(directory)) as watchdog, open_context(linger=0) as context:
            async with anyio.create_task_group() as tasks:
                yield Near(place, directory, watchdog, tasks, context)
                tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True), anyio.fail_after(PATIENCE):
            while os.path.exists(directory):
                await anyio.sleep(0.01)
        shutil.rmtree(directory, ignore_errors=True)
