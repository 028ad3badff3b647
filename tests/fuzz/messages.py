"""Messages between the notebook, the router and the children, as each of them gets them."""

from dataclasses import dataclass, field

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Frame, Json, Message, Wire, WireError, parse_message

from .nonsense import encoded
from .said import REPLIES


@dataclass
class Asked:
    """A request of the notebook, and what it has got."""

    message: Message
    channel: Channel
    backend: str = ""
    """Which child was sent it."""
    states: list[str] = field(default_factory=list)
    """The statuses under it."""
    replies: int = 0


def expected_reply(request: Message) -> tuple[Channel, str, bytes]:
    """Return what a child should answer."""
    msg_type = request.type.removesuffix("_request") + "_reply"
    channel: Channel = "control" if msg_type.startswith(("debug", "create", "delete", "interrupt")) else "shell"
    return channel, msg_type, encoded(REPLIES.get(msg_type, {}))


def parsed(header: Json, parent_frame: bytes, content: bytes, metadata: bytes = b"{}") -> Message | None:
    """Return a message as the runtime gets it, None if it is dropped there."""
    try:
        return parse_message([encoded(header), parent_frame, metadata, content])
    except WireError:
        return None


def sent(message: Message) -> Message:
    """Return a message as it is at the other end."""
    frames: list[Frame] = Wire(b"").pack(message)
    return parse_message(frames[2:])
