"""Requests of the notebook: what is known of one while it is in flight."""

from dataclasses import dataclass, field

from .actions import Channel, Job
from .cells.cell import Cell
from .protocol.wire import Identities, Json, Message

COMM_TYPES = ("comm_open", "comm_msg", "comm_close")
"""Message types that have an idle, but no reply."""


@dataclass(slots=True, eq=False)
class Request:
    """A message of the notebook that gets one busy, one reply where its type has one, and one idle."""

    message: Message
    channel: Channel
    client: Identities
    content: Json
    busy_sent: bool = False
    """The notebook has got its busy. Written by outbox."""
    reply_sent: bool = False
    """The notebook has got its reply. Written by outbox."""
    is_over: bool = False
    """The notebook has got its idle. Written by outbox."""

    @property
    def id(self) -> str:
        """Its msg_id."""
        return self.message.id

    @property
    def type(self) -> str:
        """Its msg_type."""
        return self.message.type

    @property
    def reply_type(self) -> str:
        """`msg_type` of its reply; empty: it has none."""
        return f"{self.type.removesuffix('_request')}_reply" if self.type.endswith("_request") else ""

    @property
    def subshell(self) -> str:
        """The subshell that it is for (JEP 91); empty: the main shell, or control, which has none."""
        subshell = self.message.header.get("subshell_id")
        return subshell if isinstance(subshell, str) and self.channel == "shell" else ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The step in which a cell waits until a backend is ready, which is started if it has to be."""

    backend: str


@dataclass(frozen=True, slots=True)
class Body:
    """The step in which a child runs the cell's body."""

    backend: str


Step = Job | Ready | Body


@dataclass(slots=True)
class Track:
    """The steps of a cell, one after the other, and how far it has come."""

    steps: tuple[Step, ...] = ()
    position: int = 0
    """The step that it is at. Written by execution."""
    job: Job | None = None
    """What is being done for it outside the core. Written by execution."""
    reply: Message | None = None
    """The child's reply, held until the steps after the body are done. Written by execution."""

    @property
    def step(self) -> Step | None:
        """The step that it is at; None after the last one."""
        return self.steps[self.position] if self.position < len(self.steps) else None

    @property
    def has_more(self) -> bool:
        """Whether there are steps after the one that it is at."""
        return self.position + 1 < len(self.steps)


@dataclass(slots=True, eq=False)
class CellRequest(Request):
    """An execute_request on its way through the queue."""

    is_aborted: bool = False
    """It has been received before something that failed or was interrupted. Written by lanes."""
    count: int = 0
    """Its number. Written by execution."""
    cell: Cell | None = None
    """Its text in parts; None before its turn. Written by execution."""
    track: Track = field(default_factory=Track)
    """What is done for it, step by step. Written by execution."""

    @property
    def silent(self) -> bool:
        """No execute_input, no count, no abort of what is queued."""
        return bool(self.content.get("silent", False))

    @property
    def stores_history(self) -> bool:
        """Whether it counts (messaging spec: silent forces store_history to be false)."""
        return not self.silent and bool(self.content.get("store_history", True))

    @property
    def stops_on_error(self) -> bool:
        """Whether an error aborts what is queued behind it."""
        return not self.silent and bool(self.content.get("stop_on_error", True))
