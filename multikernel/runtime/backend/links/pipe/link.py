"""The way to a kernel that an agent keeps at the other end of a pipe; the connection may break and come back."""

import json
import logging
import os
import secrets
import signal
from collections.abc import Sequence

import anyio

from .....core.actions import Channel
from .....core.config import BackendConfig
from .....core.errors import BackendError, BackendNotFound, BackendStartError, MultiError
from .....core.printable import printable
from .....core.protocol.wire import Frame, Json, Wire
from ...launch_context import LaunchContext
from ...output import Output
from ..link import Listener
from ..process import describe_exit
from ..reports import Reports
from .agent.stream import BEAT_SECONDS, CHANNELS, OUTPUT, PIECE, VERSION, WORD, Garbled, ProtocolError, Stream, TooLarge
from .connection import Connection
from .failures import GARBLED, NotReached, explain_answer, other_host
from .files import RemoteFiles
from .launching import launch_word, take_marks
from .way import Way

PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each attempt to connect again; the last from then on."""

END_SECONDS = 2.6
"""What a keeper needs to end its kernel, and a second for the way."""

UNSURE_SECONDS = 10.0
"""For so long a keeper is looked for that may have been started by a command which gave no answer."""

MOST_GARBLED = 3
"""Connections, one after another, that bring what is no chunk before any record; that is how it will always be then."""

LONGEST_TEXT, MOST = 1000, 1 << 31
IS_MULTI = "the kernelspec {!r} there is Multi itself; name another one"

log = logging.getLogger(__name__)


class PipeLink:
    """The way to one kernel."""

    signature_scheme = "hmac-sha256"
    pid = 0
    is_ours = True
    shares_files: bool | None = False

    def __init__(self, config: BackendConfig, way: Way, output: Output, launch_context: LaunchContext) -> None:
        """Prepare for a kernel that is yet to be started."""
        self.key = secrets.token_hex(32).encode("ascii")
        self.transport = way.transport
        self.where = ""
        self.interrupt_mode = ""
        """What the kernelspec there says."""
        self._config, self._way, self._output, self._composer = config, way, output, launch_context.composer
        self._name = secrets.token_hex(16)
        self._marks = [os.path.join(folder, self._name) for folder in launch_context.value_folders]
        self._stream = Stream(self._take, is_prompt=way.is_prompt)
        self._files = RemoteFiles(config.name, self._stream)
        self.files: RemoteFiles | None = self._files
        self._reports = Reports(config.name)
        self._was_answered, self._is_refused, self._garbled = False, False, 0
        self._opened = anyio.Event()
        """The kernel runs, or will never."""
        self._error: MultiError | None = None
        self._ended, self._how = anyio.Event(), ""
        self._over, self._scope = anyio.Event(), anyio.CancelScope()
        """`_over`: the keeper has ended."""

    def listen(self, listener: Listener) -> None:
        """Report to a listener, what has come already first."""
        self._reports.listen(listener)

    def send(self, channel: Channel, frames: Sequence[Frame]) -> None:
        """Send a message; the stream keeps it while the connection is lost. BackendError if it is too large."""
        try:
            self._stream.send(CHANNELS.index(channel), frames)
        except TooLarge as error:
            raise BackendError(f"{self._config.name} cannot be sent this message: {error}.") from None
        self._stream.flush()

    async def signal(self, number: int) -> None:
        """Send a signal to the kernel's process group, or the message that its kernelspec wants in place of SIGINT."""
        is_by_message = self.interrupt_mode == "message" and self._config.interrupt is None
        if is_by_message and number == signal.SIGINT:
            self._send_own("interrupt_request", {})
        else:
            self._stream.say(signal=number)

    async def wait_for_end(self) -> str:
        """Wait until the kernel has ended and all that it had sent was received; return how it ended."""
        await self._ended.wait()
        return await self._way.how_ended(self._how)

    def _send_own(self, msg_type: str, content: Json) -> None:
        self.send("control", Wire(self.key).pack(self._composer.message(msg_type, content)))

    def close(self) -> None:
        """Report nothing from now on."""
        self._reports.close()

    # One life.

    async def start(self) -> None:
        """Wait until the kernel runs; BackendStartError or BackendNotFound if it will not."""
        self._way.keeps(self._name)
        self._way.tasks.start_soon(self._run)
        await self._opened.wait()
        if self._error is not None:
            raise self._error

    async def end(self) -> None:
        """End the kernel and what keeps it, or go on trying to for as long as it is kept and the front lives."""
        self.close()
        if not self._ended.is_set() and self.where:
            self._stream.say(signal=int(signal.SIGINT))
            self._send_own("shutdown_request", {"restart": False})
        self._stream.say(end=True)
        with anyio.CancelScope(shield=True), anyio.move_on_after(0 if self._reports.is_lost else END_SECONDS):
            await self._over.wait()
        seconds = self._way.place.keep if self._was_answered else UNSURE_SECONDS
        self._scope.deadline = anyio.current_time() + seconds

    async def _run(self) -> None:
        """Connect, again and again, until the keeper has ended."""
        try:
            with self._scope:
                await self._connect_until_over()
            self._finish()
        except Exception:
            # The other links have nothing to do with it. If the front is killed, the watchdog still ends the keeper.
            log.exception("a link has failed", extra={"backend": self._config.name})
            self._fail("an error in Multi itself, see its log")
            self._over.set()
        finally:
            self._fail("the connection was given up")

    async def _connect_until_over(self) -> None:
        attempts = 0
        while not self._over.is_set():
            try:
                request = self._request()
                async with self._way.connect(request, self) as (connection, answer):
                    if request["do"] == "end":
                        return
                    connected = anyio.current_time()
                    why = await self._use(connection, answer)
                    # One that ends at once is not better than none.
                    attempts = 0 if anyio.current_time() - connected > BEAT_SECONDS else attempts
            except NotReached as error:
                why = str(error)
                if error.is_over:
                    self._fail(why)
                    return
                if not self._was_answered and (attempts or not error.may_pass):
                    self._fail(why)
                    if error.is_certain:
                        return
            if not self._over.is_set():
                self._reports.lost(why)
                await anyio.sleep(PAUSES[min(attempts, len(PAUSES) - 1)])
                attempts += 1

    def _request(self) -> Json:
        if self._is_refused:
            return {"do": "end", "names": [self._name]}
        if self._was_answered or self._error is not None:
            return {"do": "attach", "name": self._name, "seen": self._stream.seen}
        start = {"do": "start", "name": self._name, "seen": 0, "kernel": self._config.kernel}
        return {**start, "keep": self._way.place.keep}

    async def _use(self, connection: Connection, answer: Json) -> str:
        """Stay with a connection until it ends; return why it did."""
        if why := other_host(self._way.place, answer, self.where):
            return why
        if "error" in answer:
            text = explain_answer(self._way.place, answer, self._config.kernel)
            self._fail(text, BackendNotFound if answer["error"] == "no kernelspec" else BackendStartError)
            self._finish()
        while not connection.closed.is_set() and not self._over.is_set():
            with anyio.move_on_after(BEAT_SECONDS) as waiting:
                await connection.closed.wait()
            if waiting.cancelled_caught and not self._stream.beat():
                why = f"{self._way.place.name}: nothing has come over the connection for a while"
                connection.kill()
                self._way.distrust()
        self._stream.disconnected(connection)
        return why or f"{self._way.place.name}: the connection has ended"

    def _fail(self, text: str, error: type[MultiError] = BackendStartError) -> None:
        """End the wait for the start, if that goes on."""
        if not self._opened.is_set():
            self._error = error(f"{self._config.name} could not be started: {text}.", self._output.last_lines())
            self._opened.set()
        self._end(text)

    def _finish(self) -> None:
        """Note that there is nothing left there to be ended."""
        self._over.set()
        self._way.forget(self._name)

    def _end(self, how: str) -> None:
        if not self._ended.is_set():
            self._how = how
            self._ended.set()
            self._files.break_off(how)

    # What the connection reports.

    def answered(self, connection: Connection, answer: Json) -> None:
        """Go on where the last connection broke."""
        if "error" in answer or self._is_refused:
            return
        try:
            if answer.get("version") != VERSION:
                raise ProtocolError("is of another version of Multi; restart the notebook's kernel")
            self._stream.connected(connection, answer.get("seen"))
        except ProtocolError as error:
            self._refuse(connection, f"what kept the kernel there {error}")
            return
        self._was_answered = True
        self._reports.back()

    def received(self, connection: Connection, data: bytes) -> None:
        """Take what has come."""
        try:
            self._stream.feed(connection, data)
            self._files.go_on()
        except Garbled:
            self._garbled += 1
            if self._garbled < MOST_GARBLED:
                self._stream.disconnected(connection)
                connection.kill()
                return
            self._refuse(connection, GARBLED)
        except ProtocolError as error:
            self._refuse(connection, f"what kept the kernel there {error}")

    def writable(self, connection: Connection, is_writable: bool) -> None:
        """Stop writing, or go on."""
        self._stream.writable(connection, is_writable)
        self._files.go_on()

    def _refuse(self, connection: Connection, why: str) -> None:
        """Give the kernel up; what keeps it there has yet to be told."""
        self._stream.disconnected(connection)
        self._is_refused = True
        self._fail(printable(f"{self._way.place.name}: {why}"))
        connection.kill()

    # What the agent says.

    def _take(self, kind: int, frames: list[bytes]) -> None:
        self._garbled = 0
        if kind == WORD:
            self._take_word(frames)
        elif kind == PIECE:
            self._files.take_piece(frames)
        elif kind == OUTPUT:
            self._output.add(b"".join(frames))
        else:
            channel: Channel = CHANNELS[kind]  # type: ignore[assignment]
            self._reports.received(channel, list(frames))

    def _take_word(self, frames: list[bytes]) -> None:
        try:
            [(what, value)] = json.loads(frames[0]).items()
        except (ValueError, IndexError, AttributeError, RecursionError):
            raise ProtocolError("has sent a word that is none") from None
        match what, value:
            case "found", {"is_multi": True}:
                self._fail(IS_MULTI.format(self._config.kernel), BackendNotFound)
            case "found", {"argv": [*argv], "interrupt_mode": str(mode)}:
                self.interrupt_mode = mode
                self._stream.say(launch=launch_word(self._config, list(map(str, argv)), self.key, self._marks))
            case "started", {"pid": int(pid), "host": str(host)} if 0 < pid < MOST:
                self.where = printable(f"{host[:LONGEST_TEXT]}:{pid}")
                if take_marks(self._marks):
                    self.files, self.shares_files = None, True
                self._opened.set()
            case "failed", str(text):
                self._fail(printable(f"{self._way.place.name}: {text[:LONGEST_TEXT]}")[:LONGEST_TEXT])
            case "ended", int(code) if -MOST < code < MOST:
                self._end(describe_exit(code))
                self._stream.acknowledge()
            case "note", str(text):
                self._output.note(printable(text[:LONGEST_TEXT])[:LONGEST_TEXT])
            case "refused", str(text):
                raise ProtocolError(f"got what cannot be: {text[:LONGEST_TEXT]}")
            case "over", _:
                self._finish()
            case _:
                self._files.take_word(what, value)
