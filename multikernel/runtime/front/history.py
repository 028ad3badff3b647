"""The cells of all sessions, as typed, in a file of Multi's own; for history_request (messaging spec, "History").

The tables are IPython's, so that its `HistoryAccessor` reads the file; IPython itself is not imported, which would
double the front's memory. SQLite runs in a thread, one statement after the other, and never holds up a message; cells
that come in quick succession are written together, since a commit takes as long as a cell may.
"""

import logging
import re
import sqlite3
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event

from ...core.actions import HistoryEntry
from ...core.protocol.wire import Json
from ..folders import make_private_folder

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions
    (session integer primary key autoincrement, start timestamp, end timestamp, num_cmds integer, remark text);
CREATE TABLE IF NOT EXISTS history
    (session integer, line integer, source text, source_raw text, PRIMARY KEY (session, line));
CREATE TABLE IF NOT EXISTS output_history
    (session integer, line integer, output text, PRIMARY KEY (session, line),
     FOREIGN KEY (session, line) REFERENCES history(session, line));
"""

WRITE_SECONDS = 0.5
"""How long a cell may wait so that others are written with it."""

BUSY_SECONDS = 0.5
"""How long a statement waits for another process that has locked the file; `close` takes twice as long at most."""

CELLS_KEPT = 1000
"""How many cells wait for a file that cannot be written; the oldest are dropped first."""

END_OF_SESSION = """
UPDATE sessions SET end = :end, num_cmds = (SELECT count(*) FROM history WHERE session = :session)
    WHERE session = :session
"""

EXIT = re.compile(r"(exit|quit)(\s*\(.*\))?")
"""Cells that IPython does not keep."""

TAIL = 10
"""Cells that a tail without `n` asks for (IPython 9.18)."""

log = logging.getLogger(__name__)


class HistoryFile:
    """One session's view of the file; the session gets its number with its first cell."""

    def __init__(self, path: Path) -> None:
        """Take the file's path; it is created, readable to the user alone, when it is first needed."""
        self._path = path
        self._thread = ThreadPoolExecutor(1, "history")
        # Start the thread now: later, a user's processes may have used up all that the system allows.
        self._thread.submit(int)
        self._database: sqlite3.Connection | None = None
        self._session = 0
        self._started = ""
        """When the session began, as the file has it: it tells this session from another one of the same number."""
        self._added: deque[tuple[int, str]] = deque()
        self._unwritten: deque[tuple[int, str]] = deque(maxlen=CELLS_KEPT)
        """Taken from `_added` by the thread, and in the file once a transaction has been committed."""
        self._write_is_due = False
        self._is_closing = False
        self._hurry = Event()
        self._problem = ""
        """Why the last attempt to write has failed: each reason is logged once, not for each cell."""

    def add(self, count: int, code: str) -> None:
        """Note a cell that is about to run."""
        self._added.append((count, code))
        if not self._write_is_due:
            self._write_is_due = True
            self._hurry.clear()
            self._thread.submit(self._write_soon)

    def find(self, request: Json) -> Future[list[HistoryEntry]]:
        """Return, when the thread gets there, the cells that a history_request asks for; none if that fails."""
        self._hurry.set()
        return self._thread.submit(self._find, request)

    def close(self) -> None:
        """Write what is to be written, and close the file."""
        self._is_closing = True
        self._hurry.set()
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _open(self) -> sqlite3.Connection:
        """Open the file; if it is unusable, keep the history of this session in memory. sqlite3.Error if it is locked.

        A locked file is not unusable: the next attempt may succeed.
        """
        if self._database is None:
            try:
                make_private_folder(self._path.parent)
                self._path.touch(mode=0o600)
                self._database = _connect(str(self._path))
            except (sqlite3.Error, OSError) as error:
                if _is_locked(error):
                    raise
                log.warning("cannot use %s, so the history lasts for this session only: %s", self._path, error)
                self._database = _connect(":memory:")
        return self._database

    def _write_soon(self) -> None:
        """Write the cells that have come by now, and those that come shortly."""
        self._hurry.wait(WRITE_SECONDS)
        # A cell that is added from here on asks for a write of its own, whatever becomes of this one.
        self._write_is_due = False
        if not self._is_closing:
            self._write()

    def _write(self) -> bool:
        """Write all cells in one transaction, and return whether it was committed; else they wait for the next."""
        while self._added:
            self._unwritten.append(self._added.popleft())
        if not self._unwritten:
            return self._database is not None
        try:
            with self._open() as database:
                session = self._begin_session(database)
                for count, code in self._unwritten:
                    _insert(database, session, count, code)
        except sqlite3.Error as error:
            self._failed(error)
            return False
        self._session, self._problem = session, ""
        self._unwritten.clear()
        return True

    def _failed(self, error: sqlite3.Error) -> None:
        if str(error) != self._problem:
            self._problem = str(error)
            log.warning("cells could not be written to the history yet: %s", error)
        if self._database is not None and not _is_locked(error):
            # A file that was deleted or replaced stays read-only to this connection, but not to a new one.
            self._database.close()
            self._database = None

    def _begin_session(self, database: sqlite3.Connection) -> int:
        """Return the number of this session, a new one if the file does not have it."""
        self._started = self._started or _now()
        if database.execute(
            "SELECT 1 FROM sessions WHERE session = ? AND start = ?", (self._session, self._started)
        ).fetchone():
            return self._session
        return database.execute("INSERT INTO sessions (start) VALUES (?)", (self._started,)).lastrowid or 0

    def _find(self, request: Json) -> list[HistoryEntry]:
        if self._is_closing:
            return []
        try:
            match request.get("hist_access_type"):
                case "tail":
                    return self._tail(request.get("n"))
                case "range":
                    return self._range(request)
                case "search":
                    return self._search(request)
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            log.warning("the history cannot be read: %s", error)
        return []

    def _tail(self, count: object) -> list[HistoryEntry]:
        """Return the newest cells, 10 by default; this session's come last, whatever another has run since."""
        count = TAIL if count is None else count
        own = self._newest("WHERE session = ?", (self._session,), count)
        if isinstance(count, int) and len(own) >= count >= 0:
            return own
        others = self._newest(
            "WHERE session != ?", (self._session,), count - len(own) if isinstance(count, int) else None
        )
        return others + own

    def _newest(self, where: str, values: tuple[object, ...], count: object) -> list[HistoryEntry]:
        """Return the newest cells, all if there is no count, the oldest of them first."""
        limit = count if isinstance(count, int) and count >= 0 else -1
        query = f"SELECT session, line, source_raw FROM history {where} ORDER BY session DESC, line DESC LIMIT ?"
        return self._open().execute(query, (*values, limit)).fetchall()[::-1]

    def _range(self, request: Json) -> list[HistoryEntry]:
        """Return lines of one session: 0 is this one, -1 the one before, and so on; without `stop`, to its end."""
        session, start, stop = (_integer(request.get(key)) for key in ("session", "start", "stop"))
        own = self._session or self._last_session() + 1
        number = session + own if session <= 0 else session
        if number == own:
            return self._own_range(start, stop)
        return self._lines(number, start, stop or sys.maxsize)

    def _own_range(self, start: int, stop: int) -> list[HistoryEntry]:
        """Return lines of this session, counted from its end if negative: IPython has them as a list, empty at 0."""
        lines = [(0, 0, ""), *((0, line, code) for _, line, code in self._lines(self._session, 1, sys.maxsize))]
        end = lines[-1][1] + 1
        start, stop = (number + end if number < 0 else number for number in (start, stop))
        return [entry for entry in lines if start <= entry[1] < (stop or end)]

    def _lines(self, session: int, start: int, stop: int) -> list[HistoryEntry]:
        return self._newest("WHERE session = ? AND line >= ? AND line < ?", (session, start, stop), None)

    def _last_session(self) -> int:
        return int(self._open().execute("SELECT ifnull(max(session), 0) FROM sessions").fetchone()[0])

    def _search(self, request: Json) -> list[HistoryEntry]:
        """Return cells that a glob matches, none without one; of equal ones the newest alone if `unique`."""
        where = "WHERE source_raw GLOB ?"
        if request.get("unique"):
            where += " AND session * 131072 + line IN "
            where += "(SELECT max(session * 131072 + line) FROM history GROUP BY source_raw)"
        return self._newest(where, (request.get("pattern"),), request.get("n"))

    def _close(self) -> None:
        try:
            if self._write() and self._database is not None and self._session:
                with self._database:
                    self._database.execute(END_OF_SESSION, {"end": _now(), "session": self._session})
        except sqlite3.Error as error:
            log.warning("the end of the session was not written to the history: %s", error)
        finally:
            if self._unwritten:
                log.warning("%d cells were not written to the history: %s", len(self._unwritten), self._problem)
            if self._database is not None:
                self._database.close()


def _connect(path: str) -> sqlite3.Connection:
    """Open a database that has all tables; sqlite3.Error if that is not possible."""
    database = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        database.executescript(SCHEMA)
    except sqlite3.Error:
        # Python 3.13 warns of a connection that is not closed.
        database.close()
        raise
    return database


def _is_locked(error: Exception) -> bool:
    """Whether another process holds the file: what was tried may succeed later."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _insert(database: sqlite3.Connection, session: int, count: int, code: str) -> None:
    """Insert a cell, or leave it out if no database can hold it; sqlite3.OperationalError if this one cannot now."""
    typed = code.rstrip("\n")
    if EXIT.fullmatch(typed.strip()):
        return
    try:
        database.execute("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", (session, count, typed, typed))
    except (UnicodeError, OverflowError, sqlite3.DataError) as error:
        log.warning("cell %d cannot be kept in the history: %s", count, error)


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _now() -> str:
    return datetime.now().isoformat(" ")
