"""A bug of Multi's own costs one request, and nothing else."""

from collections.abc import Mapping
from typing import NoReturn

import pytest

from multikernel.core.backend import Backend
from multikernel.core.errors import BackendError, MultiError
from multikernel.core.exchange import NotebookExchange
from multikernel.core.feature import Feature, Handler
from multikernel.core.protocol.wire import Message

from .desk import Desk
from .lines import make_message


def break_(*arguments: object) -> NoReturn:
    raise KeyError("broken")


def broken(*where: str) -> type[Feature]:
    """Return a feature that raises in these members."""
    return type("Broken", (Feature,), dict.fromkeys(where, break_))


def answers(desk: Desk) -> bool:
    """Whether the next cell runs, and gets all that it has to get."""
    lines = desk.execute("1")
    request = desk.in_flight[-1]
    lines += desk.finish("python3", request)
    return f"shell execute_reply of {request}: ok" in lines and f"iopub idle of {request}" in lines


def test_an_exception_in_a_request_is_its_error_and_is_logged() -> None:
    class Raises(Feature):
        def requests(self) -> Mapping[str, Handler]:
            return {"odd_request": break_}

    desk = Desk("python3", more_features=[lambda spine: Raises()])
    assert desk.request("odd_request") == ["iopub busy of 1", "shell odd_reply of 1: error", "iopub idle of 1"]
    assert desk.last("odd_reply")["ename"] == "InternalError"
    assert "KeyError: 'broken'" in desk.last("odd_reply")["evalue"]
    assert "Traceback" in desk.logs[-1]
    assert answers(desk)


@pytest.mark.parametrize("member", ["accepts", "cell_sent", "cell_idle", "over"])
def test_an_exception_while_a_cell_runs_ends_that_cell(member: str) -> None:
    desk = Desk("python3")
    desk.router._hooks.add(broken(member)())
    lines = desk.execute("1") + desk.finish("python3", 1)
    assert lines.count("iopub idle of 1") == 1
    assert len([line for line in lines if line.startswith("shell execute_reply of 1")]) == 1
    assert desk.in_flight == []
    assert "KeyError: 'broken'" in "".join(desk.logs)


@pytest.mark.parametrize("member", ["ended", "ready", "is_preparing"])
def test_an_exception_when_a_backend_comes_or_goes_holds_up_nothing(member: str) -> None:
    desk = Desk("python3")
    feature = broken(member)()
    desk.execute("%%r\n1")
    desk.router._hooks.features.insert(0, feature)
    assert "ir <- execute_request 1: ##r\n1" in desk.ready("ir")
    desk.child("ir", "iopub", "comm_open", 1, comm_id="c", target_name="t")
    assert "iopub comm_close" in desk.died("ir")
    assert "KeyError: 'broken'" in "".join(desk.logs)
    assert desk.in_flight == []
    assert answers(desk)


def test_an_exception_in_a_rule_costs_one_message() -> None:
    def rule(backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message | None:
        raise KeyError("broken")

    desk = Desk("python3")
    desk.router._hooks.to_front["iopub", "odd"] = rule
    desk.execute("1")
    assert desk.child("python3", "iopub", "odd", 1)[:2] == [
        "iopub error of 1: InternalError",
        "shell execute_reply of 1: error",
    ]
    assert desk.child("python3", "iopub", "odd", 1) == []
    assert answers(desk)


def test_what_a_child_says_after_an_exception_ends_nothing_twice() -> None:
    desk = Desk("python3")
    desk.router._hooks.to_front["shell", "execute_reply"] = break_
    desk.execute("1")
    lines = desk.finish("python3", 1)
    assert [line for line in lines if "idle of 1" in line or "reply of 1" in line] == [
        "shell execute_reply of 1: error",
        "iopub idle of 1",
    ]
    assert desk.in_flight == []


def test_an_exception_in_a_timer_or_a_job_is_the_request_s() -> None:
    desk = Desk("python3")
    desk.router._timers["slow start"] = break_
    desk.execute("%%r\nx")
    assert "iopub error of 1: InternalError" in desk.fire("slow start", 1)
    desk.router._jobs["history"] = break_
    desk.request("history_request")
    assert "shell history_reply of 2: error" in desk.history_found(2, [])
    assert desk.in_flight == []


def test_a_request_that_cannot_even_be_failed_gets_a_reply_and_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("python3")
    monkeypatch.setattr(desk.router._guard, "_fail", break_)
    monkeypatch.setattr(desk.router._execution.tracks, "_take", break_)
    assert desk.execute("1")[-2:] == ["shell execute_reply of 1: error", "iopub idle of 1"]
    assert desk.in_flight == []


def test_an_exception_in_one_part_ends_the_cell_and_all_that_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_once(*arguments: object) -> NoReturn:
        monkeypatch.undo()
        raise KeyError("broken")

    desk = Desk("python3")
    desk.execute("%%parts\n%%r --bg\n1\n%%r --bg\n2\n%%python --bg\n3")
    monkeypatch.setattr(desk.router._execution._answers, "failed", break_once)
    assert desk.start_failed("ir") == [
        *("iopub error of 1: InternalError", "shell execute_reply of 1: error", "iopub idle of 1")
    ]
    assert desk.timers == {}
    assert len([log for log in desk.logs if "Traceback" in log]) == 1
    assert desk.finish("python3", 1) == []
    assert answers(desk)


def test_an_exception_when_a_turn_comes_is_that_cells_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r --bg\n1")
    desk.execute("%%r --bg\n2")
    desk.execute("%%r --bg\n3")
    desk.router._hooks._overriding["cell_sent"].insert(0, once := broken("cell_sent")())
    lines = desk.finish("ir", 1)
    desk.router._hooks._overriding["cell_sent"].remove(once)
    assert "iopub error of 2: InternalError" in lines
    assert "iopub error of 3: InternalError" in lines
    assert desk.in_flight == []
    assert answers(desk)


def test_an_exception_about_no_request_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("python3")
    monkeypatch.setattr(desk.router._starts, "start", break_)
    assert desk.start("ir") == []
    assert "KeyError: 'broken'" in desk.logs[-1]
    monkeypatch.undo()
    assert answers(desk)


def test_what_could_not_be_sent_to_a_child_fails() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="x", cursor_pos=1)
    message = desk.child_messages("python3")[-1]
    error: MultiError = BackendError("python3 is not running.")
    lines = desk._take(desk.router.undeliverable("python3", message, error))
    assert lines == ["iopub busy of 1", "shell complete_reply of 1: ok", "iopub idle of 1"]
    assert desk.router.undeliverable("python3", message, error) == []


def test_a_request_of_an_unknown_type_that_could_not_be_sent_is_over_already() -> None:
    desk = Desk("python3")
    message = make_message("1", "odd_request", {})
    desk.front(message)
    assert desk.router.undeliverable("python3", message, BackendError("no")) == []
