"""Starts the kernel of a kernelspec by its provisioner: as a process of this machine, or elsewhere."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import anyio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from ....core.config import BackendConfig
from ..launch_context import LaunchContext
from ..output import Output
from .elsewhere import open_elsewhere
from .launch import open_process
from .link import Link
from .manager import kernelspec_of, start_errors

LOCAL = "local-provisioner"


@asynccontextmanager
async def open_provisioned(config: BackendConfig, launch_context: LaunchContext, output: Output) -> AsyncIterator[Link]:
    """Start a kernel, and end it on leaving."""
    with ExitStack() as undo, start_errors(config.name):
        undo.callback(launch_context.cancel_prelaunched, config.name)
        spec = kernelspec_of(config, launch_context.kernel_spec_manager())
        provisioner = await _provisioner_of(spec)
        undo.pop_all()
    if issubclass(provisioner, LocalProvisioner):
        link = open_process(config, spec, launch_context, output)
    else:
        loop = launch_context.side_loops.of(provisioner.__module__.partition(".")[0])
        link = open_elsewhere(config, spec, loop, launch_context, output)
    async with link as opened:
        yield opened


async def _provisioner_of(spec: KernelSpec) -> type[KernelProvisionerBase]:
    """Return the class of what launches a kernelspec; importing it may take a second, and raise anything."""
    factory = KernelProvisionerFactory.instance()
    name = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", factory.default_provisioner_name)
    if name == LOCAL:
        return LocalProvisioner
    return await anyio.to_thread.run_sync(factory.provisioners[name].load, abandon_on_cancel=True)
