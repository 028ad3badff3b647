"""What takes long for large messages is done in threads, so that nothing holds up the loop; the order stays."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")
Outcome = Callable[[], T]
"""Returns what some work has returned, or raises what it has raised."""

LARGE = 1 << 23
"""Bytes; it takes 5 ms to sign so many, and 0.2 ms to hand them to a thread."""

log = logging.getLogger(__name__)


def begin(work: Callable[[], T]) -> "asyncio.Future[T]":
    """Do some work in a thread."""
    return asyncio.get_running_loop().run_in_executor(None, work)


class InOrder(Generic[T]):
    """Work of which each outcome is used after that of the work before."""

    def __init__(self, use: Callable[[Outcome[T]], None]) -> None:
        """Take what uses the outcomes, on the running loop."""
        self._use = use
        self._waiting: deque[tuple[asyncio.Future[T] | None, Outcome[T]]] = deque()
        self._nothing_waits = anyio.Event()

    @property
    def waits(self) -> bool:
        """Whether there are outcomes to come: what comes next has to be added behind them."""
        return bool(self._waiting)

    def add(self, work: Callable[[], T], *, is_long: bool) -> None:
        """Do some work, in a thread if it takes long, and use its outcome when its turn has come."""
        if is_long:
            self.add_begun(begin(work))
        else:
            self._waiting.append((None, work))

    def add_begun(self, future: "asyncio.Future[T]") -> None:
        """Use the outcome of work that has begun already when its turn has come."""
        self._waiting.append((future, future.result))
        future.add_done_callback(lambda _: self._go_on())

    async def drain(self) -> None:
        """Wait until no outcome is left to be used."""
        while self._waiting:
            self._nothing_waits = anyio.Event()
            await self._nothing_waits.wait()

    def _go_on(self) -> None:
        while self._waiting:
            future, outcome = self._waiting[0]
            if future is not None and not future.done():
                return
            try:
                self._use(outcome)
            except Exception:
                log.exception("a message is lost")
            self._waiting.popleft()
        self._nothing_waits.set()
