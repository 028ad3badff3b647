"""An exchange: one request at one child, from the moment it is sent until the child has sent all that belongs to it.

A child answers on two sockets, so its reply and its idle come in either order. Which phase an exchange is in, and what
leads to the next, is the table `TRANSITIONS`; what is not in it is out of place, such as a second reply.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from .actions import TimerKey
from .cells.cell import Cell
from .errors import MultiError
from .protocol.rewrite import Origin
from .protocol.wire import Message
from .request import Request


class Phase(StrEnum):
    """What a child still owes."""

    OPEN = "open"
    """Both its reply and its idle."""
    OWES_IDLE = "owes idle"
    OWES_REPLY = "owes reply"
    COMPLETE = "complete"


class Heard(StrEnum):
    """What ends a phase."""

    REPLY = "reply"
    IDLE = "idle"


TRANSITIONS: dict[tuple[Phase, Heard], Phase] = {
    (Phase.OPEN, Heard.REPLY): Phase.OWES_IDLE,
    (Phase.OPEN, Heard.IDLE): Phase.OWES_REPLY,
    (Phase.OWES_IDLE, Heard.IDLE): Phase.COMPLETE,
    (Phase.OWES_REPLY, Heard.REPLY): Phase.COMPLETE,
}


@dataclass(slots=True, eq=False)
class Exchange(ABC):
    """One request at one child; subclasses know what follows from the reply, the end and a failure."""

    message_id: str
    """`msg_id` of the request."""
    backend: str
    phase: Phase = Phase.OPEN
    """A type without a reply begins at OWES_IDLE, one whose idle does not matter at OWES_REPLY."""
    is_begun: bool = False
    """The child is at it. Written by relay."""
    is_interruptible: bool = False
    """A signal ends what runs for it. Written by requests."""
    is_interrupted: bool = False
    """The child has been told to end it. Written by interrupts."""
    timer: TimerKey | None = None
    """What limits the wait for its other half, or for late outputs. Written by exchanges."""
    timer_seconds: float = 0.0
    """How long that is. Written by exchanges."""
    heard_then: int = 0
    """Messages that the child had sent when that was set. Written by exchanges."""
    held_for: float = 0.0
    """Seconds for which its end has been held, in all. Written by exchanges."""
    is_made_up: bool = False
    """Half of its answer is not the child's, which may still send it. Written by exchanges."""

    request: Request | None = None
    """The notebook's request that it is for; None: it is of Multi's own."""

    @property
    @abstractmethod
    def reply_type(self) -> str:
        """`msg_type` of the reply; empty: the child's own messages have none."""

    @property
    def awaits_reply(self) -> bool:
        """Whether a reply would be in place."""
        return (self.phase, Heard.REPLY) in TRANSITIONS

    @property
    def what(self) -> str:
        """How errors name it."""
        return "a request of Multi's own" if self.request is None else f"this {self.request.type}"

    def close(self) -> None:
        """Expect nothing more."""
        self.phase = Phase.COMPLETE

    def hear(self, heard: Heard) -> bool:
        """Go on to the next phase; False for what is out of place."""
        phase = TRANSITIONS.get((self.phase, heard))
        if phase is None:
            return False
        self.phase = phase
        return True

    @abstractmethod
    def replied(self, reply: Message) -> None:
        """Take the child's reply, which is in place."""

    @abstractmethod
    def over(self) -> None:
        """The child has sent all that belongs to it."""

    @abstractmethod
    def failed(self, error: MultiError) -> None:
        """The child will not answer: it has ended, or owes a reply for too long."""


@dataclass(slots=True, eq=False, kw_only=True)
class NotebookExchange(Exchange):
    """A request of the notebook, sent under the notebook's own header: what the child sends for it goes out."""

    request: Request
    origin: Origin
    cell: Cell | None = None
    """What of a cell the child runs, in parts; None for other requests."""

    @property
    def reply_type(self) -> str:
        """`msg_type` of the reply; empty: the type has none."""
        return self.request.reply_type
