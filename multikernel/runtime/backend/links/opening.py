"""Opens the link that a backend's place asks for."""

from contextlib import AbstractAsyncContextManager

from ....core.config import BackendConfig
from ....core.places import AttachedPlace, JobPlace, RunPlace, ServerPlace, SshPlace, UnusablePlace
from ..launch_context import LaunchContext
from ..output import Output
from ..start import Start
from .link import Link
from .provisioner import open_provisioned

# What only some places need is imported here: most fronts have no place.


def open_link(
    config: BackendConfig, launch_context: LaunchContext, output: Output, start: Start
) -> AbstractAsyncContextManager[Link]:
    """Start a backend's kernel, or connect to it; end it on leaving, if it is ours. `start` hears of what takes long.

    Raises BackendStartError or BackendNotFound, and what makes a place unusable.
    """
    match config.place:
        case SshPlace() | RunPlace() as place:
            from .pipe.opening import open_pipe

            return open_pipe(config, place, launch_context, output)
        case JobPlace() as place:
            from .pipe.jobs.opening import open_in_job

            return open_in_job(config, place, launch_context, output, start)
        case AttachedPlace() as place:
            from .attached import open_attached

            return open_attached(config, place, launch_context)
        case ServerPlace() as place:
            from .server.opening import open_server

            return open_server(config, place, launch_context, output)
        case UnusablePlace(error=error):
            raise error
        case _:
            return open_provisioned(config, launch_context, output)
