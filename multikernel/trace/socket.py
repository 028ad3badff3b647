"""The socket that `multikernel trace` connects to: in the private directory, so that only the user can.

A watcher that does not read holds up nothing: what it has not read waits in QUEUED bytes of memory, what does not fit
is left out, and counted. The lines are those of core/trace.py.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress

from .records import ENDED, SOCKET_NAME, WATCHING, WITH_CONTENT, Record, to_json
from .watchers import Trace

QUEUED = 1 << 22
"""Bytes that wait for one watcher, at most."""

SENT_AT_ONCE = 1 << 16
"""Bytes; less of them are sent when the loop gets to it."""

log = logging.getLogger(__name__)


class TraceSocket:
    """Listens for watchers on the running loop."""

    def __init__(self, trace: Trace, directory: str) -> None:
        """Begin to listen, if the directory's path is not too long for a socket (107 bytes on Linux, with its name)."""
        self._trace = trace
        self._loop = asyncio.get_running_loop()
        self._watchers: list[SocketWatcher] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.setblocking(False)
        path = os.path.join(directory, SOCKET_NAME)
        try:
            self._listener.bind(path)
            os.chmod(path, 0o600)
            self._listener.listen()
        except OSError as error:
            log.info("multikernel trace cannot watch: %s: %s", path, error)
            return
        self._loop.add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Let all watchers know that this is the end."""
        self._loop.remove_reader(self._listener)
        self._listener.close()
        for watcher in list(self._watchers):
            watcher.end()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as error:
            # There are too many open files, so it would fail for ever.
            log.warning("multikernel trace cannot watch any more: %s", error)
            self._loop.remove_reader(self._listener)
            return
        self._watchers.append(SocketWatcher(connection, self._trace, self._watchers.remove))


class SocketWatcher:
    """One connection; a watcher of the trace from its first byte on, which says whether it wants contents."""

    def __init__(self, connection: socket.socket, trace: Trace, gone: Callable[["SocketWatcher"], None]) -> None:
        """Take an accepted connection; `gone` is called when it is closed."""
        self.wants_content = False
        self._connection = connection
        self._trace = trace
        self._gone = gone
        self._queue = bytearray()
        self._missed = 0
        self._is_watching = False
        self._is_blocked = False
        """The connection takes no more for now; the loop will call `_send` when it does."""
        self._loop = asyncio.get_running_loop()
        connection.setblocking(False)
        self._loop.add_reader(connection, self._receive)

    def take(self, record: Record) -> None:
        """Take a record; after one that had no room none, until all that waits has been read."""
        line = b"" if self._missed else to_json(record)
        if self._missed or len(self._queue) + len(line) > QUEUED:
            self._missed += 1
        else:
            self._put(line)

    def end(self) -> None:
        """Say that this is the end, as far as the other side still reads, and close."""
        if self._missed:
            self._queue += _missed_line(self._missed)
        self._queue += ENDED
        with suppress(OSError):
            self._connection.send(self._queue)
        self._leave()

    def close(self) -> None:
        """Close the connection."""
        self._loop.remove_reader(self._connection)
        self._loop.remove_writer(self._connection)
        self._connection.close()
        self._gone(self)

    def _put(self, line: bytes) -> None:
        if not self._queue:
            self._loop.call_soon(self._send)
        self._queue += line
        if len(self._queue) > SENT_AT_ONCE and not self._is_blocked:
            self._send()

    def _send(self) -> None:
        if self._connection.fileno() < 0:
            return
        try:
            del self._queue[: self._connection.send(self._queue)]
        except BlockingIOError:
            pass
        except OSError:
            self._leave()
            return
        if not self._queue and self._missed:
            self._queue += _missed_line(self._missed)
            self._missed = 0
        self._is_blocked = bool(self._queue)
        if self._is_blocked:
            self._loop.add_writer(self._connection, self._send)
        else:
            self._loop.remove_writer(self._connection)

    def _receive(self) -> None:
        try:
            said = self._connection.recv(64)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self._leave()
        elif not self._is_watching:
            self._is_watching = True
            self.wants_content = said[:1] == WITH_CONTENT
            self._put(WATCHING)
            self._trace.add(self)

    def _leave(self) -> None:
        if self._is_watching:
            self._trace.remove(self)
        else:
            self.close()


def _missed_line(count: int) -> bytes:
    return json.dumps({"missed": count}).encode("ascii") + b"\n"
