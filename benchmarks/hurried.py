"""`python hurried.py -f FILE`: Multi, whose clock runs a week in a minute from a SIGUSR1 until the next."""

import asyncio
import selectors
import signal
import sys
import time
from typing import Any

FACTOR = 10_080
"""Minutes of a week."""

_hurry = {"factor": 1, "since": 0.0, "gained": 0.0}


def now() -> float:
    """Return the time on the loop's clock."""
    return time.monotonic() + _hurry["gained"] + (time.monotonic() - _hurry["since"]) * (_hurry["factor"] - 1)


def switch(*_: object) -> None:
    """Begin to hurry, or end it."""
    _hurry["gained"] = now() - time.monotonic()
    _hurry["since"] = time.monotonic()
    _hurry["factor"] = FACTOR if _hurry["factor"] == 1 else 1


class HurriedSelector(selectors.DefaultSelector):
    """Waits for as long as the loop's clock says."""

    def select(self, timeout: float | None = None) -> Any:
        """Wait for events."""
        return super().select(None if timeout is None else timeout / _hurry["factor"])


class HurriedLoop(asyncio.SelectorEventLoop):
    """A loop with that clock."""

    def __init__(self) -> None:
        """Make a loop."""
        super().__init__(HurriedSelector())

    def time(self) -> float:
        """Return the time on its clock, in seconds."""
        return now()


class HurriedPolicy(asyncio.DefaultEventLoopPolicy):
    """Makes such loops."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Make a loop."""
        return HurriedLoop()


if __name__ == "__main__":
    from multikernel.__main__ import main

    signal.signal(signal.SIGUSR1, switch)
    asyncio.set_event_loop_policy(HurriedPolicy())
    sys.exit(main())
