"""A history file that is locked, deleted, read-only or full: what can be written later is, and nothing is held up."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from multikernel.runtime.front import history as module
from multikernel.runtime.front.history import BUSY_SECONDS, CELLS_KEPT, HistoryFile

TAIL = {"hist_access_type": "tail", "n": 10}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no cell wait for others to be written with it."""
    monkeypatch.setattr(module, "WRITE_SECONDS", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a history file with one session of one cell."""
    path = tmp_path / "history.sqlite"
    with closing(HistoryFile(path)) as history:
        history.add(1, "before")
    return path


def codes(history: HistoryFile) -> list[str]:
    """Return what the newest cells say, oldest first."""
    return [code for _, _, code in history.find(TAIL).result(20)]


def sessions(path: Path) -> list[tuple[int, bool, int | None]]:
    """Return number, whether it has ended, and count of cells of all sessions."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT session, end IS NOT NULL, num_cmds FROM sessions").fetchall()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file as another process may."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.rollback()


def try_to_write(history: HistoryFile, count: int, code: str) -> None:
    """Add a cell, and wait until the attempt to write it is over."""
    history.add(count, code)
    codes(history)


def test_cells_that_met_a_locked_file_are_written_with_the_next(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(HistoryFile(path)) as history:
        with locked(path):
            try_to_write(history, 1, "a")
            try_to_write(history, 2, "b")
        try_to_write(history, 3, "c")
        assert codes(history) == ["before", "a", "b", "c"]
    assert sessions(path) == [(1, 1, 1), (2, 1, 3)]
    assert caplog.text.count("cells could not be written to the history yet") == 1


def test_a_file_that_is_locked_at_first_is_used_later(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(HistoryFile(path)) as history:
        with locked(path):
            assert codes(history) == []
            try_to_write(history, 1, "a")
        assert codes(history) == ["before"]
    with closing(HistoryFile(path)) as history:
        assert codes(history) == ["before", "a"]
    assert "for this session only" not in caplog.text


def test_a_locked_file_does_not_hold_up_the_end(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    history = HistoryFile(path)
    with locked(path):
        history.add(1, "a")
        found = [history.find(TAIL) for _ in range(10)]
        begin = time.monotonic()
        history.close()
        took = time.monotonic() - begin
    assert took < 2 * BUSY_SECONDS + 0.5
    assert [each.result(0) for each in found[1:]] == [[]] * 9
    assert "1 cells were not written to the history: database is locked" in caplog.text


def test_what_waits_for_the_file_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.0)
    with closing(HistoryFile(path)) as history:
        with locked(path):
            for count in range(1, CELLS_KEPT + 11):
                history.add(count, f"{count}")
            codes(history)
        assert len(history._unwritten) == CELLS_KEPT
        assert not history._added
    assert sessions(path)[-1] == (2, 1, CELLS_KEPT)


def test_a_file_that_is_deleted_is_made_once_more(path: Path) -> None:
    with closing(HistoryFile(path)) as history:
        try_to_write(history, 1, "a")
        path.unlink()
        try_to_write(history, 2, "b")
        try_to_write(history, 3, "c")
        assert codes(history) == ["b", "c"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert sessions(path) == [(1, 1, 2)]


def test_the_session_of_another_is_not_taken_over_with_its_number(path: Path) -> None:
    with closing(HistoryFile(path)) as history:
        try_to_write(history, 1, "a")
        path.unlink()
        for code in ("x", "y"):
            with closing(HistoryFile(path)) as other:
                other.add(1, code)
        try_to_write(history, 2, "b")
        try_to_write(history, 3, "c")
        assert codes(history) == ["x", "y", "b", "c"]
    assert [count for *_, count in sessions(path)] == [1, 1, 2]


def test_a_full_disk_costs_no_cell_once_there_is_room(path: Path) -> None:
    with closing(HistoryFile(path)) as history:
        codes(history)
        history._thread.submit(_fill, history).result()
        try_to_write(history, 1, "a" * 100_000)
        # The connection that met the full disk is closed; a new one has all the room.
        try_to_write(history, 2, "b")
        assert codes(history) == ["before", "a" * 100_000, "b"]


def _fill(history: HistoryFile) -> None:
    """Let the database grow no more."""
    assert history._database is not None
    pages = history._database.execute("PRAGMA page_count").fetchone()[0]
    history._database.execute(f"PRAGMA max_page_count = {pages}")


def test_a_cell_too_large_for_any_database_costs_only_itself(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(HistoryFile(path)) as history:
        codes(history)
        assert history._database is not None
        history._thread.submit(history._database.setlimit, sqlite3.SQLITE_LIMIT_LENGTH, 10_000).result()
        for count, code in enumerate(("a", "b" * 10_001, "c"), 1):
            history.add(count, code)
        assert codes(history) == ["before", "a", "c"]
    assert "cell 2 cannot be kept in the history: " in caplog.text


def test_a_file_that_only_can_be_read_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(path: str, timeout: float) -> sqlite3.Connection:
        return sqlite3.Connection(f"file:{path}?mode=ro", timeout=timeout, uri=True)

    monkeypatch.setattr(sqlite3, "connect", connect)
    with closing(HistoryFile(path)) as history:
        try_to_write(history, 1, "a")
        assert codes(history) == ["before"]


def test_no_connection_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    closed: list[str] = []

    class Noted(sqlite3.Connection):
        def __init__(self, path: str, timeout: float) -> None:
            super().__init__(path, timeout=timeout)
            self.path = path
            opened.append(path)

        def close(self) -> None:
            closed.append(self.path)
            super().close()

    monkeypatch.setattr(sqlite3, "connect", Noted)
    broken = tmp_path / "history.sqlite"
    broken.write_bytes(b"this is no database" * 100)
    with closing(HistoryFile(broken)) as history:
        history.add(1, "a")
        assert codes(history) == ["a"]
    assert opened == closed == [str(broken), ":memory:"]


def test_no_thread_has_to_be_had_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    history = HistoryFile(path)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    history.add(1, "a")
    assert codes(history) == ["before", "a"]
    history.close()


def test_a_folder_that_cannot_be_made_leaves_the_session_its_history(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with closing(HistoryFile(tmp_path / "file" / "history.sqlite")) as history:
        history.add(1, "a")
        assert codes(history) == ["a"]
    assert os.listdir(tmp_path) == ["file"]
