"""What a cell waits for while its variables are copied, and what becomes of it when that fails."""

import pytest

from multikernel.core.errors import Interrupted, TransferError

from ..desk import Desk

X_TO_R = "copy x from python3 to ir of 1"
Y_FROM_R = "copy y from ir to python3 of 1"


def test_variables_are_copied_before_the_body_together() -> None:
    desk = Desk("python3", "ir")
    assert "copy x from python3 to ir, y from python3 to ir of 1" in desk.execute("%%r -i x,y\nx")
    assert desk.command_done(1) == ["ir <- execute_request 1: ##r -i x,y\nx"]
    assert desk.finish("ir", 1)[-1] == "iopub idle of 1"
    assert desk.timers == {}


def test_the_target_is_started_first() -> None:
    desk = Desk("python3")
    assert "start ir" in desk.execute("%%r -i x\nx")
    assert desk.ready("ir") == [X_TO_R]
    assert desk.command_done(1) == ["ir <- execute_request 1: ##r -i x\nx"]


def test_commands_come_before() -> None:
    desk = Desk("python3", "ir")
    assert "run %%backends of 1" in desk.execute("%%backends\n%%r -i x\nx")
    assert desk.command_done(1) == [X_TO_R]


def test_a_body_whose_variables_cannot_be_copied_does_not_run() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -i x\nx")
    desk.execute("2")
    assert desk.command_done(1, TransferError("no")) == [
        "iopub error of 1: TransferError",
        "shell execute_reply of 1: error",
        "iopub idle of 1",
        "iopub busy of 2",
        "shell execute_reply of 2: aborted",
        "iopub idle of 2",
    ]
    assert desk.timers == {}


def test_what_is_copied_afterwards_is_checked_before_anything_is_copied() -> None:
    desk = Desk("python3", "ir")
    assert "check y from ir to python3 of 1" in desk.execute("%%r -i x -o y\ny <- x")
    assert desk.command_done(1) == [X_TO_R]
    assert desk.command_done(1) == ["ir <- execute_request 1: ##r -i x -o y\ny <- x"]


def test_a_body_whose_variables_could_not_be_copied_back_does_not_run() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y\ny <- 1")
    assert desk.command_done(1, TransferError("no"))[0] == "iopub error of 1: TransferError"
    assert desk.child_messages("ir", "execute_request") == []


def test_a_check_that_is_interrupted_ends_the_cell() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y\ny <- 1")
    assert "cancel job of 1" in desk.press()
    assert desk.command_done(1, Interrupted("no"))[0] == "iopub error of 1: Interrupted"


def test_reply_and_idle_wait_until_variables_have_been_copied_back() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y,z\ny <- 1")
    desk.command_done(1)
    assert desk.reply("ir", 1) == []
    assert desk.stream("ir", 1, "out") == ["iopub stdout of 1: out"]
    assert desk.idle("ir", 1) == ["copy y from ir to python3, z from ir to python3 of 1"]
    assert desk.idle("ir", 1) == []
    assert desk.command_done(1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]
    assert desk.timers == {}


def test_idle_may_come_first() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y\ny <- 1")
    desk.command_done(1)
    assert desk.idle("ir", 1) == []
    assert desk.reply("ir", 1) == [Y_FROM_R]
    assert desk.reply("ir", 1) == []
    assert desk.drops[-1].endswith("nobody waits for it")
    assert desk.command_done(1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]


def test_a_child_that_does_not_say_idle_holds_up_nothing() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y\ny <- 1")
    desk.command_done(1)
    desk.reply("ir", 1)
    assert desk.fire("half answered", 1) == [Y_FROM_R]
    assert desk.command_done(1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]


def test_use_takes_effect_when_the_variables_are_there() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%use r\n%%r -o python3:y\ny <- 1")
    desk.command_done(1)
    desk.command_done(1)
    desk.finish("ir", 1)
    assert desk.router.state.default == "python3"
    desk.command_done(1)
    assert desk.router.state.default == "ir"


def test_nothing_is_copied_after_an_error() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y\nstop()")
    desk.command_done(1)
    assert desk.finish("ir", 1, "error") == ["shell execute_reply of 1: error", "iopub idle of 1"]


def test_a_variable_that_cannot_be_copied_back_is_the_cells_error() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y\ny <- 1")
    desk.command_done(1)
    desk.finish("ir", 1)
    assert desk.command_done(1, TransferError("no")) == [
        "iopub error of 1: TransferError",
        "shell execute_reply of 1: error",
        "iopub idle of 1",
    ]
    assert desk.command_done(1) == []


@pytest.mark.parametrize("backend", ["python3", "ir"])
@pytest.mark.parametrize("option", ["-i x", "-o x"])
def test_a_child_that_dies_meanwhile_ends_the_cell(backend: str, option: str) -> None:
    desk = Desk("python3", "ir")
    desk.execute(f"%%r {option}\n1")
    if option == "-o x":
        desk.command_done(1)
        desk.finish("ir", 1)
    lines = desk.died(backend)
    assert lines[0] == "cancel job of 1"
    assert lines[1].startswith("iopub error of 1: BackendDied")
    assert lines[2:4] == ["shell execute_reply of 1: error", "iopub idle of 1"]
    assert desk.command_done(1, Interrupted("")) == []
    assert desk.timers == {}


def asked(desk: Desk) -> str:
    """Let code of Multi's own run in R, with 7 as its key, and return the question's id."""
    desk.run_silently("ir", 7, "x")
    return desk.child_messages("ir")[-1].id


def test_code_of_multis_own_runs_in_a_child_and_what_came_of_it_is_said() -> None:
    desk = Desk("python3", "ir")
    assert desk.run_silently("ir", 7, "x") == ["ir <- execute_request own: x"]
    question = desk.child_messages("ir")[-1]
    assert question.content()["silent"] is True
    assert desk.stream("ir", question.id, "noise") == []
    assert desk.reply("python3", question.id) == desk.idle("python3", question.id) == []
    assert desk.reply("ir", question.id) == []
    assert desk.idle("ir", question.id) == ["own code 7 ended: "]
    assert desk.reply("ir", question.id) == []
    assert desk.timers == {}


def test_a_child_that_is_idle_without_having_replied_to_it_is_not_waited_for_for_ever() -> None:
    desk = Desk("python3", "ir")
    question = asked(desk)
    assert desk.busy("ir", question) == desk.idle("python3", question) == []
    assert desk.timers == {}
    assert desk.idle("ir", question) == []
    assert desk.fire("half answered", question) == [
        "own code 7 ended: ir went idle without a reply to a request of Multi's own; what it ran has taken effect."
    ]
    assert desk.reply("ir", question) == []


def test_a_reply_after_its_idle_counts() -> None:
    desk = Desk("ir")
    question = asked(desk)
    desk.idle("ir", question)
    assert desk.reply("ir", question) == ["own code 7 ended: "]
    assert desk.timers == {}


def test_an_error_of_it_is_a_text() -> None:
    desk = Desk("ir")
    question = asked(desk)
    assert desk.reply("ir", question, "error", ename="E", evalue="v") == []
    assert desk.idle("ir", question) == ["own code 7 ended: E: v"]


def test_a_child_that_does_not_get_idle_after_it_is_not_waited_for_for_ever() -> None:
    desk = Desk("ir")
    question = asked(desk)
    desk.reply("ir", question)
    assert desk.fire("half answered", question) == ["own code 7 ended: "]
    assert desk.idle("ir", question) == []


def test_a_child_that_dies_ends_it() -> None:
    desk = Desk("ir", "bash")
    desk.run_silently("bash", 6, "x")
    desk.run_silently("ir", 7, "x")
    assert [line for line in desk.died("ir") if line.startswith("own code")] == [
        "own code 7 ended: ir died (SIGKILL); the next cell for it starts it again, empty."
    ]


@pytest.mark.parametrize("asked", ["python3", "ir"])
def test_an_interrupt_reaches_the_child_that_is_asked_and_no_other(asked: str) -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -o y\ny <- 1")
    desk.command_done(1)
    desk.finish("ir", 1)
    desk.run_silently(asked, 7, "x")
    assert desk.press()[:2] == [f"signal {asked}", "cancel job of 1"]
    assert desk.command_done(1, Interrupted("no"))[0] == "iopub error of 1: Interrupted"


def test_a_cell_that_waits_long_says_what_for() -> None:
    desk = Desk("python3", "ir")
    desk.request("comm_open", comm_id="c", target_name="t")
    desk.execute("%%r -i x\nx")
    desk.busy("python3", 1)
    assert desk.fire("slow copy", 2) == [
        "iopub stderr of 2: Still waiting for python3, which is busy, to copy x from python3 to ir; interrupt the cell "
        "to give up."
    ]


def test_a_copy_that_takes_long_says_so() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -i x\nx")
    assert "Still copying x from python3 to ir;" in desk.fire("slow copy", 1)[0]


def test_a_reply_that_an_interrupt_has_cost_is_hardly_waited_for() -> None:
    desk = Desk("ir")
    question = asked(desk)
    desk.busy("ir", question)
    desk.interrupt("ir")
    desk.idle("ir", question)
    assert desk.timers["half answered", f"{question}@ir"] < 0.5
    assert desk.fire("half answered", question)[0].startswith("own code 7 ended: ir went idle without a reply")


def test_the_idle_after_an_interrupted_run_is_waited_for() -> None:
    desk = Desk("ir")
    question = asked(desk)
    desk.interrupt("ir")
    desk.reply("ir", question, "error", ename="KeyboardInterrupt", evalue="")
    assert desk.timers["half answered", f"{question}@ir"] == 5.0
