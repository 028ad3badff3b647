"""Cells in the background: the next cell does not wait for them, and what they end with is theirs alone."""

import pytest

from multikernel.core.errors import HeaderError

from ..desk import Desk
from .expected import ALL, ended, failed, in_subshell, sent


@pytest.mark.parametrize("option", ["--bg", "&"])
def test_the_next_cell_runs_meanwhile_and_outputs_stay_where_they_belong(option: str) -> None:
    desk = Desk(*ALL)
    assert sent(desk.execute(f"%%r {option}\nx")) == ["ir 1"]
    assert sent(desk.execute("2")) == ["python3 2"]
    assert desk.stream("ir", 1, "out") == ["iopub stdout of 1: out"]
    assert desk.finish("python3", 2) == [*ended(2), "iopub busy of 1"]
    assert desk.finish("ir", 1) == ended(1)
    assert desk.timers == {}


def test_it_begins_when_its_turn_comes() -> None:
    desk = Desk(*ALL)
    desk.execute("1")
    assert desk.execute("%%r --bg\nx") == desk.execute("3") == []
    assert sent(desk.finish("python3", 1)) == ["ir 2", "python3 3"]


def test_its_commands_are_done_before_the_next_cell_begins() -> None:
    desk = Desk(*ALL)
    desk.execute("%%restart r\n%%bash --bg\nx")
    assert desk.execute("%%r\ny") == []
    assert sent(desk.command_done(1)) == ["bash 1", "ir 2"]


def test_a_command_of_its_that_fails_aborts_what_is_queued() -> None:
    desk = Desk(*ALL)
    desk.execute("%%start r\n%%r --bg\nx")
    desk.execute("2")
    assert "shell execute_reply of 2: aborted" in desk.command_done(1, HeaderError("no"))


def test_a_header_without_a_body_is_over_at_once() -> None:
    assert Desk(*ALL).execute("%%r --bg\n")[-2:] == ended(1)


def test_it_waits_for_a_start_and_holds_up_nothing() -> None:
    desk = Desk("python3")
    assert "start ir" in desk.execute("%%r --bg\nx")
    assert sent(desk.execute("2")) == ["python3 2"]
    assert sent(desk.ready("ir")) == ["ir 1"]


def test_a_start_that_fails_is_its_error_alone() -> None:
    desk = Desk("python3")
    desk.execute("%%r --bg\nx")
    desk.execute("2")
    desk.execute("3")
    assert desk.start_failed("ir") == [*failed(1, "BackendStartError"), "iopub busy of 2"]
    assert sent(desk.finish("python3", 2)) == ["python3 3"]


# Its turn.


def test_bodies_run_at_a_backend_in_the_order_in_which_their_cells_began() -> None:
    desk = Desk(*ALL)
    assert sent(desk.execute("%%r --bg\n1")) == ["ir 1"]
    assert sent(desk.execute("%%r --bg\n2")) == []
    assert sent(desk.execute("%%r --bg\n3")) == []
    assert sent(desk.finish("ir", 1)) == ["ir 2"]
    assert sent(desk.finish("ir", 2)) == ["ir 3"]


def test_a_foreground_cell_for_a_busy_backend_waits_and_holds_those_behind_it() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%r\n2")
    assert desk.execute("3") == []
    assert sent(desk.finish("ir", 1)) == ["ir 2"]
    assert sent(desk.finish("ir", 2)) == ["python3 3"]


def test_a_silent_cell_waits_its_turn_too() -> None:
    desk = Desk(*ALL)
    desk.execute("%%python3 --bg\n1")
    assert sent(desk.execute("2", silent=True)) == []
    assert sent(desk.finish("python3", 1)) == ["python3 2"]


def test_a_subshell_waits_for_nothing_in_the_main_shell() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    assert sent(in_subshell(desk, "%%r\n2")) == ["ir 3"]


def test_nothing_in_the_main_shell_waits_for_a_subshell() -> None:
    desk = Desk(*ALL)
    assert sent(in_subshell(desk, "%%r\n2")) == ["ir 2"]
    assert sent(desk.execute("%%r\n3")) == ["ir 3"]


def test_cells_are_numbered_in_the_order_in_which_they_begin() -> None:
    desk = Desk(*ALL)
    desk.execute("%%python3 --bg\n1")
    desk.execute("%%r --bg\n2")
    desk.execute("%%bash\n3")
    desk.finish("bash", 3)
    desk.execute("%%python3\n4")
    result = {"data": {}, "metadata": {}, "execution_count": 9}
    assert desk.child("python3", "iopub", "execute_result", 1, **result) == ["iopub execute_result of 1: [1]"]
    assert "python3 <- execute_request 4: 4" in desk.finish("python3", 1)
    assert desk.child_messages("python3", "execute_request")[-1].metadata_frame == b'{"multikernel_count":4}'
    assert desk.child("python3", "iopub", "execute_result", 4, **result) == ["iopub execute_result of 4: [4]"]
    assert desk.last("execute_input")["execution_count"] == 4


# What aborts what.


def test_its_failure_aborts_nothing() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("2")
    desk.execute("3")
    assert desk.finish("ir", 1, "error") == [*ended(1, "error"), "iopub busy of 2"]
    assert sent(desk.finish("python3", 2)) == ["python3 3"]


def test_a_foreground_failure_aborts_only_what_has_not_begun() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%r --bg\n2")
    desk.execute("3")
    desk.execute("%%r --bg\n4")
    lines = desk.finish("python3", 3, "error")
    assert "shell execute_reply of 4: aborted" in lines
    assert not [line for line in lines if " of 1: aborted" in line or " of 2: aborted" in line]
    assert sent(desk.finish("ir", 1)) == ["ir 2"]


def test_a_death_fails_what_ran_and_what_waits_runs_on_a_new_child() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%r --bg\n2")
    lines = desk.died("ir")
    assert lines[0] == "start ir"
    assert failed(1, "BackendDied") == lines[1:4]
    assert sent(desk.ready("ir")) == ["ir 2"]
    assert desk.text_of(2) == "ir had died and was restarted: it is new and empty.\n"


def test_a_stop_ends_what_runs_and_what_waits_there_and_nothing_else() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%r --bg\n2")
    desk.execute("%%bash --bg\n3")
    assert "run %%stop r of 4" in desk.execute("%%stop r")
    lines = [line for line in desk.stop("ir") if "busy" not in line]
    assert lines == ["stop ir", *failed(2, "BackendStopped"), *failed(1, "BackendStopped")]
    assert desk.in_flight == ["3", "4"]
    assert desk.command_done(4)[:2] == ended(4)
    assert desk.finish("bash", 3) == ended(3)
