"""Children without processes: each start waits for the test to say how it goes, each request for its answer."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import zmq

from multikernel.core.actions import Channel
from multikernel.core.config import BackendConfig
from multikernel.core.errors import BackendStartError
from multikernel.core.protocol.wire import Composer, Json, Message

from .fake_front import Callbacks

KERNEL_INFO: dict[str, Json] = {
    "python3": {"implementation": "ipython", "language_info": {"name": "python", "version": "3.13"}},
    "bash": {"implementation": "bash_kernel", "language_info": {"name": "bash"}},
}

Deliver = Callable[[Channel, Message], None]


class FakeChild:
    """One process of a backend, from its start to its end."""

    def __init__(
        self,
        backend: str,
        composer: Composer,
        deliver: Deliver,
        connection: Callable[[str], None],
        call: Callbacks,
    ) -> None:
        """Begin to start."""
        self.is_lost = False
        self._connection = connection
        self._call = call
        self.backend = backend
        self.pid = 0
        self.kernel_info = KERNEL_INFO[backend]
        self.startup_error = ""
        self.settled, self.ended = anyio.Event(), anyio.Event()
        self.start_error: Exception | None = None
        self.end_error: Exception | None = None
        self.send_error: Exception | None = None
        """What the next message that is sent raises."""
        self.signal_error: Exception | None = None
        self.close_error: Exception | None = None
        self.is_closed = False
        self._composer = composer
        self._deliver = deliver
        self._is_interrupted = False
        self._to_say: deque[tuple[Channel, str, Json, Message]] = deque()

    @property
    def is_starting(self) -> bool:
        """Whether how its start goes is still open."""
        return not self.settled.is_set()

    @property
    def runs(self) -> bool:
        """Whether it can be spoken with."""
        return not (self.is_starting or self.is_closed or self.ended.is_set() or self.start_error)

    def send(self, channel: Channel, message: Message) -> None:
        """Take a message, as zmq does."""
        if self.is_closed:
            raise zmq.ZMQError(zmq.ENOTSOCK)
        if (error := self.send_error) is not None:
            self.send_error = None
            raise error
        if not message.type.endswith("_request"):
            return
        reply = {
            "status": "ok",
            "execution_count": 1,
            "matches": [],
            "cursor_start": 0,
            "cursor_end": 0,
            "found": False,
        }
        self._to_say += [
            ("iopub", "status", {"execution_state": "busy"}, message),
            (channel, message.type.replace("_request", "_reply"), reply, message),
            ("iopub", "status", {"execution_state": "idle"}, message),
        ]

    async def signal(self) -> None:
        """Be interrupted, in what is answered next; a kernel that has nothing to do ignores it."""
        if self.signal_error is not None:
            raise self.signal_error
        self._is_interrupted = any(channel != "iopub" for channel, *_ in self._to_say)

    def say(self) -> bool:
        """Say what is next in answer to what was sent; return whether there was anything."""
        if self.is_closed or self.is_lost or not self._to_say:
            return False
        channel, msg_type, content, parent = self._to_say.popleft()
        if channel != "iopub" and self._is_interrupted:
            self._is_interrupted = False
            if msg_type == "execute_reply":
                content = {"status": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
        self.deliver(channel, self._composer.message(msg_type, content, parent))
        return True

    def lose(self) -> None:
        """Break the connection; what is said waits."""
        self.is_lost = True
        self._call(self._connection, "the network is down")

    def find(self) -> None:
        """Let the connection be back."""
        self.is_lost = False
        self._call(self._connection, "")

    def deliver(self, channel: Channel, message: Message) -> None:
        """Say anything."""
        self._call(self._deliver, channel, message)

    def start(self, error: Exception | None = None) -> None:
        """Get ready, or fail to."""
        self.start_error = error
        self.settled.set()

    async def wait_for_end(self) -> str:
        """Wait until it is said to have ended."""
        await self.ended.wait()
        if self.end_error is not None:
            raise self.end_error
        return "SIGKILL"

    def close(self) -> None:
        """Close all channels."""
        self.is_closed = True
        if (error := self.close_error) is not None:
            self.close_error = None
            raise error


class FakeChildren:
    """All processes that have been started."""

    def __init__(self, call: Callbacks) -> None:
        """Begin with none."""
        self.all: list[FakeChild] = []
        self._call = call
        self._composer = Composer("session-of-child", lambda: "")

    def last(self, backend: str) -> FakeChild | None:
        """Return the last process of a backend, unless it has ended."""
        return next((child for child in reversed(self.all) if child.backend == backend and not child.is_closed), None)

    @asynccontextmanager
    async def open_child(
        self,
        config: BackendConfig,
        launch_context: object,
        output: object,
        deliver: Deliver,
        connection: Callable[[str], None],
        progress: Callable[[str, bool], None],
        foresee: Callable[[Message | None], None],
    ) -> AsyncIterator[FakeChild]:
        """Do as `launch.open_child`."""
        progress("launching", False)
        child = FakeChild(config.name, self._composer, deliver, connection, self._call)
        self.all.append(child)
        try:
            await child.settled.wait()
            if child.start_error is not None:
                raise child.start_error
            yield child
        finally:
            child.is_closed = True
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()


def start_error(backend: str) -> BackendStartError:
    """Return why a start has failed."""
    return BackendStartError(f"{backend} ended while it was starting (exit code 1).")
