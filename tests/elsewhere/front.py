"""A front that a test can kill: `python -m tests.elsewhere.front TARGET PYTHON KEEP` writes how far it has come."""

import sys

import anyio

from multikernel.core.places import SshPlace

from .near import hurry, open_near


async def main(*arguments: str) -> None:
    """Start a backend and a cell on it, and wait for the end."""
    target, python, keep = arguments
    hurry()
    place = SshPlace("gpu", target, python=python, keep=float(keep))
    async with open_near(place) as near:
        say(near.directory)
        async with near.open() as backend:
            say("idle")
            cell = backend.begin("import time\nprint('begun', flush=True)\ntime.sleep(1000)")
            await backend.until(cell, "begun")
            say("busy")
            await backend.lost()
            say("lost")
            await anyio.sleep_forever()


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
