"""The way to a kernel of a Jupyter server."""

import logging
import signal
import uuid
from collections.abc import Mapping, Sequence
from math import inf
from urllib.parse import urlsplit

import anyio
from anyio.abc import TaskGroup

from .....core.actions import Channel
from .....core.config import BackendConfig
from .....core.errors import BackendError, BackendNotFound, BackendStartError, MultiError
from .....core.printable import printable
from .....core.protocol.wire import DELIMITER, Composer, Frame, Message, Wire
from ...output import Output
from ..link import Listener
from ..reports import Reports
from .api import Api
from .contact import PAUSES, Contact
from .delivery import Delivery
from .failures import NotReached
from .files import KernelFiles
from .request import Request
from .site import Kernels

END_SECONDS = 2.6
"""How long a server's answer to the end of a kernel is waited for."""

DELETE_SECONDS = 20.0
"""What a server may take to end a kernel that does not react."""

ANSWERED_ATTEMPTS = 1
"""How often a kernel is deleted that the server says it could not start."""

UNSURE_ATTEMPTS = 5
"""How often one is that may have been started by a request that was not answered: it may not be there yet."""

NOT_FOUND = 404

LONGEST_TEXT = 1000

log = logging.getLogger(__name__)


class ServerLink:
    """The way to one kernel."""

    key, signature_scheme = b"", "hmac-sha256"
    """No signatures: the server signs for the kernel and checks for us, and nobody else writes to our connection."""
    transport = "server"
    pid = 0
    is_ours = True
    shares_files: bool | None = False

    def __init__(self, config: BackendConfig, api: Api, kernels: Kernels, output: Output, composer: Composer) -> None:
        """Prepare for a kernel that is yet to be started."""
        self.kernel_id = str(uuid.uuid4())
        self._config, self._api, self._kernels = config, api, kernels
        self.files: KernelFiles | None = None
        """Where the kernel is a Python."""
        self._composer, self._wire = composer, Wire(self.key)
        self._reports = Reports(config.name, self._is_back)
        self._output = output
        self._delivery = Delivery(config.name, composer, self._reports_message, self._end, self._undelivered)
        self._opened = anyio.Event()
        """There is a connection, or will never be."""
        self._error: MultiError | None = None
        self._ended, self._how = anyio.Event(), ""
        self._over = anyio.Event()
        """The kernel was deleted, or there is none."""
        self._scope = anyio.CancelScope()
        """Of all that is done with the kernel, but for its start and its end."""
        self._contact: Contact | None = None

    @property
    def where(self) -> str:
        """The server, and how the kernel's id begins."""
        return f"{urlsplit(self._api.place.url).netloc}:{self.kernel_id[:8]}"

    def listen(self, listener: Listener) -> None:
        """Report to a listener, what has come already first."""
        self._reports.listen(listener)

    def send(self, channel: Channel, frames: Sequence[Frame]) -> None:
        """Send a message, or keep it while the connection is lost."""
        self._delivery.send(channel, frames[frames.index(DELIMITER) + 2 :])

    async def signal(self, number: int) -> None:
        """Let the server interrupt the kernel, as its kernelspec wants it; BackendError if it does not."""
        assert number == signal.SIGINT
        try:
            await self._api.interrupt(self.kernel_id)
        except NotReached as error:
            raise BackendError(str(error)) from None

    async def wait_for_end(self) -> str:
        """Wait until the kernel has ended and all that it had sent was received; return how it ended."""
        await self._ended.wait()
        return self._how

    def close(self) -> None:
        """Report nothing from now on; what waits for files ends here, since the end may take as long as it likes."""
        self._reports.close()
        if self.files is not None:
            self.files.break_off("it was stopped")

    # One life.

    async def start(self, tasks: TaskGroup) -> None:
        """Wait until there is a connection to a kernel; BackendStartError or BackendNotFound if there will be none.

        `tasks` outlive the link: what was begun here is ended there.
        """
        tasks.start_soon(self._run)
        await self._opened.wait()
        if self._error is not None:
            raise self._error

    async def end(self) -> None:
        """Delete the kernel, or go on trying to for as long as the front lives."""
        self.close()
        self._scope.cancel()
        with anyio.CancelScope(shield=True), anyio.move_on_after(0 if self._reports.is_lost else END_SECONDS):
            await self._over.wait()

    async def _run(self) -> None:
        try:
            attempts = await self._launch()
            if self._error is None and not self._scope.cancel_called:
                self._contact = Contact(
                    self._config.name,
                    self._api,
                    self.kernel_id,
                    self._delivery,
                    self._reports,
                    self._opened.set,
                    self._fail,
                )
                with self._scope:
                    await self._contact.keep()
            await self._delete(attempts)
            self._kernels.forget(self.kernel_id)
        except Exception:
            # The other links have nothing to do with it. If the front is killed, the watchdog still ends the kernel.
            log.exception("a link has failed", extra={"backend": self._config.name})
            self._fail("an error in Multi itself, see its log")
        finally:
            self._fail("the connection was given up")
            self._over.set()
            self._api.close()

    async def _launch(self) -> float:
        """Start the kernel; return how often to try to delete it, which depends on whether there may be one."""
        asked_for = self.kernel_id
        try:
            with self._scope:
                await self._check()
            if self._error is not None or self._scope.cancel_called:
                return 0
            self._kernels.keep(asked_for)
            # This is not cancelled: there would be a kernel that nobody knows.
            config = self._config
            self.kernel_id = await self._api.start(asked_for, config.kernel, config.cwd, config.timeout + END_SECONDS)
        except NotReached as error:
            self._fail(str(error))
            return ANSWERED_ATTEMPTS if error.status else UNSURE_ATTEMPTS
        self._kernels.started(self.kernel_id, asked_for)
        return inf

    async def _check(self) -> None:
        """Look whether the server has what the kernel needs, which its own errors would not say; NotReached."""
        place, kernel, cwd = self._api.place.name, self._config.kernel, self._config.cwd
        specs = await self._api.kernelspecs()
        if str(specs.get(kernel, {}).get("language")).lower() == "python":
            self.files = KernelFiles(self._config.name, self._composer, self._send_own)
        if kernel not in specs:
            known = ", ".join(sorted(specs)) or "none"
            self._fail(f"{place}: there is no kernelspec {kernel!r} there; installed are {known}", BackendNotFound)
        elif _is_multi(specs[kernel].get("metadata")):
            self._fail(f"the kernelspec {kernel!r} there is Multi itself; name another one", BackendNotFound)
        elif cwd and not await self._api.has_folder(cwd):
            self._fail(f"{place}: there is no folder {cwd!r} below the server's root folder")

    async def _delete(self, attempts: float) -> None:
        """Delete the kernel, at last."""
        tried = 0
        while tried < attempts:
            try:
                await self._api.delete(self.kernel_id, DELETE_SECONDS)
            except NotReached as error:
                if error.is_final and attempts != UNSURE_ATTEMPTS:
                    if error.status != NOT_FOUND:
                        self._output.note(f"the kernel {self.kernel_id} may be left there: {error}")
                    return
            else:
                return
            tried += 1
            await anyio.sleep(PAUSES[min(tried, len(PAUSES) - 1)])

    def _fail(self, text: str, error: type[MultiError] = BackendStartError) -> None:
        """End the wait for the start, if that goes on."""
        if not self._opened.is_set():
            sentence = printable(f"{self._config.name} could not be started: {text[:LONGEST_TEXT]}.")
            self._error = error(sentence)
            self._opened.set()
        self._end(text)

    def _end(self, how: str) -> None:
        if not self._ended.is_set():
            self._how = how
            self._ended.set()
            if self.files is not None:
                self.files.break_off(how)
        if self._contact is not None:
            self._contact.end()

    def _send_own(self, channel: Channel, message: Message) -> None:
        self.send(channel, self._wire.pack(message))

    def _undelivered(self, request: Request, why: str) -> None:
        if self.files is None or not self.files.failed(request.id, why):
            self._output.note(f"{request.type}: {why}")

    def _is_back(self) -> None:
        if self.files is not None:
            self.files.ask_again()

    def _reports_message(self, channel: Channel, frames: list[Frame]) -> None:
        if self.files is None or not self.files.take(channel, frames):
            self._reports.received(channel, [DELIMITER, b"", *frames])


def _is_multi(metadata: object) -> bool:
    return isinstance(metadata, Mapping) and bool(metadata.get("multikernel"))
