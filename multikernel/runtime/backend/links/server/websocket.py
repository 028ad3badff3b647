"""One websocket to a kernel on a Jupyter server: it ends with the connection."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, cast

import anyio
from tornado.iostream import IOStream
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from .api import Api
from .failures import NotReached, not_reached
from .layout import SUBPROTOCOL

LARGEST_MESSAGE = 1 << 30
"""Bytes; tornado's own limit of 10 MB would break the connection at a large plot."""

UPGRADE_REQUIRED = 426
"""A status of HTTP."""

ACKNOWLEDGE_AT_ONCE: int | None = getattr(socket, "TCP_QUICKACK", None)
"""On Linux: servers send small packets one by one (Nagle), each after the one before was acknowledged, and that would
take 40 ms. The system takes it back when it likes, so it is set each time."""


class User(Protocol):
    """What a connection is for; its methods never raise."""

    def heard(self, connection: "Connection") -> None:
        """Something has come, be it a pong."""

    def received(self, connection: "Connection", data: bytes | str) -> None:
        """Take a message."""

    def acknowledged(self, connection: "Connection", number: int) -> None:
        """All that was written until `written` was this number has arrived there."""


class Connection:
    """A websocket that is open, or was."""

    def __init__(self, user: User) -> None:
        """Report to a user."""
        self.closed = anyio.Event()
        """Nothing comes any more."""
        self.heard_at = anyio.current_time()
        """When something has come last, on the loop's clock; at first, when it was made."""
        self.was_heard = False
        self._user = user
        self._written = 0
        """How many messages were."""
        self._is_asked = False
        """A ping is under way, and its pong will say how much has arrived."""
        self._socket: WebSocketClientConnection | None = None

    def open(self, opened: WebSocketClientConnection) -> None:
        """Take what was connected."""
        self._socket = opened
        opened.on_pong = self._on_pong  # type: ignore[method-assign]
        self.ping()

    def write(self, data: bytes) -> bool:
        """Send a message; False if the connection is known to have ended."""
        if self._socket is None or self.closed.is_set():
            return False
        try:
            writing = self._socket.write_message(data, binary=True)
        except WebSocketClosedError:
            return False
        writing.add_done_callback(_take_note)
        self._written += 1
        if not self._is_asked:
            self.ping()
        self._acknowledge_at_once()
        return True

    def ping(self) -> None:
        """Ask the server to answer; its answer comes behind all that it has done with what was written before."""
        if self._socket is not None and not self.closed.is_set():
            self._is_asked = True
            try:
                self._socket.ping(b"%d" % self._written)
            except WebSocketClosedError:
                return

    def abort(self) -> None:
        """End the connection now."""
        if self._socket is not None:
            stream = self._stream
            self._socket.close()
            if stream is not None:
                stream.close()
        self.closed.set()

    def take(self, data: bytes | str | None) -> None:
        """Take what tornado has received: a message, or None at the end."""
        if data is None:
            self.closed.set()
        elif not self.closed.is_set():
            self._acknowledge_at_once()
            self._hear()
            self._user.received(self, data)

    def _on_pong(self, data: bytes) -> None:
        self._acknowledge_at_once()
        if self.closed.is_set() or not data.isdigit():
            return
        self._is_asked = False
        self._hear()
        number = int(data[:19])
        self._user.acknowledged(self, number)
        if number < self._written:
            self.ping()

    def _hear(self) -> None:
        self.heard_at, self.was_heard = anyio.current_time(), True
        self._user.heard(self)

    @property
    def _stream(self) -> IOStream | None:
        protocol = None if self._socket is None else self._socket.protocol
        return None if protocol is None else protocol.stream

    def _acknowledge_at_once(self) -> None:
        stream = self._stream
        if ACKNOWLEDGE_AT_ONCE is not None and stream is not None and not stream.closed():
            stream.socket.setsockopt(socket.IPPROTO_TCP, ACKNOWLEDGE_AT_ONCE, 1)


@asynccontextmanager
async def connect(api: Api, kernel_id: str, session: str, user: User, seconds: float) -> AsyncIterator[Connection]:
    """Connect to a kernel, within so many seconds, until the context is left; NotReached."""
    connection = Connection(user)
    request = api.websocket_request(kernel_id, session, seconds)
    connecting = cast(
        "asyncio.Future[WebSocketClientConnection]",
        websocket_connect(
            request,
            on_message_callback=connection.take,
            max_message_size=LARGEST_MESSAGE,
            subprotocols=[SUBPROTOCOL],
        ),
    )
    try:
        # tornado goes on connecting, whoever waits for it.
        opened = await asyncio.shield(connecting)
    except asyncio.CancelledError:
        connecting.add_done_callback(_close)
        raise
    except Exception as error:
        raise not_reached(api.place, error) from None
    connection.open(opened)
    try:
        if opened.selected_subprotocol != SUBPROTOCOL:
            raise NotReached(
                f"{api.place.name}: the server is too old, or its setting `kernel_ws_protocol` turns off the protocol "
                f"{SUBPROTOCOL}, which Multi needs: use jupyter_server 2 or newer",
                UPGRADE_REQUIRED,
            )
        yield connection
    finally:
        connection.abort()


def _close(connecting: "asyncio.Future[WebSocketClientConnection]") -> None:
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


def _take_note(writing: "asyncio.Future[None]") -> None:
    """Look at how a write has ended: whatever it is, the end of the connection follows."""
    if not writing.cancelled():
        writing.exception()
