"""Random breaks of an agent's connection."""

import os
import random
import signal

import anyio

from .far import PATIENCE, FarEnd

LINES_EACH = 20


async def check_breaks(count: int, seed: int) -> None:
    """Kill the relay so many times while a kernel talks; all that it says must come, once and in order."""
    chance = random.Random(seed)
    far = FarEnd()
    async with far.connect():
        await far.launch()
    for _ in range(count):
        async with far.connect("attach") as (connection, _):
            far.send(f"say {LINES_EACH} {chance.choice((10, 3_000, 100_000))}")
            await anyio.sleep(chance.expovariate(50))
            os.kill(connection.group, signal.SIGKILL)
            await connection.closed.wait()
    async with far.connect("attach"):
        far.send("exit 0")
        with anyio.fail_after(PATIENCE):
            assert await far.word("ended") == 0
        far.stream.acknowledge()
        await far.word("over")
    assert far.outputs() == [b"%d" % number for number in range(LINES_EACH)] * count + [b"last"]
