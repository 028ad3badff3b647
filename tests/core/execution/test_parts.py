"""Cells of several parts: one after the other, or at once where they are in the background."""

import pytest

from multikernel.core.errors import HeaderError
from multikernel.core.protocol.wire import Message

from ..desk import Desk
from .expected import ALL, ended, failed, sent

TWO = "%%parts\n%%python\n1\n%%r\n2"
SAME = "%%parts\n%%python\n1\n%%python\n2"


def running(code: str) -> Desk:
    """Return a desk where a cell has begun."""
    desk = Desk(*ALL)
    desk.execute(code)
    return desk


def at(desk: Desk, backend: str) -> list[Message]:
    return desk.child_messages(backend, "execute_request")


def test_parts_run_one_after_another_and_the_cell_ends_with_the_last() -> None:
    desk = Desk(*ALL)
    assert sent(desk.execute(TWO)) == ["python3 1"]
    assert sent(desk.execute("2")) == []
    assert desk.finish("python3", 1) == ["ir <- execute_request 1: ##\n##\n##\n##r\n2"]
    assert sent(desk.finish("ir", 1)) == ["python3 2"]
    assert desk.in_flight == ["2"]


def test_each_part_takes_a_number_so_that_out_n_is_true() -> None:
    desk = Desk(*ALL)
    lines = desk.execute(SAME)
    assert f"iopub execute_input of 1: [2] {SAME}" in lines
    result = {"data": {}, "metadata": {}, "execution_count": 9}
    desk.busy("python3", 1)
    assert desk.child("python3", "iopub", "execute_result", 1, **result) == ["iopub execute_result of 1: [1]"]
    desk.reply("python3", 1, count=1)
    desk.idle("python3", 1)
    assert desk.child("python3", "iopub", "execute_result", 1, **result) == ["iopub execute_result of 1: [2]"]
    desk.finish("python3", 1, count=2)
    assert desk.last("execute_reply")["execution_count"] == 2
    assert desk.child_messages("python3", "comm_open") == []
    assert desk.stored == [(2, SAME)]
    assert "python3 <- execute_request 2: x" in desk.execute("x")
    assert desk.last("execute_input")["execution_count"] == 3


def test_no_two_parts_are_the_same_message_for_a_child() -> None:
    desk = running("%%parts\n%%r\nx\n%%r\nx")
    desk.finish("ir", 1)
    first, second = at(desk, "ir")
    assert first.header_frame == second.header_frame
    assert (first.metadata_frame, first.content_frame) != (second.metadata_frame, second.content_frame)
    assert first.metadata_frame != second.metadata_frame


def test_a_part_that_fails_ends_the_later_ones() -> None:
    desk = running(TWO)
    desk.busy("python3", 1)
    desk.reply("python3", 1, "error", ename="E", evalue="no", traceback=[])
    assert desk.idle("python3", 1) == ended(1, "error")
    reply = desk.last("execute_reply")
    assert (reply["ename"], reply["evalue"], reply["execution_count"]) == ("E", "no", 2)


def test_a_part_in_the_background_lets_the_next_begin_and_the_cell_waits_for_it() -> None:
    desk = Desk(*ALL)
    assert sent(desk.execute("%%parts\n%%python --bg\n1\n%%r\n2")) == ["python3 1", "ir 1"]
    assert desk.finish("ir", 1) == []
    assert sent(desk.execute("3")) == []
    assert sent(desk.finish("python3", 1)) == ["python3 2"]


def test_parts_that_run_at_once_end_each_for_itself() -> None:
    desk = running("%%parts\n%%python --bg\n1\n%%r --bg\n2")
    assert desk.finish("python3", 1, "error") == []
    assert desk.stream("ir", 1, "out") == ["iopub stdout of 1: out"]
    assert desk.finish("ir", 1) == ended(1, "error")


def test_a_part_in_the_background_that_has_failed_ends_those_that_have_not_begun() -> None:
    desk = running("%%parts\n%%python --bg\n1\n%%r\n2\n%%bash\n3")
    desk.finish("python3", 1, "error")
    assert desk.finish("ir", 1) == ended(1, "error")


def test_what_has_begun_in_the_background_goes_on_when_a_later_part_fails() -> None:
    desk = running("%%parts\n%%python --bg\n1\n%%r\n2\n%%bash\n3")
    assert desk.finish("ir", 1, "error") == []
    assert desk.finish("python3", 1) == ended(1, "error")


def test_parts_at_one_backend_run_in_their_order() -> None:
    desk = Desk(*ALL)
    assert sent(desk.execute("%%parts\n%%r --bg\n1\n%%r --bg\n2\n%%bash\n3")) == ["ir 1", "bash 1"]
    assert sent(desk.finish("ir", 1)) == ["ir 1"]
    assert desk.finish("bash", 1) == []
    assert desk.finish("ir", 1) == ended(1)


def test_a_later_cell_runs_at_a_backend_when_all_parts_there_are_over() -> None:
    desk = Desk(*ALL)
    desk.execute("%%parts --bg\n%%r\n1\n%%bash\n2\n%%python\n3")
    assert sent(desk.execute("%%bash --bg\n4")) == []
    assert sent(desk.execute("%%r --bg\n5")) == []
    assert sent(desk.finish("ir", 1)) == ["bash 1", "ir 3"]
    assert sent(desk.finish("bash", 1)) == ["python3 1", "bash 2"]


@pytest.mark.parametrize("body", ["", "1\n"])
def test_a_later_cell_runs_where_the_variables_of_a_part_have_been_copied(body: str) -> None:
    desk = Desk(*ALL)
    desk.execute(f"%%parts --bg\n%%r -o bash:x\n{body}%%python\n2")
    if body:
        desk.command_done(1)
        desk.finish("ir", 1)
    assert sent(desk.execute("%%r --bg\n3")) == []
    assert sent(desk.command_done(1)) == ["python3 1", "ir 2"]


def test_a_later_cell_runs_where_a_part_will_not() -> None:
    desk = Desk(*ALL)
    desk.execute("%%parts --bg\n%%r\n1\n%%bash\n2")
    assert sent(desk.execute("%%bash --bg\n4")) == []
    assert sent(desk.finish("ir", 1, "error")) == ["bash 2"]


def test_a_later_cell_runs_where_a_part_in_the_background_will_not_though_another_goes_on() -> None:
    desk = Desk(*ALL)
    desk.execute("%%parts --bg\n%%bash --bg\n1\n%%python\n2\n%%r --bg\n3")
    assert sent(desk.execute("%%r --bg\n4")) == []
    assert sent(desk.finish("python3", 1, "error")) == ["ir 2"]
    assert desk.in_flight == ["1", "2"]


def test_a_cell_of_parts_may_be_in_the_background() -> None:
    desk = Desk(*ALL)
    assert sent(desk.execute("%%parts --bg\n%%python\n1\n%%r\n2")) == ["python3 1"]
    assert sent(desk.execute("%%bash\n3")) == ["bash 2"]
    assert sent(desk.finish("python3", 1, "error")) == []
    assert sent(desk.execute("%%python\n4")) == []
    assert "shell execute_reply of 3: ok" in desk.finish("bash", 2) + desk.finish("python3", 3)


def test_one_part_is_a_cell_like_any_other() -> None:
    desk = running("%%parts\n%%r --bg\n1")
    desk.reply("ir", 1, payload=[{"source": "page"}], odd=True)
    assert desk.idle("ir", 1) == ended(1)
    assert desk.last("execute_reply")["odd"] is True


def test_no_part_at_all_is_no_cell() -> None:
    desk = Desk(*ALL)
    assert desk.execute("%%parts\n%%r\n")[-2:] == ended(1)
    assert desk.stored == []


def test_payloads_come_in_order_and_expressions_go_to_the_last_body() -> None:
    desk = Desk(*ALL)
    desk.execute("%%parts\n%%python\n1\n%%r --bg\n2\n%%bash -i x\n", user_expressions={"a": "a"})
    desk.reply("python3", 1, payload=[{"source": "page"}])
    desk.idle("python3", 1)
    desk.command_done("1#2")
    assert [at(desk, name)[-1].content()["user_expressions"] for name in ("python3", "ir")] == [{}, {"a": "a"}]
    desk.reply("ir", 1, payload="odd", user_expressions={"a": 1})
    desk.idle("ir", 1)
    desk.command_done(1)
    reply = desk.last("execute_reply")
    assert (reply["payload"], reply["user_expressions"]) == ([{"source": "page"}], {"a": 1})


def test_variables_are_copied_for_each_part() -> None:
    desk = Desk(*ALL)
    assert "copy x from python3 to ir of 1" in desk.execute("%%parts\n%%r -i x\n1\n%%bash -i r:y --bg\n2")
    assert sent(desk.command_done(1)) == ["ir 1"]
    assert desk.finish("ir", 1) == ["copy y from ir to bash of 1#1"]
    assert sent(desk.command_done("1#1")) == ["bash 1"]
    assert desk.finish("bash", 1) == ended(1)


def test_nothing_is_copied_after_a_part_that_has_failed() -> None:
    desk = running("%%parts\n%%r -o bash:x\n1\n%%python\n2")
    desk.command_done(1)
    assert desk.finish("ir", 1, "error") == ended(1, "error")


def test_a_copy_waits_for_an_earlier_part_of_its_own_cell_and_says_nothing() -> None:
    desk = Desk(*ALL)
    desk.execute("%%parts\n%%r --bg\n1\n%%bash -i r:y --bg\n2")
    assert desk.text_of(1) == ""
    assert desk.finish("ir", 1) == ["copy y from ir to bash of 1#2"]


def test_a_thousand_parts_can_begin() -> None:
    desk = running("%%parts\n" + "%%bash --bg\nx\n" * 1000)
    assert desk.last("execute_input")["execution_count"] == 1000
    assert len(at(desk, "bash")) == 1


# Where things go wrong.


@pytest.mark.parametrize("option", ["", " --bg"])
def test_no_later_part_goes_to_a_child_whose_idle_was_made_up(option: str) -> None:
    desk = running(f"%%parts\n%%r{option}\n1\n%%bash\n2\n%%r\n3")
    desk.finish("bash", 1) if option else None
    desk.busy("ir", 1)
    desk.reply("ir", 1)
    lines = desk.fire("half answered", 1)
    lines += desk.finish("bash", 1) if not option else []
    assert failed(1, "BackendError") == lines[-3:]
    assert "has not finished an earlier part" in desk.last("error")["evalue"]
    assert desk.idle("ir", 1) == []


def test_no_later_part_goes_to_a_child_whose_reply_was_made_up() -> None:
    desk = running("%%parts\n%%r --bg\n1\n%%r --bg\n2")
    desk.busy("ir", 1)
    desk.idle("ir", 1)
    lines = desk.fire("half answered", 1)
    assert sent(lines) == []
    assert lines[-2:] == ended(1, "error")
    assert desk.reply("ir", 1) == []


def test_a_new_child_gets_the_later_parts_of_one_that_has_died() -> None:
    desk = running("%%parts\n%%r --bg\n1\n%%r --bg\n2")
    assert "start ir" in desk.died("ir")
    assert sent(desk.ready("ir")) == ["ir 1"]
    assert desk.finish("ir", 1) == ended(1, "error")


def test_an_interrupt_ends_the_parts_that_have_not_begun_whatever_the_child_says() -> None:
    desk = running(TWO)
    assert desk.press()[0] == "signal python3"
    assert desk.finish("python3", 1, "ok") == failed(1, "Interrupted")


def test_an_interrupt_reaches_parts_at_once_and_those_that_wait() -> None:
    desk = running("%%parts\n%%python --bg\n1\n%%r --bg\n2\n%%r --bg\n3")
    assert desk.press()[:2] == ["signal python3", "signal ir"]
    assert sent(desk.finish("ir", 1, "error")) == []
    assert desk.finish("python3", 1) == ended(1, "error")


def test_the_last_part_may_still_succeed_after_an_interrupt() -> None:
    desk = running(TWO)
    desk.finish("python3", 1)
    desk.press()
    assert desk.finish("ir", 1) == ended(1)


def test_what_comes_for_a_cell_that_is_over_ends_it_no_second_time() -> None:
    desk = Desk(*ALL)
    desk.execute("%%parts\n%%r --bg\n1\n%%r --bg\n2\n%%bash --bg\n3")
    request = desk.router.requests.cells()[0]
    desk.router.requests.fail(request, HeaderError("a bug"))
    lines = desk.advance()
    assert (sent(lines), lines[-1]) == ([], "iopub idle of 1")
    assert desk.finish("bash", 1) == []
    assert desk.died("ir") == []
    assert desk.in_flight == []
    desk.execute("%%r --bg\n4")
    assert sent(desk.ready("ir")) == ["ir 2"]


def test_a_part_that_is_replaced_keeps_those_beside_it() -> None:
    desk = running("%%parts\n%%r\n1\n%%python\n%load x.py\n%%bash\n3")
    desk.finish("ir", 1)
    payload = [{"source": "set_next_input", "text": "# %load x.py\nx = 1", "replace": True}]
    desk.reply("python3", 1, payload=payload)
    desk.idle("python3", 1)
    desk.finish("bash", 1)
    assert desk.last("execute_reply")["payload"][0]["text"] == (
        "%%parts\n%%r\n1\n%%python\n# %load x.py\nx = 1\n%%bash\n3"
    )
