"""What no proper child and no proper front-end says has no effect; found by `make fuzz`, each one case."""

import json
from typing import Any

import pytest

from multikernel.core.protocol.wire import DEEPEST, WireError, decode

from .desk import KERNEL_INFO, Desk
from .features.debugger.debug_desk import DEBUG_INFO, FRONT, answer, ask, attached, own_answer
from .lines import SESSION, child_message

TOO_LONG = int("9" * 4300)
"""The longest number that Python reads; one more has a digit too many."""


def deep(depth: int, of: str = "[") -> bytes:
    """Return an object with a value nested so deep, itself counted."""
    before, after = ("[", "]") if of == "[" else ('{"a":', "}")
    return f'{{"a":{before * (depth - 1)}1{after * (depth - 1)}}}'.encode()


@pytest.mark.parametrize("of", ["[", "{"])
def test_json_is_read_as_deep_as_it_can_be_handled(of: str) -> None:
    decode(deep(DEEPEST, of))
    with pytest.raises(WireError, match="within each other"):
        decode(deep(DEEPEST + 1, of))


def test_json_that_is_wide_may_have_as_many_lists_as_it_likes() -> None:
    wide = {"a": [{}] * DEEPEST * 2, "text": "[" * 1000}
    assert decode(json.dumps(wide).encode()) == wide


def test_a_deep_request_is_answered_as_one_without_content() -> None:
    desk = Desk("python3")
    lines = desk.front(desk.message("execute_request", deep(950)))
    assert lines[-2:] == ["shell execute_reply of 1: error", "iopub idle of 1"]


def test_a_comm_id_that_is_deep_is_no_comm_id() -> None:
    desk = Desk("python3")
    desk.execute("x")
    desk.child("python3", "iopub", "comm_open", 1, comm_id=json.loads(deep(900)), target_name="t")
    assert "cannot be read" in desk.drops[-1]
    assert desk.finish("python3", 1)[-1] == "iopub idle of 1"


def test_a_number_that_gets_too_long_is_an_unreadable_reply() -> None:
    desk = Desk("bash")
    desk.request("complete_request", code="%%bash\nl", cursor_pos=8)
    assert desk.child("bash", "shell", "complete_reply", 1, matches=[], cursor_start=TOO_LONG, cursor_end=1) == [
        "iopub busy of 1"
    ]
    assert "cannot be read: not representable in JSON" in desk.drops[-1]
    desk.idle("bash", 1)
    assert desk.fire("half answered", 1) == ["shell complete_reply of 1: ok", "iopub idle of 1"]


def test_a_request_under_an_id_of_multis_own_is_dropped() -> None:
    desk = Desk("python3")
    header = {"msg_id": f"{SESSION}_1", "msg_type": "execute_request"}
    assert desk.front(desk.message("execute_request", {"code": "x"}, header=header)) == []
    assert desk.drops == ["notebook shell execute_request: an id of Multi's own"]


FORGED = ("shell comm_info_reply", "iopub status")


def test_a_question_to_one_child_is_not_for_another_to_answer() -> None:
    desk = Desk("python3", "ir")
    desk.request("comm_open", comm_id="c", target_name="t")
    (question,) = desk.child_messages("python3", "comm_info_request")
    desk.busy("python3", 1)
    for backend in ("ir", "python3"):
        desk.child(backend, "shell", "comm_info_reply", question.id, comms={})
        lines = desk.idle(backend, question.id)
    assert desk.drops == [f"ir {what}: its parent is not a request of this backend" for what in FORGED]
    assert lines == ["iopub comm_close of 1"]


def test_a_child_does_not_answer_for_the_one_that_is_debugged() -> None:
    desk = Desk("python3", "ir")
    ask(desk, "debugInfo")
    (question,) = desk.child_messages("python3", "debug_request")
    assert desk.child("ir", "control", "debug_reply", question.id, success=True, body=DEBUG_INFO) == []
    assert desk.child("python3", "control", "debug_reply", question.id, success=True, body=DEBUG_INFO) == [
        "python3 <- control debug_request 1"
    ]


def test_breakpoints_that_are_none_are_not_remembered() -> None:
    desk = attached()
    arguments = {"source": {"path": FRONT.path("x")}, "breakpoints": [{"line": 1}, 5]}
    ask(desk, "setBreakpoints", arguments)
    answer(desk, 3, {"breakpoints": []})
    desk.died("python3")
    assert own_answer(desk, "debugInfo")["body"]["breakpoints"] == []
    assert own_answer(desk, "setBreakpoints", arguments)["body"]["breakpoints"] == []


def test_a_subshell_is_not_named_by_another_child() -> None:
    features = {"supported_features": ["kernel subshells"]}
    desk = Desk("python3", "ir", kernel_info={"python3": {**KERNEL_INFO["python3"], **features}})
    desk.request("create_subshell_request", "control")
    subshell = desk.last("create_subshell_reply")["subshell_id"]
    header: dict[str, Any] = {"msg_id": "2", "msg_type": "execute_request", "subshell_id": subshell}
    desk.front(desk.message("execute_request", {"code": "x"}, header=header))
    (question,) = desk.child_messages("python3", "create_subshell_request")
    assert desk.child("ir", "control", "create_subshell_reply", question.id, subshell_id="ir's") == []
    assert desk.child("python3", "control", "create_subshell_reply", question.id, subshell_id="its own") == [
        "python3 <- execute_request 2: x"
    ]
    assert desk.child_messages("python3", "execute_request")[-1].header["subshell_id"] == "its own"


@pytest.mark.parametrize("channel", ["shell", "control"])
@pytest.mark.parametrize("msg_type", ["stream", "status", "inspect_reply", "kernel_info_reply"])
def test_only_a_reply_is_a_reply(channel: Any, msg_type: str) -> None:
    desk = Desk("python3")
    desk.execute("x")
    assert desk.child("python3", channel, msg_type, 1, status="ok", execution_state="idle") == []
    assert desk.drops == [f"python3 {channel} {msg_type}: it is not a reply to this execute_request"]
    assert desk.finish("python3", 1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]


def test_on_stdin_a_child_asks_and_the_notebook_answers_and_no_more() -> None:
    desk = Desk("python3")
    desk.execute("input()")
    assert desk.child("python3", "stdin", "stream", 1, text="x") == []
    assert desk.child("python3", "stdin", "input_request", 1, prompt="?") == ["stdin input_request of 1"]
    assert desk.request("execute_request", "stdin", code="x", value="x") == []
    assert desk.request("input_reply", "stdin", value="x") == ["python3 <- stdin input_reply 3"]
    assert desk.drops == [
        "python3 stdin stream: it is not an input_request",
        "notebook stdin execute_request: no backend waits for it",
    ]


def test_an_answer_to_one_child_does_not_go_to_another_that_asks_under_the_same_id() -> None:
    desk = Desk("python3", "ir")
    desk.execute("getpass()")
    desk.request("complete_request", code="%%ir\nx", cursor_pos=6)
    desk.child("python3", "stdin", "input_request", 1, prompt="?")
    assert desk.child("ir", "stdin", "input_request", 2, prompt="?") == []
    assert desk.drops == ["ir stdin input_request: another backend asks under this id"]
    assert desk.request("input_reply", "stdin", value="secret") == ["python3 <- stdin input_reply 3"]


@pytest.mark.parametrize("event", [[], {}, None, 5])
def test_a_debug_event_of_no_kind_passes(event: object) -> None:
    desk = Desk("python3")
    desk.execute("x")
    assert desk.child("python3", "iopub", "debug_event", 1, event=event, body={"threadId": 1}) == [
        "iopub debug_event of 1"
    ]


def test_code_of_multis_own_ends_though_its_reply_cannot_be_read() -> None:
    desk = Desk("ir")
    desk.run_silently("ir", 7, "x")
    (question,) = desk.child_messages("ir", "execute_request")
    assert desk.back("ir", "shell", child_message("execute_reply", question.id, b"[]")) == []
    (line,) = desk.idle("ir", question.id)
    assert line.startswith("own code 7 ended: its reply cannot be read")


def test_an_answer_to_multi_counts_once_and_is_nothing_if_it_cannot_be_read() -> None:
    desk = Desk("python3")
    ask(desk, "debugInfo")
    (question,) = desk.child_messages("python3", "debug_request")
    reply = child_message("debug_reply", question.id, b"[]")
    assert desk.back("python3", "control", reply) == ["python3 <- control debug_request 1"]
    assert desk.back("python3", "control", reply) == []
