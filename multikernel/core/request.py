"""Requests of the notebook: what is known of one while it is in flight, and of its origin ever after."""

from collections import OrderedDict
from dataclasses import dataclass, field

from .actions import Channel, Task
from .cells.cell import Cell
from .protocol.rewrite import Origin
from .protocol.wire import Identities, Json, Message

ORIGINS_KEPT = 10_000
"""Requests whose late outputs still find their parent: the last so many that were sent or spoken of."""

COMM_TYPES = ("comm_open", "comm_msg", "comm_close")
"""Message types that have an idle, but no reply."""


@dataclass(slots=True)
class Request:
    """A message of the notebook that is to be answered: one busy, one reply where it has one, one idle."""

    message: Message
    channel: Channel
    client: Identities
    content: Json
    origin: Origin | None = None
    """What its child was sent; None while no child has it."""
    busy: bool = False
    """The notebook has heard busy for it: for all but cells, the child has begun."""
    replied: bool = False
    idle_seen: bool = False
    """The child has said idle; the notebook hears it when all else is through."""
    done: bool = False

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

    @property
    def backend(self) -> str:
        """The child it was sent to; empty: none (yet)."""
        return self.origin.backend if self.origin is not None else ""


@dataclass(slots=True)
class CellRequest(Request):
    """An execute_request on its way through the queue."""

    aborted: bool = False
    cell: Cell | None = None
    count: int = 0
    commands_done: int = 0
    imported: int = 0
    """How many of the cell's variables have been copied before its body."""
    exported: int = 0
    """How many have been copied after it."""
    task: Task | None = None
    """What is being done for it outside the core."""
    held_reply: Message | None = None
    """The child's reply, which the notebook gets when variables have been copied."""

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


@dataclass(slots=True)
class Origins:
    """msg_id -> Origin, for the newest ORIGINS_KEPT."""

    _known: OrderedDict[str, Origin] = field(default_factory=OrderedDict)

    def __setitem__(self, msg_id: str, origin: Origin) -> None:
        """Note the origin of a request that goes to a child."""
        self._known[msg_id] = origin
        if len(self._known) > ORIGINS_KEPT:
            self._known.popitem(last=False)

    def get(self, msg_id: str, backend: str) -> Origin | None:
        """Return the origin of a request that was sent to this backend, and keep it from growing old."""
        origin = self._known.get(msg_id)
        if origin is None or origin.backend != backend:
            return None
        self._known.move_to_end(msg_id)
        return origin
