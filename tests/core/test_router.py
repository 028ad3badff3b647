"""Messages find their way by type and parent; what belongs to nobody goes nowhere."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.features.passthrough import UNANSWERED_KEPT
from multikernel.core.protocol.wire import Json

from .desk import CLIENT, Desk
from .lines import child_message, make_message


def test_a_request_with_the_id_of_one_in_flight_is_ignored() -> None:
    desk = Desk("python3")
    desk.execute("1")
    again = make_message("1", "execute_request", {"code": "2"})
    assert desk.front(again) == []
    assert desk.drops == ["notebook shell execute_request: the id of a request in flight"]


def test_an_id_that_is_used_again_is_a_new_request() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.finish("python3", 1)
    again = make_message("1", "execute_request", {"code": "%%r\n2"})
    assert "start ir" in desk.front(again)
    assert desk.reply("python3", 1) == desk.idle("python3", 1) == []
    assert desk.ready("ir") == ["ir <- execute_request 1: ##r\n2"]
    assert desk.finish("ir", 1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]


# Types that Multi does not know


def test_an_unknown_type_goes_to_the_default_and_holds_nothing_up() -> None:
    desk = Desk("python3")
    assert desk.request("foo_request", "control") == [
        "python3 <- control foo_request 1",
        "iopub busy of 1",
        "iopub idle of 1",
    ]
    assert desk.busy("python3", 1) == desk.idle("python3", 1) == []
    assert desk.stream("python3", 1, "x") == ["iopub stdout of 1: x"]
    assert desk.child("python3", "control", "foo_reply", 1, status="ok") == ["control foo_reply of 1: ok"]
    assert desk.child("python3", "control", "foo_reply", 1, status="ok") == []
    assert desk.timers == {}


def test_an_unknown_type_without_a_child_is_over_at_once() -> None:
    assert Desk().request("foo_request") == ["iopub busy of 1", "iopub idle of 1"]


def test_the_oldest_unknown_request_is_forgotten() -> None:
    desk = Desk("python3")
    for _ in range(UNANSWERED_KEPT + 1):
        desk.router.from_front("shell", CLIENT, desk.message("foo_request"))
    assert desk.child("python3", "shell", "foo_reply", 1, status="ok") == []
    assert desk.child("python3", "shell", "foo_reply", 2, status="ok") == ["shell foo_reply of 2: ok"]


# Anything at all

TYPES = ["execute", "complete", "inspect", "is_complete", "history", "comm_info", "kernel_info", "interrupt", "debug"]
REQUESTS = [*(f"{name}_request" for name in TYPES), "comm_open", "comm_msg", "comm_close", "input_reply", "x"]
OUTPUTS = [
    "status",
    "stream",
    "execute_reply",
    "complete_reply",
    "execute_result",
    "comm_open",
    "comm_close",
    "comm_msg",
]
KEYS = [
    *("code", "cursor_pos", "silent", "stop_on_error", "store_history", "comm_id", "target_name", "status", "matches"),
    *("execution_count", "execution_state", "cursor_start", "cursor_end", "metadata", "_jupyter_types_experimental"),
    *("start", "end", "hist_access_type", "n", "text", "restart"),
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=2)
    | st.sampled_from(["%%r\nx", "%%bash\n\nx", "%%", "%%use r", "x", "ok", "idle", "tail", "jupyter.widget.control"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=5,
)
CONTENTS = st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=6)
FRAMES = CONTENTS.map(lambda content: json.dumps(content).encode()) | st.binary(max_size=5)
CHANNELS = st.sampled_from(["shell", "control", "stdin", "iopub"])
ALL_READY = ("python3", "ir", "bash")


@given(
    st.lists(st.tuples(st.sampled_from(REQUESTS), st.sampled_from(["shell", "control", "stdin"]), FRAMES), max_size=5)
)
def test_whatever_the_notebook_says_raises_nothing(messages: list[tuple[str, Any, bytes]]) -> None:
    desk = Desk(*ALL_READY)
    for msg_type, channel, content in messages:
        desk.router.from_front(channel, CLIENT, desk.message(msg_type, content))


QUESTION: Json = {"code": "%%bash\n\nx", "cursor_pos": 10, "comm_id": "c", "target_name": "t"}


@given(
    st.sampled_from(["execute_request", "complete_request", "comm_open"]),
    st.lists(st.tuples(st.sampled_from(OUTPUTS), CHANNELS, st.sampled_from(["1", ""]), FRAMES), max_size=5),
)
def test_whatever_a_child_says_raises_nothing(asked: str, messages: list[tuple[str, Any, str, bytes]]) -> None:
    desk = Desk(*ALL_READY)
    desk.front(desk.message(asked, QUESTION))
    for msg_type, channel, parent, content in messages:
        for backend in ALL_READY:
            desk.router.from_backend(backend, channel, child_message(msg_type, parent, content))
    for backend in ALL_READY:
        desk.router.died(backend, "SIGKILL")
    assert desk.in_flight == []
