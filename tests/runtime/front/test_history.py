"""The history file: cells of all sessions, as typed."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.history import HistoryAccessor

from multikernel.runtime.front.history import HistoryFile

PATIENCE = 20.0


@contextmanager
def session(path: Path, *cells: str) -> Iterator[HistoryFile]:
    history = HistoryFile(path)
    for count, code in enumerate(cells, 1):
        history.add(count, code)
    try:
        yield history
    finally:
        history.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file with one session of three cells."""
    path = tmp_path / "multikernel" / "history.sqlite"
    with session(path, "1+1", "%%r\nplot(x)", "1+1"):
        pass
    return path


def test_tail_returns_the_newest_cells_of_all_sessions_oldest_first(path: Path) -> None:
    with session(path, "new") as history:
        found = history.find({"hist_access_type": "tail", "n": 3}).result()
    assert found == [(1, 2, "%%r\nplot(x)"), (1, 3, "1+1"), (2, 1, "new")]


def test_range_counts_sessions_from_this_one_backwards(path: Path) -> None:
    with session(path, "new") as history:
        here = history.find({"hist_access_type": "range", "session": 0, "start": 1, "stop": None}).result()
        before = history.find({"hist_access_type": "range", "session": -1, "start": 2, "stop": 3}).result()
        first = history.find({"hist_access_type": "range", "session": 1, "start": 3}).result()
    assert here == [(0, 1, "new")]
    assert before == [(1, 2, "%%r\nplot(x)")]
    assert first == [(1, 3, "1+1")]


def test_the_session_before_is_found_before_the_first_cell_of_this_one(path: Path) -> None:
    with session(path) as history:
        assert len(history.find({"hist_access_type": "range", "session": -1}).result()) == 3


def test_search_takes_a_glob_and_may_show_each_cell_once(path: Path) -> None:
    with session(path) as history:
        found = history.find({"hist_access_type": "search", "pattern": "*1*"}).result()
        once = history.find({"hist_access_type": "search", "pattern": "*1*", "unique": True}).result()
        newest = history.find({"hist_access_type": "search", "pattern": "*", "n": 1}).result()
    assert found == [(1, 1, "1+1"), (1, 3, "1+1")]
    assert once == newest == [(1, 3, "1+1")]


@pytest.mark.parametrize("query", [{}, {"hist_access_type": "nonsense"}, {"hist_access_type": 3}])
def test_an_unknown_way_of_access_finds_nothing(path: Path, query: dict[str, object]) -> None:
    with session(path) as history:
        assert history.find(query).result() == []


def test_ipython_reads_the_file(path: Path) -> None:
    accessor = HistoryAccessor(hist_file=str(path))
    assert list(accessor.get_range(1)) == [(1, 1, "1+1"), (1, 2, "%%r\nplot(x)"), (1, 3, "1+1")]
    accessor.db.close()


def test_the_file_is_readable_to_the_user_alone(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_sessions_side_by_side_have_numbers_of_their_own(path: Path) -> None:
    with session(path, "a") as one, session(path, "b") as other:
        assert one.find({"hist_access_type": "range"}).result() == [(0, 0, ""), (0, 1, "a")]
        assert other.find({"hist_access_type": "range"}).result() == [(0, 0, ""), (0, 1, "b")]


def test_a_file_that_cannot_be_used_leaves_the_session_its_history(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "history.sqlite"
    broken.write_bytes(b"this is no database" * 100)
    with caplog.at_level(logging.WARNING), session(broken, "1") as history:
        assert history.find({"hist_access_type": "tail"}).result() == [(1, 1, "1")]
    assert "the history lasts for this session only" in caplog.text


def test_text_that_is_no_unicode_is_left_out(path: Path) -> None:
    with session(path, "\ud800", "fine") as history:
        assert history.find({"hist_access_type": "range", "start": 1}).result() == [(0, 2, "fine")]


def test_a_cell_is_on_disk_soon_without_being_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with session(path, "1+1"), session(path) as other:
        deadline = time.monotonic() + PATIENCE
        while not (found := other.find({"hist_access_type": "tail", "n": 1}).result()):
            assert time.monotonic() < deadline
    assert found == [(1, 1, "1+1")]


@settings(deadline=None)
@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5))
def test_cells_come_back_as_typed(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    with session(tmp_path_factory.mktemp("history") / "history.sqlite", *cells) as history:
        found = history.find({"hist_access_type": "range", "start": 1}).result()
    assert found == [(0, line, cell.rstrip("\n")) for line, cell in enumerate(cells, 1)]


def test_lines_of_this_session_are_counted_from_its_end_if_negative(path: Path) -> None:
    with session(path, "a", "b", "c") as history:
        found = history.find({"hist_access_type": "range", "start": -2, "stop": -1}).result()
        before = history.find({"hist_access_type": "range", "session": 1, "start": -2, "stop": -1}).result()
    assert found == [(0, 2, "b")]
    assert before == []


def test_exit_is_not_kept(path: Path) -> None:
    with session(path, "exit", " quit ( ) ", "exit = 1", "exit()\n1") as history:
        found = history.find({"hist_access_type": "range", "start": 1}).result()
    assert found == [(0, 3, "exit = 1"), (0, 4, "exit()\n1")]


def test_a_tail_without_a_number_is_of_ten_cells(path: Path) -> None:
    with session(path, *"abcdefghijklm") as history:
        for query in ({}, {"n": None}):
            found = history.find({"hist_access_type": "tail", **query}).result()
            assert [code for _, _, code in found] == list("defghijklm")


@pytest.mark.parametrize("kind", ["tail", "range", "search"])
@pytest.mark.parametrize("value", [10**30, -(10**30), [], "x", 1.5, {}])
def test_a_query_may_say_anything(path: Path, kind: str, value: object) -> None:
    keys = ("session", "start", "stop", "n", "pattern", "unique")
    with session(path, "a") as history:
        for key in keys:
            assert isinstance(history.find({"hist_access_type": kind, key: value}).result(), list)
