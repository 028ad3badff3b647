"""One run of a place's command: it ends with the connection."""

import asyncio
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Protocol, cast

import anyio

from .....core.protocol.wire import Json
from .command import stdin_of, working_folder

LONGEST_BANNER = LONGEST_ANSWER = 1 << 16
"""Bytes that login shells may write before the agent answers, and of the answer."""

KEPT = 1 << 14
"""Bytes of stderr."""

ANSWER_SECONDS = 40.0
"""OpenSSH itself gives up connecting after 10 s; a host may be slow to log in."""

CLOSE_SECONDS = 1.0

PIPE_BYTES = 1 << 20
"""Of a pipe's buffer; 64 KB are usual, and make large outputs a matter of process switches."""


class NoAnswer(Exception):
    """The command ended, or was too late, before the agent answered."""

    def __init__(self, exit_code: int | None, said: str) -> None:
        """Take the exit code, None for a command that was still running, and what it wrote to stderr."""
        super().__init__(said)
        self.exit_code, self.said = exit_code, said


class User(Protocol):
    """What a connection is for; its methods never raise."""

    def answered(self, connection: "Connection", answer: Json) -> None:
        """Take the agent's answer."""

    def received(self, connection: "Connection", data: bytes) -> None:
        """Take what comes behind it."""

    def writable(self, connection: "Connection", is_writable: bool) -> None:
        """Stop writing, or go on."""


class Connection(asyncio.SubprocessProtocol):
    """A command that runs, with an agent at its other end."""

    def __init__(self, user: User | None, token: str) -> None:
        """Report to a user, if there is one besides those that wait for the answer, which begins with the token."""
        self.token = token
        self.closed = anyio.Event()
        """Nothing comes any more."""
        self._user = user
        self._before = bytearray()
        self._is_answered = False
        self._fault = ""
        """Why what has come cannot be an answer."""
        self._stderr = bytearray()
        self._news = anyio.Event()
        """The agent has answered, or will never."""
        self._has_exited = anyio.Event()

    def write(self, data: bytes) -> None:
        """Send; the user is told when that has become too much."""
        self._stdin.write(data)

    def kill(self) -> None:
        """End the connection now."""
        # It leads a session of its own.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, signal.SIGKILL)
        self._transport.close()
        self._end()

    @property
    def group(self) -> int:
        """The command's process group."""
        return self._transport.get_pid()

    async def answer(self) -> Json:
        """Return what the agent answered; NoAnswer if it does not."""
        with anyio.move_on_after(ANSWER_SECONDS):
            await self._news.wait()
        if self._fault:
            raise NoAnswer(None, self._fault)
        if not self._is_answered:
            with anyio.move_on_after(CLOSE_SECONDS if self.closed.is_set() else 0):
                await self._has_exited.wait()
            raise NoAnswer(self._transport.get_returncode(), self.said)
        return self._answer

    @property
    def said(self) -> str:
        """What the command wrote to stderr, the last of it."""
        return self._stderr.decode("utf-8", "replace")

    async def close(self) -> None:
        """Let the command end by itself, as its stdin does, but not for long."""
        with anyio.CancelScope(shield=True):
            self._stdin.close()
            with anyio.move_on_after(CLOSE_SECONDS):
                await self._has_exited.wait()
            self.kill()
            # What sudo runs cannot be killed.
            with anyio.move_on_after(CLOSE_SECONDS):
                await self._has_exited.wait()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._stdin = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        if sys.platform == "linux":
            stdout = self._transport.get_pipe_transport(1)
            # A user who has many pipes already does not get it; and the command may have ended by now.
            with suppress(PermissionError, ValueError):
                fcntl.fcntl(cast(asyncio.BaseTransport, stdout).get_extra_info("pipe"), fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Find the answer in what comes, and hand on what comes behind it."""
        if fd == 2:
            self._stderr += data
            del self._stderr[:-KEPT]
        elif self._is_answered:
            if self._user is not None:
                self._user.received(self, data)
        else:
            self._before += data
            self._look_for_answer()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """End with stdout."""
        if fd == 1:
            self._end()

    def process_exited(self) -> None:
        """Whatever still has its stdout is not the command."""
        self._has_exited.set()
        self._end()

    def pause_writing(self) -> None:
        """Tell that there is too much to be written."""
        if self._user is not None:
            self._user.writable(self, False)

    def resume_writing(self) -> None:
        """Tell that more can be written."""
        if self._user is not None:
            self._user.writable(self, True)

    def _look_for_answer(self) -> None:
        token = self.token.encode("ascii")
        banner, found, rest = bytes(self._before).partition(token)
        line, has_ended, rest = rest.partition(b"\n")
        if found and has_ended:
            try:
                answer = json.loads(line)
            except (ValueError, RecursionError):
                answer = None
            if isinstance(answer, dict):
                self._answer, self._is_answered = answer, True
                self._before.clear()
                self._news.set()
                if self._user is not None:
                    self._user.answered(self, answer)
                    self._user.received(self, rest)
                return
        if len(banner) > LONGEST_BANNER:
            self._fault = f"it wrote more than {LONGEST_BANNER >> 10} KB before the agent answered"
        elif len(line) > LONGEST_ANSWER or (found and has_ended):
            self._fault = "what answered is not Multi's agent"
        if self._fault:
            self.kill()

    def _end(self) -> None:
        self.closed.set()
        self._news.set()


@asynccontextmanager
async def run_command(
    argv: Sequence[str],
    request: Json,
    user: User | None = None,
    started: Callable[[int], Any] = lambda group: None,
    ended: Callable[[int], Any] = lambda group: None,
    token: str = "",
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Connection]:
    """Run a command until the context is left; `started` and `ended` get its process group. OSError if it cannot start.

    It gets the front's own environment unless there is `env`, whatever a backend's `env` is.
    """
    connection = Connection(user, token or secrets.token_hex(16))
    async with AsyncExitStack() as life:
        # A start that is cancelled half-way would leave a process that nobody knows.
        with anyio.CancelScope(shield=True):
            await asyncio.get_running_loop().subprocess_exec(
                lambda: connection,
                *argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=working_folder(),
                env=env,
                start_new_session=True,
            )
        started(connection.group)
        life.callback(ended, connection.group)
        life.push_async_callback(connection.close)
        connection.write(stdin_of({**request, "token": connection.token}))
        yield connection
