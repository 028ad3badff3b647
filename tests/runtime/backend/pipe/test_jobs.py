"""Backends in jobs of a scheduler that does as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import anyio
import pytest

from multikernel.core.errors import BackendStartError
from multikernel.core.places import JobPlace
from multikernel.runtime.backend.links.pipe.jobs import job, queue
from tests.elsewhere.near import Backend, Near, open_near

from .far import PATIENCE
from .scheduler import Scheduler

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def opened(place: JobPlace, **options: Any) -> AsyncIterator[tuple[Near, Backend]]:
    """Open a backend in a job."""
    async with open_near(place) as near, near.open(**options) as backend:
        yield near, backend


async def start_error(place: JobPlace, **options: Any) -> str:
    """Return why a backend does not start."""
    async with open_near(place) as near:
        try:
            async with near.open(**options):
                return ""
        except BackendStartError as error:
            return str(error)


async def until(condition: Any) -> None:
    """Wait until something is so, which nobody tells."""
    with anyio.fail_after(PATIENCE):
        while not condition():
            await anyio.sleep(0.01)


@pytest.mark.parametrize("way", ["here", "there"])
async def test_a_life(scheduler: Scheduler, way: str) -> None:
    async with opened(getattr(scheduler, way)) as (_, backend):
        assert await backend.run("print(1)") == ["1", "ok"]
        assert backend.link.transport == "slurm"
    assert scheduler.left() == []


async def test_nothing_secret_is_in_what_a_scheduler_stores(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "hunter2")
    monkeypatch.setenv("SBATCH_ACCOUNT", "me")
    async with opened(scheduler.here, env={"MINE": "hunter3"}) as (_, backend):
        assert await backend.run("import os; print(os.environ['MINE'])") == ["hunter3", "ok"]
        for what in ("script", "words", "env", "name"):
            stored = scheduler.words(101, what)
            assert "hunter" not in stored
            assert backend.link.key.decode() not in stored
        assert "SBATCH_ACCOUNT=me\n" in scheduler.words(101, "env")


async def test_what_is_pending_is_told_again_and_again(scheduler: Scheduler) -> None:
    scheduler.hold()
    async with open_near(scheduler.here) as near:
        backend = near.backend()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(change, scheduler, backend)
            async with near.open(backend=backend, timeout=10):
                pass
    expected = f"{datetime.fromtimestamp(2142597900):%a %d %b, %H:%M}"
    assert backend.progress == [
        "job 101 pending (Priority)",
        f"job 101 pending (Resources), expected {expected}",
        f"job 101 pending (queue: slurm_load_jobs error: Unable to contact slurm controller), expected {expected}",
        "job 101 pending (CONFIGURING)",
        "job 101 runs on here",
    ]


async def change(scheduler: Scheduler, backend: Backend) -> None:
    """Let a job change its state whenever that was told."""
    with anyio.fail_after(PATIENCE):
        await told(backend, 1)
        scheduler.set("101/state", "PENDING|Resources|2142597900|n/a")
        await told(backend, 2)
        scheduler.set("deaf")
        await told(backend, 3)
        scheduler.unset("deaf")
        scheduler.set("101/state", "CONFIGURING|None|N/A|n/a")
        await told(backend, 4)
    await anyio.to_thread.run_sync(scheduler.run)


async def told(backend: Backend, count: int) -> None:
    """Wait until so much was told."""
    while len(backend.progress) < count:
        await backend.news()


async def test_time_in_the_queue_is_not_time_to_start(scheduler: Scheduler) -> None:
    scheduler.hold()
    async with open_near(scheduler.here) as near, anyio.create_task_group() as tasks:
        backend = near.backend()

        async def run() -> None:
            await told(backend, 1)
            await anyio.sleep(0.5)
            await anyio.to_thread.run_sync(scheduler.run)

        tasks.start_soon(run)
        with pytest.raises(BackendStartError, match=r"did not get ready within 0\.2 s"):
            async with near.open(backend=backend, timeout=0.2):
                pass
        assert backend.progress[-1] == "job 101 runs on here"
        # The job is there for the next attempt.
        async with near.open():
            assert scheduler.left() == [101]


@pytest.mark.parametrize("moment", ["submitting", "pending"])
async def test_a_start_that_is_given_up_leaves_no_job(scheduler: Scheduler, moment: str) -> None:
    scheduler.hold()
    if moment == "submitting":
        scheduler.set("slow")
    async with open_near(scheduler.here) as near:
        backend = near.backend()
        async with anyio.create_task_group() as tasks:

            async def start() -> None:
                async with near.open(backend=backend):
                    pass

            tasks.start_soon(start)
            await until(lambda: scheduler.numbers() if moment == "submitting" else backend.progress)
            tasks.cancel_scope.cancel()
        await until(lambda: scheduler.left() == [])
    assert scheduler.numbers() == [101]


async def test_the_end_of_the_front_cancels_what_is_being_submitted(scheduler: Scheduler) -> None:
    scheduler.hold()
    scheduler.set("slow")
    async with open_near(scheduler.here) as near, anyio.create_task_group() as tasks:

        async def start() -> None:
            async with near.open():
                pass

        tasks.start_soon(start)
        await until(scheduler.numbers)
        tasks.cancel_scope.cancel()
    assert scheduler.left() == []


async def test_a_refusal_is_the_schedulers_own_sentence(scheduler: Scheduler) -> None:
    scheduler.set("refuse", "sbatch: error: Batch job submission failed: Invalid account or partition specified.")
    text = "r could not be started: queue: sbatch: error: Batch job submission failed: Invalid account or partition"
    assert await start_error(scheduler.here) == f"{text} specified."


async def test_there_is_no_scheduler(scheduler: Scheduler) -> None:
    (scheduler.programs / "sbatch").write_text("#!/bin/sh\nexit 127\n")
    assert "queue: there is no sbatch where jobs are submitted" in await start_error(scheduler.there)
    scheduler.set("down")
    assert "queue: nothing listens for ssh on login; run `ssh login` in a terminal." in await start_error(
        scheduler.there
    )


async def test_a_connection_that_is_lost_in_the_middle_of_a_submission_leaves_no_job(scheduler: Scheduler) -> None:
    scheduler.hold()
    scheduler.set("break")
    async with open_near(scheduler.there) as near:
        with pytest.raises(BackendStartError, match="a job that may have been submitted is cancelled"):
            async with near.open():
                pass
        await until(lambda: scheduler.left() == [])
        assert scheduler.numbers() == [101]
        assert near.context.jobs["r"].number == ""


async def test_a_job_that_vanishes_while_it_is_pending(scheduler: Scheduler) -> None:
    scheduler.hold()
    async with open_near(scheduler.here) as near, anyio.create_task_group() as tasks:
        backend = near.backend()

        async def vanish() -> None:
            await told(backend, 1)
            scheduler.unset("101/state")

        tasks.start_soon(vanish)
        with pytest.raises(BackendStartError, match="job 101 has ended; Slurm no longer knows it"):
            async with near.open(backend=backend):
                pass
        scheduler.set("101/state", "CANCELLED|None|N/A|n/a")


async def test_a_job_that_is_ended_by_others_ends_its_kernel_with_the_reason(scheduler: Scheduler) -> None:
    async with open_near(scheduler.here) as near:
        async with near.open() as backend:
            cell = backend.begin("import time\nprint('begun', flush=True)\ntime.sleep(1000)")
            await backend.until(cell, "begun")
            scheduler.end("TIMEOUT|TimeLimit|1|here")
            with anyio.fail_after(PATIENCE):
                assert await backend.child.wait_for_end() == "job 101 has reached its time limit: TIMEOUT, TimeLimit"
        # What comes next is in a new one.
        async with near.open() as backend:
            assert await backend.run("print(1)") == ["1", "ok"]
            assert scheduler.left() == [102]


async def test_a_job_that_ends_while_it_has_no_kernel_is_replaced(scheduler: Scheduler) -> None:
    async with open_near(scheduler.here) as near:
        async with near.open():
            pass
        assert scheduler.left() == [101]
        scheduler.end("CANCELLED|None|1|here")
        async with near.open() as backend:
            assert await backend.run("print(1)") == ["1", "ok"]
        assert scheduler.left() == [102]


async def test_a_cancel_that_fails_is_tried_again(scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "CANCEL_PAUSES", (0.05,))
    async with open_near(scheduler.here) as near:
        async with near.open():
            pass
        scheduler.set("deaf")
        near.context.let_go("r")
        await until(lambda: (scheduler.folder / "cancelled").exists())
        assert scheduler.left() == [101]
        scheduler.unset("deaf")
        await until(lambda: scheduler.left() == [])


async def test_many_jobs_are_asked_for_in_one_command(scheduler: Scheduler) -> None:
    scheduler.hold()
    async with open_near(scheduler.here) as near, anyio.create_task_group() as tasks:
        backends = [near.backend() for _ in range(3)]

        async def start(number: int) -> None:
            async with near.open(f"r{number}", backend=backends[number]):
                pass

        for number in range(3):
            tasks.start_soon(start, number)
        await until(lambda: all(each.progress for each in backends))
        (scheduler.folder / "log").unlink()
        scheduler.set("103/state", "PENDING|News|N/A|n/a")
        await until(lambda: any("News" in text for each in backends for text in each.progress))
        assert (scheduler.folder / "log").read_text().count("asked") <= 2
        tasks.cancel_scope.cancel()
    assert scheduler.left() == []


async def test_doctor_asks_whether_a_job_would_be_taken(scheduler: Scheduler) -> None:
    async with open_near(scheduler.here) as near:
        asked = queue.Queue(scheduler.here, near.directory, near.context.watchdog, near.context.tasks)  # type: ignore[arg-type]
        scheduler.set("refuse", "allocation failure: Requested node configuration is not available")
        assert await asked.check() == "queue: allocation failure: Requested node configuration is not available"
        (scheduler.programs / "sbatch").write_text("#!/bin/sh\necho would start\n")
        assert await asked.check() == ""
        (scheduler.programs / "sbatch").write_text("#!/bin/sh\nexit 127\n")
        assert "there is no sbatch" in await asked.check()
