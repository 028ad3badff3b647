"""Event loops in threads of their own, for provisioners that are not this machine's: what they do may block.

sshpyk 1.25 blocks its loop for 2.6 s during a start. The provisioners of one package share a loop, since some share
more than that: those of gateway_provisioners 0.5 have one socket, and an asyncio event for each start, in a singleton.
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, ParamSpec, TypeVar

import anyio

LOOK_SECONDS = 0.5
"""A loop that has not reacted by then is blocked."""

P = ParamSpec("P")
T = TypeVar("T")


class SideCall(Generic[T]):
    """A coroutine that runs in a loop of another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, function: Callable[[], Awaitable[T]]) -> None:
        """Begin it as soon as its loop gets there."""
        self._loop = loop
        self._outcome: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._outcome.set_running_or_notify_cancel()
        self.ended = asyncio.wrap_future(self._outcome)
        """On the caller's loop: what it returns or raises."""
        # Nobody may want to know any more how it ends.
        self.ended.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        loop.call_soon_threadsafe(self._begin, function)

    def cancel(self) -> None:
        """Cancel it, as soon as its loop gets there."""
        self._loop.call_soon_threadsafe(lambda: self._task.cancel())

    def _begin(self, function: Callable[[], Awaitable[T]]) -> None:
        self._task = self._loop.create_task(_call(function))
        self._task.add_done_callback(partial(_copy, self._outcome))


class SideLoop:
    """A loop in a thread, which the front's end does not wait for."""

    def __init__(self, name: str) -> None:
        """Start the thread."""
        self.is_stuck = False
        """It has not reacted; others get a new one."""
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name=name, daemon=True).start()

    async def run(self, function: Callable[P, Awaitable[T]], *arguments: P.args, **options: P.kwargs) -> T:
        """Run a coroutine in that loop, and return what it returns or raise what it raises.

        It goes on where this is cancelled.
        """
        call = SideCall(self._loop, partial(function, *arguments, **options))
        await asyncio.wait([call.ended])
        return call.ended.result()

    async def run_or_cancel(
        self, seconds: float, function: Callable[P, Awaitable[T]], *arguments: P.args, **options: P.kwargs
    ) -> T:
        """Do so, but cancel the coroutine where this is cancelled, and wait up to so many seconds for it to end."""
        call = SideCall(self._loop, partial(function, *arguments, **options))
        try:
            await asyncio.wait([call.ended])
        except asyncio.CancelledError:
            call.cancel()
            with anyio.CancelScope(shield=True), anyio.move_on_after(seconds):
                await asyncio.wait([call.ended])
            self.is_stuck |= not call.ended.done()
            raise
        return call.ended.result()

    async def look(self) -> None:
        """Look whether it reacts."""
        with anyio.move_on_after(LOOK_SECONDS) as scope:
            await self.run(asyncio.sleep, 0)
        self.is_stuck |= scope.cancelled_caught


class SideLoops:
    """The loops of one front, by what shares them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._loops: dict[str, SideLoop] = {}

    def of(self, package: str) -> SideLoop:
        """Return the loop of a package's provisioners, started when it is first needed."""
        loop = self._loops.get(package)
        if loop is None or loop.is_stuck:
            loop = self._loops[package] = SideLoop(f"provisioners of {package}")
        return loop


async def _call(function: Callable[[], Awaitable[T]]) -> T:
    return await function()


def _copy(outcome: "concurrent.futures.Future[T]", task: "asyncio.Task[T]") -> None:
    if task.cancelled():
        outcome.set_exception(RuntimeError("it was cancelled"))
    elif (error := task.exception()) is not None:
        outcome.set_exception(error)
    else:
        outcome.set_result(task.result())
