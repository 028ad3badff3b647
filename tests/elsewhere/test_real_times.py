"""A link that is down for as long as real ones are, with the timeouts that users have."""

import sys

import anyio
import pytest

from multikernel.core.places import SshPlace

from .hosts import Hosts
from .near import open_near


@pytest.mark.anyio
@pytest.mark.long
@pytest.mark.parametrize("seconds", [6, 25])
async def test_a_link_that_is_down(hosts: Hosts, seconds: int) -> None:
    async with open_near(SshPlace("gpu", "gpu1", python=sys.executable)) as near, near.open() as backend:
        cell = backend.begin("import time\nfor i in range(160):\n    print(i, flush=True); time.sleep(0.25)")
        await backend.until(cell, "5")
        hosts.link("down")
        await anyio.sleep(seconds)
        hosts.link("up")
        assert await backend.finish(cell) == [*map(str, range(160)), "ok"]
        assert len(backend.connection) == (0 if seconds < 15 else 2)
