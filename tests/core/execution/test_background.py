"""Cells in the background: the next cell does not wait for them, and what they end with is theirs alone."""

import pytest

from multikernel.core.errors import HeaderError, Interrupted

from ..desk import Desk
from ..lines import make_message

ALL = ("python3", "ir", "bash")


def ended(number: int, status: str = "ok") -> list[str]:
    """Return the lines that end a cell."""
    return [f"shell execute_reply of {number}: {status}", f"iopub idle of {number}"]


def failed(number: int, error: str) -> list[str]:
    """Return the lines that end a cell with an error of Multi's own."""
    return [f"iopub error of {number}: {error}", *ended(number, "error")]


def sent(lines: list[str]) -> list[str]:
    """Return which bodies lines have sent, as `ir 1`."""
    return [f"{line.split()[0]} {line.split()[3].rstrip(':')}" for line in lines if " <- execute_request" in line]


def in_subshell(desk: Desk, code: str) -> list[str]:
    """Let a new subshell of the notebook run a cell."""
    desk.request("create_subshell_request", "control")
    message = desk.message("execute_request", {"code": code})
    header = {**message.header, "subshell_id": desk.last("create_subshell_reply")["subshell_id"]}
    return desk.front(make_message(message.id, message.type, {"code": code}, header=header))


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


def test_cells_are_numbered_in_the_order_in_which_they_begin() -> None:
    desk = Desk(*ALL)
    desk.execute("%%python3 --bg\n1")
    desk.execute("%%r --bg\n2")
    desk.execute("%%bash\n3")
    desk.finish("bash", 3)
    desk.execute("%%python3\n4")
    result = {"data": {}, "metadata": {}, "execution_count": 9}
    assert desk.child("python3", "iopub", "execute_result", 1, **result) == ["iopub execute_result of 1: [1]"]
    assert "python3 <- comm_open own" in desk.finish("python3", 1)
    assert desk.child_messages("python3", "comm_open")[-1].content()["data"] == {"count": 4}
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


# The interrupt button.


def test_the_button_interrupts_the_foreground_cell_alone() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("2")
    desk.execute("3")
    lines = desk.press()
    assert [line for line in lines if line.startswith("signal")] == ["signal python3"]
    assert "shell execute_reply of 3: aborted" in desk.finish("python3", 2, "error")
    assert desk.finish("ir", 1) == ended(1)


def test_the_button_interrupts_all_where_there_is_no_foreground_cell() -> None:
    desk = Desk("python3", "bash")
    desk.execute("%%python3 --bg\n1")
    desk.execute("%%r --bg\n2")
    desk.execute("%%bash --bg\n3")
    desk.execute("%%bash --bg\n4")
    lines = desk.press()
    assert lines[:3] == ["signal python3", "signal bash", "stop ir"]
    assert [line for line in lines if "error of" in line] == [
        "iopub error of 2: Interrupted",
        "iopub error of 4: Interrupted",
    ]
    assert desk.in_flight == ["1", "3"]


def test_a_foreground_cell_that_waits_for_its_turn_is_given_up_alone() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%r\n2")
    desk.execute("3")
    lines = desk.press()
    assert lines[:3] == failed(2, "Interrupted")
    assert not [line for line in lines if line.startswith("signal")]
    assert "shell execute_reply of 3: aborted" in lines
    assert desk.finish("ir", 1) == ended(1)


def test_a_start_that_a_cell_in_the_background_waits_for_too_goes_on() -> None:
    desk = Desk("python3")
    desk.execute("%%r --bg\n1")
    desk.execute("%%r\n2")
    lines = desk.press()
    assert lines[:3] == failed(2, "Interrupted")
    assert "stop ir" not in lines
    assert sent(desk.ready("ir")) == ["ir 1"]


def test_a_start_that_nobody_waits_for_any_more_is_given_up() -> None:
    desk = Desk("python3")
    desk.execute("%%r --bg\n1")
    desk.execute("%%r --bg\n2")
    lines = desk.press()
    assert lines.count("stop ir") == 1
    assert desk.in_flight == []
    assert desk.timers == {}


def test_a_cell_in_a_subshell_is_no_foreground_cell() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    in_subshell(desk, "%%bash\n2")
    assert "signal ir" in desk.press()


def test_what_copies_for_a_cell_in_the_background_is_spared() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r -i bash:x --bg\n1")
    desk.execute("2")
    desk.run_silently("bash", 7, "x")
    lines = desk.press()
    assert [line for line in lines if line.startswith(("signal", "cancel"))] == ["signal python3"]
    desk.finish("python3", 2, "error")
    assert desk.press()[:2] == ["signal bash", "cancel job of 1"]


def test_what_a_widget_does_is_interrupted_beside_a_foreground_cell() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r\n1")
    desk.child("ir", "iopub", "comm_open", 1, comm_id="c", target_name="t")
    desk.finish("ir", 1)
    desk.request("comm_msg", comm_id="c")
    desk.busy("ir", 2)
    desk.execute("3")
    assert desk.press()[:2] == ["signal python3", "signal ir"]


def test_one_backend_alone_can_be_interrupted() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("2")
    assert desk.interrupt("ir") == ["signal ir"]


# Variables.


def test_a_copy_from_a_cell_in_the_background_waits_for_it_and_says_so() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\nx <- 1")
    assert desk.execute("%%bash -i r:x\ny")[2:] == [
        "iopub stderr of 2: Waiting for [1] in the background, before x from ir to bash is copied."
    ]
    assert "copy x from ir to bash of 2" in desk.finish("ir", 1)


def test_a_copy_waits_for_earlier_cells_only_and_for_the_child_itself() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r -o bash:x --bg\nx <- 1")
    assert sent(desk.execute("%%bash --bg\ny")) == ["bash 2"]
    assert sent(desk.execute("%%r --bg\nz")) == []
    assert desk.finish("ir", 1) == ["copy x from ir to bash of 1"]
    assert sent(desk.command_done(1)) == ["ir 3"]


def test_crossing_copies_end() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r -o bash:x --bg\n1")
    desk.execute("%%bash -o r:y --bg\n2")
    assert "copy y" not in "".join(desk.finish("bash", 2))
    assert "copy x from ir to bash of 1" in desk.finish("ir", 1)
    assert desk.command_done(1) == ["copy y from bash to ir of 2", *ended(1), "iopub busy of 2"]
    assert desk.command_done(2) == ended(2)


def test_the_default_of_a_copy_is_that_of_the_cells_turn() -> None:
    desk = Desk(*ALL)
    desk.execute("%%use r")
    desk.execute("%%bash -i x --bg\n1")
    assert "copy x from ir to bash of 2" in desk.command_done(1)


def test_what_variables_go_to_is_started_again_if_it_has_died_meanwhile() -> None:
    desk = Desk(*ALL)
    desk.execute("%%python3 --bg\n1")
    desk.execute("%%r -i x --bg\n2")
    desk.died("ir")
    assert "start ir" in desk.finish("python3", 1)
    assert desk.ready("ir") == ["copy x from python3 to ir of 2"]


# %%wait


def test_wait_ends_when_all_cells_in_the_background_have() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%bash --bg\n2")
    desk.execute("%%wait")
    assert desk.execute("4") == []
    assert "of 3" not in "".join(desk.finish("ir", 1, "error"))
    assert "run %%wait of 3" in desk.finish("bash", 2)
    assert sent(desk.command_done(3)) == ["python3 4"]


def test_wait_for_one_backend_waits_for_what_runs_there() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%bash --bg\n2")
    assert "run %%wait bash python3 of 3" not in desk.execute("%%wait bash python3")
    assert "run %%wait bash python3 of 3" in desk.finish("bash", 2)


def test_wait_with_nothing_to_wait_for_ends_at_once() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    assert "run %%wait bash of 2" in desk.execute("%%wait bash")


def test_wait_for_nobody_is_refused() -> None:
    desk = Desk(*ALL)
    assert "iopub error of 1: BackendNotFound" in desk.execute("%%wait nobody")


def test_waiting_can_be_interrupted_and_what_is_waited_for_goes_on() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%wait")
    assert desk.press()[:3] == failed(2, "Interrupted")
    assert desk.finish("ir", 1) == ended(1)


def test_a_stop_is_no_failure_of_what_waits() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%wait r\n%%r --bg\n2")
    assert "run %%wait r of 2" in desk.stop("ir")
    assert "start ir" in desk.command_done(2)


def test_a_cell_may_wait_before_it_goes_into_the_background() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%wait\n%%bash --bg\n2")
    assert desk.execute("3") == []
    assert "run %%wait of 2" in desk.finish("ir", 1)
    assert sent(desk.command_done(2)) == ["bash 2", "python3 3"]


def test_a_job_that_is_cancelled_is_its_own_cells_error() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r -i x --bg\n1")
    assert desk.press()[0] == "cancel job of 1"
    assert desk.command_done(1, Interrupted("no")) == failed(1, "Interrupted")
