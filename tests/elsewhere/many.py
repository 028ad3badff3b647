"""Many backends of one place, started at once against an sshd with its default limits."""

import anyio
import psutil

from multikernel.core.places import SshPlace

from .hosts import Hosts
from .near import Near, kill_ssh, open_near


async def check_many(hosts: Hosts, place: SshPlace, count: int) -> None:
    """Start so many backends at once, and break all their connections at once."""
    async with open_near(place) as near:
        ready, over = 0, anyio.Event()
        all_ready = anyio.Event()

        async def live(number: int) -> None:
            nonlocal ready
            async with near.open(f"r{number}", timeout=300) as backend:
                assert await backend.run(f"print({number})") == [str(number), "ok"]
                ready += 1
                if ready == count:
                    all_ready.set()
                await over.wait()
                await backend.lost()
                assert await backend.run(f"print({number})") == [str(number), "ok"]

        async with anyio.create_task_group() as tasks:
            for number in range(count):
                tasks.start_soon(live, number)
            with anyio.fail_after(280):
                await all_ready.wait()
            assert masters(near) == 1
            kill_ssh(near.directory)
            over.set()
        await anyio.to_thread.run_sync(hosts.wait_for_nothing)


def masters(near: Near) -> int:
    """Return how many processes hold a shared connection."""
    lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    return sum(near.directory in line and "ControlMaster=yes" in line for line in lines)
