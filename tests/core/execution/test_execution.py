"""Cells run one after another, each where its text says when its turn comes."""

import pytest

from ..desk import Desk, configured
from ..lines import child_message


def test_a_cell_goes_to_the_default_and_its_outputs_come_back() -> None:
    desk = Desk("python3")
    assert desk.execute("6*7") == [
        "python3 <- execute_request 1: 6*7",
        "iopub busy of 1",
        "iopub execute_input of 1: [1] 6*7",
    ]
    assert desk.busy("python3", 1) == []
    assert desk.child("python3", "iopub", "execute_input", 1, code="6*7", execution_count=1) == []
    assert desk.stream("python3", 1, "hello") == ["iopub stdout of 1: hello"]
    assert desk.child("python3", "iopub", "execute_result", 1, execution_count=1) == ["iopub execute_result of 1: [1]"]
    assert desk.reply("python3", 1) == ["shell execute_reply of 1: ok"]
    assert desk.idle("python3", 1) == ["iopub idle of 1"]
    assert (desk.timers, desk.logs, desk.in_flight) == ({}, [], [])


def test_idle_waits_for_the_reply() -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.idle("python3", 1) == []
    assert desk.stream("python3", 1, "late") == ["iopub stdout of 1: late"]
    assert desk.reply("python3", 1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]
    assert desk.timers == {}


def test_an_untouched_cell_is_sent_byte_for_byte() -> None:
    desk = Desk("python3")
    message = desk.message(
        "execute_request", b'{ "code": "1",  "silent":false}', metadata=b'{ "m": 1}', buffers=(b"x",)
    )
    desk.front(message)
    assert desk.child_messages("python3") == [message]


def test_a_header_line_decides_for_one_cell() -> None:
    desk = Desk("python3", "ir")
    assert "ir <- execute_request 1: ##r\nx" in desk.execute("%%r\nx")
    desk.finish("ir", 1)
    assert "python3 <- execute_request 2: y" in desk.execute("y")


def test_of_a_cell_with_a_header_only_the_code_differs() -> None:
    desk = Desk("bash")
    desk.execute("%%bash\nls", user_expressions={"a": "b"}, allow_stdin=True)
    sent = desk.child_messages("bash")[0]
    assert sent.content() == {"code": "ls", "user_expressions": {"a": "b"}, "allow_stdin": True}
    assert sent.header["session"] == "session-of-notebook"
    assert desk.front_messages("execute_input")[0].content()["code"] == "%%bash\nls"


def test_the_next_cell_begins_when_reply_and_idle_are_both_there() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    assert desk.execute("%%r\n2") == []
    assert desk.reply("python3", 1) == ["shell execute_reply of 1: ok"]
    assert desk.idle("python3", 1) == [
        "ir <- execute_request 2: ##r\n2",
        "iopub idle of 1",
        "iopub busy of 2",
        "iopub execute_input of 2: [2] %%r\n2",
    ]


def test_a_backend_that_is_stopped_is_started_first() -> None:
    desk = Desk()
    assert desk.execute("%%r\nx") == ["start ir", "iopub busy of 1", "iopub execute_input of 1: [1] %%r\nx"]
    assert desk.timers == {("slow start", "1"): 10.0}
    assert desk.start("ir") == []
    assert desk.ready("ir") == ["ir <- execute_request 1: ##r\nx"]
    assert desk.timers == {}


def test_a_slow_start_is_said_under_the_cell() -> None:
    desk = Desk()
    desk.execute("%%r\nx")
    assert desk.fire("slow start", 1) == ["iopub stderr of 1: ir is still starting; interrupt the cell to give up."]
    desk.timers["slow start", "9"] = 1
    assert desk.fire("slow start", 9) == []


def test_an_error_aborts_what_is_queued_and_nothing_later() -> None:
    desk = Desk("python3")
    desk.execute("1/0")
    desk.execute("2")
    desk.execute("%%backends")
    lines = desk.finish("python3", 1, "error")
    assert lines == [
        "shell execute_reply of 1: error",
        "iopub idle of 1",
        *("iopub busy of 2", "shell execute_reply of 2: aborted", "iopub idle of 2"),
        *("iopub busy of 3", "shell execute_reply of 3: aborted", "iopub idle of 3"),
    ]
    assert "python3 <- execute_request 4: 4" in desk.execute("4")
    assert desk.router.state.count == 2


def test_a_cell_that_is_refused_aborts_all_that_arrived_with_it() -> None:
    desk = Desk("python3")
    for code in ("%%bash --x", "2"):
        assert desk.arrive(desk.message("execute_request", {"code": code})) == []
    assert desk.advance()[-3:] == ["iopub busy of 2", "shell execute_reply of 2: aborted", "iopub idle of 2"]
    assert desk.advance() == []


@pytest.mark.parametrize("status", ["error", "abort", "aborted", "strange"])
def test_any_reply_but_ok_aborts(status: str) -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.execute("2")
    assert "shell execute_reply of 2: aborted" in desk.finish("python3", 1, status)


@pytest.mark.parametrize("options", [{"stop_on_error": False}, {"silent": True}])
def test_an_error_that_does_not_stop_aborts_nothing(options: dict[str, bool]) -> None:
    desk = Desk("python3")
    desk.execute("1/0", **options)
    desk.execute("2")
    assert "python3 <- execute_request 2: 2" in desk.finish("python3", 1, "error")


def test_a_silent_cell_is_not_shown_counted_or_remembered() -> None:
    desk = Desk("python3")
    assert desk.execute("1", silent=True) == ["python3 <- execute_request 1: 1", "iopub busy of 1"]
    assert desk.router.state.count == 0
    assert desk.stored == []


def test_a_cell_that_is_not_to_be_stored_is_shown_but_not_counted() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.finish("python3", 1)
    assert "iopub execute_input of 2: [1] 2" in desk.execute("2", store_history=False)
    assert desk.stored == [(1, "1")]


def test_an_empty_cell_is_not_counted() -> None:
    desk = Desk("python3")
    assert desk.execute(" \n") == [
        "python3 <- execute_request 1:  \n",
        "iopub busy of 1",
        "iopub execute_input of 1: [0]  \n",
    ]


def test_the_history_gets_the_cells_as_typed() -> None:
    desk = Desk("bash")
    desk.execute("%%bash\nls")
    assert desk.stored == [(1, "%%bash\nls")]


def test_what_cannot_be_right_is_refused_without_a_child() -> None:
    desk = Desk("python3")
    desk.execute("%%bash --x\nls")
    assert [m.type for m in desk.front_messages()] == ["status", "execute_input", "error", "execute_reply", "status"]
    reply, error = desk.last("execute_reply"), desk.last("error")
    assert (reply["status"], reply["ename"], reply["execution_count"]) == ("error", "HeaderError", 1)
    assert (reply["payload"], reply["user_expressions"]) == ([], {})
    assert error["evalue"] == reply["evalue"]
    assert error["traceback"] == [f"\x1b[0;31mHeaderError\x1b[0m: {error['evalue']}"]
    assert desk.child_messages("python3") == []


@pytest.mark.parametrize("content", [b"not JSON", {}, {"code": None}, {"code": 1}, []])
def test_a_cell_without_code_is_refused(content: object) -> None:
    desk = Desk("python3")
    assert desk.front(desk.message("execute_request", content)) == [
        "iopub busy of 1",
        "iopub error of 1: HeaderError",
        "shell execute_reply of 1: error",
        "iopub idle of 1",
    ]


def test_an_unknown_header_is_refused_when_the_kernel_has_said_what_it_is() -> None:
    desk = Desk(config=configured("ir", "python3"))
    desk.execute("%%time\n1")
    assert desk.ready("ir") == ["iopub error of 1: HeaderError", "shell execute_reply of 1: error", "iopub idle of 1"]
    desk.execute("1\n%%python\n2")
    assert desk.last("error")["evalue"].startswith("Line 2: %%python is below code")
    assert desk.child_messages("ir") == []


def test_a_magic_of_the_kernel_is_its_own() -> None:
    desk = Desk("python3")
    assert "python3 <- execute_request 1: %%time\n1" in desk.execute("%%time\n1")


def test_what_cannot_be_read_in_a_reply_is_no_reply() -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.back("python3", "shell", child_message("execute_reply", "1", b"not JSON")) == []
    assert desk.drops[0].startswith("python3 shell execute_reply: it cannot be read: not JSON")
    assert desk.reply("python3", 1) == ["shell execute_reply of 1: ok"]


def test_a_header_without_a_body_is_not_sent() -> None:
    desk = Desk("python3", "ir")
    for number, code in enumerate(("%%r", "%%r\n\n", "%%use r\n# that is all"), 1):
        desk.execute(code)
        if code.startswith("%%use"):
            desk.command_done(number)
        assert desk.last("execute_reply")["status"] == "ok"
    desk.execute("%%r -i python3:x")
    assert desk.command_done(4) == ["shell execute_reply of 4: ok", "iopub idle of 4"]
    assert desk.child_messages("ir") == []
    assert desk.backend("ir").cells_run == 0
