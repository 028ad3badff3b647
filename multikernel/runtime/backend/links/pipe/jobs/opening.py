"""Opens the link to a kernel in a batch job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ......core.config import BackendConfig
from ......core.engines import tasks_of
from ......core.errors import BackendStartError, MultiError
from ......core.places import JobPlace
from ....launch_context import LaunchContext
from ....output import Output
from ....start import Start
from ..failures import NotReached
from ..link import PipeLink
from .job import Job
from .queue import Queue
from .seat import Seat


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


async def job_of(config: BackendConfig, place: JobPlace, launch_context: LaunchContext) -> Job | Seat:
    """Return the job that a backend has, or its seat there, or a new one that is about to be submitted."""
    job = launch_context.jobs.get(config.name)
    if job is not None and job.is_running:
        # It may have ended since its last kernel did. If nobody can tell, it will be said when it is joined.
        with suppress(NotReached):
            await job.look()
    if job is None or job.why_over or job.is_let_go:
        if place not in launch_context.queues:
            launch_context.queues[place] = new_queue(place, launch_context)
        queue = launch_context.queues[place]
        tasks = tasks_of(queue.engine, place.options)
        if config.group is None or tasks == 1:
            job = _submitted(Job(queue))
        else:
            job = _seat(config, config.group, queue, tasks, launch_context)
        launch_context.jobs[config.name] = job
    return job


def _seat(config: BackendConfig, group: str, queue: Queue, tasks: int, launch_context: LaunchContext) -> Seat:
    """Return a seat for a backend of a group: as many as a job has tasks share one, in the order of their numbers."""
    number, rank = divmod(int(config.name.removeprefix(group)[1:-1]), tasks)
    job = launch_context.shared_jobs.get((group, number))
    if job is None or job.why_over or job.is_let_go or rank in job.lost:
        job = launch_context.shared_jobs[group, number] = _submitted(Job(queue, tasks))
    return Seat(job, rank)


def _submitted(job: Job) -> Job:
    job.tasks.start_soon(job.live)
    return job


def new_queue(place: JobPlace, launch_context: LaunchContext) -> Queue:
    """Return the way to a scheduler."""
    assert launch_context.tasks is not None
    return Queue(place, launch_context.directory, launch_context.watchdog, launch_context.tasks)
