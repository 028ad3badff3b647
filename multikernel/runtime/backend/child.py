"""One life of a kernel: set up until it is ready, and its messages told apart, those for the notebook from ours."""

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from typing import get_args

import anyio

from ...core.actions import Channel
from ...core.config import BackendConfig
from ...core.errors import BackendStartError
from ...core.exchanges import HALF_ANSWERED_SECONDS
from ...core.kernels.table import DEFAULTS, profile_of
from ...core.protocol.wire import Composer, Frame, Json, Message, Wire, WireError, unchecked
from ...trace.watchers import Trace
from ..in_order import LARGE, InOrder, Outcome
from .links.link import Link
from .output import Output

ASK_AGAIN_SECONDS = 0.05

log = logging.getLogger(__name__)

Received = tuple[list[Frame], bytes | None]
"""The frames of a message, and what has to be their signature where that is known already."""
Deliver = Callable[[Channel, Message], None]
Foresee = Callable[[Message | None], None]
"""Called with what a large output will most likely become while it is being checked, and with None after that."""
ReportConnection = Callable[[str], None]
"""Called with why the connection is lost, and with the empty string when it is back."""


class Child:
    """A kernel that runs, at the other end of a link."""

    def __init__(
        self,
        config: BackendConfig,
        link: Link,
        composer: Composer,
        trace: Trace,
        output: Output,
        deliver: Deliver,
        connection: ReportConnection = lambda why: None,
        foresee: Foresee = lambda message: None,
    ) -> None:
        """Listen to a link that has just been opened; `deliver` gets what is not an answer to requests of ours."""
        self._foresee = foresee
        self._last_request: Message | None = None
        self._profile = DEFAULTS
        self._begun_at = -inf
        """When the kernel was sent a request, or began with one, last."""
        self.link = link
        self.kernel_info: Json = {}
        self.startup_error = ""
        """What the configured startup code raised."""
        self._config = config
        self._output = output
        self._composer = composer
        self._trace = trace
        self._deliver = deliver
        self._connection = connection
        self._wire = Wire(link.key, link.signature_scheme)
        self._news = anyio.Event()
        self._iopub_heard = False
        self._asked: set[str] = set()
        """Ids of the requests that are made here."""
        self._setup_id = ""
        self._setup_is_over = anyio.Event()
        self._startup_id = ""
        self._startup_owes = {"reply", "idle"}
        self._is_closed = False
        self._checked = {channel: InOrder(partial(self._check, channel)) for channel in get_args(Channel)}
        """What has arrived on each channel, and is taken in the order in which it came."""
        link.listen(self)

    @property
    def pid(self) -> int:
        """The process id on this machine; 0 where there is none."""
        return self.link.pid

    def send(self, channel: Channel, message: Message) -> None:
        """Send a message to the kernel."""
        if self._trace.watched:
            self._trace.message("front -> backend", channel, message, self._config.name)
        if channel == "shell":
            self._last_request = message
            if self._profile.signal_delay:
                self._begun_at = anyio.current_time()
        self.link.send(channel, self._wire.pack(message))

    async def signal(self) -> None:
        """Send SIGINT, though not during the setup, which no later cell would make up for, nor when it would be fatal.

        Raises whatever the link raises, such as PermissionError for a kernel that sudo runs.
        """
        await self._setup_is_over.wait()
        while (delay := self._begun_at + self._profile.signal_delay - anyio.current_time()) > 0:
            await anyio.sleep(delay)
        if not self._is_closed:
            await self.link.signal(signal.SIGINT)

    async def get_ready(self) -> None:
        """Wait until the kernel has answered on shell and been heard on iopub; then no output can be lost.

        Raises BackendStartError if it ends.
        """
        ended = ""

        async def watch() -> None:
            nonlocal ended
            ended = await self.link.wait_for_end()
            tasks.cancel_scope.cancel()

        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watch)
                await self._get_ready()
                tasks.cancel_scope.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        if ended:
            text = f"{self._config.name} ended while it was starting ({ended})."
            if not self.link.is_ours:
                text = f"{self._config.name} cannot be attached: {ended}."
            raise BackendStartError(text, self._output.last_lines())

    async def _get_ready(self) -> None:
        self._ask("kernel_info_request", {})
        while not (self.kernel_info and self._iopub_heard):
            if not await self._wait_for_news() and self.kernel_info:
                self._ask("kernel_info_request", {})
        self._profile = profile = profile_of(self.kernel_info)
        if profile.grace:
            await anyio.sleep(profile.grace)
        if profile.setup and self.link.is_ours:
            self._setup_id = self._execute(profile.setup, silent=True)
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
        """Wait until the kernel has ended by itself and all that it had sent is here; return how it ended."""
        how = await self.link.wait_for_end()
        for checked in self._checked.values():
            await checked.drain()
        return how

    def close(self) -> None:
        """Close the link; nothing is delivered from now on."""
        self._is_closed = True
        self._setup_is_over.set()
        self.link.close()

    def received(self, channel: Channel, frames: list[Frame]) -> None:
        """Take a message of the kernel; one that is not signed, or that cannot be read, is dropped."""
        checked, size = self._checked[channel], sum(map(len, frames))
        if size < LARGE and not checked.waits:
            self._check(channel, lambda: (frames, None))
        else:
            checked.add(partial(self._signature, frames), is_long=size >= LARGE)
            if size >= LARGE and channel == "iopub":
                self._look_ahead(frames)

    def _look_ahead(self, frames: list[Frame]) -> None:
        """Let a large output be signed for the notebook while it is being checked; most are the last request's."""
        with suppress(WireError):
            output, request = unchecked(frames), self._last_request
            if request is not None and output.parent_id == request.id:
                self._foresee(self._composer.forward(output, request.header_frame))

    def _signature(self, frames: list[Frame]) -> Received:
        """Return frames with what their signature has to be; this may take long."""
        return frames, self._wire.signature(frames)

    def _check(self, channel: Channel, received: Outcome[Received]) -> None:
        signature = None
        try:
            frames, signature = received()
            _, message = self._wire.unpack(frames, signature)
            if not self._is_closed:
                self._take(channel, message)
        except WireError as error:
            log.warning("a message on %s is dropped: %s", channel, error, extra={"backend": self._config.name})
            self._trace.dropped("backend -> front", channel, str(error), self._config.name)
        if signature is not None:
            self._foresee(None)

    def lost(self, why: str) -> None:
        """Report that the connection has gone, and may come back."""
        self._connection(why)

    def back(self) -> None:
        """Report that the connection is back."""
        self._connection("")

    def _take(self, channel: Channel, message: Message) -> None:
        """Keep what answers requests of ours, and deliver all else; WireError for an answer that cannot be read."""
        if self._trace.watched:
            self._trace.message("backend -> front", channel, message, self._config.name)
        if self._profile.signal_delay and message.type == "status" and not message.says_idle():
            self._begun_at = anyio.current_time()
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
        """Wait a little for an answer to requests of ours; return whether there was one."""
        with anyio.move_on_after(ASK_AGAIN_SECONDS):
            await self._news.wait()
        had_news = self._news.is_set()
        self._news = anyio.Event()
        return had_news
