"""Opens the link to a kernel at the other end of a pipe."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .....core.config import BackendConfig
from ...launch_context import LaunchContext
from ...output import Output
from .command import PipePlace
from .link import PipeLink
from .site import Site


@asynccontextmanager
async def open_pipe(
    config: BackendConfig, place: PipePlace, launch_context: LaunchContext, output: Output
) -> AsyncIterator[PipeLink]:
    """Start a kernel at a place, and end it on leaving; BackendStartError or BackendNotFound if that cannot be."""
    output.begin()
    site = launch_context.sites.get(place)
    if site is None:
        assert launch_context.tasks is not None
        site = Site(place, launch_context.directory, launch_context.watchdog, launch_context.tasks)
        launch_context.sites[place] = site
    link = PipeLink(config, site, output, launch_context)
    try:
        await link.start()
        yield link
    finally:
        await link.end()
