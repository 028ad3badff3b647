"""Owns a kernel, and outlives the connections over which its front reaches it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from typing import Any

from .files import Files, leave_marks
from .kernel import Kernel, kill
from .stream import BEAT_SECONDS, CHANNELS, PIECE, VERSION, WORD, Garbled, ProtocolError, Stream, TooLarge

MOST_HELD = 256 << 20
"""Bytes that wait for the front; with more, the kernel is stopped until half of them have been received."""

END_SECONDS = 1.6
"""A kernel has half of it to end by itself, the other half after SIGTERM; then SIGKILL."""

FIRST_SECONDS = 5.0
"""For so long a keeper without a kernel waits: its front may have been killed, or given up, while it started."""

LONGEST_GREETING = 1000

LONELY = b"lonely\n"
"""What a keeper tells that ends because nobody has listened for too long."""

WRITE_AHEAD = 1 << 20
"""Bytes."""


def fork_keeper(
    listener: socket.socket, folder: str, spec: dict[str, Any], keep: float, *unneeded: socket.socket, report: int = -1
) -> int:
    """Start a keeper and its guard, and return the process id of the latter, which ends last.

    It has the socket, the folder with it, and the kernelspec to start one day; it closes sockets that it does not need.
    The file descriptor `report` gets LONELY from a keeper that nobody has wanted for too long.
    """
    child = os.fork()
    if child:
        return child
    os.setsid()
    for each in unneeded:
        each.close()
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    read_end, write_end = os.pipe()
    if os.fork():
        os.close(write_end)
        listener.close()
        _guard(read_end, folder, report)
        os._exit(0)
    os.close(read_end)
    if report >= 0:
        os.close(report)
    os.chdir("/")
    try:
        asyncio.run(Keeper(listener, folder, spec, keep, write_end).run())
    finally:
        # There may be threads that never end.
        os._exit(0)


def _guard(pipe: int, folder: str, report: int) -> None:
    """Wait until the keeper has ended, and end what it has left; it is told of the kernel's process group, or 0."""
    # What ends a whole job at once is for the keeper to act on.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    group = 0
    with open(pipe, "rb") as lines:
        for line in lines:
            if line == LONELY and report >= 0:
                os.write(report, LONELY)
            elif line != LONELY:
                group = int(line)
    kill(group, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


class Keeper:
    """A kernel, the stream to the front, and whichever relay is connected."""

    def __init__(self, listener: socket.socket, folder: str, spec: dict[str, Any], keep: float, guard: int) -> None:
        """Take the socket that relays connect to, and the pipe to the guard; `keep` is in seconds."""
        self.stream = Stream(self._take)
        self._files = Files(folder, self.stream)
        self._listener, self._folder, self._spec, self._keep, self._guard = listener, folder, spec, keep, guard
        self._kernel: Kernel | None = None
        self._relay: Any = None
        self._has_ended = False
        """The kernel has, and the front has been told."""
        self._is_ending = self._is_deaf = False
        """`_is_deaf`: the front has sent what cannot be, and been told."""

    async def run(self) -> None:
        """Serve until the end."""
        self._loop = asyncio.get_event_loop()
        self._is_over = self._loop.create_future()
        self._wait_for_relay()
        self.stream.say(found=self._spec)
        await self._loop.create_unix_server(lambda: Connection(self), sock=self._listener)
        self._beat()
        self._loop.add_signal_handler(signal.SIGTERM, self._end)
        await self._is_over
        if self._kernel is not None:
            self._kernel.signal(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)
        self.stream.say(over=True)

    def greet(self, transport: Any, greeting: dict[str, Any]) -> None:
        """Take a relay, in place of the one before; or one that wants an end and to know when that has come."""
        if greeting["do"] == "end":
            self._end()
            return
        if self._relay is not None:
            self._relay.abort()
        self._relay = transport
        self._lonely.cancel()
        transport.write(b'{"version": %d, "seen": %d}\n' % (VERSION, self.stream.seen))
        self.stream.connected(transport, greeting["seen"])
        self._look()

    def fed(self, transport: Any, data: bytes) -> None:
        """Take what a relay brings; Garbled for what another connection may bring better.

        The front is told of what it would send again and again, and it ends this keeper then.
        """
        if self._is_deaf:
            return
        try:
            self.stream.feed(transport, data)
        except Garbled:
            raise
        except ProtocolError as error:
            self._is_deaf = True
            self.stream.say(refused=str(error))
        self.stream.flush()
        self._look()

    def writable(self, transport: Any, is_writable: bool) -> None:
        """Note whether a relay takes more."""
        self.stream.writable(transport, is_writable)
        self._look()

    def gone(self, transport: Any) -> None:
        """Wait for another relay, but not for ever."""
        if self.stream.disconnected(transport):
            self._relay = None
            self._wait_for_relay()

    def _wait_for_relay(self) -> None:
        seconds = self._keep if self._kernel is not None else min(self._keep, FIRST_SECONDS)
        self._lonely = self._loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        # The guard may have been killed.
        with suppress(BrokenPipeError):
            os.write(self._guard, LONELY)
        self._end()

    def _look(self) -> None:
        """Do what depends on how much the front has received."""
        if self._has_ended and not self.stream.held:
            self._finish()
            return
        self._files.go_on()
        if self._kernel is not None and self.stream.held < MOST_HELD // 2:
            self._kernel.pause(False)

    def _take(self, kind: int, frames: list[bytes]) -> None:
        """Take a record of the front."""
        try:
            if kind == WORD:
                [(what, value)] = json.loads(frames[0]).items()
                self._do(what, value)
                return
            if kind == PIECE:
                self._files.take(frames)
                return
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ProtocolError(f"a word that is none: {error!r}") from None
        if kind < len(CHANNELS) and self._kernel is not None and self._kernel.group:
            self._kernel.send(kind, frames)

    def _do(self, what: str, value: Any) -> None:
        if what == "launch" and self._kernel is None:
            self._launch(value)
        elif what == "signal" and self._kernel is not None:
            self._kernel.signal(int(value))
        elif what == "end":
            self._end()
        else:
            self._files.do(what, value)

    def _launch(self, word: dict[str, Any]) -> None:
        leave_marks(word.get("marks", []))
        self._kernel = Kernel(self._folder, self._keep_record, self.stream.flush, self._ended)
        try:
            pid = self._kernel.start(self._spec, word, self._guard)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self._kernel = None
            self._has_ended = True
            self.stream.say(failed=str(error))
        else:
            self.stream.say(started={"pid": pid, "host": socket.gethostname()})

    def _keep_record(self, kind: int, frames: list[Any]) -> None:
        try:
            self.stream.send(kind, frames)
        except TooLarge as error:
            self.stream.say(note=f"a message of the kernel's is dropped: {error}")
        if self.stream.held > MOST_HELD and self._kernel is not None and self._kernel.pause(True):
            self.stream.say(note=f"{MOST_HELD >> 20} MB of output wait to be received: the kernel stops meanwhile")

    def _ended(self, code: int) -> None:
        self._has_ended = True
        self.stream.say(ended=code)
        if self._is_ending:
            self._finish()

    def _end(self) -> None:
        """End the kernel, and then all."""
        self._is_ending = True
        if self._kernel is None or not self._kernel.group:
            self._finish()
            return
        # A process that is stopped ends by nothing but SIGKILL.
        self._kernel.signal(signal.SIGCONT)
        self._loop.call_later(END_SECONDS / 2, self._kernel.signal, signal.SIGTERM)
        self._loop.call_later(END_SECONDS, self._finish)

    def _finish(self) -> None:
        if not self._is_over.done():
            self._is_over.set_result(None)

    def _beat(self) -> None:
        if not self.stream.beat():
            self._relay.abort()
        self._loop.call_later(BEAT_SECONDS, self._beat)


class Connection(asyncio.Protocol):
    """A relay: a line of JSON, then chunks."""

    def __init__(self, keeper: Keeper) -> None:
        """Begin with the line."""
        self._keeper = keeper
        self._line = b""
        self._has_greeted = False

    def connection_made(self, transport: Any) -> None:
        """Keep the transport; what it buffers keeps the relay busy while the keeper does other things."""
        transport.set_write_buffer_limits(WRITE_AHEAD)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take bytes; what cannot be ends the connection."""
        try:
            if not self._has_greeted:
                self._line += data
                line, self._has_greeted, data = self._line.partition(b"\n")  # type: ignore[assignment]
                if not self._has_greeted:
                    if len(self._line) > LONGEST_GREETING:
                        raise ProtocolError("no greeting")
                    return
                self._keeper.greet(self._transport, json.loads(line))
            if data:
                self._keeper.fed(self._transport, data)
        except (ProtocolError, ValueError, LookupError, TypeError):
            self._transport.abort()

    def pause_writing(self) -> None:
        """Keep what is to be sent."""
        self._keeper.writable(self._transport, False)

    def resume_writing(self) -> None:
        """Send what was kept."""
        self._keeper.writable(self._transport, True)

    def connection_lost(self, error: Exception | None) -> None:
        """Wait for the next one."""
        self._keeper.gone(self._transport)
