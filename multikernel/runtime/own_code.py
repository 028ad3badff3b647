"""Futures for code that Multi itself runs in a child."""

import asyncio
import itertools
from collections.abc import Callable

import anyio

from ..core.errors import MultiError

ABORTED_SECONDS = 10.0


class OwnCode:
    """Futures by the keys that the router knows them by."""

    def __init__(self) -> None:
        """Begin with none."""
        self._futures: dict[int, asyncio.Future[str | MultiError]] = {}
        """One that nobody waits for any more stays until its child has answered."""
        self._keys = itertools.count()

    async def outcome(self, ask: Callable[[int], None]) -> str:
        """Ask with a new key and wait for the outcome: an error's text, or nothing; raise a MultiError."""
        key = next(self._keys)
        future = self._futures[key] = asyncio.get_running_loop().create_future()
        ask(key)
        outcome: str | MultiError = await asyncio.shield(future)
        if isinstance(outcome, MultiError):
            raise outcome
        return outcome

    def ended(self, key: int, outcome: str | MultiError) -> None:
        """Wake whoever waits, if anybody does."""
        self._futures.pop(key).set_result(outcome)

    async def let_end(self) -> None:
        """Wait for children that have been interrupted, though not forever.

        IRkernel 1.3.2 aborts what it has received before it has done with an interrupted request, so the next cell has
        to wait for that.
        """
        with anyio.move_on_after(ABORTED_SECONDS):
            await asyncio.gather(*map(asyncio.shield, self._futures.values()))
