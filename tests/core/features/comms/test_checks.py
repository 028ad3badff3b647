"""What a child does not say about comms is found out by a question behind them."""

from typing import Any

import pytest

from multikernel.core.exchanges import CONCURRENT_SECONDS

from ...desk import Desk


def asked(desk: Desk, backend: str = "python3") -> str:
    """Return the msg_id of the last question to a child."""
    return desk.child_messages(backend, "comm_info_request")[-1].id


def answer(desk: Desk, **content: Any) -> list[str]:
    """Let a child answer the last question."""
    question = asked(desk)
    lines = desk.busy("python3", question)
    lines += desk.child("python3", "shell", "comm_info_reply", question, status="ok", **content)
    return lines + desk.idle("python3", question)


def opened() -> Desk:
    """Return a desk whose notebook has opened comm `a`, of which the child has said no more than busy and idle."""
    desk = Desk("python3", "ir")
    desk.request("comm_open", comm_id="a", target_name="t")
    assert desk.busy("python3", 1) + desk.idle("python3", 1) == ["iopub busy of 1"]
    return desk


def test_a_comm_that_the_child_lists_is_open() -> None:
    desk = opened()
    assert answer(desk, comms={"a": {"target_name": "t"}}) == ["iopub idle of 1"]
    assert desk.request("comm_msg", comm_id="a") == ["python3 <- comm_msg 2"]
    assert desk.timers == {}


def test_a_comm_that_the_child_does_not_list_is_closed() -> None:
    desk = opened()
    assert answer(desk, comms={}) == ["iopub comm_close of 1", "iopub idle of 1"]
    assert desk.last("comm_close") == {"comm_id": "a", "data": {}}
    assert desk.request("comm_msg", comm_id="a") == ["iopub busy of 2", "iopub idle of 2"]


@pytest.mark.parametrize("content", [{}, {"comms": []}, {"content": {"comms": []}}])
def test_a_child_that_does_not_list_comms_as_specified_is_believed(content: dict[str, Any]) -> None:
    desk = opened()
    assert answer(desk, **content) == ["iopub idle of 1"]
    assert desk.request("comm_msg", comm_id="a") == ["python3 <- comm_msg 2"]


def test_a_comm_that_the_child_closes_is_closed_once() -> None:
    desk = Desk("python3")
    desk.request("comm_open", comm_id="a", target_name="t")
    question = asked(desk)
    assert desk.child("python3", "shell", "comm_info_reply", question, comms={}) == []
    desk.busy("python3", 1)
    assert desk.child("python3", "iopub", "comm_close", 1, comm_id="a") == ["iopub comm_close of 1"]
    desk.idle("python3", 1)
    assert desk.busy("python3", question) == []
    assert desk.idle("python3", question) == ["iopub idle of 1"]


def test_a_child_that_never_says_which_comms_it_has_holds_nothing_up() -> None:
    desk = opened()
    assert desk.fire("half answered", 1) == ["iopub idle of 1"]
    assert answer(desk, comms={}) == ["iopub comm_close"]


def test_a_message_without_a_busy_is_over_soon_after_its_first_output() -> None:
    desk = Desk("python3")
    desk.execute("await sleep(9)")
    desk.child("python3", "iopub", "comm_open", 1, comm_id="a", target_name="t")
    desk.request("comm_msg", comm_id="a")
    assert desk.child("python3", "iopub", "comm_msg", 2, comm_id="a") == ["iopub busy of 2", "iopub comm_msg of 2"]
    assert desk.timers == {("idle delay", "2@python3"): CONCURRENT_SECONDS}
    assert desk.stream("python3", 2, "more") == ["iopub stdout of 2: more"]
    assert desk.fire("idle delay", 2) == ["iopub idle of 2", "iopub busy of 1"]
    assert desk.finish("python3", 1)[-1] == "iopub idle of 1"
    assert desk.child_messages("python3", "comm_info_request") == []


def test_a_message_that_a_child_never_speaks_of_is_over_soon_after_the_cell() -> None:
    desk = Desk("python3")
    desk.execute("await sleep(9)")
    desk.child("python3", "iopub", "comm_open", 1, comm_id="a", target_name="t")
    desk.request("comm_msg", comm_id="a")
    desk.request("comm_open", comm_id="b", target_name="t")
    desk.execute("2")
    lines = desk.finish("python3", 1)
    assert lines.index("python3 <- comm_info_request own") < lines.index("python3 <- execute_request 4: 2")
    assert [line for line in answer(desk, comms={}) if line != "iopub busy of 4"] == [
        *("iopub busy of 2", "iopub idle of 2", "iopub comm_close of 3", "iopub busy of 3", "iopub idle of 3")
    ]
    assert desk.finish("python3", 4)[-1] == "iopub idle of 4"
    assert not desk.in_flight


def test_a_message_that_a_child_begins_after_the_cell_ends_as_it_says() -> None:
    desk = Desk("python3")
    desk.execute("sleep(9)")
    desk.child("python3", "iopub", "comm_open", 1, comm_id="a", target_name="t")
    desk.request("comm_msg", comm_id="a")
    desk.finish("python3", 1)
    assert desk.busy("python3", 2) == ["iopub busy of 2"]
    assert answer(desk, comms={"a": {}}) == []
    assert desk.idle("python3", 2) == ["iopub idle of 2"]


def test_a_child_that_is_gone_answers_no_question() -> None:
    desk = opened()
    question = asked(desk)
    desk.stop("python3")
    assert desk.child("python3", "shell", "comm_info_reply", question, comms={}) == []
    assert desk.idle("python3", question) == []
