"""What the router asks of the runtime: a closed set, performed in order by `runtime.driver`."""

from dataclasses import dataclass
from typing import Literal

from .cells.cell import HeaderLine
from .cells.transfers import Transfer
from .errors import MultiError
from .protocol.wire import Identities, Json, Message

Channel = Literal["shell", "control", "stdin", "iopub"]
Task = HeaderLine | Transfer
"""What is done for a cell outside the core: a command, or the copying of a variable."""
TimerKey = tuple[str, str]
"""What the timer is for, and the msg_id or backend that it is about."""


@dataclass(slots=True)
class ToFront:
    """Send a message to the notebook; iopub goes to every subscriber, the others to one client."""

    channel: Channel
    message: Message
    client: Identities = ()


@dataclass(slots=True)
class ToBackend:
    """Send a message to a child."""

    backend: str
    channel: Channel
    message: Message


@dataclass(slots=True)
class Start:
    """Start a backend; its state is `starting` already."""

    backend: str


@dataclass(slots=True)
class Stop:
    """End a backend's process; its state is `stopped` already."""

    backend: str


@dataclass(slots=True)
class Signal:
    """Send SIGINT to a backend's process group."""

    backend: str


@dataclass(slots=True)
class SetTimer:
    """Call `Router.timer` with the key after this time, unless it is cancelled or set anew before."""

    key: TimerKey
    seconds: float


@dataclass(slots=True)
class CancelTimer:
    """Forget a timer; one that is not set is fine."""

    key: TimerKey


@dataclass(slots=True)
class RunCommand:
    """Run a command of a cell, or copy a variable for it; call `Router.command_done` with what it returns or raises."""

    request_id: str
    task: Task


@dataclass(slots=True)
class CancelCommand:
    """Cancel what RunCommand started."""

    request_id: str


@dataclass(slots=True)
class RunEnded:
    """Tell who waits for code of Multi's own, by its key, that it has run: with an error, or the empty string."""

    key: int
    outcome: str | MultiError


@dataclass(slots=True)
class StoreInput:
    """Put a cell, as typed, into the history."""

    count: int
    code: str


@dataclass(slots=True)
class FindHistory:
    """Look up what a history_request asks for, and call `Router.history_found` with it."""

    request_id: str
    query: Json


@dataclass(slots=True)
class MeasureUsage:
    """Measure the front and all children for a usage_request, and call `Router.usage_measured` with it."""

    request_id: str


@dataclass(slots=True)
class Shutdown:
    """End all children, then the front."""


@dataclass(slots=True)
class Log:
    """Write a line to the log, about a backend where one is named."""

    text: str
    backend: str = ""


@dataclass(slots=True)
class Drop:
    """Say why a message goes no further."""

    channel: Channel
    message: Message
    why: str
    backend: str = ""
    """Whose child has sent it; empty: the notebook has."""


Action = (
    ToFront
    | ToBackend
    | Start
    | Stop
    | Signal
    | SetTimer
    | CancelTimer
    | RunCommand
    | CancelCommand
    | RunEnded
    | StoreInput
    | FindHistory
    | MeasureUsage
    | Shutdown
    | Log
    | Drop
)

HistoryEntry = tuple[int, int, str]
"""Session, line (the execution count), and a cell as typed; a range of this session's cells says 0 for it."""
