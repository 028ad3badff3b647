"""Launches a process on this machine, and chooses what it is reached by.

A kernel that is known to speak ipc gets it: it is faster than tcp, has no ports that others may take, and only the user
can connect to a socket in a private directory. All others get tcp.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path

import anyio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ....core.config import BackendConfig
from ....core.kernels.wrappers import is_wrapper
from ....core.protocol.wire import Json
from ...folders import make_private_folder
from ..ending import end_process, process_group
from ..ipc import ipc_address
from ..launch_context import LaunchContext
from ..output import Output, report_to
from ..prelaunch import Prelaunched
from ..tcp_ports import reserved_ports
from .link import Link
from .manager import environment, new_manager, start_errors
from .process import ProcessLink


@asynccontextmanager
async def open_process(
    config: BackendConfig, spec: KernelSpec, launch_context: LaunchContext, output: Output
) -> AsyncIterator[Link]:
    """Launch a process, or take over one that was launched already; end it on leaving, within 2 s whatever it does."""
    async with AsyncExitStack() as life:
        with ExitStack() as undo, start_errors(config.name):
            if (prelaunched := launch_context.prelaunched.pop(config.name, None)) is not None:
                undo.callback(prelaunched.cancel)
            options = life.enter_context(_transport(spec, launch_context))
            manager = new_manager(config, spec, launch_context, **options)
            # A launch that fails may have left a process.
            life.push_async_callback(end_process, manager, launch_context.watchdog, report_to(output, config.name))
            if prelaunched is None:
                await _launch(manager, config, output)
            else:
                _take_over(manager, prelaunched, output, undo)
        if (group := process_group(manager)) is not None:
            launch_context.watchdog.started(group)
        yield ProcessLink(config.name, manager, report_to(output, config.name))


def _transport(spec: KernelSpec, launch_context: LaunchContext) -> AbstractContextManager[Json]:
    """Return the options of a kernel manager for what a process is to be reached by."""
    is_plain = "kernel_provisioner" not in spec.metadata
    if is_plain and (ipc := ipc_address(launch_context.directory, spec.argv)) is not None:
        return nullcontext({"transport": "ipc", "ip": ipc})
    return _over_tcp()


@contextmanager
def _over_tcp() -> Iterator[Json]:
    with reserved_ports() as ports:
        yield {"transport_encryption": "auto", **ports}


def _take_over(manager: AsyncKernelManager, prelaunched: Prelaunched, output: Output, undo: ExitStack) -> None:
    """Make a manager's process one that runs already, as if it had started it."""
    manager.connection_file = prelaunched.connection_file
    manager.load_connection_info(prelaunched.connection)  # type: ignore[arg-type]
    provisioner = LocalProvisioner(kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.process = prelaunched.process
    # It leads a session of its own.
    provisioner.pid = provisioner.pgid = prelaunched.process.pid
    undo.pop_all()
    manager.provisioner = provisioner
    output.read_from(prelaunched.output)


async def _launch(manager: AsyncKernelManager, config: BackendConfig, output: Output) -> None:
    assert manager.kernel_spec is not None
    is_wrapped = is_wrapper(manager.kernel_spec.argv)
    if is_wrapped:
        manager.kernel_spec.interrupt_mode = "message"
    # Someone may have removed the private directory.
    make_private_folder(Path(manager.connection_file).parent)
    # A launch that is cancelled half-way would leave a process that no manager knows.
    with output.write_end() as write_end, anyio.CancelScope(shield=True):
        await manager.start_kernel(
            stdout=write_end, stderr=write_end, cwd=config.cwd, env=environment(config), independent=is_wrapped
        )
