"""What all backends of one place share."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from .....core.places import SshPlace
from .....core.protocol.wire import Json
from ...watchdog import Watchdog
from .command import CommandNotFound, PipePlace, command_of, stdin_of
from .connection import Connection, NoAnswer, User, run_command
from .failures import NamedPlace, NotReached, not_found, not_reached
from .sharing import Sharing

MOST_STARTS = 4
"""At once: sshd drops logins at random when 10 of them are under way (MaxStartups 10:30:100)."""

MakeCommand = Callable[[Sequence[str]], list[str]]


class Site:
    """A place as the front sees it: connections to it, and which keepers are there."""

    def __init__(
        self,
        place: PipePlace,
        directory: str,
        watchdog: Watchdog,
        tasks: TaskGroup,
        named: NamedPlace | None = None,
    ) -> None:
        """Take the front's private directory, and tasks that outlive all backends.

        Errors tell of the place `named`, if that is another one.
        """
        self.place = place
        self._named = named or place
        self.is_prompt = False
        self.transport = "ssh" if isinstance(place, SshPlace) else "pipe"
        self.tasks = tasks
        self.watchdog = watchdog
        self._starts = anyio.CapacityLimiter(MOST_STARTS)
        self.directory = directory
        prefix = os.path.join(directory, os.urandom(3).hex())
        self._sharing = Sharing(place, prefix + "c", watchdog, tasks) if isinstance(place, SshPlace) else None
        self._last_words = Path(prefix + "e")
        self._keepers: set[str] = set()

    def connect(self, request: Json, user: User) -> AbstractAsyncContextManager[tuple[Connection, Json]]:
        """Run the place's command until the context is left, and yield the agent's answer, too; NotReached if none."""
        return self.run(partial(command_of, self.place), request, user)

    @asynccontextmanager
    async def run(
        self, command: MakeCommand, request: Json, user: User, env: Mapping[str, str] | None = None
    ) -> AsyncIterator[tuple[Connection, Json]]:
        """Run a command that has an agent at its other end; `command` makes it of the options for ssh."""
        async with AsyncExitStack() as life:
            async with self._starts:
                with self.failures():
                    argv = command(await self.ssh_options())
                    started, ended = self.watchdog.started, self.watchdog.ended
                    connection = await life.enter_async_context(
                        run_command(argv, request, user, started, ended, env=env)
                    )
                    answer = await connection.answer()
            yield connection, answer

    async def ssh_options(self) -> Sequence[str]:
        """Return what makes ssh use the shared connection, as soon as there is one; it raises what `Sharing` does."""
        return await self._sharing.options() if self._sharing else ()

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Tell what fails as NotReached."""
        try:
            yield
        except CommandNotFound as error:
            raise NotReached(not_found(self._named, str(error))) from None
        except OSError as error:
            raise NotReached(f"{self.place.name}: {error}") from None
        except NoAnswer as error:
            raise not_reached(self._named, error.exit_code, error.said) from None

    async def how_ended(self, how: str) -> str:
        """Return how a kernel has ended, of which its keeper says this."""
        return how

    def distrust(self) -> None:
        """End a shared connection over which nothing comes any more."""
        if self._sharing is not None:
            self._sharing.end()

    def keeps(self, name: str) -> None:
        """Note that there is a keeper, or may be; if the front is killed, the watchdog ends it."""
        if not self._keepers:
            with suppress(CommandNotFound):
                self.watchdog.at_end(command_of(self.place), str(self._last_words))
        self._keepers.add(name)
        self._write_last_words()

    def forget(self, name: str) -> None:
        """Note that a keeper has ended."""
        self._keepers.discard(name)
        self._write_last_words()
        if not self._keepers:
            self.distrust()

    def _write_last_words(self) -> None:
        """Write what the watchdog would give to the place's command."""
        new = self._last_words.with_suffix(".new")
        with suppress(OSError):
            if not self._keepers:
                self._last_words.unlink(missing_ok=True)
                return
            with open(new, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(stdin_of({"do": "end", "names": sorted(self._keepers), "token": ""}))
            os.replace(new, self._last_words)
