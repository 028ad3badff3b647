"""Our side towards the notebook: shell, control, stdin, iopub and heartbeat."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from operator import is_
from typing import get_args

import anyio
import zmq

from ...core.actions import Channel
from ...core.protocol.wire import Composer, Frame, Identities, Message, WireError
from ...trace.watchers import Trace
from ..in_order import LARGE, InOrder, Outcome, begin
from ..sockets import LoopSocket
from .connection import Connection, SocketOptions
from .heartbeat import Heartbeat
from .publisher import Publisher, prepare

LINGER = 500
"""Milliseconds to get the last messages out at the end."""

SOCKET_TYPES: dict[Channel, int] = {
    "shell": zmq.ROUTER,
    "control": zmq.ROUTER,
    "stdin": zmq.ROUTER,
    "iopub": zmq.XPUB,
}

Deliver = Callable[[Channel, Identities, Message], None]

log = logging.getLogger(__name__)


Packed = tuple[Message, list[Frame]]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A message that is being signed, in case it is sent."""

    message: Message
    packed: "asyncio.Future[Packed]"

    def is_meant(self, channel: Channel, message: Message) -> bool:
        """Whether this is what is sent: the same bytes, and of the large ones the same memory."""
        mine = self.message
        return (
            channel == "iopub"
            and mine.content_frame is message.content_frame
            and len(mine.buffers) == len(message.buffers)
            and all(map(is_, mine.buffers, message.buffers))
            and mine.header_frame == message.header_frame
            and mine.parent_frame == message.parent_frame
            and mine.metadata_frame == message.metadata_frame
        )


class Front:
    """The bound channels; messages that are malformed or not signed with the key get no further than here."""

    def __init__(
        self, context: "zmq.Context[zmq.Socket[bytes]]", connection: Connection, composer: Composer, trace: Trace
    ) -> None:
        """Bind all channels; zmq.ZMQError if a port is taken."""
        self._wire = connection.wire()
        self._composer = composer
        self._trace = trace
        self._sockets: dict[Channel, LoopSocket] = {}
        self._sent = {channel: InOrder(partial(self._send, channel)) for channel in get_args(Channel)}
        """What is to be sent on each channel, in order."""
        self._foreseen: Foreseen | None = None
        encryption = connection.encryption()
        with ExitStack() as bound:
            self._bound = {
                channel: _bind(context, channel, connection.address(channel), encryption, bound)
                for channel in get_args(Channel)
            }
            self._heartbeat = bound.enter_context(closing(Heartbeat(connection.address("hb"), encryption)))
            self._open = bound.pop_all()

    def serve(self, deliver: Deliver, drained: Callable[[], None]) -> None:
        """Hand every message of the notebook to `deliver`; call `drained` when a channel has no more for now."""
        self._deliver = deliver
        self._drained = drained
        for channel, socket in self._bound.items():
            if channel == "iopub":
                self._iopub = self._open.enter_context(closing(self._publisher(socket)))
            else:
                self._sockets[channel] = self._open.enter_context(closing(self._receiver(channel, socket)))
        self._heartbeat.start()

    def send(self, channel: Channel, message: Message, client: Identities) -> None:
        """Send a message to a client, or on iopub to every subscriber."""
        if self._trace.watched:
            self._trace.message("front -> notebook", channel, message)
        sent, is_large = self._sent[channel], len(message.content_frame) >= LARGE
        pack = partial(self._pack, message, client)
        if is_large and self._foreseen is not None and self._foreseen.is_meant(channel, message):
            sent.add_begun(self._foreseen.packed)
            self._foreseen = None
        elif is_large or sent.waits:
            sent.add(pack, is_long=is_large)
        else:
            self._send(channel, pack)

    def foresee(self, message: Message | None) -> None:
        """Begin to sign a large message that will most likely be sent on iopub; None: forget it."""
        if message is None:
            self._foreseen = None
        elif self._foreseen is None:
            self._foreseen = Foreseen(message, begin(partial(self._pack, message, ())))

    def read_shell(self) -> None:
        """Take in every request that has arrived on shell."""
        self._sockets["shell"].read_all()

    async def drain(self) -> None:
        """Wait a little for clients to read what waits for them on iopub."""
        with anyio.move_on_after(LINGER / 1000):
            await self._sent["iopub"].drain()
            await self._iopub.drain()

    def close(self) -> None:
        """Close all channels."""
        self._open.close()

    def _publisher(self, socket: "zmq.Socket[bytes]") -> Publisher:
        return Publisher(socket, self._composer, self._pack_own)

    def _pack_own(self, message: Message) -> list[Frame]:
        """Return the frames of a message of the publisher's own."""
        if self._trace.watched:
            self._trace.message("front -> notebook", "iopub", message)
        return self._wire.pack(message)

    def _pack(self, message: Message, client: Identities) -> Packed:
        """Return a message with its frames; this may take long."""
        return message, self._wire.pack(message, client)

    def _send(self, channel: Channel, outcome: Outcome[Packed]) -> None:
        message, frames = outcome()
        if channel == "iopub":
            self._iopub.publish(message, frames)
        else:
            self._sockets[channel].send(frames)

    def _receiver(self, channel: Channel, socket: "zmq.Socket[bytes]") -> LoopSocket:
        return LoopSocket(socket, lambda frames: self._received(channel, frames), self._drained)

    def _received(self, channel: Channel, frames: list[Frame]) -> None:
        try:
            client, message = self._wire.unpack(frames)
        except WireError as error:
            log.warning("a message on %s is dropped: %s", channel, error)
            self._trace.dropped("notebook -> front", channel, str(error))
            return
        if self._trace.watched:
            self._trace.message("notebook -> front", channel, message)
        self._deliver(channel, client, message)


def _bind(
    context: "zmq.Context[zmq.Socket[bytes]]",
    channel: Channel,
    address: str,
    options: SocketOptions,
    bound: ExitStack,
) -> "zmq.Socket[bytes]":
    socket = bound.enter_context(context.socket(SOCKET_TYPES[channel]))
    socket.setsockopt(zmq.LINGER, LINGER)
    for option, value in options:
        socket.setsockopt(option, value)
    if channel == "iopub":
        prepare(socket)
    else:
        # A client that reconnects under its old identity takes it over (ipykernel issue 270).
        socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
    socket.bind(address)
    return socket
