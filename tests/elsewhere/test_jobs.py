"""Backends in jobs of a real Slurm."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from multikernel.core.errors import BackendStartError
from multikernel.core.places import JobPlace

from .near import PATIENCE, Backend, Near, open_near
from .slurm import LATER, Slurm

pytestmark = pytest.mark.anyio

HERE = JobPlace("queue", "slurm", None, python=sys.executable)
HELD = JobPlace("queue", "slurm", None, (f"--partition={LATER}",), sys.executable)


@asynccontextmanager
async def opened(place: JobPlace = HERE, **options: Any) -> AsyncIterator[tuple[Near, Backend]]:
    """Open a backend in a job."""
    async with open_near(place) as near, near.open(**options) as backend:
        yield near, backend


async def jobs(slurm: Slurm, count: int) -> list[str]:
    """Wait until there are so many jobs; return their states."""
    with anyio.fail_after(PATIENCE):
        while len(states := await anyio.to_thread.run_sync(slurm.jobs, "%T")) != count:
            await anyio.sleep(0.05)
    return states


async def start_error(place: JobPlace, **options: Any) -> str:
    """Return why a backend does not start."""
    async with open_near(place) as near:
        try:
            async with near.open(**options):
                return ""
        except BackendStartError as error:
            return str(error)


async def test_a_life(slurm: Slurm) -> None:
    async with opened() as (near, backend):
        assert await backend.run("import os; print(os.environ['SLURM_JOB_ID'])") == [
            near.context.jobs["r"].number,
            "ok",
        ]
        assert backend.link.where.startswith(f"{slurm.node}:")
        assert await jobs(slurm, 1) == ["RUNNING"]
        assert backend.progress == []
    await jobs(slurm, 0)


@pytest.mark.long
async def test_kernels_one_after_another_run_in_one_job(slurm: Slurm) -> None:
    async with open_near(HERE) as near:
        numbers = []
        for _ in range(3):
            async with near.open() as backend:
                numbers += (await backend.run("import os; print(os.environ['SLURM_JOB_ID'])"))[:1]
                backend.begin("import os; os._exit(3)")
                with anyio.fail_after(PATIENCE):
                    assert await backend.child.wait_for_end() == "exit code 3"
        assert len(set(numbers)) == 1
        assert await jobs(slurm, 1) == ["RUNNING"]
        near.context.let_go("r")
        await jobs(slurm, 0)
        async with near.open() as backend:
            assert (await backend.run("import os; print(os.environ['SLURM_JOB_ID'])"))[0] not in numbers


async def test_what_is_pending_says_so_and_does_not_count_as_late(slurm: Slurm) -> None:
    async with open_near(HELD) as near:
        backend = near.backend()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(release_once_shown, slurm, backend)
            async with near.open(backend=backend, timeout=20) as backend:
                assert await backend.run("print(1)") == ["1", "ok"]
    number = near.context.jobs["r"].number
    assert backend.progress == [f"job {number} pending (PartitionDown)", f"job {number} runs on {slurm.node}"]


async def release_once_shown(slurm: Slurm, backend: Backend) -> None:
    """Let pending jobs run when a cell shows that they are."""
    with anyio.fail_after(PATIENCE):
        while not backend.progress:
            await backend.news()
    await anyio.to_thread.run_sync(slurm.release)


@pytest.mark.parametrize("seconds", [0.0, 0.05, pytest.param(3.0, marks=pytest.mark.long)])
async def test_a_start_that_is_given_up_while_pending_leaves_no_job(slurm: Slurm, seconds: float) -> None:
    async with open_near(HELD) as near:
        with anyio.move_on_after(seconds):
            async with near.open():
                pass
        await jobs(slurm, 0)


async def test_a_refused_submission_says_what_slurm_says(slurm: Slurm) -> None:
    place = JobPlace("queue", "slurm", None, ("--partition=nonesuch",), sys.executable)
    text = await start_error(place)
    assert text.startswith("r could not be started: queue: sbatch: error: ")
    assert text.endswith("Invalid partition name specified.")


async def test_a_python_that_is_not_there_is_one_sentence(slurm: Slurm) -> None:
    text = await start_error(JobPlace("queue", "slurm", None, python="/no/such/python"))
    assert "there is no /no/such/python there" in text
    await jobs(slurm, 0)
