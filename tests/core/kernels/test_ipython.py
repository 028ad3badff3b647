"""An IPython is moved on to the notebook's counter, and never back."""

import json
from types import SimpleNamespace

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.kernels.ipython import KEY, SETUP, numbered
from multikernel.core.protocol.wire import Json

from ..desk import Desk
from ..lines import make_message
from .fake_ipython import FakeIPythonKernel, set_up


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    return set_up(monkeypatch, FakeIPythonKernel())


def handle(shell: SimpleNamespace, metadata: object) -> object:
    """Let the kernel handle a cell, and return what IPython's own handler has got."""
    return shell.kernel.shell_handlers["execute_request"]("stream", "ident", {"metadata": metadata})


def test_the_code_leaves_no_name_behind(shell: SimpleNamespace) -> None:
    namespace: dict[str, object] = {}
    exec(SETUP, namespace)
    assert set(namespace) == {"__builtins__"}
    assert "\n" not in SETUP


def test_the_next_cell_gets_the_number_and_its_place_in_the_history(shell: SimpleNamespace) -> None:
    exec(SETUP, {})
    handle(shell, {KEY: 7})
    assert shell.execution_count == 7
    assert shell.history_manager.input_hist_raw == ["", "a", "", "", "", "", ""]
    assert shell.history_manager.input_hist_parsed == ["", "a", "", "", "", "", ""]


def test_it_never_moves_back(shell: SimpleNamespace) -> None:
    exec(SETUP, {})
    handle(shell, {KEY: 1})
    assert shell.execution_count == 2
    assert shell.history_manager.input_hist_raw == ["", "a"]


@pytest.mark.parametrize("metadata", [{}, {"cellId": "a"}, {"cellId": "a", KEY: 7}, None, [], KEY])
def test_a_cell_is_handled_as_if_the_number_had_never_been_there(shell: SimpleNamespace, metadata: object) -> None:
    exec(SETUP, {})
    expected = {key: value for key, value in metadata.items() if key != KEY} if isinstance(metadata, dict) else metadata
    assert handle(shell, metadata) == ("stream", "ident", {"metadata": expected})


def test_outputs_may_wait_without_limit(shell: SimpleNamespace) -> None:
    exec(SETUP, {})
    thread = shell.kernel.iopub_thread
    assert thread.options == {}
    thread.scheduled[0]()
    assert thread.options == {zmq.SNDHWM: 0}


@given(
    st.dictionaries(st.text(), st.none() | st.floats() | st.lists(st.text()), max_size=3),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :")]),
    st.text(" \t\n\r", max_size=2),
    st.integers(1),
)
def test_the_number_comes_last_and_no_other_byte_changes(
    metadata: Json, separators: tuple[str, str], blank: str, count: int
) -> None:
    text = json.dumps(metadata, separators=separators)
    written = (blank + text[:-1] + blank + "}" + blank).encode()
    changed = numbered(written, count)
    assert changed.startswith(written.strip()[:-1])
    assert list(json.loads(changed)) == [*(key for key in metadata if key != KEY), KEY]
    assert json.loads(changed)[KEY] == count


@pytest.mark.parametrize("metadata", [b"", b"null", b"[]", b"[{}]", b"{", b"}", b"\xef\xbb\xbf{}"])
def test_what_is_no_object_gets_no_number(metadata: bytes) -> None:
    assert numbered(metadata, 7) == metadata


def numbers(desk: Desk, backend: str) -> list[object]:
    """Return the number in each cell that a child got, None where it has none."""
    sent = desk.child_messages(backend, "execute_request")
    return [json.loads(message.metadata_frame).get(KEY) for message in sent]


def test_one_counter_counts_for_all_and_an_ipython_is_moved_on_to_it() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.finish("ir", 1, count=1)
    assert desk.execute("y")[:2] == ["python3 <- execute_request 2: y", "iopub busy of 2"]
    desk.finish("python3", 2, count=2)
    desk.execute("z")
    assert (numbers(desk, "python3"), numbers(desk, "ir")) == ([2, None], [None])


def test_what_else_is_in_the_metadata_stays_as_it_was() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.finish("ir", 1)
    desk.front(make_message("a", "execute_request", {"code": "y"}, metadata=b'{"cellId": "a", "big": 1e400}'))
    (sent,) = desk.child_messages("python3", "execute_request")
    assert sent.metadata_frame == b'{"cellId": "a", "big": 1e400,"multikernel_count":2}'
    assert sent.header_frame == desk.front_messages("execute_input")[-1].parent_frame


def test_each_part_of_a_cell_has_its_number() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%parts\n%%r\nx\n%%python3\ny\n%%python3\nz")
    desk.finish("ir", 1, count=1)
    desk.finish("python3", 1, count=2)
    assert numbers(desk, "python3") == [2, None]


def test_a_child_that_is_ahead_is_left_there() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.finish("python3", 1, count=40)
    assert desk.execute("2")[:2] == ["python3 <- execute_request 2: 2", "iopub busy of 2"]
    desk.child("python3", "iopub", "execute_result", 2, execution_count=41)
    assert desk.last("execute_result")["execution_count"] == 2


def test_cells_that_do_not_count_do_not_move_the_counter() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.finish("ir", 1)
    desk.execute("y", store_history=False)
    desk.child("python3", "shell", "execute_reply", 2, status="ok")
    desk.idle("python3", 2)
    desk.execute("z")
    assert numbers(desk, "python3") == [None, 2]


def test_an_r_has_no_counter_to_be_moved() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    desk.finish("python3", 1)
    assert desk.execute("%%r\nx")[:2] == ["ir <- execute_request 2: ##r\nx", "iopub busy of 2"]
