"""Room for one kernel in a job that has several tasks."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio.abc import TaskGroup

from ......core.places import JobPlace
from ......core.protocol.wire import Json
from ..connection import Connection, User
from .job import Job


class Seat:
    """One task of a job, for one backend of a group: what a link needs to reach a kernel there.

    The job is cancelled when all that have taken a seat have let it go.
    """

    def __init__(self, job: Job, rank: int) -> None:
        """Take the task of a rank."""
        self.has_run = self.is_let_go = False
        self.is_prompt = True
        self._job, self._rank = job, rank
        job.seats.add(rank)

    @property
    def place(self) -> JobPlace:
        """Where it leads."""
        return self._job.place

    @property
    def tasks(self) -> TaskGroup:
        """They outlive all backends."""
        return self._job.tasks

    @property
    def transport(self) -> str:
        """What the kernel is reached by, for the log."""
        return self._job.transport

    @property
    def number(self) -> str:
        """The job's."""
        return self._job.number

    @property
    def is_running(self) -> bool:
        """Whether the job runs, as far as the scheduler has said."""
        return self._job.is_running

    @property
    def why_over(self) -> str:
        """Why the job has ended, or will never begin; empty until then."""
        return self._job.why_over

    async def wait_until_running(self, tell: Callable[[str, bool], None]) -> None:
        """Wait until the job runs; only the first of those that have a seat shows a line under the cell."""

        def tell_once(text: str, is_shown: bool) -> None:
            tell(text, is_shown and self._rank == min(self._job.seats, default=self._rank))

        await self._job.wait_until_running(tell_once)

    def let_go(self) -> None:
        """Leave the seat; the last to do so ends the job."""
        if not self.is_let_go:
            self.is_let_go = True
            self._job.seats.discard(self._rank)
            if not self._job.seats:
                self._job.let_go()

    @asynccontextmanager
    async def connect(self, request: Json, user: User) -> AsyncIterator[tuple[Connection, Json]]:
        """Run a relay beside the task until the context is left; NotReached if that cannot be."""
        async with self._job.connect(request, user, self._rank) as (connection, answer):
            if answer.get("error") == "no script":
                self._job.lost.add(self._rank)
                self.let_go()
            yield connection, answer

    async def how_ended(self, how: str) -> str:
        """Return how a kernel has ended, of which its keeper says this."""
        return await self._job.how_ended(how)

    async def look(self) -> None:
        """Ask whether the job still runs; NotReached if it does not, or if nobody can tell."""
        await self._job.look()

    def distrust(self) -> None:
        """End a shared connection over which nothing comes any more."""
        self._job.distrust()

    def keeps(self, name: str) -> None:
        """Note that there is a keeper, or may be."""
        self._job.keeps(name)

    def forget(self, name: str) -> None:
        """Note that a keeper has ended."""
        self._job.forget(name)
