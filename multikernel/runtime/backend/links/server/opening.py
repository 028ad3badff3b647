"""Opens the link to a kernel of a Jupyter server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .....core.config import BackendConfig
from .....core.errors import BackendStartError
from .....core.places import ServerPlace
from ...launch_context import LaunchContext
from ...output import Output
from .api import Api
from .failures import NotReached
from .link import ServerLink
from .site import Kernels


@asynccontextmanager
async def open_server(
    config: BackendConfig, place: ServerPlace, launch_context: LaunchContext, output: Output
) -> AsyncIterator[ServerLink]:
    """Start a kernel on a server, and delete it on leaving; BackendStartError or BackendNotFound if that cannot be."""
    output.begin()
    try:
        api = Api(place)
    except NotReached as error:
        raise BackendStartError(f"{config.name} could not be started: {error}.") from None
    kernels = launch_context.servers.get(place)
    if kernels is None:
        kernels = launch_context.servers[place] = Kernels(place, launch_context.directory, launch_context.watchdog)
    assert launch_context.tasks is not None
    link = ServerLink(config, api, kernels, output, launch_context.composer)
    try:
        await link.start(launch_context.tasks)
        yield link
    finally:
        await link.end()
