"""Opens the link to a kernel in a batch job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ......core.config import BackendConfig
from ......core.errors import BackendStartError, MultiError
from ......core.places import JobPlace
from ....launch_context import LaunchContext
from ....output import Output
from ....start import Start
from ..failures import NotReached
from ..link import PipeLink
from .job import Job
from .queue import Queue


@asynccontextmanager
async def open_in_job(
    config: BackendConfig, place: JobPlace, launch_context: LaunchContext, output: Output, start: Start
) -> AsyncIterator[PipeLink]:
    """Start a kernel in a job, and end it on leaving; BackendStartError or BackendNotFound if that cannot be.

    The job is the backend's last one, if that still runs, or a new one. It outlives the kernel, unless it has never
    run.
    """
    output.begin()
    job = await job_of(config, place, launch_context)
    try:
        await job.wait_until_running(start.waits)
    except NotReached as error:
        raise BackendStartError(f"{config.name} could not be started: {error}.") from None
    finally:
        if not job.is_running:
            job.let_go()
    start.goes_on(f"launching its kernel in job {job.number}")
    link = PipeLink(config, job, output, launch_context)
    try:
        await link.start()
        job.has_run = True
        yield link
    except MultiError:
        if not job.has_run:
            # Whoever cannot start a kernel in it has no use for it.
            job.let_go()
        raise
    finally:
        await link.end()


async def job_of(config: BackendConfig, place: JobPlace, launch_context: LaunchContext) -> Job:
    """Return the job that a backend has, or a new one that is about to be submitted."""
    job = launch_context.jobs.get(config.name)
    if job is not None and job.is_running:
        # It may have ended since its last kernel did. If nobody can tell, it will be said when it is joined.
        with suppress(NotReached):
            await job.look()
    if job is None or job.why_over or job.is_let_go:
        if place not in launch_context.queues:
            launch_context.queues[place] = new_queue(place, launch_context)
        queue = launch_context.queues[place]
        job = launch_context.jobs[config.name] = Job(queue)
        queue.site.tasks.start_soon(job.live)
    return job


def new_queue(place: JobPlace, launch_context: LaunchContext) -> Queue:
    """Return the way to a scheduler."""
    assert launch_context.tasks is not None
    return Queue(place, launch_context.directory, launch_context.watchdog, launch_context.tasks)
