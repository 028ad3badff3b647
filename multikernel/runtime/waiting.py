"""Who waits for code of Multi's own to have run in a child."""

import asyncio
import itertools
from collections.abc import Callable

from ..core.errors import MultiError


class Waiting:
    """Futures by the keys that the router knows them by."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._futures: dict[int, asyncio.Future[str | MultiError]] = {}
        self._keys = itertools.count()

    async def outcome(self, ask: Callable[[int], None]) -> str:
        """Ask with a new key and wait for what comes of it: an error's text, or nothing; raise a MultiError."""
        key = next(self._keys)
        self._futures[key] = asyncio.get_running_loop().create_future()
        try:
            ask(key)
            outcome = await self._futures[key]
        finally:
            del self._futures[key]
        if isinstance(outcome, MultiError):
            raise outcome
        return outcome

    def ended(self, key: int, outcome: str | MultiError) -> None:
        """Wake who waits, unless that has been given up."""
        if (future := self._futures.get(key)) is not None and not future.done():
            future.set_result(outcome)
