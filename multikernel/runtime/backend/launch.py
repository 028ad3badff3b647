"""Starts a backend's process and ends it; and chooses what it is to be reached by.

ipc comes first: it is faster than tcp, has no ports that others may take, and only the user can connect to a socket in
a private directory. A kernel that cannot speak it (deno, xeus-python) ends at once or never binds, and is started once
more over tcp.
"""

import logging
import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from pathlib import Path

import anyio
import zmq
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Instance

from ...core.config import BackendConfig
from ...core.errors import BackendNotFound, BackendStartError
from ...core.protocol.wire import Json
from ..folders import make_private_folder
from .child import Child, Deliver
from .ipc import ipc_address
from .launch_context import LaunchContext
from .output import Output
from .prelaunch import Prelaunched
from .tcp_ports import reserved_ports
from .watchdog import Watchdog

SHUTDOWN_SECONDS = 1.6
"""A child has half of it to end by itself, the other half after SIGTERM; then SIGKILL."""

log = logging.getLogger(__name__)


class PlainKernelManager(AsyncKernelManager):
    """A manager whose sockets are plain ones, since ours are read on the loop without a future for each message."""

    context = Instance(zmq.Context)


@asynccontextmanager
async def open_child(
    config: BackendConfig, launch_context: LaunchContext, output: Output, deliver: Deliver
) -> AsyncIterator[Child]:
    """Start a process, wait until it is ready, and end it on leaving, within 2 s whatever it does.

    Raises BackendStartError, with what the process wrote last.
    """
    child = None
    async with AsyncExitStack() as life:
        life.callback(output.close)
        with anyio.move_on_after(config.timeout):
            child = await _start(config, launch_context, output, deliver, life)
        if child is None:
            raise BackendStartError(
                f"{config.name} did not get ready within {config.timeout:g} s; "
                f"%%start {config.name} or the next cell for it tries again.",
                output.last_lines(),
            )
        yield child


async def _start(
    config: BackendConfig, launch_context: LaunchContext, output: Output, deliver: Deliver, life: AsyncExitStack
) -> Child:
    """Start a process that lives as long as `life`, by the first transport that it can be reached by."""
    transports = _transports(config.kernel, launch_context)
    while True:
        attempt = await life.enter_async_context(AsyncExitStack())
        options = attempt.enter_context(transports.pop(0))
        child = await attempt.enter_async_context(_process(config, launch_context, output, deliver, options))
        try:
            await child.get_ready()
            if child.transport != "ipc":
                launch_context.without_ipc.add(config.kernel)
            log.info("it is ready, over %s, as process %d", child.transport, child.pid, extra={"backend": config.name})
            return child
        except BackendStartError as error:
            if not (child.is_deaf and transports):
                raise
            note = f"{error} It may not speak {child.transport}: it is started again, over tcp."
        await attempt.aclose()
        log.info("%s", note, extra={"backend": config.name})
        output.note(note)


def _transports(kernel: str, launch_context: LaunchContext) -> list[AbstractContextManager[Json]]:
    """Return the options of a kernel manager for each transport that is to be tried."""
    tcp = _over_tcp()
    argv: list[str] = []
    with suppress(NoSuchKernel):
        argv = launch_context.kernel_spec_manager().get_kernel_spec(kernel).argv
    ipc = ipc_address(launch_context.directory, argv)
    if ipc is None or kernel in launch_context.without_ipc:
        return [tcp]
    return [nullcontext({"transport": "ipc", "ip": ipc}), tcp]


@contextmanager
def _over_tcp() -> Iterator[Json]:
    with reserved_ports() as ports:
        yield {"transport_encryption": "auto", **ports}


@asynccontextmanager
async def _process(
    config: BackendConfig, launch_context: LaunchContext, output: Output, deliver: Deliver, options: Json
) -> AsyncIterator[Child]:
    """Start a process, or take one over that has a head start, and connect to it; end it on leaving."""
    manager = PlainKernelManager(
        kernel_name=config.kernel,
        kernel_spec_manager=launch_context.kernel_spec_manager(),
        context=launch_context.context,
        connection_file=os.path.join(launch_context.directory, f"{secrets.token_hex(8)}.json"),
        shutdown_wait_time=SHUTDOWN_SECONDS,
        **options,
    )
    manager.session.key = secrets.token_hex(32).encode("ascii")
    if (prelaunch := launch_context.prelaunch.pop(config.name, None)) is not None:
        _take_over(manager, prelaunch, output)
    else:
        await _launch(manager, config, output)
    async with _ending(manager, launch_context.watchdog):
        child = Child(config, manager, launch_context.composer, launch_context.trace, output, deliver)
        try:
            yield child
        finally:
            child.close()


@asynccontextmanager
async def _ending(manager: AsyncKernelManager, watchdog: Watchdog) -> AsyncIterator[None]:
    """End a process on leaving, and what is left of its process group."""
    group = getattr(manager.provisioner, "pgid", None)
    try:
        if group is not None:
            watchdog.started(group)
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await manager.shutdown_kernel()
        # A manager removes only what it has written itself.
        Path(manager.connection_file).unlink(missing_ok=True)
        if group is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
            watchdog.ended(group)


def _take_over(manager: AsyncKernelManager, prelaunch: Prelaunched, output: Output) -> None:
    """Make a manager's process one that runs already, as if it had started it."""
    manager.connection_file = prelaunch.connection_file
    manager.load_connection_info(prelaunch.connection)  # type: ignore[arg-type]
    output.read_from(prelaunch.output)
    provisioner = LocalProvisioner(kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.process = prelaunch.process
    # It leads a session of its own.
    provisioner.pid = provisioner.pgid = prelaunch.process.pid
    manager.provisioner = provisioner


async def _launch(manager: AsyncKernelManager, config: BackendConfig, output: Output) -> None:
    try:
        if manager.kernel_spec is not None and manager.kernel_spec.metadata.get("multikernel"):
            raise BackendNotFound(
                f"The kernelspec {config.kernel!r} of {config.name} is Multi itself; name another one."
            )
        # Somebody may have tidied up.
        make_private_folder(Path(manager.connection_file).parent)
        # A cancelled launch would leave a process that nobody knows.
        with output.write_end() as write_end, anyio.CancelScope(shield=True):
            await manager.start_kernel(
                stdout=write_end, stderr=write_end, cwd=config.cwd, env={**os.environ, **config.env}
            )
    except NoSuchKernel:
        installed = ", ".join(sorted(manager.kernel_spec_manager.find_kernel_specs()))
        text = f"The kernelspec {config.kernel!r} of {config.name} is not installed; installed are {installed}."
        raise BackendNotFound(text) from None
    except (OSError, ValueError, RuntimeError) as error:
        # On a full disk it is there, and empty.
        Path(manager.connection_file).unlink(missing_ok=True)
        raise BackendStartError(f"{config.name} could not be started: {error}") from None
