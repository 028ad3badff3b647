"""A kernel's channels over zmq: connected, watched, and read on the event loop."""

import secrets
import struct
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import zmq

from ....core.actions import Channel
from ....core.protocol.wire import Frame
from ...sockets import LoopSocket
from .link import Listener

if TYPE_CHECKING:
    from jupyter_client.connect import ConnectionFileMixin

CONNECTED, DISCONNECTED = int(zmq.Event.HANDSHAKE_SUCCEEDED), int(zmq.Event.DISCONNECTED)

EVENT = struct.Struct("=HI")
"""An event and its value: the first frame of what zmq_socket_monitor sends."""


class Channels:
    """Sockets to the four channels of a kernel."""

    def __init__(
        self,
        connection: "ConnectionFileMixin",
        listener: Listener,
        on_event: Callable[[int], None],
        watched: int = CONNECTED | DISCONNECTED,
    ) -> None:
        """Connect to where the connection info points to; zmq.ZMQError if that is not possible.

        `on_event` gets those events of iopub's connection that are `watched`.
        """
        self.was_heard = False
        """The kernel has sent something. That it was connected says no event, if it was before they were watched."""
        self._sockets: dict[Channel, LoopSocket] = {}
        self._listener = listener
        self._on_event = on_event
        with ExitStack() as connected:
            self._connect(connection, watched, connected)
            self._connected = connected.pop_all()

    def send(self, channel: Channel, frames: Sequence[Frame]) -> None:
        """Send a message."""
        self._sockets[channel].send(frames)

    def read_all(self) -> None:
        """Hand on all that has arrived."""
        self._events.read_all()
        for socket in self._sockets.values():
            socket.read_all()

    def close(self) -> None:
        """Close all sockets; nothing is received from now on."""
        self._connected.close()

    def _connect(self, connection: "ConnectionFileMixin", watched: int, connected: ExitStack) -> None:
        # A kernel finds the stdin of a request by the identity that the request had on shell.
        identity = secrets.token_hex(8).encode("ascii")
        connect: dict[Channel, Callable[[bytes | None], zmq.Socket[bytes]]] = {
            "iopub": connection.connect_iopub,
            "shell": connection.connect_shell,
            "control": connection.connect_control,
            "stdin": connection.connect_stdin,
        }
        for channel, connect_to in connect.items():
            socket = connect_to(None if channel == "iopub" else identity)
            connected.callback(socket.close)
            self._sockets[channel] = self._loop_socket(channel, socket)
            connected.callback(self._sockets[channel].close)
            if channel == "iopub":
                self._watch(socket, watched, connected)

    def _watch(self, iopub: "zmq.Socket[bytes]", watched: int, connected: ExitStack) -> None:
        events = iopub.get_monitor_socket(watched)
        connected.callback(events.close)
        self._events = LoopSocket(events, lambda frames: self._on_event(EVENT.unpack(frames[0])[0]))
        connected.callback(self._events.close)
        # An event that is never received would block zmq's thread, and with it every kernel, forever.
        connected.callback(iopub.disable_monitor)

    def _loop_socket(self, channel: Channel, socket: "zmq.Socket[bytes]") -> LoopSocket:
        received = self._listener.received

        def receive(frames: list[Frame]) -> None:
            self.was_heard = True
            received(channel, frames)

        return LoopSocket(socket, receive, is_from_kernel=True)
