"""What the router asks of the runtime: a closed set, performed in order by `runtime.driver`."""

from dataclasses import dataclass
from typing import Literal

from .cells.lines import HeaderLine
from .cells.transfers import Check, Copy
from .errors import MultiError
from .protocol.wire import Identities, Json, Message

Channel = Literal["shell", "control", "stdin", "iopub"]
TimerKey = tuple[str, str]
"""Which handler the timer is for, and the msg_id, exchange or backend that it is about."""
JobKey = tuple[str, str]
"""Which handler the outcome is for, and the msg_id that it is about."""

HistoryEntry = tuple[int, int, str]
"""Session, line (the execution count), and a cell as typed; a range of this session's cells has 0 for the session."""


@dataclass(frozen=True, slots=True)
class FindHistory:
    """Look up what a history_request asks for: a sequence of HistoryEntry."""

    query: Json

    @property
    def text(self) -> str:
        """How errors name it."""
        return "The history"


@dataclass(frozen=True, slots=True)
class MeasureUsage:
    """Measure the front and all children: the content of a usage_reply."""

    @property
    def text(self) -> str:
        """How errors name it."""
        return "The usage"


@dataclass(frozen=True, slots=True)
class ListVariables:
    """List the variables in a backend that has nothing else to do: a sequence of their names."""

    backend: str

    @property
    def text(self) -> str:
        """How errors name it."""
        return f"The list of {self.backend}'s variables"


@dataclass(frozen=True, slots=True)
class FrontEndQuestion:
    """Do what a front-end asks for on its comm: a dict, what the answer says besides `ok`."""

    do: str
    backends: tuple[str, ...]
    variable: str = ""

    @property
    def text(self) -> str:
        """How errors name it."""
        return " ".join((self.do, *self.backends))


Job = HeaderLine | Check | Copy | FindHistory | MeasureUsage | ListVariables | FrontEndQuestion
"""What takes time and happens outside the core: a command, a check, a copy, reading a file, measuring processes."""


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
    keeps_job: bool = False
    """The job that its process runs in, if it does, is for the next one; one that has not begun ends all the same."""


@dataclass(slots=True)
class Signal:
    """Send SIGINT to a backend's process group."""

    backend: str


@dataclass(slots=True)
class SetTimer:
    """Call `Router.timer` with the key after this time, unless the timer is cancelled or set again before."""

    key: TimerKey
    seconds: float


@dataclass(slots=True)
class CancelTimer:
    """Forget a timer; one that is not set is fine."""

    key: TimerKey


@dataclass(slots=True)
class StartJob:
    """Do a job; call `Router.job_done` with what it returns or with the MultiError that it raises."""

    key: JobKey
    job: Job


@dataclass(slots=True)
class CancelJob:
    """Cancel a job; its outcome is then `Interrupted`."""

    key: JobKey


@dataclass(slots=True)
class OwnCodeEnded:
    """Tell what waits for code of Multi's own, by its key, that it has run: with an error, or the empty string."""

    key: int
    outcome: str | MultiError


@dataclass(slots=True)
class StoreInput:
    """Put a cell, as typed, into the history."""

    count: int
    code: str


@dataclass(slots=True)
class Shutdown:
    """End all children, then the front."""


@dataclass(slots=True)
class Log:
    """Write a line to the log, about a backend where one is named."""

    text: str
    backend: str = ""
    is_bug: bool = False
    """The text is the traceback of a bug of Multi's own."""


@dataclass(slots=True)
class Drop:
    """Report why a message goes no further."""

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
    | StartJob
    | CancelJob
    | OwnCodeEnded
    | StoreInput
    | Shutdown
    | Log
    | Drop
)
