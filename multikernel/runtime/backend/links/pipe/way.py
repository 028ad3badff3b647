"""What a link needs to reach a kernel, again and again."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from anyio.abc import TaskGroup

from .....core.protocol.wire import Json
from .connection import Connection, User
from .failures import NamedPlace


class Way(Protocol):
    """A place, or a job there."""

    @property
    def place(self) -> NamedPlace:
        """Where it leads."""

    @property
    def tasks(self) -> TaskGroup:
        """They outlive all backends."""

    @property
    def transport(self) -> str:
        """What the kernel is reached by, for the log."""

    @property
    def is_prompt(self) -> bool:
        """Whether this end is to acknowledge at once."""

    def connect(self, request: Json, user: User) -> AbstractAsyncContextManager[tuple[Connection, Json]]:
        """Run a relay until the context is left, and yield the agent's answer, too; NotReached if none."""

    def distrust(self) -> None:
        """End a shared connection over which nothing comes any more."""

    def keeps(self, name: str) -> None:
        """Note that there is a keeper, or may be; if the front is killed, it has to end."""

    def forget(self, name: str) -> None:
        """Note that a keeper has ended."""

    async def how_ended(self, how: str) -> str:
        """Return how a kernel has ended, of which its keeper says this."""
