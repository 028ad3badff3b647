"""The channels of one process of a backend: connected, ready, and read to the end when the process has ended."""

import logging
import secrets
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import anyio
import zmq

from ...core.actions import Channel
from ...core.config import BackendConfig
from ...core.errors import BackendStartError
from ...core.exchanges import HALF_ANSWERED_SECONDS
from ...core.kernels.table import profile_of
from ...core.protocol.wire import Composer, Frame, Json, Message, Wire, WireError
from ...trace.watchers import Trace
from ..sockets import LoopSocket
from .output import Output

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

ASK_AGAIN_SECONDS = 0.05
WATCH_SECONDS = 0.2
LAST_OUTPUTS_SECONDS = 1.0

log = logging.getLogger(__name__)

Deliver = Callable[[Channel, Message], None]


class Child:
    """The channels of a running process."""

    def __init__(
        self,
        config: BackendConfig,
        manager: "AsyncKernelManager",
        composer: Composer,
        trace: Trace,
        output: Output,
        deliver: Deliver,
    ) -> None:
        """Connect to a process that has just been started; `deliver` gets what is not an answer to requests of ours."""
        self.kernel_info: Json = {}
        self.startup_error = ""
        """What the configured startup code raised."""
        self._config = config
        self._output = output
        self._manager = manager
        self._composer = composer
        self._trace = trace
        self._deliver = deliver
        self._wire = Wire(manager.session.key, manager.session.signature_scheme)
        self._news = anyio.Event()
        self._iopub_heard = False
        self._asked: set[str] = set()
        """Ids of the requests that are made here."""
        self._setup_id = ""
        self._setup_is_over = anyio.Event()
        self._startup_id = ""
        self._startup_owes = {"reply", "idle"}
        self._poll_error = ""
        """Why the provisioner could not be asked last time whether the process runs."""
        self._iopub_is_gone = anyio.Event()
        self._is_closed = False
        with ExitStack() as connected:
            self._sockets = self._connect(connected)
            self._connected = connected.pop_all()

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._manager.provisioner is not None
        return int(getattr(self._manager.provisioner, "pid", None) or 0)

    @property
    def transport(self) -> str:
        """What it is reached by: ipc or tcp."""
        return str(self._manager.transport)

    def send(self, channel: Channel, message: Message) -> None:
        """Send a message to the process."""
        if self._trace.watched:
            self._trace.message("front -> backend", channel, message, self._config.name)
        self._sockets[channel].send(self._wire.pack(message))

    async def signal(self) -> None:
        """Send SIGINT to the process group, though not during the setup, which no later cell would make up for.

        Raises whatever its provisioner raises, such as PermissionError for a kernel that sudo runs.
        """
        await self._setup_is_over.wait()
        if self._is_closed:
            return
        assert self._manager.provisioner is not None
        # The death of a process that has ended is about to be noticed.
        with suppress(ProcessLookupError):
            await self._manager.provisioner.send_signal(signal.SIGINT)

    async def get_ready(self) -> None:
        """Wait until the process has answered on shell and been heard on iopub; then no output can be lost.

        Raises BackendStartError if it ends.
        """
        self._ask("kernel_info_request", {})
        while not (self.kernel_info and self._iopub_heard):
            if not await self._wait_for_news() and self.kernel_info:
                self._ask("kernel_info_request", {})
        profile = profile_of(self.kernel_info)
        if profile.grace:
            await anyio.sleep(profile.grace)
        if setup := profile.setup:
            self._setup_id = self._execute(setup, silent=True)
        else:
            self._setup_is_over.set()
        if self._config.startup:
            # IRkernel 1.3.2 reports silent code as ok whatever happens; other code it reports as failed, and
            # aborts what it gets before that is idle.
            self._startup_id = self._execute(self._config.startup, silent=False)
            while "reply" in self._startup_owes:
                await self._wait_for_news()
            with anyio.move_on_after(HALF_ANSWERED_SECONDS):
                while self._startup_owes:
                    await self._wait_for_news()

    async def wait_for_end(self) -> str:
        """Wait until the process has ended by itself and all that it had sent is here; return how it ended.

        Where its provisioner cannot be asked, it has ended when the connection has.
        """
        while (code := await self._poll()) is None:
            if self._poll_error and self._iopub_is_gone.is_set():
                break
            await anyio.sleep(WATCH_SECONDS)
        with anyio.move_on_after(LAST_OUTPUTS_SECONDS):
            await self._iopub_is_gone.wait()
        for socket in self._sockets.values():
            socket.read_all()
        return self._poll_error if code is None else describe_exit(code)

    def close(self) -> None:
        """Close all channels; nothing is delivered from now on."""
        self._is_closed = True
        self._setup_is_over.set()
        self._connected.close()

    def _connect(self, connected: ExitStack) -> dict[Channel, LoopSocket]:
        """Connect all channels, and let `connected` close them; zmq.ZMQError if that is not possible."""
        # A child finds the stdin of a request by the identity that the request had on shell.
        identity = secrets.token_hex(8).encode("ascii")
        connect: dict[Channel, Callable[[bytes | None], zmq.Socket[bytes]]] = {
            "iopub": self._manager.connect_iopub,
            "shell": self._manager.connect_shell,
            "control": self._manager.connect_control,
            "stdin": self._manager.connect_stdin,
        }
        sockets: dict[Channel, LoopSocket] = {}
        for channel, connect_to in connect.items():
            socket = connect_to(None if channel == "iopub" else identity)
            connected.callback(socket.close)
            sockets[channel] = self._loop_socket(channel, socket)
            connected.callback(sockets[channel].close)
            if channel == "iopub":
                self._watch_connection(socket, connected)
        return sockets

    def _watch_connection(self, iopub: "zmq.Socket[bytes]", connected: ExitStack) -> None:
        events = iopub.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        connected.callback(events.close)
        connected.callback(LoopSocket(events, lambda frames: self._iopub_is_gone.set()).close)
        # An event that is never received would block zmq's thread, and with it every child, forever.
        connected.callback(iopub.disable_monitor)

    def _loop_socket(self, channel: Channel, socket: "zmq.Socket[bytes]") -> LoopSocket:
        return LoopSocket(socket, lambda frames: self._received(channel, frames))

    def _received(self, channel: Channel, frames: list[Frame]) -> None:
        try:
            _, message = self._wire.unpack(frames)
            self._take(channel, message)
        except WireError as error:
            log.warning("a message on %s is dropped: %s", channel, error, extra={"backend": self._config.name})
            self._trace.dropped("backend -> front", channel, str(error), self._config.name)

    def _take(self, channel: Channel, message: Message) -> None:
        """Keep what answers requests of ours, and deliver all else; WireError for an answer that cannot be read."""
        if self._trace.watched:
            self._trace.message("backend -> front", channel, message, self._config.name)
        # A debugger's events are the notebook's, whatever has caused them.
        if not self._is_ours(message) or message.type == "debug_event":
            self._deliver(channel, message)
            return
        if channel == "iopub":
            self._iopub_heard = True
            if message.parent_id == self._startup_id and message.says_idle():
                self._startup_owes.discard("idle")
        elif message.type == "kernel_info_reply":
            self.kernel_info = message.content()
        elif message.parent_id == self._setup_id:
            self._setup_is_over.set()
        elif message.parent_id == self._startup_id:
            self._startup_owes.discard("reply")
            reply = message.content()
            if reply.get("status") != "ok":
                self.startup_error = f"{reply.get('ename', reply.get('status'))}: {reply.get('evalue', '')}"
        self._news.set()

    def _is_ours(self, message: Message) -> bool:
        """Whether a message answers a request that is made here."""
        return message.parent_id in self._asked

    def _ask(self, msg_type: str, content: Json) -> str:
        message = self._composer.message(msg_type, content)
        self._asked.add(message.id)
        self.send("shell", message)
        return message.id

    def _execute(self, code: str, *, silent: bool) -> str:
        options = {"silent": silent, "store_history": False, "allow_stdin": False, "stop_on_error": False}
        content = {"code": code, **options}
        return self._ask("execute_request", content)

    async def _wait_for_news(self) -> bool:
        """Wait a little for an answer to requests of ours; BackendStartError if the process has ended."""
        with anyio.move_on_after(ASK_AGAIN_SECONDS):
            await self._news.wait()
        had_news = self._news.is_set()
        self._news = anyio.Event()
        if (code := await self._poll()) is not None:
            text = f"{self._config.name} ended while it was starting ({describe_exit(code)})."
            raise BackendStartError(text, self._output.last_lines())
        return had_news

    async def _poll(self) -> int | None:
        """Return the exit code of the process, or None if it runs, as far as its provisioner can tell."""
        assert self._manager.provisioner is not None
        try:
            code = await self._manager.provisioner.poll()
        except Exception as error:
            # Where the process is elsewhere, this may be the network's fault; the process may still answer.
            told, self._poll_error = self._poll_error, f"{type(error).__name__}: {error}"
            if not told:
                self._note(f"cannot tell whether {self._config.name} is still running: {self._poll_error}")
            return None
        self._poll_error = ""
        return code

    def _note(self, text: str) -> None:
        """Write a line to the front's log and to the backend's own, which `%%log` shows."""
        log.warning("%s", text, extra={"backend": self._config.name})
        self._output.note(text)


def describe_exit(code: int) -> str:
    """Describe how a process ended, from its return code as subprocess gives it."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
