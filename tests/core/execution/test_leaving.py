"""A cell that ends its kernel, as `exit` does: what comes next is for a new one."""

import pytest

from multikernel.core.protocol.wire import Json

from ..desk import Desk

EXIT: Json = {"source": "ask_exit", "keepkernel": False}


def leaving() -> Desk:
    """Return a desk whose Python has run `exit`, and not ended yet."""
    desk = Desk("python3", "ir")
    desk.execute("exit")
    desk.reply("python3", 1, payload=[EXIT])
    desk.idle("python3", 1)
    return desk


def test_the_next_cell_waits_for_the_end_and_runs_on_a_new_child() -> None:
    desk = leaving()
    desk.execute("1 + 1")
    assert desk.last_code("python3") == "exit"
    assert "start python3" in " ".join(desk.died("python3", "exit code 0"))
    assert desk.in_flight == ["2"]
    desk.ready("python3")
    assert desk.last_code("python3") == "1 + 1"
    assert desk.text_of(2) == "python3 had ended and was restarted: it is new and empty.\n"


def test_a_copy_waits_too() -> None:
    desk = leaving()
    desk.execute("%%r -o x\nx <- 1")
    assert desk.child_messages("ir") == []
    desk.died("python3", "exit code 0")
    desk.ready("python3")
    desk.command_done(2)
    assert len(desk.child_messages("ir", "execute_request")) == 1


def test_a_child_that_does_not_end_goes_on() -> None:
    desk = leaving()
    desk.execute("1 + 1")
    desk.fire("leaving", "python3")
    assert desk.last_code("python3") == "1 + 1"


def test_a_child_that_has_ended_in_time_is_not_looked_at_again() -> None:
    desk = leaving()
    key = desk.timer("leaving", "python3")
    desk.died("python3", "exit code 0")
    desk.execute("1 + 1")
    desk.router.timer(key)
    assert desk.in_flight == ["2"]
    desk.ready("python3")
    assert desk.last_code("python3") == "1 + 1"


def test_what_waits_for_the_end_can_be_interrupted() -> None:
    desk = leaving()
    desk.execute("1 + 1")
    desk.press()
    assert desk.last("execute_reply")["ename"] == "Interrupted"
    assert desk.in_flight == []


def test_a_kernel_that_leaves_its_end_to_the_front_end_goes_on() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%ir\nquit()")
    desk.reply("ir", 1, payload=[EXIT])
    desk.idle("ir", 1)
    desk.execute("%%ir\n1")
    assert desk.last_code("ir").endswith("1")


@pytest.mark.parametrize(
    "payload", [[], None, "ask_exit", ["ask_exit"], [{"source": "page"}], [{**EXIT, "keepkernel": True}]]
)
def test_other_payloads_end_nothing(payload: object) -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.reply("python3", 1, payload=payload)
    desk.idle("python3", 1)
    desk.execute("2")
    assert desk.last_code("python3") == "2"
