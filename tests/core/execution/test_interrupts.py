"""Each press of the interrupt button stops what runs and what waits, and touches nothing else."""

import pytest

from multikernel.core.errors import HeaderError, Interrupted

from ..desk import KERNEL_INFO, Desk, configured

ABORTED_2 = ["iopub busy of 2", "shell execute_reply of 2: aborted", "iopub idle of 2"]
PRESSED = ["iopub busy of {0}", "control interrupt_reply of {0}: ok", "iopub idle of {0}"]


def pressed(number: int) -> list[str]:
    """Return the lines that answer the request of the button itself."""
    return [line.format(number) for line in PRESSED]


def test_only_what_is_busy_is_interrupted() -> None:
    desk = Desk("python3", "ir", "bash")
    desk.execute("%%r\nx")
    assert desk.press() == ["signal ir", *pressed(2), "iopub busy of 1"]
    assert desk.timers == {("interrupt", "ir"): 10.0}


def test_with_nothing_to_do_a_press_does_nothing() -> None:
    desk = Desk("python3")
    assert desk.press() == pressed(1)
    assert desk.interrupt_all() == []
    assert desk.interrupt("python3") == []
    assert desk.timers == {}


def test_sigint_of_the_front_is_a_press() -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.interrupt_all() == ["signal python3"]


def test_what_was_received_before_is_aborted_whatever_the_child_says() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.execute("2")
    desk.press()
    desk.execute("4")
    assert desk.finish("python3", 1, "ok") == [
        "shell execute_reply of 1: ok",
        "python3 <- execute_request 4: 4",
        "iopub idle of 1",
        *ABORTED_2,
        *("iopub busy of 4", "iopub execute_input of 4: [2] 4"),
    ]


def test_a_press_on_shell_is_out_of_band_too() -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.request("interrupt_request") == [
        *("signal python3", "iopub busy of 2", "shell interrupt_reply of 2: ok", "iopub idle of 2"),
        "iopub busy of 1",
    ]


def test_a_message_is_sent_where_the_kernelspec_or_the_table_says_so() -> None:
    desk = Desk("bash", kernel_info={"bash": {"implementation": "Deno kernel"}})
    desk.execute("%%bash\nx")
    assert desk.press()[0] == "bash <- control interrupt_request own"
    own = desk.child_messages("bash", "interrupt_request")[0].id
    assert desk.busy("bash", own) + desk.child("bash", "control", "interrupt_reply", own, status="ok") == []


@pytest.mark.parametrize("code", ["%%bash\nx", "%%use bash\nx"])
def test_a_child_that_cannot_be_interrupted_is_restarted(code: str) -> None:
    desk = Desk("bash", kernel_info={"bash": {"implementation": "xeus-python"}})
    desk.execute(code)
    if "use" in code:
        desk.command_done(1)
    desk.execute("2")
    assert desk.press() == [
        *("stop bash", "start bash"),
        *("iopub error of 1: BackendRestarted", "shell execute_reply of 1: error", "iopub idle of 1"),
        *pressed(3),
        *ABORTED_2,
    ]
    assert "it is new and empty" in desk.last("error")["evalue"]
    assert desk.backend("bash").state == "starting"


def test_the_config_decides_before_the_table() -> None:
    desk = Desk("ir", config=configured("ir", interrupt="restart"))
    desk.execute("x")
    assert "stop ir" in desk.press()


# A child that does not react.


def test_a_child_that_does_not_react_is_restarted_by_the_next_press() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.press()
    assert desk.fire("interrupt", "python3") == [
        "iopub stderr of 1: python3 has not reacted to the interrupt for 10 s; interrupt again to restart it."
    ]
    assert desk.press() == [
        *("stop python3", "start python3"),
        *("iopub error of 1: BackendRestarted", "shell execute_reply of 1: error", "iopub idle of 1"),
        *pressed(3),
    ]
    desk.ready("python3")
    desk.execute("4")
    assert desk.press()[0] == "signal python3"


def test_a_signal_that_cannot_be_sent_is_reported_and_the_next_press_restarts() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    desk.request("complete_request", code="x", cursor_pos=1)
    desk.busy("python3", 2)
    desk.press()
    lines = desk._take(desk.router.interrupt_failed("python3", "PermissionError: not yours"))
    why = "python3 could not be interrupted (PermissionError: not yours); interrupt again to restart it."
    assert lines == [f"iopub stderr of 1: {why}"]
    assert desk._take(desk.router.interrupt_failed("ir", "late")) == []
    assert "stop python3" in desk.press()


def test_pressing_again_and_again_does_not_put_the_note_off() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.press()
    desk.timers["interrupt", "python3"] = 1
    assert desk.press()[0] == "signal python3"
    assert desk.timers == {("interrupt", "python3"): 1}


def test_a_press_that_has_its_effect_is_forgotten() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.press()
    desk.finish("python3", 1, "error")
    assert desk.timers == {}


def test_a_child_that_reacts_late_is_not_restarted_by_a_later_press() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.press()
    desk.fire("interrupt", "python3")
    desk.finish("python3", 1, "error")
    desk.execute("3")
    assert desk.press()[0] == "signal python3"
    assert not desk.backend("python3").ignores_interrupts


def test_only_what_was_running_when_the_button_was_pressed_counts() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    desk.request("complete_request", code="x", cursor_pos=1)
    desk.busy("python3", 2)
    desk.press()
    desk.request("comm_msg", comm_id="none")
    desk.finish("python3", 1, "error")
    desk.execute("x")
    assert desk.fire("interrupt", "python3") == []
    assert desk.text_of(5) == ""


def test_a_question_that_nobody_answers_is_nothing_to_interrupt() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="x", cursor_pos=1)
    assert desk.press() == pressed(2)


def test_what_a_widget_does_can_be_interrupted() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.child("python3", "iopub", "comm_open", 1, comm_id="c", target_name="t")
    desk.finish("python3", 1)
    desk.request("comm_msg", comm_id="c")
    desk.busy("python3", 2)
    assert desk.press()[0] == "signal python3"


# What no child has yet.


def test_a_start_can_be_given_up() -> None:
    desk = Desk("python3")
    desk.execute("%%r\nx")
    desk.execute("2")
    assert desk.press() == [
        *("stop ir", "iopub error of 1: Interrupted", "shell execute_reply of 1: error", "iopub idle of 1"),
        *pressed(3),
        *ABORTED_2,
    ]
    assert desk.last("error")["evalue"] == "Interrupted while ir was starting."
    assert (desk.timers, desk.backend("ir").state) == ({}, "stopped")
    assert "start ir" in desk.execute("%%r\ny")


def test_a_command_can_be_cancelled() -> None:
    desk = Desk("python3")
    desk.execute("%%start r")
    assert desk.press() == ["cancel job of 1", *pressed(2), "iopub busy of 1"]
    assert desk.command_done(1, Interrupted("%%start was interrupted."))[-1] == "iopub idle of 1"


def test_a_command_with_now_can_be_cancelled() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.execute("%%start r --now")
    assert desk.press() == ["signal python3", "cancel job of 2", *pressed(3), "iopub busy of 1"]


def test_a_cell_that_is_over_is_not_cancelled() -> None:
    desk = Desk("python3")
    desk.execute("%%start r")
    desk.command_done(1, HeaderError("no"))
    assert desk.press() == pressed(2)


# %%interrupt


def test_one_backend_alone_can_be_interrupted() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    desk.execute("2")
    assert desk.interrupt("ir") == []
    assert desk.interrupt("python3") == ["signal python3"]
    assert "python3 <- execute_request 2: 2" in desk.finish("python3", 1)


def test_a_kernel_that_nobody_knows_is_interrupted_as_its_kernelspec_says() -> None:
    unknown = Desk("ir", kernelspecs={}, kernel_info=KERNEL_INFO)
    assert unknown.backend("ir").interrupt_mode == "signal"
