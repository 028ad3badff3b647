"""What all backends of one place share."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from .....core.places import SshPlace
from .....core.protocol.wire import Json
from ...watchdog import Watchdog
from .command import CommandNotFound, PipePlace, command_of, stdin_of
from .connection import Connection, NoAnswer, User, run_command
from .failures import NotReached, not_found, not_reached
from .sharing import Sharing

MOST_STARTS = 4
"""At once: sshd drops logins at random when 10 of them are under way (MaxStartups 10:30:100)."""


class Site:
    """A place as the front sees it: connections to it, and which keepers are there."""

    def __init__(self, place: PipePlace, directory: str, watchdog: Watchdog, tasks: TaskGroup) -> None:
        """Take the front's private directory, and tasks that outlive all backends."""
        self.place = place
        self.tasks = tasks
        self._watchdog = watchdog
        self._starts = anyio.CapacityLimiter(MOST_STARTS)
        prefix = os.path.join(directory, os.urandom(3).hex())
        self._sharing = Sharing(place, prefix + "c", watchdog, tasks) if isinstance(place, SshPlace) else None
        self._last_words = Path(prefix + "e")
        self._keepers: set[str] = set()

    @asynccontextmanager
    async def connect(self, request: Json, user: User) -> AsyncIterator[tuple[Connection, Json]]:
        """Run the place's command until the context is left, and yield the agent's answer, too; NotReached if none."""
        async with AsyncExitStack() as life:
            async with self._starts:
                try:
                    argv = command_of(self.place, await self._sharing.options() if self._sharing else ())
                    watchdog = self._watchdog
                    connection = await life.enter_async_context(
                        run_command(argv, request, user, watchdog.started, watchdog.ended)
                    )
                    answer = await connection.answer()
                except CommandNotFound as error:
                    raise NotReached(not_found(self.place, str(error))) from None
                except OSError as error:
                    raise NotReached(f"{self.place.name}: {error}") from None
                except NoAnswer as error:
                    raise not_reached(self.place, error.exit_code, error.said) from None
            yield connection, answer

    def distrust(self) -> None:
        """End a shared connection over which nothing comes any more."""
        if self._sharing is not None:
            self._sharing.end()

    def keeps(self, name: str) -> None:
        """Note that there is a keeper, or may be; if the front is killed, the watchdog ends it."""
        if not self._keepers:
            with suppress(CommandNotFound):
                self._watchdog.at_end(command_of(self.place), str(self._last_words))
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
