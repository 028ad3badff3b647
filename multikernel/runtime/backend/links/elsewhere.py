"""A kernel of a provisioner that is not this machine's: in a cluster, a container, on another host.

All that the provisioner does happens in a loop of its own, so it may block. Its start can be cancelled, and whatever
may have been started by then is killed. The kernel's messages are read on the front's loop, as any other's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import anyio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from ....core.config import BackendConfig
from ....core.errors import BackendStartError
from ...folders import make_private_folder
from ..ending import abandon_launch, end_elsewhere
from ..launch_context import LaunchContext
from ..output import Output, Report, report_to
from .channels import CONNECTED, DISCONNECTED
from .link import Link
from .manager import environment, new_manager, start_errors
from .process import ProcessLink
from .side_loop import SideCall, SideLoop

POLL_SECONDS = 2.0
"""A poll may be an ssh command, or two."""

ANSWER_SECONDS = 10.0
"""How long a poll may take."""

GONE_SECONDS = 30.0
"""A connection that has not come back by then will not; sshpyk 1.25 can take a kernel for running that has ended."""

REFUSED_SECONDS = 2.0
"""A connection that somebody has closed again and again for so long leads to no kernel."""

CANCEL_SECONDS = 5.0
"""How long a start may take to end that was cancelled."""

END_SECONDS = 10.0
"""How long the end of a kernel is waited for; sshpyk 1.25 may take 20 s to clean up after one that has died."""

SHUTDOWN_SECONDS = 5.0
"""As jupyter_client gives a kernel by default, half of it to end by itself; some provisioners want more."""

CONTRADICTION = "its connection has ended, though its provisioner takes it for running"

End = Callable[[AsyncKernelManager, Report], Coroutine[Any, Any, None]]


class ElsewhereLink(ProcessLink):
    """The way to a kernel that runs wherever its provisioner put it."""

    shares_files: bool | None = None

    def __init__(self, backend: str, manager: AsyncKernelManager, report: Report, loop: SideLoop, through: str) -> None:
        """Take the manager of a kernel that has just been started, and the loop and the name of its provisioner."""
        super().__init__(backend, manager, report)
        self._loop = loop
        self._through = through
        self._gone_at = 0.0
        """When the connection ended."""
        self._is_refused = False
        self._asked: SideCall[int | None] | None = None
        """A poll that has not been answered."""
        self._knew = False
        """The connection had ended already when the provisioner was asked last."""

    @property
    def pid(self) -> int:
        """0: the number that the provisioner may have is of another host."""
        return 0

    @property
    def where(self) -> str:
        """Host and process there; the provisioner's name where only that knows them."""
        if is_loopback(self._manager.ip):
            return self._through
        pid = getattr(self._manager.provisioner, "pid", None)
        return f"{self._manager.ip}:{pid}" if pid else str(self._manager.ip)

    async def _send_signal(self, number: int) -> None:
        assert self._manager.provisioner is not None
        await self._loop.run(self._manager.provisioner.send_signal, number)

    async def _poll(self) -> int | None:
        """Ask the provisioner, or wait on for what it has been asked already."""
        assert self._manager.provisioner is not None
        self._knew = self._is_gone.is_set()
        if self._asked is None:
            self._asked = self._loop.begin(self._manager.provisioner.poll)
        await asyncio.wait([self._asked.ended], timeout=ANSWER_SECONDS)
        if not self._asked.ended.done():
            raise TimeoutError("its provisioner does not answer")
        asked, self._asked = self._asked, None
        return asked.ended.result()

    async def _wait_to_poll(self) -> None:
        """Wait a while, but ask at once when the connection has ended."""
        with anyio.move_on_after(POLL_SECONDS):
            if self._knew:
                await anyio.sleep_forever()
            await self._is_gone.wait()

    def _why_given_up(self) -> str:
        if why := super()._why_given_up():
            return why
        is_over = self._is_gone.is_set() and anyio.current_time() > self._gone_at + GONE_SECONDS
        return CONTRADICTION if is_over or self._is_refused else ""

    def _connection(self, event: int) -> None:
        """Note where something may be missing: what a kernel publishes while nobody is connected is lost."""
        if event == DISCONNECTED and not self._is_gone.is_set():
            self._gone_at = anyio.current_time()
        elif event == DISCONNECTED:
            # Somebody is still there and closes each new connection: the other end of a tunnel.
            self._is_refused = anyio.current_time() > self._gone_at + REFUSED_SECONDS
        elif event == CONNECTED and self._is_gone.is_set():
            self._is_gone = anyio.Event()
            self._is_refused = False
            self._report(f"the connection to {self._backend} was interrupted, so outputs of it may be missing")
        super()._connection(event)


@asynccontextmanager
async def open_elsewhere(
    config: BackendConfig, spec: KernelSpec, loop: SideLoop, launch_context: LaunchContext, output: Output
) -> AsyncIterator[Link]:
    """Let a provisioner start a kernel; on leaving, let it end the kernel.

    The start can be cancelled at any time; what it may have started by then is killed, as after one that fails.
    """
    report = report_to(output, config.name)
    with start_errors(config.name):
        options = {"transport_encryption": "auto", "shutdown_wait_time": SHUTDOWN_SECONDS}
        manager = new_manager(config, spec, launch_context, **options)
        make_private_folder(Path(manager.connection_file).parent)
    async with AsyncExitStack() as undo:
        undo.push_async_callback(_end, config.name, manager, loop, abandon_launch, report)
        with start_errors(config.name):
            # No stdout and stderr: with them gateway_provisioners 0.5 cannot launch what it launches on this machine.
            await loop.run_or_cancel(CANCEL_SECONDS, manager.start_kernel, cwd=config.cwd, env=environment(config))
        _check_encryption(config, manager, report)
        undo.pop_all()
    try:
        yield ElsewhereLink(config.name, manager, report, loop, _name_of_provisioner(spec))
    finally:
        await _end(config.name, manager, loop, end_elsewhere, report)


async def _end(backend: str, manager: AsyncKernelManager, loop: SideLoop, end: End, report: Report) -> None:
    """End a kernel, or what a start has left of one, in its provisioner's loop; what takes long goes on there."""
    front = asyncio.get_running_loop()

    def report_to_front(text: str) -> None:
        with suppress(RuntimeError):  # The front may have ended meanwhile.
            front.call_soon_threadsafe(report, text)

    with anyio.CancelScope(shield=True):
        with anyio.move_on_after(0 if loop.is_stuck else END_SECONDS) as scope:
            await loop.run(end, manager, report_to_front)
        if scope.cancelled_caught:
            report(f"its provisioner is still busy ending {backend}; look later whether anything is left there")
            await loop.look()


def _name_of_provisioner(spec: KernelSpec) -> str:
    return str(spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", "its provisioner"))


def _check_encryption(config: BackendConfig, manager: AsyncKernelManager, report: Report) -> None:
    """Refuse a connection that should be encrypted and is not; BackendStartError says so."""
    if manager.transport != "tcp" or is_loopback(manager.ip) or manager.curve_publickey is not None:
        return
    text = f"the connection to {config.name} at {manager.ip} is not encrypted"
    if manager.kernel_spec is None or not manager.kernel_spec.metadata.get("supported_encryption"):
        report(text)
        return
    raise BackendStartError(
        f"{config.name} could not be started: {text}, though the kernelspec {config.kernel!r} has "
        f"`supported_encryption`; let its provisioner pass the keys on, or remove that entry."
    )


def is_loopback(address: str) -> bool:
    """Whether an address is of this machine, and nobody else can connect to it."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
