"""Requests of the notebook: what is known of one while it is in flight."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .actions import Channel
from .cells.cell import Cell
from .cells.lines import HeaderLine
from .cells.transfers import Check, Copy
from .protocol.marks import Marks
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


@dataclass(slots=True, eq=False)
class CellRequest(Request):
    """An execute_request on its way through the queue."""

    is_aborted: bool = False
    """It has been received before something that failed or was interrupted. Written by lanes."""
    count: int = 0
    """Its number: that of its last part, where each has one. Written by execution."""
    cell: Cell | None = None
    """Its text in parts; None before its turn. Written by execution."""
    serial: int = 0
    """Cells that have begun before it, itself included. Written by execution."""
    parts: list["Part"] = field(default_factory=list)
    """What children run for it, in the order of its text. Written by plan."""
    tracks: list["Track"] = field(default_factory=list)
    """What is being done for it; several at once for a broadcast and for parts in the background. Written by tracks."""
    tracks_made: int = 0
    """Written by tracks."""
    failures: list[Json] = field(default_factory=list)
    """What execute_replies say of its errors, the first error first. Written by answers."""
    is_in_background: bool = False
    """The next cell does not wait for it. Written by tracks."""
    is_stopped: bool = False
    """It was interrupted: no part of it begins any more. Written by tracks."""

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

    @property
    def is_plain(self) -> bool:
        """Whether one child at most runs one body for it, so that the child's reply is its own."""
        return len(self.parts) <= 1


@dataclass(slots=True, eq=False)
class Part:
    """One body at one backend: all of a plain cell, one child's share in a broadcast, or a part below `%%parts`."""

    cell: Cell
    """The header and the body, in the cell's whole text up to the body's end."""
    backend: str
    count: int
    """The number that it has at the child."""
    order: tuple[int, int]
    """The cell's `serial`, and the part's place in the cell; bodies run in this order at each backend."""
    marks: Marks | None = None
    """What marks its outputs; None: nothing does."""
    reply: Message | None = None
    """The child's reply, held until the cell is over. Written by bodies."""
    failure: Json | None = None
    """What the execute_reply says of its error, if the child has failed. Written by answers."""
    has_ended: bool = False
    """The next body may run at its backend."""
    is_doubtful: bool = False
    """The child may still send half of its answer, after that was made up. Written by bodies."""

    def end(self) -> None:
        """Let the next body run."""
        self.has_ended = True


@dataclass(frozen=True, slots=True)
class Ready:
    """The step in which a cell waits until backends are ready, which are started if they have to be."""

    backends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """The step in which a child runs a part, once all that comes before it there is over."""

    part: Part


@dataclass(frozen=True, slots=True)
class Move:
    """The step in which variables are copied, once the bodies that come before this part are over where they are."""

    copy: Copy
    part: Part


@dataclass(frozen=True, slots=True)
class WaitFor:
    """The step of `%%wait`: until the cells in the background that began before this one are over."""

    backends: tuple[str, ...]
    """Those that run there; none: all."""


@dataclass(frozen=True, slots=True)
class Detach:
    """The step from which on the next cell does not wait for this one: its commands are done."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """The step that takes several lists of steps at once, and ends when all are done."""

    branches: tuple[tuple["Step", ...], ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """The step that begins a list of steps and does not wait for it; the cell does."""

    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Next:
    """The step between two parts: these are over, and the next one begins unless one has failed."""

    parts: tuple[Part, ...]


Step = HeaderLine | Ready | Check | Body | Move | WaitFor | Detach | AtOnce | Fork | Next


@dataclass(slots=True, eq=False)
class Track:
    """Steps of a cell, one after the other, and how far it has come."""

    request: CellRequest
    key: str
    """Names it in the keys of timers and jobs: the cell's msg_id, with a number for all but the first."""
    steps: tuple[Step, ...]
    parent: "Track | None" = None
    """Whose step AtOnce it is a branch of."""
    position: int = 0
    """The step that it is at. Written by tracks."""
    job: HeaderLine | Check | Copy | None = None
    """What is being done for it outside the core. Written by tracks."""
    carried: tuple[int, int] | None = None
    """Bytes that a copy has got to another machine, and all that it will. Written by copies."""
    branches_left: int = 0
    """Written by tracks."""
    has_failed: bool = False
    has_ended: bool = False

    def note_failure(self) -> None:
        """Note that one of its steps has failed."""
        self.has_failed = True

    def end(self) -> None:
        """Note that nothing more is done."""
        self.has_ended = True

    @property
    def step(self) -> Step | None:
        """The step that it is at; None after the last one."""
        return self.steps[self.position] if self.position < len(self.steps) else None

    @property
    def has_more(self) -> bool:
        """Whether there are steps after the one that it is at."""
        return self.position + 1 < len(self.steps)

    @property
    def parts_left(self) -> list[Part]:
        """What it still has to do with, in order."""
        return list(_parts_of(self.steps[self.position :]))


def _parts_of(steps: Iterable[Step]) -> Iterator[Part]:
    for step in steps:
        match step:
            case Body(part) | Move(_, part):
                yield part
            case Next(parts):
                yield from parts
            case AtOnce(branches):
                for branch in branches:
                    yield from _parts_of(branch)
            case Fork(nested):
                yield from _parts_of(nested)
