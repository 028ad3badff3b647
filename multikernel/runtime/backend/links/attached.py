"""A kernel that somebody else has started: Multi connects to it by its connection file, and only ever disconnects."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import anyio
import zmq
from jupyter_client.connect import ConnectionFileMixin, KernelConnectionInfo
from traitlets import Instance

from ....core.actions import Channel
from ....core.config import BackendConfig
from ....core.errors import BackendStartError
from ....core.places import AttachedPlace
from ....core.protocol.wire import Frame
from ..launch_context import LaunchContext
from ..prelaunch import PORTS
from .channels import DISCONNECTED, Channels
from .elsewhere import is_loopback
from .link import Link, Listener

REFUSED = int(zmq.Event.CONNECT_RETRIED)

LISTEN_SECONDS = 1.5
"""How long a kernel may take to listen whose connection file is there already. zmq tries every 10 ms."""


class Connection(ConnectionFileMixin):
    """What a connection file says, and sockets to there."""

    context = Instance(zmq.Context)


class AttachedLink:
    """The way to a kernel that is its owner's.

    It has ended, as far as Multi is concerned, when its connection has: a kernel that its owner restarts closes its
    sockets and opens new ones. Its session id would tell no more: IRkernel 1.3.2 repeats that of each request.
    """

    pid = 0
    is_ours = False
    files = None

    def __init__(self, connection: Connection) -> None:
        """Take what the connection file says."""
        self.shares_files: bool | None = None
        """Its address does not tell: what listens on this machine may be a tunnel, or a container."""
        self._connection = connection
        self._channels: Channels | None = None
        self._is_gone = anyio.Event()

    @property
    def key(self) -> bytes:
        """Of the signatures of the kernel's messages."""
        return bytes(self._connection.session.key)

    @property
    def signature_scheme(self) -> str:
        """Of the kernel's messages."""
        return str(self._connection.session.signature_scheme)

    @property
    def transport(self) -> str:
        """What it is reached by: ipc or tcp."""
        return str(self._connection.transport)

    @property
    def where(self) -> str:
        """Its host; empty for this one, as far as its address tells."""
        is_here = self.transport == "ipc" or is_loopback(self._connection.ip)
        return "" if is_here else str(self._connection.ip)

    def listen(self, listener: Listener) -> None:
        """Connect; zmq.ZMQError if that is not possible."""
        self._listens_until = anyio.current_time() + LISTEN_SECONDS
        watched = DISCONNECTED | REFUSED
        self._channels = Channels(self._connection, listener, self._on_event, watched)

    def send(self, channel: Channel, frames: Sequence[Frame]) -> None:
        """Send a message to the kernel."""
        assert self._channels is not None
        self._channels.send(channel, frames)

    async def signal(self, number: int) -> None:
        """Raise an error: only its owner knows its process."""
        raise PermissionError("its process is not Multi's")

    async def wait_for_end(self) -> str:
        """Wait until the connection has ended and all that the kernel had sent is here; return what that means."""
        assert self._channels is not None
        await self._is_gone.wait()
        self._channels.read_all()
        if self._channels.was_heard:
            return "its owner has ended or restarted it"
        return f"no kernel listens at {self._connection.ip}; it may have ended"

    def close(self) -> None:
        """Disconnect."""
        if self._channels is not None:
            self._channels.close()

    def _on_event(self, event: int) -> None:
        assert self._channels is not None
        if self._channels.was_heard or anyio.current_time() > self._listens_until:
            self._is_gone.set()


@asynccontextmanager
async def open_attached(
    config: BackendConfig, place: AttachedPlace, launch_context: LaunchContext
) -> AsyncIterator[Link]:
    """Connect to the kernel of a connection file, and disconnect on leaving; the kernel goes on."""
    connection = Connection(context=launch_context.context)
    try:
        connection.load_connection_info(_connection_info(place.connection_file))
    except ValueError as why:
        raise BackendStartError(f"{config.name} cannot be attached by {place.connection_file}: {why}.") from None
    yield AttachedLink(connection)


def _connection_info(file: str) -> KernelConnectionInfo:
    """Return what a connection file says; ValueError with the reason if it is none."""
    try:
        info = json.loads(Path(file).read_bytes())
    except FileNotFoundError:
        raise ValueError("there is no such file; its kernel may have ended") from None
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror})") from None
    except ValueError:
        raise ValueError("it is not JSON") from None
    if not isinstance(info, dict):
        raise ValueError("it is not a connection file of Jupyter")
    for name in PORTS:
        if type(info.get(name)) is not int or info[name] < 1:
            raise ValueError(f"it is not a connection file of Jupyter: it has no {name}")
    for name in ("ip", "transport", "signature_scheme"):
        if not isinstance(info.get(name, ""), str):
            raise ValueError(f"it is not a connection file of Jupyter: its {name} is not text")
    if not isinstance(info.get("key"), str) or not info["key"]:
        raise ValueError("it has no key, so that anybody could run code there")
    return cast(KernelConnectionInfo, info)
