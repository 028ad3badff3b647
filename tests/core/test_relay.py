"""What a child says goes out under the notebook's own header, and only if it belongs to a request of its own."""

from typing import Any

import pytest

from multikernel.core.actions import ToFront

from .desk import Desk
from .lines import child_message

MULTIS_OWN = "session-of-multi_1"


@pytest.mark.parametrize("msg_type", ["stream", "display_data", "error", "clear_output", "debug_event", "unheard_of"])
def test_outputs_of_every_type_pass_byte_for_byte(msg_type: str) -> None:
    desk = Desk("python3")
    desk.execute("1")
    content = b'{"name": "stdout", "text":"\xff", "ename": NaN }'
    message = child_message(msg_type, "1", content, metadata=b'{ "m":1 }', buffers=(b"\x00", b""))
    assert len(desk.back("python3", "iopub", message)) == 1
    passed = desk.front_messages(msg_type)[0]
    assert (passed.content_frame, passed.metadata_frame, passed.buffers) == (
        content,
        message.metadata_frame,
        message.buffers,
    )
    assert passed.header == {**message.header, "session": "session-of-multi"}
    assert passed.parent_frame == desk.child_messages("python3")[0].header_frame


def test_an_output_alone_leads_to_nothing_else() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.busy("python3", 1)
    waiting = desk.message("execute_request", {"code": "2"})
    desk.arrive(waiting)
    desk.finish("python3", 1)
    before = len(desk.actions)
    desk.stream("python3", 1, "late")
    assert [type(action) for action in desk.actions[before:]] == [ToFront]


@pytest.mark.parametrize("msg_type", ["execute_input", "iopub_welcome", "shutdown_reply", "status"])
def test_what_the_front_says_itself_is_kept_from_it(msg_type: str) -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.child("python3", "iopub", msg_type, 1, execution_state="starting") == []


@pytest.mark.parametrize("parent", ["", "9", MULTIS_OWN])
@pytest.mark.parametrize("channel", ["iopub", "shell", "control", "stdin"])
@pytest.mark.parametrize("msg_type", ["status", "stream", "execute_reply", "comm_open", "input_request", "unheard_of"])
def test_what_belongs_to_no_request_does_not_go_out(parent: str, channel: Any, msg_type: str) -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.child("python3", channel, msg_type, parent, execution_state="idle", text="x") == []
    assert desk.logs == (["python3: x"] if msg_type == "stream" else [])
    why = "its parent is not a request of this backend" if parent else "no parent"
    assert desk.drops == [f"python3 {channel} {msg_type}: {why}"]


@pytest.mark.parametrize("channel", ["iopub", "shell", "control", "stdin"])
@pytest.mark.parametrize("msg_type", ["status", "stream", "execute_reply", "comm_open", "input_request"])
def test_a_child_has_no_say_about_anothers_request(channel: Any, msg_type: str) -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    assert desk.child("ir", channel, msg_type, 1, execution_state="idle", status="ok", text="x") == []
    assert desk.in_flight == ["1"]


def test_an_output_is_busy_enough() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="x", cursor_pos=1)
    assert desk.stream("python3", 1, "x") == ["iopub busy of 1", "iopub stdout of 1: x"]


def test_a_reply_before_busy_comes_after_busy() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="x", cursor_pos=1)
    assert desk.child("python3", "shell", "complete_reply", 1, status="ok") == [
        "iopub busy of 1",
        "shell complete_reply of 1: ok",
    ]
    assert desk.busy("python3", 1) == []


def test_a_reply_goes_to_who_asked_on_the_channel_of_the_question() -> None:
    desk = Desk("python3")
    desk.front(desk.message("execute_request", {"code": "1"}), "control", (b"other",))
    assert desk.reply("python3", 1) == ["control execute_reply of 1: ok"]
    assert desk.actions[-1] == ToFront("control", desk.front_messages("execute_reply")[0], (b"other",))


@pytest.mark.parametrize("content", [b"not JSON", b"[]"])
def test_a_status_that_cannot_be_read_is_dropped(content: bytes) -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.back("python3", "iopub", child_message("status", "1", content)) == []
    assert desk.drops[0].startswith("python3 iopub status: it cannot be read: not ")


def test_output_of_nobody_that_cannot_be_read_is_dropped() -> None:
    desk = Desk("python3")
    assert desk.back("python3", "iopub", child_message("stream", "", b"not JSON")) == []
    assert desk.logs == []
