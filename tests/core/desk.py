"""A router at a desk: the test says what comes in, and reads what goes out, as lines of text.

    desk = Desk("python3")  # the default is ready, ir and bash are stopped
    assert desk.execute("1") == [
        "iopub busy of 1",
        "iopub execute_input of 1: [1] 1",
        "python3 <- execute_request 1: 1",
    ]

Messages of the notebook are numbered from 1, and that number is their msg_id. Every event returns the lines of the
actions that it caused, but for timers, log lines, dropped messages and inputs for the history, which are kept in
`timers`, `logs`, `drops` and `stored`. Each action is checked for what has to hold of every message that leaves.
"""

from collections.abc import Sequence
from typing import Any

from multikernel.core.actions import (
    Action,
    CancelTimer,
    Channel,
    Drop,
    HistoryEntry,
    Log,
    SetTimer,
    StoreInput,
    TimerKey,
    ToBackend,
    ToFront,
)
from multikernel.core.backend import Backend
from multikernel.core.config import BackendConfig, Config, InterruptMode, Kernelspec
from multikernel.core.errors import BackendStartError, MultiError
from multikernel.core.execution.tracks import CELL
from multikernel.core.protocol.wire import Composer, Json, Message
from multikernel.core.router import Router

from .lines import SESSION, child_message, make_message, render

CLIENT = (b"client",)

COMMANDS = {
    name: f"%%{name}: help" for name in ("use", "backends", "start", "stop", "restart", "interrupt", "wait", "help")
}

KERNELSPECS = {
    "python3": Kernelspec("python3", "python", "Python 3", has_debugger=True),
    "ir": Kernelspec("ir", "R", "R"),
    "bash": Kernelspec("bash", "bash", "Bash"),
}
KERNEL_INFO: dict[str, Json] = {
    "python3": {"implementation": "ipython", "language_info": {"name": "python", "version": "3.13"}},
    "ir": {"implementation": "IRkernel", "language_info": {"name": "R"}},
    "bash": {"implementation": "bash_kernel", "language_info": {"name": "bash"}},
}


def configured(
    *names: str,
    default: str = "",
    interrupt: InterruptMode | None = None,
    aliases: dict[str, tuple[str, ...]] | None = None,
    languages: dict[str, str] | None = None,
) -> Config:
    """Return a config of these backends; the first is the default."""
    aliases, languages = aliases or {}, languages or {}
    backends = {
        name: BackendConfig(name, name, aliases.get(name, ()), languages.get(name), interrupt=interrupt)
        for name in names
    }
    return Config(backends, default or names[0])


class Desk:
    """A router, and all that has passed over it."""

    def __init__(
        self,
        *ready: str,
        config: Config | None = None,
        kernelspecs: dict[str, Kernelspec] | None = None,
        kernel_info: dict[str, Json] | None = None,
        **options: Any,
    ) -> None:
        """Make a router with python3, ir and bash, or those of the config; the backends named are ready.

        The default is starting, as it is when a front is up; `options` are the router's own.
        """
        config = config or configured("python3", "ir", "bash", aliases={"python3": ("py",)})
        self.kernel_info = {**KERNEL_INFO, **(kernel_info or {})}
        self.timers: dict[TimerKey, float] = {}
        self.logs: list[str] = []
        self.drops: list[str] = []
        """Who sent it on which channel, what, and why it goes no further."""
        self.stored: list[tuple[int, str]] = []
        self.actions: list[Action] = []
        self.stderr: dict[str, list[str]] = {}
        self.router = Router(
            config,
            KERNELSPECS if kernelspecs is None else kernelspecs,
            Composer(SESSION, lambda: "2026-01-01T00:00:00Z"),
            COMMANDS,
            lambda backend: self.stderr.get(backend, ()),
            "0.1.0",
            **options,
        )
        self._last_id = 0
        self._take(self.router.begin())
        for name in ready:
            self.router.start(name)
            self.ready(name)

    # What comes in.

    def message(self, msg_type: str, content: object = None, **fields: Any) -> Message:
        """Return a new message of the notebook, numbered."""
        self._last_id += 1
        return make_message(str(self._last_id), msg_type, {} if content is None else content, **fields)

    def request(self, msg_type: str, channel: Channel = "shell", **content: Any) -> list[str]:
        """Say that the notebook sends a request."""
        return self.front(self.message(msg_type, content), channel)

    def front(self, message: Message, channel: Channel = "shell", client: tuple[bytes, ...] = CLIENT) -> list[str]:
        """Say that the notebook sends this very message, and nothing else at the moment."""
        return self.arrive(message, channel, client) + self.advance()

    def arrive(self, message: Message, channel: Channel = "shell", client: tuple[bytes, ...] = CLIENT) -> list[str]:
        """Say that this message has arrived, and that more may be there."""
        return self._take(self.router.from_front(channel, client, message))

    def advance(self) -> list[str]:
        """Say that all that had arrived has been taken."""
        return self._take(self.router.advance())

    def execute(self, code: str, **content: Any) -> list[str]:
        """Say that the notebook runs a cell."""
        return self.request("execute_request", code=code, **content)

    def press(self) -> list[str]:
        """Say that somebody presses the interrupt button."""
        return self.request("interrupt_request", "control")

    def child(self, backend: str, channel: Channel, msg_type: str, parent: object = "", **content: Any) -> list[str]:
        """Say that a child sends a message; `parent` is the number of a request."""
        return self.back(backend, channel, child_message(msg_type, str(parent), content))

    def back(self, backend: str, channel: Channel, message: Message) -> list[str]:
        """Say that a child sends this very message."""
        return self._take(self.router.from_backend(backend, channel, message))

    def busy(self, backend: str, parent: object) -> list[str]:
        """Say that a child publishes busy."""
        return self.child(backend, "iopub", "status", parent, execution_state="busy")

    def idle(self, backend: str, parent: object) -> list[str]:
        """Say that a child publishes idle."""
        return self.child(backend, "iopub", "status", parent, execution_state="idle")

    def stream(self, backend: str, parent: object, text: str) -> list[str]:
        """Say that a child writes a text to stdout."""
        return self.child(backend, "iopub", "stream", parent, name="stdout", text=text)

    def reply(self, backend: str, parent: object, status: str = "ok", count: int = 1, **content: Any) -> list[str]:
        """Say that a child replies to a cell."""
        return self.child(backend, "shell", "execute_reply", parent, status=status, execution_count=count, **content)

    def finish(self, backend: str, parent: object, status: str = "ok", count: int = 1) -> list[str]:
        """Say that a child runs a cell that has no outputs."""
        lines = self.busy(backend, parent)
        lines += self.reply(backend, parent, status, count)
        return lines + self.idle(backend, parent)

    def own_requests(self, backend: str) -> list[Json]:
        """Return the contents of the debug_requests of Multi's own that a child got."""
        sent = self.child_messages(backend, "debug_request")
        return [message.content() for message in sent if not message.id.isdigit()]

    def answer_own(self, backend: str, body: object = None, *, which: int = -1) -> list[str]:
        """Say that a child answers a debug_request of Multi's own, the last one unless it is said which."""
        sent = [message for message in self.child_messages(backend, "debug_request") if not message.id.isdigit()]
        return self.child(backend, "control", "debug_reply", sent[which].id, success=True, body=body)

    def ready(self, backend: str, startup_error: str = "") -> list[str]:
        """Say that a child is ready."""
        return self._take(self.router.ready(backend, self.kernel_info[backend], startup_error))

    def progress(self, backend: str, text: str, *, is_shown: bool = True) -> list[str]:
        """Say how far a start is."""
        return self._take(self.router.progress(backend, text, is_shown))

    def start_failed(self, backend: str, text: str = "no way") -> list[str]:
        """Say that a child does not get ready."""
        return self._take(self.router.start_failed(backend, BackendStartError(text, ("last line",))))

    def died(self, backend: str, how: str = "SIGKILL") -> list[str]:
        """Say that a child's process has ended."""
        return self._take(self.router.died(backend, how))

    def start(self, backend: str) -> list[str]:
        """Say that `%%start` wants a backend."""
        return self._take(self.router.start(backend))

    def stop(self, backend: str) -> list[str]:
        """Say that `%%stop` ends a backend."""
        return self._take(self.router.stop(backend))

    def interrupt(self, backend: str) -> list[str]:
        """Say that `%%interrupt` wants a backend interrupted."""
        return self._take(self.router.interrupt(backend))

    def interrupt_all(self) -> list[str]:
        """Say that the front got SIGINT."""
        return self._take(self.router.interrupt_all())

    def command_done(self, request: object, outcome: Json | MultiError | None = None) -> list[str]:
        """Say that a command has returned or raised, or that variables have been copied."""
        return self._take(self.router.job_done(("cell", str(request)), outcome))

    def run_silently(self, backend: str, key: int, code: str) -> list[str]:
        """Say that code of Multi's own is to run in a child."""
        return self._take(self.router.run_silently(backend, key, code))

    def history_found(self, request: object, entries: Sequence[HistoryEntry]) -> list[str]:
        """Say that a look into the history has found something."""
        return self._take(self.router.job_done(("history", str(request)), entries))

    def usage_measured(self, request: object, usage: Json) -> list[str]:
        """Say that the processes have been looked at."""
        return self._take(self.router.job_done(("usage", str(request)), usage))

    def carried(self, about: object, done: int, total: int) -> list[str]:
        """Say that a cell's copy has got so many bytes to another machine."""
        return self._take(self.router.carried((CELL, str(about)), done, total))

    def fire(self, kind: str, about: object) -> list[str]:
        """Say that a timer has run out; it has to be set."""
        key = self.timer(kind, about)
        del self.timers[key]
        return self._take(self.router.timer(key))

    def timer(self, kind: str, about: object) -> TimerKey:
        """Return the key of a timer that is set; for an exchange, `about` may be its request alone."""
        return next(key for key in self.timers if key[0] == kind and str(about) in (key[1], key[1].rpartition("@")[0]))

    # What has gone out.

    @property
    def in_flight(self) -> list[str]:
        """The ids of the requests that are not over."""
        return [request.id for request in self.router.requests.all()]

    def backend(self, name: str) -> Backend:
        """Return what the core knows of a backend."""
        return self.router.state.backends[name]

    def front_messages(self, msg_type: str = "") -> list[Message]:
        """Return the messages that the notebook got, of one type or all."""
        sent = [action.message for action in self.actions if isinstance(action, ToFront)]
        return [message for message in sent if msg_type in ("", message.type)]

    def last(self, msg_type: str) -> Json:
        """Return the content of the last message of a type that the notebook got."""
        return self.front_messages(msg_type)[-1].content()

    def child_messages(self, backend: str, msg_type: str = "") -> list[Message]:
        """Return the messages that a child got, of one type or all."""
        sent = [a.message for a in self.actions if isinstance(a, ToBackend) and a.backend == backend]
        return [message for message in sent if msg_type in ("", message.type)]

    def last_code(self, backend: str) -> str:
        """Return the code of the last cell that a child got."""
        return str(self.child_messages(backend, "execute_request")[-1].content()["code"])

    def text_of(self, request: object) -> str:
        """Return what the notebook shows under a request as stdout and stderr."""
        streams = [m for m in self.front_messages("stream") if m.parent_id == str(request)]
        return "".join(m.content()["text"] for m in streams)

    def _take(self, actions: Sequence[Action]) -> list[str]:
        self.actions += actions
        lines = []
        for action in actions:
            match action:
                case SetTimer(key, seconds):
                    self.timers[key] = seconds
                case CancelTimer(key):
                    self.timers.pop(key, None)
                case Log(text, backend):
                    self.logs.append(f"{backend}: {text}" if backend else text)
                case Drop(channel, message, why, backend):
                    self.drops.append(f"{backend or 'notebook'} {channel} {message.type}: {why}")
                case StoreInput(count, code):
                    self.stored.append((count, code))
                case _:
                    lines.append(render(action))
        return lines
