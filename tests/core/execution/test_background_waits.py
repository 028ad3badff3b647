"""What waits for cells in the background: variables that are copied, and `%%wait`."""

from multikernel.core.errors import Interrupted

from ..desk import Desk
from .expected import ALL, ended, failed, in_subshell, sent

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
    desk.command_done(1)
    assert sent(desk.execute("%%bash --bg\ny")) == ["bash 2"]
    assert sent(desk.execute("%%r --bg\nz")) == []
    assert desk.finish("ir", 1) == ["copy x from ir to bash of 1"]
    assert sent(desk.command_done(1)) == ["ir 3"]


def test_crossing_copies_end() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r -o bash:x --bg\n1")
    desk.execute("%%bash -o r:y --bg\n2")
    desk.command_done(1)
    desk.command_done(2)
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


def test_wait_ends_though_a_later_cell_runs_in_a_subshell() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%wait")
    assert sent(in_subshell(desk, "%%bash --bg\n3")) == ["bash 4"]
    assert "run %%wait of 2" in desk.finish("ir", 1)


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
