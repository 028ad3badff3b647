"""A front that a test can kill: `python -m tests.elsewhere.server_front PORT` writes how far it has come."""

import sys

import anyio

from .front import say
from .near import open_near
from .servers import place_at


async def main(*arguments: str) -> None:
    """Start a backend and a cell on it, and wait for the end."""
    [port] = arguments
    async with open_near(place_at(int(port))) as near:
        say(near.directory)
        async with near.open() as backend:
            cell = backend.begin("import time\nprint('begun', flush=True)\ntime.sleep(1000)")
            await backend.until(cell, "begun")
            say("busy")
            await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
