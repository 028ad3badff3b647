"""Whatever is killed, and whenever, nothing stays on either side, and what can go on loses nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import anyio
import pytest

from multikernel.core.errors import BackendStartError
from multikernel.core.places import SshPlace

from .hosts import Hosts
from .near import Near, kill_ssh, open_near

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("hurried")]

ROOT = Path(__file__).parent.parent.parent

CELL = "import time\nfor i in range(20):\n    print(i, flush=True); time.sleep(0.1)"
LINES = [*map(str, range(20)), "ok"]

long = partial(pytest.param, marks=pytest.mark.long)

PLACE = SshPlace("gpu", "gpu1", python=sys.executable)

ON_THE_WAY = ("ssh", "master", "session", "relay", "holder")
AT_THE_END = ("keeper", "guard", "kernel")


def kill(hosts: Hosts, near: Near, who: str) -> bool:
    """Kill; return whether there was anything to kill."""
    if who in ("ssh", "master"):
        return kill_ssh(near.directory, is_master=who == "master")
    pids = hosts.pids(who)
    hosts.kill(*pids)
    return pids != []


@pytest.mark.parametrize("who", [long("ssh"), "master", long("session"), "relay", long("holder")])
async def test_what_is_on_the_way_is_killed_in_mid_cell(hosts: Hosts, who: str) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        assert kill(hosts, near, who)
        await backend.lost()
        assert await backend.finish(cell) == LINES
        assert backend.connection[-1] == ""


@pytest.mark.parametrize(
    ("who", "is_lost"), [("keeper", False), long("keeper", True), long("kernel", False), ("kernel", True)]
)
async def test_what_is_at_the_end_is_killed_in_mid_cell(hosts: Hosts, who: str, is_lost: bool) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        if is_lost:
            hosts.link("down")
            await backend.lost()
        assert kill(hosts, near, who)
        hosts.link("up")
        with anyio.fail_after(20):
            how = await backend.child.wait_for_end()
        assert how == ("SIGKILL" if who == "kernel" else "gpu: the kernel is gone, with what kept it there")


@pytest.mark.long
async def test_a_guard_that_is_killed_is_not_missed(hosts: Hosts) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        assert kill(hosts, near, "guard")
        assert await backend.run("print(1)") == ["1", "ok"]


@pytest.mark.parametrize("who", [*map(long, (*ON_THE_WAY, *AT_THE_END)), "agent"])
async def test_a_start_that_something_is_killed_of(hosts: Hosts, who: str) -> None:
    async with open_near(PLACE) as near:

        async def kill_soon() -> None:
            while not await anyio.to_thread.run_sync(partial(kill, hosts, near, who)):
                pass

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(kill_soon)
            with anyio.fail_after(60):
                try:
                    async with near.open(timeout=20) as backend:
                        assert await backend.run("print(1)") == ["1", "ok"]
                except BackendStartError:
                    pass
            tasks.cancel_scope.cancel()
        await anyio.to_thread.run_sync(hosts.wait_for_nothing)


@contextmanager
def front(keep: float) -> Iterator["subprocess.Popen[str]"]:
    """Run a front in a process of its own."""
    argv = [sys.executable, "-m", "tests.elsewhere.front", "gpu1", sys.executable, str(keep)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("stage", [long("starting"), long("idle"), "busy", "lost"])
def test_the_front_is_killed(hosts: Hosts, stage: str) -> None:
    with front(keep=2 if stage == "lost" else 600) as process:
        assert process.stdout is not None
        directory = process.stdout.readline().strip()
        while stage == "starting" and not hosts.pids("kernel"):
            pass
        while stage != "starting" and (said := process.stdout.readline().strip()) != stage:
            assert said
            if said == "busy":
                hosts.link("down")
        process.kill()
    hosts.wait_for_nothing(seconds=30)
    hosts.link("up")
    while os.path.exists(directory):
        pass
    assert not kill_ssh(directory)
