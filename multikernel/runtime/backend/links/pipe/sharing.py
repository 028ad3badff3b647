"""One connection of OpenSSH's for all backends of a place (ControlMaster): one login for all.

A session that sshd does not grant on it (MaxSessions is 10) gets a connection of its own: OpenSSH sees to that.
"""

import asyncio
import logging
import os
import secrets
import subprocess
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from .....core.places import SshPlace
from ...watchdog import Watchdog
from .agent.stream import BEAT_SECONDS
from .command import CommandNotFound, command_of, ssh, working_folder
from .connection import Connection, NoAnswer, run_command

LONGEST_PATH = 85
"""Bytes of a socket's path; OpenSSH adds 17 while it makes it, and Linux takes 107, macOS 103."""

CONFIG_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Master:
    """A process that holds the connection."""

    settled: anyio.Event = field(default_factory=anyio.Event)
    """It holds one, or will never."""
    error: OSError | NoAnswer | CommandNotFound | None = None
    connection: Connection | None = None


class Sharing:
    """The connection of a place; it is made when it is needed, and again when it has ended."""

    def __init__(self, place: SshPlace, path: str, watchdog: Watchdog, tasks: TaskGroup) -> None:
        """Take the path of the socket, in a private folder; `tasks` outlive all backends."""
        self._place, self._path, self._watchdog, self._tasks = place, path, watchdog, tasks
        self._is_wanted: bool | None = None if len(os.fsencode(path)) <= LONGEST_PATH else False
        self._master: _Master | None = None

    async def options(self) -> list[str]:
        """Return the options for ssh, as soon as there is a connection; NoAnswer or OSError if there can be none.

        CommandNotFound if there is no ssh.
        """
        if self._is_wanted is None:
            self._is_wanted = not await self._user_shares()
        if not self._is_wanted:
            return []
        if (master := self._master) is None:
            master = self._master = _Master()
            self._tasks.start_soon(self._hold, master)
        await master.settled.wait()
        if master.error is not None:
            raise master.error
        return self._options("no")

    def end(self) -> None:
        """End the connection, and with it all that share it."""
        if self._master is not None and self._master.connection is not None:
            self._master.connection.kill()

    def _options(self, is_master: str) -> list[str]:
        path = self._path.replace("%", "%%")
        return ["-o", f"ControlMaster={is_master}", "-o", f'ControlPath="{path}"', "-o", "ControlPersist=no"]

    async def _hold(self, master: _Master) -> None:
        """Hold a connection: nothing else uses this session of it, and it ends with the front's end of its stdin."""
        watchdog = self._watchdog
        try:
            # The connection is there before the agent is.
            token = secrets.token_hex(16)
            argv = command_of(self._place, self._options("yes"), token + "{}")
            async with run_command(argv, {"do": "hold"}, None, watchdog.started, watchdog.ended, token) as connection:
                await connection.answer()
                master.connection = connection
                master.settled.set()
                while not connection.closed.is_set():
                    connection.write(b".")
                    with anyio.move_on_after(BEAT_SECONDS):
                        await connection.closed.wait()
        except (NoAnswer, OSError, CommandNotFound) as error:
            master.error = error
        except Exception:
            # The front and the other places have nothing to do with it.
            log.exception("a shared connection has failed")
            master.error = NoAnswer(None, "an error in Multi itself, see its log")
        finally:
            self._master = None
            master.settled.set()

    async def _user_shares(self) -> bool:
        """Whether the user's own config shares connections to this host."""
        process = await asyncio.create_subprocess_exec(
            *ssh("-G", "--", self._place.target),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=working_folder(),
        )
        settings = b""
        with anyio.move_on_after(CONFIG_SECONDS):
            settings, _ = await process.communicate()
        if process.returncode is None:
            process.kill()
            await process.wait()
        paths = [line.partition(b" ")[2] for line in settings.splitlines() if line.lower().startswith(b"controlpath ")]
        return any(path.strip() not in (b"", b"none") for path in paths)
