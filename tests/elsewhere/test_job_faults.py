"""What breaks on the way to a job of a real Slurm: nothing is lost, nothing runs twice, nothing stays."""

import os
import signal
import sys
from contextlib import suppress

import anyio
import psutil
import pytest

from multikernel.core.errors import BackendStartError
from multikernel.core.places import JobPlace, SshPlace
from multikernel.runtime.backend.links.pipe.jobs.job import Job

from .hosts import Hosts
from .near import PATIENCE, Near, kill_ssh, open_near
from .slurm import Slurm

pytestmark = pytest.mark.anyio

HERE = JobPlace("queue", "slurm", None, python=sys.executable, keep=30)
THERE = JobPlace("queue", "slurm", SshPlace("queue", "gpu1", sys.executable, 30), (), sys.executable, 30)

CELL = "import time\nprint('begun', flush=True)\nfor i in range(32):\n    print(i, flush=True); time.sleep(0.1)"
LINES = ["begun", *map(str, range(32)), "ok"]


def of_job(near: Near, what: str) -> list[psutil.Process]:
    """Return the processes of a kind that belong to the job: `relay`, `keeper`, `warden` or `kernel`."""
    found: dict[str, list[psutil.Process]] = {"relay": [], "keeper": [], "warden": [], "kernel": []}
    number = near.context.jobs["r"].number
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("SLURM_JOB_ID") != number:
                continue
            words = " ".join(process.cmdline())
            mother = process.parent()
            parent = " ".join(mother.cmdline()) if mother is not None else ""
            if "ipykernel_launcher" in words:
                found["kernel"].append(process)
            elif "import base64" in words and "slurmstepd" in parent:
                found["relay"].append(process)
            elif "import base64" in words and "slurm_script" in parent:
                found["warden"].append(process)
    found["keeper"] = [keeper for each in found["kernel"] if (keeper := each.parent()) is not None]
    return found[what]


def kill(near: Near, what: str) -> None:
    """Kill processes of the job."""
    processes = of_job(near, what)
    assert processes, what
    for each in processes:
        each.kill()


def kill_srun() -> None:
    """Kill each srun that is a child of this process."""
    found = [each for each in psutil.Process().children(recursive=True) if each.name() == "srun"]
    assert found
    for each in found:
        each.kill()


@pytest.mark.parametrize("what", ["srun", pytest.param("relay", marks=pytest.mark.long)])
async def test_what_is_between_is_killed_in_mid_cell(slurm: Slurm, what: str) -> None:
    async with open_near(HERE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "begun")
        kill_srun() if what == "srun" else kill(near, "relay")
        assert await backend.finish(cell) == LINES
        assert len(of_job(near, "kernel")) == 1


@pytest.mark.long
async def test_ssh_is_killed_in_mid_cell(slurm_there: Slurm) -> None:
    async with open_near(THERE) as near, near.open() as backend:
        for is_master in (True, False):
            cell = backend.begin(CELL)
            await backend.until(cell, "begun")
            assert kill_ssh(near.directory, is_master=is_master)
            assert await backend.finish(cell) == LINES


@pytest.mark.long
async def test_the_network_is_gone_for_longer_than_a_cell(slurm_there: Slurm, hosts: Hosts, hurried: None) -> None:
    async with open_near(THERE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "begun")
        hosts.link("down")
        await backend.lost()
        await anyio.sleep(4)
        hosts.link("up")
        assert await backend.finish(cell) == LINES
        near.context.let_go("r")


@pytest.mark.long
@pytest.mark.parametrize("what", ["keeper", "warden", "kernel"])
async def test_what_keeps_the_kernel_is_killed(slurm: Slurm, what: str) -> None:
    async with open_near(HERE) as near:
        async with near.open() as backend:
            number = near.context.jobs["r"].number
            cell = backend.begin("import time\nprint('begun', flush=True)\ntime.sleep(1000)")
            await backend.until(cell, "begun")
            kill(near, what)
            if what == "warden":
                # Its keepers go on; the kernel does not notice.
                backend.begin("1")
                await backend.link.signal(signal.SIGINT)
                assert (await backend.finish(cell))[-1] == "error"
            else:
                with anyio.fail_after(PATIENCE):
                    assert await backend.child.wait_for_end() in (
                        "SIGKILL",
                        "queue: the kernel is gone, with what kept it there",
                    )
        if what == "warden":
            with pytest.raises(BackendStartError, match="the script of the job has ended"):
                async with near.open():
                    pass
        async with near.open() as backend:
            assert await backend.run("print(1)") == ["1", "ok"]
            assert (near.context.jobs["r"].number == number) == (what != "warden")


@pytest.mark.long
@pytest.mark.parametrize("how", ["scancel", "time limit", "node"])
async def test_the_scheduler_ends_the_job(slurm: Slurm, how: str) -> None:
    async with open_near(HERE) as near, near.open() as backend:
        number = near.context.jobs["r"].number
        cell = backend.begin("import time\nprint('begun', flush=True)\ntime.sleep(1000)")
        await backend.until(cell, "begun")
        if how == "scancel":
            slurm.run("scancel", number)
        elif how == "time limit":
            slurm.run("scontrol", "update", f"JobId={number}", "TimeLimit=0:01")
        else:
            slurm.run("scontrol", "update", f"NodeName={slurm.node}", "State=DOWN", "Reason=test")
        with anyio.fail_after(150):
            why = await backend.child.wait_for_end()
        if how == "node":
            slurm.run("scontrol", "update", f"NodeName={slurm.node}", "State=RESUME", check=False)
        assert (
            why
            == {
                "scancel": f"job {number} was cancelled: CANCELLED",
                "time limit": f"job {number} has reached its time limit: TIMEOUT, TimeLimit",
                "node": f"job {number} ended, since its node failed: NODE_FAIL, NodeDown",
            }[how]
        )


async def test_nothing_is_left_of_a_job(slurm: Slurm) -> None:
    async with open_near(HERE) as near:
        async with near.open() as backend:
            assert await backend.run("print(1)") == ["1", "ok"]
            assert of_job(near, "warden")
            job = near.context.jobs["r"]
            assert isinstance(job, Job)
            number = job.number
            folders = [backend.folder, f"/tmp/multikernel-{job._script}"]
            assert all(map(os.path.exists, folders))
        near.context.let_go("r")
        with anyio.fail_after(PATIENCE):
            while bool(slurm.jobs()) or bool(await anyio.to_thread.run_sync(processes_of, number)):
                await anyio.sleep(0.05)
    assert not any(map(os.path.exists, folders))


def processes_of(number: str) -> list[int]:
    """Return the processes of a job."""
    found: list[int] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("SLURM_JOB_ID") == number:
                found.append(process.pid)
    return found


@pytest.mark.long
async def test_an_allocation_without_a_kernel_is_given_back_after_keep(slurm: Slurm) -> None:
    place = JobPlace("queue", "slurm", None, python=sys.executable, keep=2)
    async with open_near(place) as near:
        async with near.open() as backend:
            backend.begin("import os; os._exit(0)")
            with anyio.fail_after(PATIENCE):
                await backend.child.wait_for_end()
        assert slurm.jobs()
        with anyio.fail_after(PATIENCE):
            while slurm.jobs():
                await anyio.sleep(0.05)
