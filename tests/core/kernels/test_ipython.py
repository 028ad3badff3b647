"""An IPython is moved on to the notebook's counter, and never back."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import IPython
import pytest
import zmq

from multikernel.core.kernels.ipython import SETUP, TARGET, move_on

from ..desk import Desk


class FakeComm:
    _closed = False


class FakeManager:
    def __init__(self) -> None:
        self.targets: dict[str, Callable[[Any, Any], None]] = {}
        self.unregistered: list[FakeComm] = []

    def register_target(self, name: str, function: Callable[[Any, Any], None]) -> None:
        self.targets[name] = function

    def unregister_comm(self, comm: FakeComm) -> None:
        self.unregistered.append(comm)


class FakeThread:
    """ipykernel's thread for iopub, in which alone its socket may be touched."""

    def __init__(self) -> None:
        self.options: dict[int, int] = {}
        self.socket = SimpleNamespace(setsockopt=self.options.__setitem__)
        self.scheduled: list[Callable[[], None]] = []
        self.schedule = self.scheduled.append


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    history = SimpleNamespace(input_hist_raw=["", "a"], input_hist_parsed=["", "a"])
    kernel = SimpleNamespace(comm_manager=FakeManager(), iopub_thread=FakeThread())
    shell = SimpleNamespace(kernel=kernel, history_manager=history, execution_count=2)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return shell


def moved(shell: SimpleNamespace, count: int) -> FakeComm:
    comm, content = FakeComm(), move_on("c", count)
    shell.kernel.comm_manager.targets[content["target_name"]](comm, {"content": content})
    return comm


def test_the_code_leaves_no_name_behind(shell: SimpleNamespace) -> None:
    namespace: dict[str, object] = {}
    exec(SETUP, namespace)
    assert set(namespace) == {"__builtins__"}
    assert list(shell.kernel.comm_manager.targets) == [TARGET]
    assert "\n" not in SETUP


def test_the_next_cell_gets_the_number_and_its_place_in_the_history(shell: SimpleNamespace) -> None:
    exec(SETUP, {})
    moved(shell, 7)
    assert shell.execution_count == 7
    assert shell.history_manager.input_hist_raw == ["", "a", "", "", "", "", ""]
    assert shell.history_manager.input_hist_parsed == ["", "a", "", "", "", "", ""]


def test_it_never_moves_back(shell: SimpleNamespace) -> None:
    exec(SETUP, {})
    moved(shell, 1)
    assert shell.execution_count == 2
    assert shell.history_manager.input_hist_raw == ["", "a"]


def test_outputs_may_wait_without_limit(shell: SimpleNamespace) -> None:
    exec(SETUP, {})
    thread = shell.kernel.iopub_thread
    assert thread.options == {}
    thread.scheduled[0]()
    assert thread.options == {zmq.SNDHWM: 0}


def test_no_comm_stays_open(shell: SimpleNamespace) -> None:
    exec(SETUP, {})
    comm = moved(shell, 7)
    assert shell.kernel.comm_manager.unregistered == [comm]
    assert comm._closed


def test_the_message_is_a_comm_open() -> None:
    assert move_on("c", 7) == {"comm_id": "c", "target_name": TARGET, "data": {"count": 7}}


def test_one_counter_counts_for_all_and_an_ipython_is_moved_on_to_it() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.finish("ir", 1, count=1)
    assert desk.execute("y")[:2] == ["python3 <- comm_open own", "python3 <- execute_request 2: y"]
    moved = desk.child_messages("python3", "comm_open")[0].content()
    assert (moved["target_name"], moved["data"]) == (TARGET, {"count": 2})
    desk.finish("python3", 2, count=2)
    assert "python3 <- execute_request 3: z" in desk.execute("z")
    assert len(desk.child_messages("python3", "comm_open")) == 1


def test_what_the_move_of_the_counter_causes_is_not_shown() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.finish("ir", 1)
    desk.execute("y")
    own = desk.child_messages("python3", "comm_open")[0].id
    assert desk.busy("python3", own) + desk.idle("python3", own) == []


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
    assert desk.child_messages("python3", "comm_open") == []
    desk.execute("z")
    assert len(desk.child_messages("python3", "comm_open")) == 1


def test_an_r_has_no_counter_to_be_moved() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    desk.finish("python3", 1)
    assert desk.execute("%%r\nx")[:2] == ["ir <- execute_request 2: ##r\nx", "iopub busy of 2"]
