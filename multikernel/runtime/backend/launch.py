"""Starts a backend's process, and chooses what it is reached by.

A kernel that is known to speak ipc gets it: it is faster than tcp, has no ports that others may take, and only the user
can connect to a socket in a private directory. All others get tcp.
"""

import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from pathlib import Path

import anyio
import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Instance

from ...core.config import BackendConfig
from ...core.errors import BackendNotFound, BackendStartError, MultiError
from ...core.protocol.wire import Json
from ..folders import child_connection_file, make_private_folder
from .child import Child, Deliver
from .ending import SHUTDOWN_SECONDS, end_process, process_group
from .ipc import ipc_address
from .launch_context import LaunchContext
from .output import Output
from .prelaunch import Prelaunched
from .tcp_ports import reserved_ports

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
    """Start a process that lives as long as `life`."""
    options = life.enter_context(_transport(config.kernel, launch_context))
    child = await life.enter_async_context(_process(config, launch_context, output, deliver, options))
    await child.get_ready()
    log.info("it is ready, over %s, as process %d", child.transport, child.pid, extra={"backend": config.name})
    return child


def _transport(kernel: str, launch_context: LaunchContext) -> AbstractContextManager[Json]:
    """Return the options of a kernel manager for what a process is to be reached by."""
    with suppress(NoSuchKernel):
        spec = launch_context.kernel_spec_manager().get_kernel_spec(kernel)
        is_local = "kernel_provisioner" not in spec.metadata
        if is_local and (ipc := ipc_address(launch_context.directory, spec.argv)) is not None:
            return nullcontext({"transport": "ipc", "ip": ipc})
    return _over_tcp()


@contextmanager
def _over_tcp() -> Iterator[Json]:
    with reserved_ports() as ports:
        yield {"transport_encryption": "auto", **ports}


@asynccontextmanager
async def _process(
    config: BackendConfig, launch_context: LaunchContext, output: Output, deliver: Deliver, options: Json
) -> AsyncIterator[Child]:
    """Launch a process, or take over one that was launched already, and connect to it; end it on leaving."""
    manager = PlainKernelManager(
        kernel_name=config.kernel,
        kernel_spec_manager=launch_context.kernel_spec_manager(),
        context=launch_context.context,
        connection_file=child_connection_file(launch_context.directory, launch_context.connection_name),
        shutdown_wait_time=SHUTDOWN_SECONDS,
        **options,
    )
    manager.session.key = secrets.token_hex(32).encode("ascii")

    def report(what: str) -> None:
        log.warning("%s", what, extra={"backend": config.name})
        output.note(what)

    async with AsyncExitStack() as life:
        # A launch that fails may have left a process.
        life.push_async_callback(end_process, manager, launch_context.watchdog, report)
        with _start_errors(config, manager):
            if (prelaunched := launch_context.prelaunched.pop(config.name, None)) is not None:
                _take_over(manager, prelaunched, output)
            else:
                await _launch(manager, config, output)
        if (group := process_group(manager)) is not None:
            launch_context.watchdog.started(group)
        child = Child(config, manager, launch_context.composer, launch_context.trace, output, deliver)
        life.callback(child.close)
        yield child


@contextmanager
def _start_errors(config: BackendConfig, manager: AsyncKernelManager) -> Iterator[None]:
    """Turn what a launch may raise into a BackendStartError or BackendNotFound."""
    try:
        yield
    except NoSuchKernel:
        raise BackendNotFound(_why_there_is_none(config, manager.kernel_spec_manager)) from None
    except MultiError:
        raise
    except Exception as error:
        # A provisioner, which the kernelspec may name, raises whatever it likes.
        log.debug("the launch has failed", exc_info=True, extra={"backend": config.name})
        raise BackendStartError(f"{config.name} could not be started: {error}") from None


def _take_over(manager: AsyncKernelManager, prelaunched: Prelaunched, output: Output) -> None:
    """Make a manager's process one that runs already, as if it had started it; if that fails, end the process."""
    with ExitStack() as undo:
        undo.callback(prelaunched.cancel)
        manager.connection_file = prelaunched.connection_file
        manager.load_connection_info(prelaunched.connection)  # type: ignore[arg-type]
        provisioner = LocalProvisioner(kernel_spec=manager.kernel_spec, parent=manager)
        provisioner.process = prelaunched.process
        # It leads a session of its own.
        provisioner.pid = provisioner.pgid = prelaunched.process.pid
        undo.pop_all()
    manager.provisioner = provisioner
    output.read_from(prelaunched.output)


def _why_there_is_none(config: BackendConfig, specs: KernelSpecManager) -> str:
    """Return why jupyter_client finds no kernelspec: there is none, or none that it could launch."""
    installed = specs.find_kernel_specs()
    folder = installed.get(config.kernel.lower())
    if folder is None:
        names = ", ".join(sorted(installed))
        return f"The kernelspec {config.kernel!r} of {config.name} is not installed; installed are {names}."
    provisioner = KernelSpec.from_resource_dir(folder).metadata.get("kernel_provisioner", {}).get("provisioner_name")
    return f"The kernelspec {config.kernel!r} of {config.name} needs the provisioner {provisioner!r}; install it."


async def _launch(manager: AsyncKernelManager, config: BackendConfig, output: Output) -> None:
    if manager.kernel_spec is not None and manager.kernel_spec.metadata.get("multikernel"):
        raise BackendNotFound(f"The kernelspec {config.kernel!r} of {config.name} is Multi itself; name another one.")
    # Someone may have removed the private directory.
    make_private_folder(Path(manager.connection_file).parent)
    # A launch that is cancelled half-way would leave a process that no manager knows.
    with output.write_end() as write_end, anyio.CancelScope(shield=True):
        await manager.start_kernel(stdout=write_end, stderr=write_end, cwd=config.cwd, env={**os.environ, **config.env})
