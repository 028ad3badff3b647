"""Shows messages to watchers: the log file of MULTIKERNEL_TRACE, and `multikernel trace` (socket.py).

Without a watcher, all it costs is a look at `Trace.watched`.
"""

import logging
import os
import stat
import time
from datetime import datetime
from typing import Protocol

from ..core.actions import Channel
from ..core.protocol.wire import Message
from .records import Record, Way, introduction, lines_of, record_of, shown_content

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Whoever wants to see records."""

    wants_content: bool

    def take(self, record: Record) -> None:
        """Take a record, without waiting; OSError if this one can take no more."""

    def close(self) -> None:
        """Let go of what it holds."""


class Trace:
    """Hands a record of each message to every watcher."""

    def __init__(self, session: str) -> None:
        """Take the session of the ids that Multi gives."""
        self.watched = False
        """Whether there is any watcher; to be asked before `message` is called."""
        self._session = session
        self._watchers: list[Watcher] = []

    def add(self, watcher: Watcher) -> None:
        """Show all messages from now on to one more."""
        self._watchers.append(watcher)
        self.watched = True

    def remove(self, watcher: Watcher) -> None:
        """Show no more to one, and close it."""
        self._watchers.remove(watcher)
        self.watched = bool(self._watchers)
        watcher.close()

    def message(self, way: Way, channel: Channel, message: Message, backend: str = "") -> None:
        """Show a message that is about to be sent, or has just come; `backend` is the child at the other end."""
        self._show(record_of(time.time(), way, backend, channel, message, self._session), message)

    def dropped(self, way: Way, channel: Channel, why: str, backend: str = "", message: Message | None = None) -> None:
        """Show that a message goes no further; None is one that could not be read."""
        if not self.watched:
            return
        if message is None:
            self._show(Record(time.time(), way, backend, channel, dropped=why))
        else:
            self._show(record_of(time.time(), way, backend, channel, message, self._session)._replace(dropped=why))

    def close(self) -> None:
        """Close all watchers."""
        for watcher in list(self._watchers):
            self.remove(watcher)

    def _show(self, record: Record, message: Message | None = None) -> None:
        for watcher in list(self._watchers):
            shown = record
            if message is not None and watcher.wants_content:
                shown = record._replace(content=shown_content(record.channel, message))
            try:
                watcher.take(shown)
            except OSError as error:
                log.warning("a trace has ended: %s", error)
                self.remove(watcher)


class TraceFile:
    """A log file, one line a message; what is there already stays."""

    def __init__(self, path: str, *, wants_content: bool) -> None:
        """Open a file that only the user can read; OSError if that is not possible.

        `{pid}` in its name stands for the process id of the front, so that several can have a file each.
        """
        self.wants_content = wants_content
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
        self._file = os.open(path.replace("{pid}", str(os.getpid())), flags, 0o600)
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            os.close(self._file)
            raise OSError(f"{path} is not a file")
        os.fchmod(self._file, 0o600)
        self._write(f"{introduction(os.getpid(), os.getcwd(), datetime.now())}\n")

    def take(self, record: Record) -> None:
        """Write a record."""
        self._write(f"{lines_of(record)}\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, text: str) -> None:
        os.write(self._file, text.encode("utf-8", "replace"))
