"""Opens a child: its link, then the child at the end of it, until that is ready."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio

from ...core.config import BackendConfig
from ...core.errors import BackendStartError
from .child import Child, Deliver, Foresee, ReportConnection
from .launch_context import LaunchContext
from .links.opening import open_link
from .output import Output
from .start import ReportProgress, Start

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_child(
    config: BackendConfig,
    launch_context: LaunchContext,
    output: Output,
    deliver: Deliver,
    connection: ReportConnection = lambda why: None,
    progress: ReportProgress = lambda text, is_shown: None,
    foresee: Foresee = lambda message: None,
) -> AsyncIterator[Child]:
    """Open a link to a kernel, wait until it is ready, and close it on leaving; `progress` hears how far that is.

    Raises BackendStartError, with what the kernel wrote last, BackendNotFound, or why it must not start.
    """
    child = None
    async with AsyncExitStack() as life:
        life.callback(output.close)
        start = Start(progress, config.timeout)
        with start.scope:
            start.goes_on("launching its kernel")
            # Here, since all starts come along here; on a thread, since it reads files.
            await anyio.to_thread.run_sync(launch_context.check_may_start, config)
            link = await life.enter_async_context(open_link(config, launch_context, output, start))
            start.goes_on("waiting for its kernel to answer")
            composer, trace = launch_context.composer, launch_context.trace
            starting = Child(config, link, composer, trace, output, deliver, connection, foresee)
            life.callback(starting.close)
            await starting.get_ready()
            child = starting
        if child is None:
            raise BackendStartError(
                f"{config.name} did not get ready within {config.timeout:g} s; "
                f"%%start {config.name} or the next cell for it tries again.",
                output.last_lines(),
            )
        log.info("it is ready, over %s, as process %d", link.transport, link.pid, extra={"backend": config.name})
        yield child
