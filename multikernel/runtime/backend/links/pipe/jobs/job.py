"""One submission: from before it has a number to its end."""

import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import anyio

from ......core.engines import JobState, Phase, how_ended
from ......core.printable import printable
from ......core.protocol.wire import Json
from ..command import command_at
from ..connection import Connection, User
from ..failures import NotReached
from .pending import pending_text, running_text
from .queue import NotSubmitted, Queue
from .script import joining, script, task_name

LAST_SECONDS = 5.0
"""How long the end of the front waits for a submission that is under way, and for the job to be cancelled. What is not
done by then the watchdog does."""

END_SECONDS = 4.0
"""How long the kernels of a job may take to end before it is cancelled; more than a link gives them."""

ANSWER_SECONDS = 5.0
"""How long the end of a kernel waits for the scheduler to say whether it has ended the job."""

REASON_SECONDS = 2.0
"""How long a job's end waits for the scheduler to say why."""

SHOWN_SECONDS = 2.0
"""A job that begins within so long needs no line."""

LEAVING_PAUSE, CANCEL_PAUSES = 0.3, (0.5, 2.0, 10.0)
"""Seconds before the state of a job that ends is asked for again, and before each further attempt to cancel."""

DOUBT_SECONDS = 60.0
"""For so long a job may still come whose submission was cut short: a scheduler that is busy takes its time."""

log = logging.getLogger(__name__)


class Job:
    """A job, or one that is yet to be submitted; it is what links need to reach kernels that run in it.

    It lasts until it is let go or the front ends, whatever becomes of its kernels.
    """

    def __init__(self, queue: Queue, tasks: int = 1) -> None:
        """Take the queue that it will be submitted to, and how many tasks it will have; `live` does so."""
        self.place, self.tasks = queue.place, queue.site.tasks
        self.transport, self.is_prompt = queue.place.engine, True
        self.number = ""
        self.submitted = 0.0
        """When it was, on the loop's clock."""
        self.state: JobState | None = None
        self.has_run = False
        """A kernel has started in it."""
        self.why_over = ""
        """Why it has ended, or will never begin; empty until then."""
        self.is_let_go = False
        self._doubt = ""
        """Why the scheduler could not say last time how it is."""
        self._may_come = False
        """Nobody knows whether it was submitted, or still will be."""
        self._is_gone = False
        """There is no job, or it has ended."""
        self._queue, self._tasks = queue, tasks
        self._name = f"multi-{secrets.token_hex(4)}"
        self._script = secrets.token_hex(16)
        self._words = Path(queue.site.directory) / self._name
        """What is there tells the watchdog to cancel the job."""
        self.seats: set[int] = set()
        """Ranks of the tasks that backends have taken, if it has several."""
        self.lost: set[int] = set()
        """Ranks of those in which nothing can be started any more: nobody had wanted them for too long."""
        self._keepers: set[str] = set()
        self._news, self._end, self._is_free = anyio.Event(), anyio.Event(), anyio.Event()
        self._submitting = anyio.CancelScope(shield=True)

    @property
    def is_pending(self) -> bool:
        """Whether it is in the queue."""
        return not self.why_over and not self.is_running and not self.is_let_go

    @property
    def is_running(self) -> bool:
        """Whether it runs, as far as the scheduler has said."""
        return self.state is not None and self.state.phase is Phase.RUNNING

    async def live(self) -> None:
        """Submit it, and cancel it in the end."""
        try:
            await self._submit()
            if not self.why_over:
                self._queue.watch(self)
                await self._end.wait()
            if not self._is_gone:
                with anyio.move_on_after(END_SECONDS):
                    await self._is_free.wait()
                await self._cancel_until_done()
        except Exception:
            # The other backends have nothing to do with it.
            log.exception("a job has failed")
            self._over("an error in Multi itself, see its log")
        finally:
            if not self._is_gone:
                with anyio.CancelScope(shield=True), anyio.move_on_after(LAST_SECONDS), suppress(NotReached):
                    await self._cancel(alone=True)
            if self._is_gone:
                self._words.unlink(missing_ok=True)

    async def _submit(self) -> None:
        """Submit it; what has begun comes to its end, so that the job's number is known."""
        self._queue.cancel_at_end(self._name, self._words)
        ended = anyio.Event()
        self.tasks.start_soon(self._submit_shielded, ended)
        try:
            await ended.wait()
        except anyio.get_cancelled_exc_class():
            self._submitting.deadline = anyio.current_time() + LAST_SECONDS
            with anyio.CancelScope(shield=True):
                await ended.wait()
            raise

    async def _submit_shielded(self, ended: anyio.Event) -> None:
        try:
            with self._submitting:
                text = script(self.place, self._script, self._tasks)
                self.number = await self._queue.submit(self._name, text)
                log.info("job %s is submitted", self.number)
                self._tell()
        except NotSubmitted as error:
            self._over(str(error))
        except NotReached as error:
            if error.is_certain:
                self._over(str(error))
            else:
                self._fail(f"{error}; a job that may have been submitted is cancelled")
        finally:
            self.submitted = anyio.current_time()
            self._may_come = not self.number and not self._is_gone
            ended.set()

    async def wait_until_running(self, tell: Callable[[str, bool], None]) -> None:
        """Wait until it runs, and tell how far that is; NotReached if it never will.

        What is told is a text, and whether that is worth a line under the cell.
        """
        told = "", False
        while not self.is_running:
            if self.why_over:
                raise NotReached(self.why_over)
            is_shown = bool(self.state or self._doubt) and anyio.current_time() > self.submitted + SHOWN_SECONDS
            if (new := (pending_text(self.number, self.state, self._doubt), is_shown)) != told:
                told = new
                tell(*told)
            await self._news.wait()
        if told[1]:
            tell(running_text(self.number, self.state), True)

    def told(self, state: JobState | None) -> None:
        """Take what the scheduler says; None is a job that it no longer knows."""
        engine = self._queue.engine
        if state is None or (state.phase is Phase.ENDED and state.word not in engine.leaving):
            self._over(how_ended(engine, self.number, state))
        elif state.phase is Phase.ENDED or (self.is_running and state.word in engine.waiting):
            # It begins once more, or may, with nothing of what was in it.
            self._fail(how_ended(engine, self.number, state))
        elif not self.is_running or state.phase is Phase.RUNNING:
            self.state, self._doubt = state, ""
            self._tell()

    def doubted(self, why: str) -> None:
        """Take that the scheduler could not be asked."""
        self._doubt = why
        self._tell()

    def let_go(self) -> None:
        """Cancel it, once its kernels have ended."""
        self.is_let_go = True
        self._end.set()
        self._free()

    # What links need.

    @asynccontextmanager
    async def connect(
        self, request: Json, user: User, rank: int | None = None
    ) -> AsyncIterator[tuple[Connection, Json]]:
        """Run a relay in the job until the context is left; NotReached if that cannot be, or if the job has ended.

        `rank` is that of its task, if it has several.
        """
        if request["do"] == "start":
            request = {**request, "job": self._script if rank is None else task_name(self._script, rank)}
        else:
            await self.look()
        async with AsyncExitStack() as life:
            try:
                run = self._queue.site.run(partial(self._join, rank), request, user, self._queue.env)
                connected = await life.enter_async_context(run)
            except NotReached:
                await self.look()
                raise
            if connected[1].get("error") == "no script" and rank is None:
                # Nothing can be started in it any more.
                self.let_go()
            yield connected

    def _join(self, rank: int | None, ssh_options: Sequence[str]) -> list[str]:
        node, queue = self.state.node if self.state else "", self._queue
        words = joining(self.place, queue.cluster, self.number, node, rank, self._tasks)
        return command_at(queue.site.place, words, ssh_options)

    async def how_ended(self, how: str) -> str:
        """Return how a kernel has ended, of which its keeper says this: the scheduler may have ended the job."""
        with anyio.move_on_after(ANSWER_SECONDS), suppress(NotReached):
            await self.look()
        return self.why_over or how

    async def look(self) -> None:
        """Ask whether it still runs; NotReached if it does not, or if nobody can tell."""
        if not self.why_over:
            state = await self._queue.state(self.number)
            with anyio.move_on_after(REASON_SECONDS):
                while state is not None and state.word in self._queue.engine.leaving:
                    # It is about to be known why.
                    await anyio.sleep(LEAVING_PAUSE)
                    state = await self._queue.state(self.number)
            self.told(state)
            if not self.why_over and state is not None and state.phase is not Phase.RUNNING:
                # To join it would take until it goes on.
                raise NotReached(printable(f"job {self.number} is {state.word.lower()}"), may_pass=True)
        if self.why_over:
            raise NotReached(self.why_over, is_over=True)

    def distrust(self) -> None:
        """End a shared connection over which nothing comes any more."""
        self._queue.site.distrust()

    def keeps(self, name: str) -> None:
        """Note that there is a keeper, or may be; if the front is killed, it ends with the job."""
        self._keepers.add(name)
        self._is_free = anyio.Event()

    def forget(self, name: str) -> None:
        """Note that a keeper has ended."""
        self._keepers.discard(name)
        self._free()

    # The end.

    def _free(self) -> None:
        if not self._keepers:
            self._is_free.set()

    def _fail(self, why: str) -> None:
        """Let nobody wait for it any longer, and cancel it."""
        log.info("%s", why)
        self.why_over = why
        self._end.set()
        self._free()
        self._tell()

    def _over(self, why: str) -> None:
        """Note that it has ended, and why."""
        self._is_gone = True
        if not self.why_over:
            self._fail(why)

    def _tell(self) -> None:
        self._news.set()
        self._news = anyio.Event()

    async def _cancel_until_done(self) -> None:
        """Cancel it, as often as that takes; while it cannot be reached it ends by itself, when `keep` is over."""
        attempts = 0
        while not self._is_gone:
            try:
                await self._cancel()
            except NotReached as error:
                log.warning("job %s cannot be cancelled yet: %s", self.number, error)
            if not self._is_gone:
                await anyio.sleep(CANCEL_PAUSES[min(attempts, len(CANCEL_PAUSES) - 1)])
                attempts += 1

    async def _cancel(self, *, alone: bool = False) -> None:
        """Cancel it; NotReached if nobody knows whether that was done."""
        done = await self._queue.run(self._queue.cancel_command(self._name, self.number), alone=alone)
        if done.code and not self._queue.engine.unknown.search(done.err):
            state = await self._queue.state(self.number) if self.number else None
            if not self.number or (state is not None and state.phase is not Phase.ENDED):
                raise NotReached(f"{self.place.name}: {done.err}")
        if not self._may_come or anyio.current_time() > self.submitted + DOUBT_SECONDS:
            self._over(f"job {self.number} was cancelled")
