"""The interrupt button reaches the foreground cell, if there is one, else all that runs."""

from ..desk import Desk
from .expected import ALL, ended, failed, in_subshell, sent


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
