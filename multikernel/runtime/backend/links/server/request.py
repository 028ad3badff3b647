"""What is sent to a kernel, and what is still to come for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .....core.actions import Channel
from .....core.protocol.wire import EMPTY, Composer, Json, Message, encode
from .layout import pack

Lane = tuple[Channel, object]
"""A channel, and the subshell that a request is for: what a kernel takes in its order."""

MAIN: Lane = ("shell", None)

LARGEST = 10 << 20
"""Bytes: servers break the connection at a larger message, unless they are told otherwise (tornado's
`websocket_max_message_size`)."""

SURELY_TAKEN = 64 << 10
"""Bytes: no server breaks the connection at a message of this size."""

MOST_BREAKS = 3
"""Connections that may break in a row at a message that is larger."""


@dataclass(slots=True, eq=False)
class Request:
    """A message to the kernel."""

    channel: Channel
    header: Json
    header_frame: bytes
    data: bytes
    """As it is sent; empty once that will not be needed again."""
    owes: set[str] = field(default_factory=set)
    """Of `reply` and `idle`, what has not come."""
    number: int = 0
    """Which message of its connection it was."""
    was_heard: bool = False
    """The kernel has said something about it."""
    has_crossed: bool = False
    """The connection broke while the kernel was at it."""
    breaks: int = 0
    """How many connections have broken before anybody said that it has arrived."""

    @property
    def id(self) -> str:
        """Its msg_id."""
        return str(self.header.get("msg_id", ""))

    @property
    def type(self) -> str:
        """Its msg_type."""
        return str(self.header.get("msg_type", ""))

    @property
    def lane(self) -> Lane:
        """What the kernel takes it in turn with."""
        return self.channel, self.header.get("subshell_id")

    def as_parent(self) -> Message:
        """Return it as the parent of what is said about it."""
        return Message(self.header, self.header_frame, "")


@dataclass(slots=True, eq=False)
class Fence:
    """A request of our own, behind others: at its end, they have ended."""

    request: Request
    behind: list[Request]
    decides: bool
    """What is held waits for it."""
    is_check: bool = False
    """No connection has broken: the server says that the kernel has nothing to do."""
    was_replied: bool = False
    """Some time ago; its idle, which some kernels do not send, is no longer waited for."""


def at_fault(in_doubt: Sequence[Request]) -> list[Request]:
    """Return those at which the server breaks its connections: what is too large for any; of what may be, the largest.

    One alone has broken them, and the others only came behind it.
    """
    found = [each for each in in_doubt if len(each.data) > LARGEST]
    if not found and any(each.breaks >= MOST_BREAKS for each in in_doubt):
        found = [max(in_doubt, key=lambda each: len(each.data))]
    return [each for each in found if len(each.data) > SURELY_TAKEN]


def harmless_request(composer: Composer, lane: Lane) -> Request:
    """Return a request that changes nothing, and that every kernel answers."""
    channel, subshell = lane
    message = composer.message("kernel_info_request", {})
    header = message.header if subshell is None else {**message.header, "subshell_id": subshell}
    frame = encode(header)
    return Request(channel, header, frame, pack(channel, [frame, EMPTY, EMPTY, EMPTY]), {"reply", "idle"})
