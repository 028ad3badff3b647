"""zmq sockets on the event loop: read until there is nothing left, per wake-up.

The loop's own `add_reader` takes 75 µs of CPU a message where `anyio.wait_readable` takes 90 and zmq.asyncio up to
90. zmq's file descriptor is edge-triggered and shared by both directions, so EVENTS is looked at after each send.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import zmq
from zmq.backend import Socket as PlainSocket

from ..core.protocol.wire import DELIMITER, Frame

MESSAGES_PER_TURN = 200
"""After so many, other sockets get their turn."""

COPY_THRESHOLD = 1 << 16
"""Bytes; a larger frame is never copied: it is read and sent as a view of the memory that zmq holds."""

KEEPALIVE = {zmq.TCP_KEEPALIVE: 1, zmq.TCP_KEEPALIVE_IDLE: 10, zmq.TCP_KEEPALIVE_INTVL: 5, zmq.TCP_KEEPALIVE_CNT: 4}
"""A peer that has answered nothing for 10 s, and then 4 questions in 5 s each, has gone."""

FRAMES_BEFORE_CONTENT = 4
"""Signature, header, parent header and metadata, behind the delimiter."""

# pyzmq's enums cost a microsecond for each `|` and `&`; but where it wants one, a number costs two.
EVENTS, POLLIN, NOBLOCK, MORE = zmq.EVENTS, int(zmq.POLLIN), int(zmq.NOBLOCK), int(zmq.NOBLOCK | zmq.SNDMORE)

# Those of zmq.Socket, above these, take twice the time, for options that are not used here.
send, receive, get = PlainSocket.send, PlainSocket.recv, PlainSocket.get


@contextmanager
def open_context(*, linger: int | None = None) -> "Iterator[zmq.Context[zmq.Socket[bytes]]]":
    """Open a context whose sockets never drop a message for want of room, and connect soon; close all on leaving.

    `linger` is how many milliseconds sockets may still take to send; None leaves that to each socket.

    High-water marks count only if set before bind or connect; the default of 1000 dropped 6,814 of 20,000 messages in
    a stall of 3 s. A child binds some time after its sockets are connected, and zmq tries again every 100 ms by
    default. A host that has vanished closes nothing, so TCP itself asks whether it is there.
    """
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    context.setsockopt(zmq.RCVHWM, 0)
    context.setsockopt(zmq.SNDHWM, 0)
    context.setsockopt(zmq.RECONNECT_IVL, 10)
    for option, value in KEEPALIVE.items():
        context.setsockopt(option, value)
    try:
        yield context
    finally:
        context.destroy(linger)


class LoopSocket:
    """A socket that hands each message it gets to a function, until it is closed."""

    def __init__(
        self,
        socket: "zmq.Socket[bytes]",
        deliver: Callable[[list[Frame]], None],
        drained: Callable[[], None] = lambda: None,
        *,
        is_from_kernel: bool = False,
    ) -> None:
        """Take over a bound or connected socket; `drained` is called when all that had arrived is delivered.

        With `is_from_kernel` all messages come from one kernel: one that breaks off behind the delimiter then costs it
        the next one too.
        """
        self._socket = socket
        self._is_from_kernel = is_from_kernel
        self._deliver = deliver
        self._drained = drained
        self._loop = asyncio.get_running_loop()
        self._fd: int = socket.FD
        self._loop.add_reader(self._fd, self._read_some)
        self._loop.call_soon(self._read_some)

    def send(self, frames: "Sequence[Frame | zmq.Frame]") -> None:
        """Send a message, which never blocks; zmq.Again where a high-water mark has been set and reached."""
        socket = self._socket
        *first, last = frames
        for frame in first:
            send(socket, frame, MORE, len(frame) < COPY_THRESHOLD)  # type: ignore[arg-type]
        send(socket, last, NOBLOCK, len(last) < COPY_THRESHOLD)  # type: ignore[arg-type]
        if self._has_message():
            self._loop.call_soon(self._read_some)

    def read_all(self) -> None:
        """Deliver all that has arrived."""
        while not self._socket.closed and self._has_message():
            self._take_next()

    def close(self) -> None:
        """Close the socket; zmq still sends what it has for as long as the socket lingers."""
        if not self._socket.closed:
            self._loop.remove_reader(self._fd)
            self._socket.close()

    def _take_next(self) -> None:
        """Receive one message, and hand it on."""
        self._deliver(self._receive())

    def _has_message(self) -> bool:
        return bool(int(get(self._socket, EVENTS)) & POLLIN)

    def _receive(self) -> list[Frame]:
        """Receive a message; a frame that can be asked whether more follow takes three times as long as plain bytes."""
        socket = self._socket
        frames: list[Frame] = []
        more, may_read_on = True, self._is_from_kernel
        while more:
            part = receive(socket, NOBLOCK, False)
            frame = part.bytes if len(part) < COPY_THRESHOLD else part.buffer
            frames.append(frame)
            more = part.more
            if may_read_on and more and frame == DELIMITER:
                may_read_on = False
                try:
                    frames += [receive(socket, NOBLOCK, True) for _ in range(FRAMES_BEFORE_CONTENT)]
                except zmq.Again:
                    break
        return frames

    def _read_some(self) -> None:
        more_may_come = True
        try:
            for _ in range(MESSAGES_PER_TURN):
                if self._socket.closed or not self._has_message():
                    more_may_come = False
                    break
                self._take_next()
        finally:
            if more_may_come:
                self._loop.call_soon(self._read_some)
            else:
                self._drained()
