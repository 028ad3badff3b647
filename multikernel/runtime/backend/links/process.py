"""A kernel that a provisioner runs as a process: on this machine, or wherever the provisioner puts it."""

import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from ....core.actions import Channel
from ....core.protocol.wire import Frame
from ..output import Report
from .channels import DISCONNECTED, Channels
from .link import Listener

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

WATCH_SECONDS = 0.2
START_SECONDS = 0.05
"""What fails to start should not be waited for longer than it takes."""

LAST_OUTPUTS_SECONDS = 1.0


class ProcessLink:
    """The way to a process of this machine."""

    is_ours = True
    shares_files: bool | None = True
    files = None

    def __init__(self, backend: str, manager: "AsyncKernelManager", report: Report) -> None:
        """Take the manager of a process that has just been started."""
        self._backend = backend
        self._manager = manager
        self._report = report
        self._channels: Channels | None = None
        self._is_gone = anyio.Event()
        """The connection was there, and has ended."""
        self._poll_error = ""
        """Why the provisioner could not be asked last time whether the process runs."""

    @property
    def key(self) -> bytes:
        """Of the signatures of the kernel's messages."""
        return bytes(self._manager.session.key)

    @property
    def signature_scheme(self) -> str:
        """Of the kernel's messages."""
        return str(self._manager.session.signature_scheme)

    @property
    def transport(self) -> str:
        """What it is reached by: ipc or tcp."""
        return str(self._manager.transport)

    @property
    def pid(self) -> int:
        """The process id on this machine."""
        return int(getattr(self._manager.provisioner, "pid", None) or 0)

    @property
    def where(self) -> str:
        """Nothing: it is here."""
        return ""

    def listen(self, listener: Listener) -> None:
        """Connect; zmq.ZMQError if that is not possible."""
        self._channels = Channels(self._manager, listener, self._connection)

    def send(self, channel: Channel, frames: Sequence[Frame]) -> None:
        """Send a message to the process."""
        assert self._channels is not None
        self._channels.send(channel, frames)

    async def signal(self, number: int) -> None:
        """Send a signal to the process group."""
        # The end of a process that has ended is about to be noticed.
        with suppress(ProcessLookupError):
            await self._send_signal(number)

    async def wait_for_end(self) -> str:
        """Wait until the process has ended by itself and all that it had sent is here; return how it ended.

        Where its provisioner cannot be asked, it has ended when the connection has.
        """
        assert self._channels is not None
        while (code := await self._safely_poll()) is None and not (why := self._why_given_up()):
            await self._wait_to_poll()
        self._channels.read_all()
        if self._channels.was_heard:
            with anyio.move_on_after(LAST_OUTPUTS_SECONDS):
                await self._is_gone.wait()
            self._channels.read_all()
        return why if code is None else describe_exit(code)

    def close(self) -> None:
        """Close all channels."""
        if self._channels is not None:
            self._channels.close()

    async def _send_signal(self, number: int) -> None:
        assert self._manager.provisioner is not None
        await self._manager.provisioner.send_signal(number)

    async def _poll(self) -> int | None:
        assert self._manager.provisioner is not None
        return await self._manager.provisioner.poll()

    def _why_given_up(self) -> str:
        """Return why a process has ended of which the provisioner does not say so; empty if it has not."""
        return self._poll_error if self._is_gone.is_set() else ""

    async def _wait_to_poll(self) -> None:
        assert self._channels is not None
        await anyio.sleep(WATCH_SECONDS if self._channels.was_heard else START_SECONDS)

    def _connection(self, event: int) -> None:
        if event == DISCONNECTED:
            self._is_gone.set()

    async def _safely_poll(self) -> int | None:
        """Return the exit code of the process, or None if it runs, as far as its provisioner can tell."""
        try:
            code = await self._poll()
        except Exception as error:
            # Where the process is elsewhere, this may be the network's fault; the process may still answer.
            told, self._poll_error = self._poll_error, f"{type(error).__name__}: {error}"
            if not told:
                self._report(f"cannot tell whether {self._backend} is still running: {self._poll_error}")
            return None
        self._poll_error = ""
        return code


def describe_exit(code: int) -> str:
    """Describe how a process ended, from its return code as subprocess gives it."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
