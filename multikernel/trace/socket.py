"""The socket that `multikernel trace` connects to: in the private directory, so that only the user can.

A watcher that does not read holds nothing up: of what it has not read, QUEUED bytes stay in memory; what does not fit
is left out, and counted. The lines are those of records.py.
"""

import asyncio
import json
import logging
import os
from contextlib import suppress
from types import TracebackType

import anyio

from .records import ENDED, SOCKET_NAME, WATCHING, WITH_CONTENT, Record, to_json
from .watchers import Trace

QUEUED = 1 << 22
"""Bytes that wait for one watcher, at most."""

END_SECONDS = 0.2
"""How long a watcher has to read the last lines."""

log = logging.getLogger(__name__)


class SocketWatcher:
    """A connection that watches the trace.

    Lines wait here and not in the transport, which looks at all that waits there with every write (Python 3.12).
    """

    def __init__(self, writer: asyncio.StreamWriter, *, wants_content: bool) -> None:
        """Take an accepted connection."""
        self.wants_content = wants_content
        self._writer = writer
        self._queue = bytearray(WATCHING)
        self._on_its_way = 0
        """Bytes that the transport has, at most."""
        self._missed = 0
        self._has_lines = asyncio.Event()
        self._has_lines.set()
        # `drain` then waits until the system has taken all that was written.
        writer.transport.set_write_buffer_limits(high=0)

    def take(self, record: Record) -> None:
        """Take a record; after one that had no room none, until all that waits has been read."""
        line = b"" if self._missed else to_json(record)
        if self._missed or self.waiting + len(line) > QUEUED:
            self._missed += 1
        else:
            self._queue += line
            self._has_lines.set()

    @property
    def waiting(self) -> int:
        """Bytes that have not been read, at most."""
        return len(self._queue) + self._on_its_way

    async def send(self) -> None:
        """Send what waits, until the connection is closed, and how many records are missing behind it."""
        with suppress(OSError):
            while True:
                await self._has_lines.wait()
                self._has_lines.clear()
                while self._queue:
                    self._write()
                    await self._writer.drain()
                    self._on_its_way = 0
                    self._tell_of_gap()

    def end(self) -> None:
        """Write what waits, and that this is the end."""
        self._tell_of_gap()
        self._queue += ENDED
        self._write()

    def _write(self) -> None:
        self._on_its_way += len(self._queue)
        self._writer.write(bytes(self._queue))
        self._queue.clear()

    def _tell_of_gap(self) -> None:
        if self._missed:
            self._queue += json.dumps({"missed": self._missed}).encode("ascii") + b"\n"
        self._missed = 0

    def close(self) -> None:
        """Close the connection, when the other side has read what waits for it."""
        self._writer.close()


class TraceSocket:
    """Listens for watchers on the running loop, for as long as it is entered."""

    def __init__(self, trace: Trace, directory: str) -> None:
        """Take the directory for the socket."""
        self._trace = trace
        self._path = os.path.join(directory, SOCKET_NAME)
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, SocketWatcher | None] = {}
        """None: it has not asked for anything yet."""
        self._serving = 0
        self._one_less = asyncio.Event()

    async def __aenter__(self) -> None:
        """Begin to listen, if the path is not too long for a socket (107 bytes on Linux)."""
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path)
            os.chmod(self._path, 0o600)
        except OSError as error:
            log.info("multikernel trace is not available: %s: %s", self._path, error)

    async def __aexit__(self, *exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Let all watchers know that this is the end, as far as they still read."""
        if self._server is not None:
            self._server.close()
        writers = list(self._connections)
        for writer in writers:
            if (watcher := self._connections[writer]) is not None:
                watcher.end()
            else:
                writer.write(ENDED)
            self._forget(writer)
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(END_SECONDS):
                while writers:
                    with suppress(OSError):
                        await writers[-1].wait_closed()
                    writers.pop()
            for writer in writers:
                writer.transport.abort()
            while self._serving:
                self._one_less.clear()
                await self._one_less.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, until it is closed."""
        self._connections[writer] = None
        self._serving += 1
        try:
            await self._show(reader, writer)
        finally:
            self._forget(writer)
            self._serving -= 1
            self._one_less.set()

    async def _show(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Show the trace from the first byte on, which tells whether contents are wanted."""
        with suppress(OSError):
            if not (wants := await reader.read(1)):
                return
            watcher = self._connections[writer] = SocketWatcher(writer, wants_content=wants == WITH_CONTENT)
            self._trace.add(watcher)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watcher.send)
                await _until_closed(reader)
                tasks.cancel_scope.cancel()

    def _forget(self, writer: asyncio.StreamWriter) -> None:
        if (watcher := self._connections.pop(writer, None)) is not None:
            self._trace.remove(watcher)
        writer.close()


async def _until_closed(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(1 << 10):
            pass
