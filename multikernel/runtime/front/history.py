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
"""How long a cell may wait for others to be written with."""

BUSY_SECONDS = 5.0
"""How long another Multi may hold the file."""

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
        self._database: sqlite3.Connection | None = None
        self._session = 0
        self._cells = 0
        self._unwritten: deque[tuple[int, str]] = deque()
        self._hurry = Event()

    def add(self, count: int, code: str) -> None:
        """Note a cell that is about to run."""
        self._unwritten.append((count, code))
        if len(self._unwritten) == 1:
            self._hurry.clear()
            self._thread.submit(self._write)

    def find(self, request: Json) -> Future[list[HistoryEntry]]:
        """Return, when the thread gets there, the cells that a history_request asks for."""
        self._hurry.set()
        return self._thread.submit(self._find, request)

    def close(self) -> None:
        """Write what is to be written, and close the file."""
        self._hurry.set()
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _open(self) -> sqlite3.Connection:
        """Open the file; where that is not possible, the history of this session alone, in memory."""
        if self._database is None:
            try:
                make_private_folder(self._path.parent)
                self._path.touch(mode=0o600)
                self._database = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
                self._database.executescript(SCHEMA)
            except (sqlite3.Error, OSError) as error:
                log.warning("%s cannot be used, so the history ends with the session: %s", self._path, error)
                self._database = sqlite3.connect(":memory:")
                self._database.executescript(SCHEMA)
        return self._database

    def _write(self) -> None:
        """Write the cells that have come so far, each by itself: one that cannot be written does not hold up others."""
        self._hurry.wait(WRITE_SECONDS)
        try:
            with self._open() as database:
                while self._unwritten:
                    self._insert(database, *self._unwritten.popleft())
        except sqlite3.Error as error:
            log.warning("cells are not in the history: %s", error)

    def _insert(self, database: sqlite3.Connection, count: int, code: str) -> None:
        typed = code.rstrip("\n")
        if EXIT.fullmatch(typed.strip()):
            return
        try:
            if not self._session:
                started = database.execute("INSERT INTO sessions (start) VALUES (?)", (_now(),))
                self._session = started.lastrowid or 0
            database.execute("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", (self._session, count, typed, typed))
            self._cells += 1
        except UnicodeError as error:
            log.warning("cell %d is not in the history: %s", count, error)

    def _find(self, request: Json) -> list[HistoryEntry]:
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
        """Return the newest cells, 10 if nobody says; this session's come last, whatever another has run since."""
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
        if self._database is None:
            return
        try:
            with self._database:
                values = (_now(), self._cells, self._session)
                self._database.execute("UPDATE sessions SET end = ?, num_cmds = ? WHERE session = ?", values)
        except sqlite3.Error as error:
            log.warning("the end of the session is not in the history: %s", error)
        finally:
            self._database.close()


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _now() -> str:
    return datetime.now().isoformat(" ")
