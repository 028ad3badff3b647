"""A kernel without a process: its channels, and a manager and a provisioner that do as a test says."""

import errno
import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import zmq
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session

from multikernel.core.actions import Channel
from multikernel.core.config import BackendConfig
from multikernel.core.protocol.wire import Composer, Message
from multikernel.runtime.backend.child import Child, Foresee
from multikernel.runtime.backend.links.process import ProcessLink
from multikernel.runtime.backend.output import Output, report_to
from multikernel.trace.watchers import Trace

KEY = b"secret"


class FakeProvisioner:
    """Answers, or raises, what a test puts in."""

    def __init__(self) -> None:
        self.pid = 4711
        self.signals: list[int] = []
        self.signal_error: Exception | None = None
        self.exit_code: int | Exception | None = None
        self.polls = 0

    async def send_signal(self, signum: int) -> None:
        self.signals.append(signum)
        if self.signal_error is not None:
            raise self.signal_error

    async def poll(self) -> int | None:
        self.polls += 1
        if isinstance(self.exit_code, Exception):
            raise self.exit_code
        return self.exit_code


class FakeKernel:
    """The channels of a kernel, bound; it is its own manager, so that a child can connect."""

    transport = "tcp"
    ip = "127.0.0.1"
    shell_port = 0

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", bound: ExitStack) -> None:
        self.session = Session(key=KEY)
        self.provisioner = FakeProvisioner()
        self.connected: list[zmq.Socket[bytes]] = []
        self.refuses_after = 4
        """How many channels can be connected."""
        self._context = context
        self._channels: dict[str, zmq.Socket[bytes]] = {}
        self._addresses: dict[str, str] = {}
        for channel in ("shell", "control", "stdin", "iopub"):
            socket = bound.enter_context(context.socket(zmq.PUB if channel == "iopub" else zmq.ROUTER))
            port = socket.bind_to_random_port("tcp://127.0.0.1")
            self._channels[channel], self._addresses[channel] = socket, f"tcp://127.0.0.1:{port}"

    def publish(self) -> None:
        """Say something on iopub that no request has caused."""
        self.session.send(self._channels["iopub"], "status", {"execution_state": "idle"}, parent={})

    def disconnect(self) -> None:
        """Close all channels, as the end of a process does."""
        for socket in self._channels.values():
            socket.close(linger=0)

    def connect_iopub(self, identity: bytes | None = None) -> "zmq.Socket[bytes]":
        socket = self._connect("iopub", zmq.SUB)
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        return socket

    def connect_shell(self, identity: bytes | None = None) -> "zmq.Socket[bytes]":
        return self._connect("shell", zmq.DEALER)

    def connect_control(self, identity: bytes | None = None) -> "zmq.Socket[bytes]":
        return self._connect("control", zmq.DEALER)

    def connect_stdin(self, identity: bytes | None = None) -> "zmq.Socket[bytes]":
        return self._connect("stdin", zmq.DEALER)

    def _connect(self, channel: str, socket_type: int) -> "zmq.Socket[bytes]":
        if len(self.connected) == self.refuses_after:
            raise zmq.ZMQError(errno.EMFILE)
        socket = self._context.socket(socket_type)
        self.connected.append(socket)
        socket.connect(self._addresses[channel])
        return socket

    def child(self, foresee: Foresee = lambda message: None) -> Child:
        """Connect a child to this kernel."""
        counter = itertools.count()
        composer = Composer("own", lambda: f"2026-01-01T00:00:{next(counter):02}Z")
        self.output, self.delivered = Output(), list[tuple[Channel, Message]]()
        manager = cast(AsyncKernelManager, cast(Any, self))
        return Child(
            BackendConfig("r", "ir"),
            ProcessLink("r", manager, report_to(self.output, "r")),
            composer,
            Trace("own"),
            self.output,
            lambda channel, message: self.delivered.append((channel, message)),
            foresee=foresee,
        )


@contextmanager
def fake_kernel() -> Iterator[FakeKernel]:
    """Open a kernel, and close what it and its children have opened."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    with ExitStack() as bound:
        bound.callback(context.destroy, linger=0)
        yield FakeKernel(context, bound)
