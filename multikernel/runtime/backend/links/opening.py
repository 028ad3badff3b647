"""Opens the link that a backend's place asks for."""

from contextlib import AbstractAsyncContextManager

from ....core.config import BackendConfig
from ....core.places import AttachedPlace, RunPlace, SshPlace
from ..launch_context import LaunchContext
from ..output import Output
from .attached import open_attached
from .link import Link
from .provisioner import open_provisioned


def open_link(
    config: BackendConfig, launch_context: LaunchContext, output: Output
) -> AbstractAsyncContextManager[Link]:
    """Start a backend's kernel, or connect to it; end it on leaving, if it is ours.

    Raises BackendStartError or BackendNotFound.
    """
    match config.place:
        case SshPlace() | RunPlace() as place:
            # Most fronts have no place.
            from .pipe.opening import open_pipe

            return open_pipe(config, place, launch_context, output)
        case AttachedPlace() as place:
            return open_attached(config, place, launch_context)
        case _:
            return open_provisioned(config, launch_context, output)
