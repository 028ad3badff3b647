"""jupyter_client's manager of a kernel: made for a backend, and what it raises told in a sentence."""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from traitlets import Instance

from ....core.config import BackendConfig
from ....core.errors import BackendNotFound, BackendStartError, MultiError
from ....core.places import ProvisionerPlace
from ...folders import child_connection_file
from ..ending import SHUTDOWN_SECONDS
from ..launch_context import LaunchContext

log = logging.getLogger(__name__)


class PlainKernelManager(AsyncKernelManager):
    """A manager whose sockets are plain ones, since ours are read on the loop without a future for each message."""

    context = Instance(zmq.Context)

    def use(self, spec: KernelSpec) -> None:
        """Launch this kernelspec, in place of the installed one of that name."""
        self._kernel_spec = spec


def new_manager(
    config: BackendConfig, spec: KernelSpec, launch_context: LaunchContext, **options: object
) -> AsyncKernelManager:
    """Return a manager for a kernel of this kernelspec, which has not been started."""
    manager = PlainKernelManager(
        kernel_name=config.kernel,
        kernel_spec_manager=launch_context.kernel_spec_manager(),
        context=launch_context.context,
        connection_file=child_connection_file(launch_context.directory, launch_context.connection_name),
        **{"shutdown_wait_time": SHUTDOWN_SECONDS, **options},
    )
    manager.use(spec)
    manager.session.key = secrets.token_hex(32).encode("ascii")
    return manager


def kernelspec_of(config: BackendConfig, specs: KernelSpecManager) -> KernelSpec:
    """Return a backend's kernelspec; BackendNotFound if there is none that could be launched."""
    try:
        spec = specs.get_kernel_spec(config.kernel)
    except NoSuchKernel:
        raise BackendNotFound(_why_there_is_none(config, specs)) from None
    if spec.metadata.get("multikernel"):
        raise BackendNotFound(f"The kernelspec {config.kernel!r} of {config.name} is Multi itself; name another one.")
    if isinstance(config.place, ProvisionerPlace):
        _place(spec, config.place)
    return spec


def _place(spec: KernelSpec, place: ProvisionerPlace) -> None:
    """Let a place's provisioner launch a kernelspec."""
    stanza = {"provisioner_name": place.provisioner, "config": dict(place.options)}
    spec.metadata = {**spec.metadata, "kernel_provisioner": stanza}
    factory = KernelProvisionerFactory.instance()
    if not factory.is_provisioner_available(spec):
        known = ", ".join(sorted(factory.get_provisioner_entries()))
        raise BackendNotFound(
            f"The place {place.name!r} needs the provisioner {place.provisioner!r}, which is not installed; "
            f"installed are {known}."
        )


def _why_there_is_none(config: BackendConfig, specs: KernelSpecManager) -> str:
    """Return why jupyter_client finds no kernelspec: there is none, or none that it could launch."""
    installed = specs.find_kernel_specs()
    folder = installed.get(config.kernel.lower())
    if folder is None:
        names = ", ".join(sorted(installed))
        return f"The kernelspec {config.kernel!r} of {config.name} is not installed; installed are {names}."
    provisioner = KernelSpec.from_resource_dir(folder).metadata.get("kernel_provisioner", {}).get("provisioner_name")
    return f"The kernelspec {config.kernel!r} of {config.name} needs the provisioner {provisioner!r}; install it."


def environment(config: BackendConfig) -> dict[str, str]:
    """Return a kernel's environment, but for what jupyter_client adds.

    `JPY_PARENT_PID` is the front's own parent: a kernel with another parent would end at once.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"}
    return {**inherited, **config.env}


@contextmanager
def start_errors(backend: str) -> Iterator[None]:
    """Turn what a launch may raise into a BackendStartError."""
    try:
        yield
    except MultiError:
        raise
    except Exception as error:
        # A provisioner, which the kernelspec may name, raises whatever it likes.
        log.debug("the launch has failed", exc_info=True, extra={"backend": backend})
        raise BackendStartError(f"{backend} could not be started: {error}") from None
