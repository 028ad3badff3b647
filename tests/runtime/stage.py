"""A driver with the real router, on a running loop, between a fake front and fake children; the test is the clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest
from anyio.abc import TaskGroup

from multikernel.commands import TABLE, command_help
from multikernel.core.actions import Channel, FindHistory, Job, MeasureUsage
from multikernel.core.cells.lines import HeaderLine
from multikernel.core.config import BackendConfig, Config, Kernelspec
from multikernel.core.protocol.wire import Composer, Json, Message
from multikernel.core.router import Router
from multikernel.runtime import driver as module
from multikernel.runtime.backend.launch_context import LaunchContext
from multikernel.runtime.backend.output import Outputs
from multikernel.runtime.driver import Driver, Report
from multikernel.runtime.front.front import Front
from multikernel.runtime.front.history import HistoryFile
from multikernel.runtime.own_code import OwnCode
from multikernel.runtime.services import RuntimeServices
from multikernel.trace.watchers import Trace

from .fake_child import FakeChild, FakeChildren
from .fake_front import Callbacks, FakeFront

BACKENDS = ("python3", "bash")
KERNELSPECS = {"python3": Kernelspec("python3", "python", "Python 3"), "bash": Kernelspec("bash", "bash", "Bash")}

ROUNDS = 300
"""So often everything may have to go on until nothing is in flight; a hang takes more."""


class Timer:
    """A timer that fires when the test says so."""

    def __init__(self, call: Callbacks, callback: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self._call, self._callback, self._arguments = call, callback, arguments
        self.is_pending = True

    def cancel(self) -> None:
        self.is_pending = False

    def fire(self) -> None:
        if self.is_pending:
            self.is_pending = False
            self._call(self._callback, *self._arguments)


class History:
    """A history that takes cells."""

    def __init__(self) -> None:
        self.cells: list[tuple[int, str]] = []

    def add(self, count: int, code: str) -> None:
        self.cells.append((count, code))


class Stage:
    """All that a test has in its hands."""

    def __init__(self, tasks: TaskGroup) -> None:
        self.call = Callbacks()
        self.front, self.children, self.history = FakeFront(self.call), FakeChildren(self.call), History()
        self.timers: list[Timer] = []
        self.requests: list[tuple[Channel, Message]] = []
        self.outputs, self.own_code = Outputs(), OwnCode()
        self.trace = Trace("session-of-multi")
        self._notebook = Composer("session-of-notebook", lambda: "")
        config = Config({name: BackendConfig(name, name) for name in BACKENDS}, BACKENDS[0])
        composer = Composer("session-of-multi", lambda: "")
        self.router = Router(config, KERNELSPECS, composer, command_help(), lambda backend: (), "0.1.0")
        self.let_go: list[str] = []
        """Backends whose jobs have been let go."""
        fake = SimpleNamespace(trace=self.trace, memory=None, directory="", let_go=self.let_go.append)
        context = cast(LaunchContext, fake)
        self.driver = Driver(
            self.router,
            tasks,
            cast(Front, self.front),
            context,
            self.outputs,
            cast(HistoryFile, self.history),
            self.own_code,
        )
        self._services = RuntimeServices(
            self.router,
            self.driver,
            context,
            self.outputs,
            self.own_code,
            lambda services, backend: _nothing(),
            lambda services, backend, variable: _no_preview(),
        )

    async def do_job(self, job: Job, report: Report) -> object:
        """Run the real commands; all else has nothing to find."""
        match job:
            case HeaderLine():
                return await TABLE[job.name.lower()].run(self._services, job.operands)
            case FindHistory():
                return []
            case MeasureUsage():
                return {}
            case _:
                raise NotImplementedError

    def set_timer(self, callback: Callable[..., None], arguments: tuple[Any, ...]) -> Timer:
        """Keep a timer until the test lets it fire."""
        self.timers.append(Timer(self.call, callback, arguments))
        return self.timers[-1]

    def request(self, msg_type: str, content: Json, channel: Channel = "shell") -> Message:
        """Let a request of the notebook arrive."""
        message = self._notebook.message(msg_type, content)
        self.requests.append((channel, message))
        self.front.arrive(channel, message)
        return message

    def cell(self, code: str) -> Message:
        """Let a cell arrive."""
        options = {"silent": False, "store_history": True, "allow_stdin": True, "stop_on_error": True}
        return self.request("execute_request", {"code": code, **options})

    def child(self, backend: str) -> FakeChild:
        """Return the last process of a backend, which has not ended."""
        child = self.children.last(backend)
        assert child is not None
        return child

    async def settle(self, count: int = 20) -> None:
        """Let tasks go on."""
        for _ in range(count):
            await anyio.lowlevel.checkpoint()

    async def finish(self) -> None:
        """Let everything go on until no request is open; AssertionError if that takes too long."""
        for _ in range(ROUNDS):
            moved = self.front.read("shell")
            moved = self.front.read("control") or moved
            await self.settle()
            for child in self.children.all:
                if child.is_starting:
                    child.start()
                    moved = True
                if child.is_lost:
                    child.find()
                    moved = True
                moved = child.say() or moved
            await self.settle()
            if moved:
                continue
            if not self.open_requests():
                return
            pending = [timer for timer in self.timers if timer.is_pending]
            for timer in pending:
                timer.fire()
        raise AssertionError(f"open for ever: {self.open_requests()}")

    def open_requests(self) -> list[str]:
        """Return which requests have no reply or no idle yet."""
        return [
            f"{message.type} {message.content().get('code', '')!r}"
            for channel, message in self.requests
            if not (self.replies(channel, message) and self.statuses(message)[-1:] == ["idle"])
        ]

    def replies(self, channel: Channel, request: Message) -> list[Json]:
        """Return the contents of the replies to a request."""
        return [each.content() for sent_on, each in self.front.sent if sent_on == channel and is_below(request, each)]

    def statuses(self, request: Message) -> list[str]:
        """Return the statuses below a request."""
        sent = [each for channel, each in self.front.sent if channel == "iopub" and is_below(request, each)]
        return [each.content()["execution_state"] for each in sent if each.type == "status"]


def is_below(request: Message, message: Message) -> bool:
    """Whether a message belongs to a request."""
    return message.parent_id == request.id


async def _nothing() -> list[Any]:
    return []


async def _no_preview() -> Json:
    return {}


@asynccontextmanager
async def open_stage(*, begins: bool = True) -> AsyncIterator[Stage]:
    """Set a stage; the front serves from the beginning, unless the test wants to change something first."""
    loop = asyncio.get_running_loop()
    with pytest.MonkeyPatch.context() as patch:
        async with anyio.create_task_group() as tasks:
            stage = Stage(tasks)
            call_later = loop.call_later

            def call_when_told(seconds: float, callback: Callable[..., None], *arguments: Any, **options: Any) -> Any:
                if callback != stage.driver._timer:
                    return call_later(seconds, callback, *arguments, **options)
                return stage.set_timer(callback, arguments)

            async def run_here(function: Callable[[], Any]) -> Any:
                return function()

            patch.setattr(loop, "call_later", call_when_told)
            patch.setattr(anyio.to_thread, "run_sync", run_here)
            patch.setattr(module, "import_open_child", lambda: stage.children.open_child)
            if begins:
                stage.driver.serve(stage.do_job)
            yield stage
            tasks.cancel_scope.cancel()
