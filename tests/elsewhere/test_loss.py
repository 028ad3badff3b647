"""A connection that breaks loses no output, and a kernel that nobody can reach does not live for ever."""

import os
import sys
from functools import partial

import anyio
import pytest

from multikernel.core.places import SshPlace

from .hosts import Hosts
from .near import kill_ssh, open_near

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("hurried")]

COUNT = 32
CELL = f"import time\nfor i in range({COUNT}):\n    print(i, flush=True); time.sleep(0.1)"
LINES = [*map(str, range(COUNT)), "ok"]

long = partial(pytest.param, marks=pytest.mark.long)

PLACE = SshPlace("gpu", "gpu1", python=sys.executable)


def test_the_server_is_another_machine(hosts: Hosts) -> None:
    assert hosts.on_server("hostname") == "gpu1\n"


@pytest.mark.parametrize("seconds", [4.0, long(0.0), long(1.0)], ids=["noticed", "at once", "unnoticed"])
async def test_a_link_that_is_down_for_a_while(hosts: Hosts, seconds: float) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        hosts.link("down")
        await anyio.sleep(seconds)
        hosts.link("up")
        assert await backend.finish(cell) == LINES
        assert await backend.run("print(1)") == ["1", "ok"]
        if seconds > 3:
            assert backend.connection[-1] == ""
            assert "nothing has come over the connection" in backend.connection[0]


@pytest.mark.parametrize("times", [1, long(5)])
async def test_ssh_is_killed_in_mid_cell(hosts: Hosts, times: int) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        for number in range(times):
            await backend.until(cell, str(5 * number + 4))
            kill_ssh(near.directory)
            await backend.lost(number + 1)
            await backend.back(number + 1)
        assert await backend.finish(cell) == LINES


async def test_asleep_over_the_end_of_the_cell(hosts: Hosts) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        hosts.link("down")
        kill_ssh(near.directory)
        await backend.lost()
        await anyio.sleep(4)
        later = backend.begin("print('later')")
        hosts.link("up")
        assert await backend.finish(cell) == LINES
        assert await backend.finish(later) == ["later", "ok"]


async def test_beyond_keep(hosts: Hosts) -> None:
    place = SshPlace("gpu", "gpu1", python=sys.executable, keep=1.0)
    async with open_near(place) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        hosts.link("down")
        await backend.lost()
        await anyio.to_thread.run_sync(hosts.wait_for_nothing)
        hosts.link("up")
        with anyio.fail_after(20):
            assert await backend.child.wait_for_end() == "gpu: the kernel is gone, with what kept it there"


async def test_a_name_that_leads_to_another_host_for_a_while(hosts: Hosts) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        # What finds the keeper is the folder's name: elsewhere there would be none of that name.
        hosts.on_server("hostname", "gpu2")
        hosts.on_server("mv", backend.folder, f"{backend.folder}-away")
        kill_ssh(near.directory)
        await backend.lost()
        await anyio.sleep(1)
        hosts.on_server("mv", f"{backend.folder}-away", backend.folder)
        hosts.on_server("hostname", "gpu1")
        assert await backend.finish(cell) == LINES


async def test_an_interrupt_waits_for_the_connection(hosts: Hosts) -> None:
    async with open_near(PLACE) as near, near.open() as backend:
        cell = backend.begin("import time\nprint('begun', flush=True)\ntime.sleep(60)")
        await backend.until(cell, "begun")
        hosts.link("down")
        await backend.lost()
        await backend.child.signal()
        hosts.link("up")
        assert await backend.finish(cell) == ["begun", "error"]


async def test_a_backend_that_is_ended_while_it_is_lost_ends_when_it_can_be_reached(hosts: Hosts) -> None:
    async with open_near(PLACE) as near:
        async with near.open() as backend:
            hosts.link("down")
            await backend.lost()
        assert hosts.processes() != []
        hosts.link("up")
        await anyio.to_thread.run_sync(hosts.wait_for_nothing)
        # The watchdog would have nothing to do; a socket of OpenSSH's may stay.
        assert [name for name in os.listdir(near.directory) if not name.endswith("c")] == []
