"""A scheduler that says too little, too late, or something else; jobs that stand still, or go back."""

from dataclasses import replace
from pathlib import Path

import anyio
import psutil
import pytest

from multikernel.core.errors import BackendStartError
from multikernel.runtime.backend.links.pipe.jobs import job
from tests.elsewhere.near import open_near

from .far import PATIENCE
from .scheduler import Scheduler
from .test_jobs import opened, told, until

pytestmark = pytest.mark.anyio

CELL = "import time\nprint('begun', flush=True)\nfor i in range(10):\n    print(i, flush=True); time.sleep(0.05)"
LINES = ["begun", *map(str, range(10)), "ok"]


def kill_connections() -> None:
    """Kill the commands that connect this process to agents."""
    found = [each for each in psutil.Process().children() if "import base64" in " ".join(each.cmdline())]
    assert found
    for each in found:
        each.kill()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("101/state", "SUSPENDED|None|1|here"),
        ("101/state", "RUNNI"),
        ("deaf", ""),
        ("said", ""),
        ("said", "<html>|Service Unavailable|</html>"),
    ],
    ids=["suspended", "truncated", "down", "silent", "garbled"],
)
async def test_what_is_not_said_ends_nothing(scheduler: Scheduler, file: str, text: str) -> None:
    async with opened(scheduler.here) as (_, backend):
        cell = backend.begin(CELL)
        await backend.until(cell, "begun")
        scheduler.set(file, text)
        asked = scheduler.questions()
        kill_connections()
        await until(lambda: scheduler.questions() >= asked + 2)
        if file == "101/state":
            scheduler.set(file, "RUNNING|None|1|here")
        else:
            scheduler.unset(file)
        assert await backend.finish(cell) == LINES
    assert scheduler.left() == []


async def test_a_pending_job_of_which_nothing_is_said_is_waited_for(scheduler: Scheduler) -> None:
    scheduler.hold()
    scheduler.set("said")
    async with open_near(scheduler.here) as near:
        backend = near.backend()
        async with anyio.create_task_group() as tasks:

            async def run() -> None:
                await told(backend, 1)
                scheduler.unset("said")
                await anyio.to_thread.run_sync(scheduler.run)

            tasks.start_soon(run)
            async with near.open(backend=backend):
                assert backend.progress[0] == "job 101 is submitted (queue: Slurm says nothing of job 101)"
    assert scheduler.left() == []


async def test_a_job_that_is_put_back_into_the_queue_has_ended(scheduler: Scheduler) -> None:
    async with open_near(scheduler.here) as near:
        async with near.open() as backend:
            scheduler.end("PENDING|BeginTime|N/A|n/a")
            with anyio.fail_after(PATIENCE):
                assert await backend.child.wait_for_end() == "job 101 was put back into the queue: PENDING, BeginTime"
        async with near.open() as backend:
            assert await backend.run("print(1)") == ["1", "ok"]
            await until(lambda: scheduler.left() == [102])


async def test_a_job_that_may_yet_be_put_back_is_cancelled(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "REASON_SECONDS", 0.1)
    async with open_near(scheduler.here) as near, near.open() as backend:
        scheduler.end("COMPLETING|None|1|here")
        with anyio.fail_after(PATIENCE):
            assert await backend.child.wait_for_end() == "job 101 has ended: COMPLETING"
        await until((scheduler.folder / "cancelled").exists)


@pytest.mark.parametrize("said", ["", "no number"])
async def test_a_job_that_comes_after_its_submission_has_failed_is_cancelled(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(job, "DOUBT_SECONDS", 2.0)
    scheduler.hold()
    scheduler.set("mute" if said else "late")
    async with open_near(scheduler.here) as near:
        with pytest.raises(BackendStartError, match="a job that may have been submitted is cancelled"):
            async with near.open():
                pass
        # The watchdog cancels it as long as this is there.
        await until(lambda: not list(Path(near.directory).glob("multi-*")))
    assert (scheduler.numbers(), scheduler.left()) == ([101], [])


@pytest.mark.parametrize("options", [(), ("--clusters=west",)], ids=["as it says", "as the user says"])
async def test_a_job_on_another_cluster(scheduler: Scheduler, options: tuple[str, ...]) -> None:
    scheduler.set("west")
    async with opened(replace(scheduler.here, options=options)) as (near, backend):
        assert await backend.run("print(1)") == ["1", "ok"]
        assert near.context.jobs["r"].number == "101"
    assert scheduler.left() == []
