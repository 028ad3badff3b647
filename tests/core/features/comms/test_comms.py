"""Comm messages find the backend of their comm, at once, whatever cells are running."""

from typing import Any

import pytest

from multikernel.core.features.comms.registry import WIDGET_CONTROL_TARGET, WIDGET_TARGET

from ...desk import Desk
from ...lines import child_message


def opened(desk: Desk, backend: str, comm_id: str, target: str = "t") -> None:
    """Let a cell of a backend open a comm."""
    desk.execute(f"%%{backend}\nx")
    number = desk.child_messages(backend)[-1].id
    assert desk.child(backend, "iopub", "comm_open", number, comm_id=comm_id, target_name=target) == [
        f"iopub comm_open of {number}"
    ]
    desk.finish(backend, number)


def over(number: int) -> list[str]:
    return [f"iopub busy of {number}", f"iopub idle of {number}"]


def opening(backend: str, number: int) -> list[str]:
    return [f"{backend} <- comm_open {number}", f"{backend} <- comm_info_request own"]


def closed(number: int) -> list[str]:
    return [f"iopub busy of {number}", f"iopub comm_close of {number}", f"iopub idle of {number}"]


def test_a_message_goes_to_the_backend_that_opened_its_comm() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "ir", "a")
    opened(desk, "python3", "b")
    assert desk.request("comm_msg", comm_id="a", data={}) == ["ir <- comm_msg 3"]
    assert desk.request("comm_msg", comm_id="b", data={}) == ["python3 <- comm_msg 4"]


def test_a_message_is_over_when_the_child_is_idle_since_it_has_no_reply() -> None:
    desk = Desk("ir")
    opened(desk, "ir", "a")
    desk.request("comm_msg", comm_id="a")
    assert desk.busy("ir", 2) == ["iopub busy of 2"]
    assert desk.child("ir", "iopub", "comm_msg", 2, comm_id="a") == ["iopub comm_msg of 2"]
    assert desk.idle("ir", 2) == ["iopub idle of 2"]
    assert desk.timers == {}


def test_a_message_waits_for_no_cell() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "python3", "a")
    desk.execute("%%r\nSys.sleep(99)")
    desk.execute("1")
    assert desk.request("comm_msg", comm_id="a") == ["python3 <- comm_msg 4"]


@pytest.mark.parametrize("kind", ["comm_msg", "comm_close"])
@pytest.mark.parametrize("content", [{"comm_id": "none"}, {"comm_id": 1}, {"comm_id": []}, {}])
def test_a_message_for_no_comm_is_over_at_once(kind: str, content: dict[str, Any]) -> None:
    assert Desk("python3").request(kind, **content) == over(1)


def test_binary_buffers_and_bytes_pass_untouched() -> None:
    desk = Desk("python3")
    opened(desk, "python3", "a")
    message = desk.message("comm_msg", b'{"comm_id": "a" }', metadata=b'{ "v":NaN}', buffers=(b"\x00" * 9, b"\xff"))
    desk.front(message)
    assert desk.child_messages("python3")[-1] == message


def test_the_notebook_can_close_a_comm() -> None:
    desk = Desk("python3")
    opened(desk, "python3", "a")
    assert desk.request("comm_close", comm_id="a") == ["python3 <- comm_close 2"]
    assert desk.request("comm_msg", comm_id="a") == over(3)


def test_the_child_can_close_a_comm_of_its_own_only() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "python3", "a")
    opened(desk, "ir", "b")
    assert desk.child("ir", "iopub", "comm_close", 2, comm_id="a") == []
    assert desk.child("ir", "iopub", "comm_close", 2, comm_id="b") == ["iopub comm_close of 2"]
    assert desk.request("comm_msg", comm_id="a") == ["python3 <- comm_msg 3"]
    assert desk.request("comm_msg", comm_id="b") == over(4)


def test_the_id_of_anothers_comm_cannot_be_taken() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "python3", "a")
    desk.execute("%%r\nx")
    assert desk.child("ir", "iopub", "comm_open", 2, comm_id="a", target_name="mine") == []
    assert desk.drops == ["ir iopub comm_open: the comm is not this backend's"]
    assert "python3 <- comm_msg 3" in desk.request("comm_msg", comm_id="a")


def test_a_comm_speaks_unasked_once_it_is_open() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "python3", "a")
    assert desk.child("python3", "iopub", "comm_msg", comm_id="a") == ["iopub comm_msg"]
    assert desk.child("ir", "iopub", "comm_msg", comm_id="a") == []
    assert desk.child("python3", "iopub", "comm_msg", comm_id="none") == []
    assert desk.child("python3", "shell", "comm_msg", comm_id="a") == []
    assert desk.back("python3", "iopub", child_message("comm_msg", "", b"not JSON")) == []


# comm_open of the notebook


def test_the_notebook_opens_comms_at_the_default() -> None:
    desk = Desk("python3", "ir")
    assert desk.request("comm_open", comm_id="a", target_name="t") == opening("python3", 1)
    assert desk.request("comm_msg", comm_id="a") == ["python3 <- comm_msg 2"]
    desk.execute("%%use r")
    desk.command_done(3)
    assert desk.request("comm_open", comm_id="b", target_name="t") == opening("ir", 4)


def test_a_target_that_the_child_does_not_have_is_closed_by_the_child() -> None:
    desk = Desk("python3")
    desk.request("comm_open", comm_id="a", target_name="none")
    assert desk.child("python3", "iopub", "comm_close", 1, comm_id="a") == [
        "iopub busy of 1",
        "iopub comm_close of 1",
    ]
    assert desk.request("comm_msg", comm_id="a") == over(2)


def test_with_no_default_running_a_comm_is_closed_at_once() -> None:
    desk = Desk("ir")
    assert desk.request("comm_open", comm_id="a", target_name="t") == closed(1)
    assert desk.last("comm_close") == {"comm_id": "a", "data": {}}


@pytest.mark.parametrize("content", [{"comm_id": "a"}, {"comm_id": "a", "target_name": None}])
def test_a_comm_without_target_is_closed(content: dict[str, Any]) -> None:
    assert Desk("python3").request("comm_open", **content) == closed(1)


@pytest.mark.parametrize("content", [{"target_name": "t"}, {"comm_id": 1, "target_name": "t"}])
def test_a_comm_without_id_is_just_over(content: dict[str, Any]) -> None:
    assert Desk("python3").request("comm_open", **content) == over(1)


def test_a_comm_with_the_id_of_anothers_is_closed() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "ir", "a")
    assert desk.request("comm_open", comm_id="a", target_name="t") == closed(2)


@pytest.mark.parametrize("cell", ["register()", "%%py\nregister()", "%%use py\nregister()"])
def test_a_comm_waits_for_the_cells_that_may_register_its_target(cell: str) -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.execute(cell)
    assert desk.request("comm_open", comm_id="a", target_name="t") == []
    assert desk.request("comm_msg", comm_id="a") == []
    lines = desk.finish("ir", 1)
    lines += desk.command_done(2) if "use" in cell else []
    assert any(line.startswith("python3 <- execute_request 2") for line in lines)
    assert desk.finish("python3", 2)[-4:-1] == [*opening("python3", 3), "python3 <- comm_msg 4"]


@pytest.mark.parametrize("cell", ["%%r\nx", "%%use r\nx", "%%bash --x", "%%backends\nx"])
def test_a_comm_waits_for_no_cell_of_another_backend(cell: str) -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    desk.execute(cell)
    assert desk.request("comm_open", comm_id="a", target_name="t") == opening("python3", 3)


def test_a_comm_does_not_wait_for_the_cell_that_runs() -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.request("comm_open", comm_id="a", target_name="t") == opening("python3", 2)


def test_a_comm_is_not_aborted_by_an_error() -> None:
    desk = Desk("python3")
    desk.execute("1/0")
    desk.execute("2")
    desk.request("comm_open", comm_id="a", target_name="t")
    lines = desk.finish("python3", 1, "error")
    aborted = ["iopub busy of 2", "shell execute_reply of 2: aborted", "iopub idle of 2"]
    assert lines[-6:] == [*opening("python3", 3), "iopub idle of 1", *aborted]


def test_a_queued_cell_without_code_may_be_anything() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.request("execute_request")
    assert desk.request("comm_open", comm_id="a", target_name="t") == []


# jupyter.widget.control


def test_widget_control_goes_to_the_only_backend_with_widgets() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "ir", "w", WIDGET_TARGET)
    assert desk.request("comm_open", comm_id="c", target_name=WIDGET_CONTROL_TARGET) == opening("ir", 2)


def test_widget_control_without_widgets_is_closed_at_once() -> None:
    desk = Desk("python3", "ir")
    assert desk.request("comm_open", comm_id="c", target_name=WIDGET_CONTROL_TARGET) == closed(1)


def test_widget_control_with_several_is_closed_so_that_each_widget_is_asked() -> None:
    desk = Desk("python3", "ir")
    opened(desk, "ir", "w", WIDGET_TARGET)
    opened(desk, "python3", "v", WIDGET_TARGET)
    assert desk.request("comm_open", comm_id="c", target_name=WIDGET_CONTROL_TARGET) == closed(3)
