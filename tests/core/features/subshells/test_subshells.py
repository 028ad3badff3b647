"""Subshells: the notebook's are names of Multi's, and each child gets its own when it needs one."""

from typing import Any

import pytest

from multikernel.core.features.subshells.child_subshell import FEATURE
from multikernel.core.features.subshells.subshells import CREATE_SECONDS
from multikernel.core.protocol.wire import Message

from ...desk import KERNEL_INFO, Desk
from ...lines import make_message

WITH_SUBSHELLS = {**KERNEL_INFO["python3"], "supported_features": [FEATURE]}
UNKNOWN = "Unknown subshell_id 'none'"


def make_desk(*ready: str) -> Desk:
    return Desk(*(ready or ("python3", "ir")), kernel_info={"python3": WITH_SUBSHELLS})


def create(desk: Desk) -> str:
    """Let the notebook create a subshell."""
    desk.request("create_subshell_request", "control")
    return str(desk.last("create_subshell_reply")["subshell_id"])


def say(desk: Desk, subshell: object, msg_type: str, **content: Any) -> list[str]:
    """Say that the notebook sends a request in a subshell."""
    return desk.front(in_subshell(desk, subshell, msg_type, **content))


def in_subshell(desk: Desk, subshell: object, msg_type: str, **content: Any) -> Message:
    number = desk.message("").id
    plain = make_message(number, msg_type, content)
    return make_message(number, msg_type, content, header={**plain.header, "subshell_id": subshell})


def created(desk: Desk, name: object = "twin") -> list[str]:
    """Let python3 say that it has created a subshell."""
    question = desk.child_messages("python3", "create_subshell_request")[-1].id
    content = {"status": "error", "evalue": "no"} if name is None else {"status": "ok", "subshell_id": name}
    return desk.child("python3", "control", "create_subshell_reply", question, **content)


def deleted(desk: Desk) -> list[str]:
    """Let python3 say that it has deleted a subshell."""
    question = desk.child_messages("python3", "delete_subshell_request")[-1].id
    return desk.child("python3", "control", "delete_subshell_reply", question, status="ok")


def subshells_of(desk: Desk, backend: str, msg_type: str = "execute_request") -> list[object]:
    """Return the `subshell_id`s of what a child got; "absent" where there is none."""
    return [message.header.get("subshell_id", "absent") for message in desk.child_messages(backend, msg_type)]


ASKING = "python3 <- control create_subshell_request own"


def test_create_list_and_delete_need_no_child() -> None:
    desk = Desk()
    names = [create(desk), create(desk)]
    assert len(set(names)) == 2
    desk.request("list_subshell_request", "control")
    assert desk.last("list_subshell_reply") == {"status": "ok", "subshell_id": names}
    assert desk.request("delete_subshell_request", "control", subshell_id=names[0]) == [
        *("iopub busy of 4", "control delete_subshell_reply of 4: ok", "iopub idle of 4")
    ]
    desk.request("list_subshell_request", "control")
    assert desk.last("list_subshell_reply") == {"status": "ok", "subshell_id": names[1:]}


@pytest.mark.parametrize("content", [{"subshell_id": "none"}, {"subshell_id": []}, {}])
def test_what_does_not_exist_cannot_be_deleted(content: dict[str, Any]) -> None:
    desk = Desk()
    desk.request("delete_subshell_request", "control", **content)
    reply = desk.last("delete_subshell_reply")
    assert reply == {"status": "error", "evalue": f"Unknown subshell_id {str(content.get('subshell_id'))!r}"}


def test_a_request_in_an_unknown_subshell_is_refused_as_ipykernel_does() -> None:
    desk = make_desk()
    lines = say(desk, "none", "execute_request", code="1")
    assert lines == ["iopub busy of 1", "shell execute_reply of 1: error", "iopub idle of 1"]
    error = {"ename": "UnknownSubshellError", "evalue": UNKNOWN, "traceback": []}
    assert desk.last("execute_reply") == {"status": "error", **error}


@pytest.mark.parametrize("subshell", [None, 1, []])
def test_no_name_stands_for_the_main_shell(subshell: object) -> None:
    desk = make_desk()
    assert say(desk, subshell, "execute_request", code="1")[0] == "python3 <- execute_request 1: 1"


def test_a_child_creates_a_subshell_when_it_gets_something_for_it() -> None:
    desk = make_desk()
    subshell = create(desk)
    assert say(desk, subshell, "execute_request", code="1")[0] == ASKING
    assert desk.timers == {("subshell", f"{subshell}@python3"): CREATE_SECONDS}
    assert say(desk, subshell, "complete_request", code="x", cursor_pos=1) == []
    assert created(desk) == ["python3 <- execute_request 2: 1", "python3 <- complete_request 3: x"]
    assert desk.timers == {}
    assert desk.finish("python3", 2)[-1] == "iopub idle of 2"
    assert say(desk, subshell, "execute_request", code="2")[0] == "python3 <- execute_request 4: 2"
    assert subshells_of(desk, "python3") == ["twin", "twin"]
    assert desk.front_messages("status")[-1].parent_frame.count(subshell.encode()) == 1


def test_a_child_without_subshells_gets_everything_in_its_main_shell() -> None:
    desk = make_desk()
    subshell = create(desk)
    assert say(desk, subshell, "execute_request", code="%%r\n1")[0].startswith("ir <- execute_request 2")
    assert subshells_of(desk, "ir") == ["absent"]


@pytest.mark.parametrize("name", [None, 1])
def test_a_child_that_creates_none_gets_everything_in_its_main_shell(name: object) -> None:
    desk = make_desk()
    subshell = create(desk)
    say(desk, subshell, "execute_request", code="1")
    assert created(desk, name) == ["python3 <- execute_request 2: 1"]
    assert desk.finish("python3", 2)[-1] == "iopub idle of 2"
    say(desk, subshell, "execute_request", code="2")
    assert subshells_of(desk, "python3") == ["absent", "absent"]


def test_a_child_that_never_answers_holds_nothing_up() -> None:
    desk = make_desk()
    subshell = create(desk)
    say(desk, subshell, "execute_request", code="1")
    assert desk.fire("subshell", subshell) == ["python3 <- execute_request 2: 1"]
    assert created(desk) == ["python3 <- control delete_subshell_request own"]


def test_cells_of_a_subshell_run_beside_those_of_the_main_shell() -> None:
    desk = make_desk()
    subshell = create(desk)
    desk.execute("main")
    desk.execute("queued")
    say(desk, subshell, "execute_request", code="beside")
    assert created(desk) == ["python3 <- execute_request 4: beside"]
    assert say(desk, subshell, "execute_request", code="next") == []
    assert "python3 <- execute_request 5: next" in desk.finish("python3", 4)
    assert "python3 <- execute_request 3: queued" in desk.finish("python3", 2)


def test_an_error_aborts_what_is_queued_in_the_same_subshell() -> None:
    desk = make_desk()
    subshell = create(desk)
    for code in ("1/0", "aborted"):
        say(desk, subshell, "execute_request", code=code)
    for code in ("main", "not aborted"):
        desk.execute(code)
    created(desk)
    assert "shell execute_reply of 3: aborted" in desk.finish("python3", 2, "error")
    assert "python3 <- execute_request 5: not aborted" in desk.finish("python3", 4)


def test_the_counter_is_not_moved_under_a_cell_of_the_main_shell() -> None:
    desk = make_desk()
    subshell = create(desk)
    desk.execute("1")
    say(desk, subshell, "execute_request", code="2")
    created(desk)
    assert desk.child_messages("python3", "execute_request")[-1].metadata_frame == b"{}"
    assert desk.last("execute_input")["execution_count"] == 2


def test_an_interrupt_leaves_subshells_alone() -> None:
    desk = make_desk()
    subshell = create(desk)
    for code in ("1", "2"):
        say(desk, subshell, "execute_request", code=code)
    created(desk)
    desk.busy("python3", 2)
    assert not any("signal" in line for line in desk.press())
    desk.execute("main")
    desk.busy("python3", 5)
    assert "signal python3" in desk.press()
    desk.finish("python3", 5, "error")
    assert desk.timers == {}
    assert "python3 <- execute_request 3: 2" in desk.finish("python3", 2)


def test_a_new_life_of_a_backend_gets_a_subshell_of_its_own() -> None:
    desk = make_desk()
    subshell = create(desk)
    say(desk, subshell, "execute_request", code="1")
    desk.stop("python3")
    assert desk.timers == {}
    desk.start("python3")
    desk.ready("python3")
    assert say(desk, subshell, "execute_request", code="2")[0] == ASKING
    assert created(desk, "new twin") == ["python3 <- execute_request 3: 2"]
    assert subshells_of(desk, "python3") == ["new twin"]


def test_a_backend_without_a_subshell_of_its_own_just_ends() -> None:
    desk = make_desk()
    create(desk)
    desk.execute("1")
    assert desk.stop("python3")[-1] == "iopub idle of 2"


# The end of a subshell.


def test_the_child_deletes_its_subshell_with_the_notebook_s() -> None:
    desk = make_desk()
    subshell = create(desk)
    say(desk, subshell, "execute_request", code="1")
    created(desk)
    for code in ("2", "3"):
        say(desk, subshell, "execute_request", code=code)
    lines = desk.request("delete_subshell_request", "control", subshell_id=subshell)
    assert [line for line in lines if "reply" in line or "<-" in line] == [
        "python3 <- control delete_subshell_request own",
        "shell execute_reply of 3: error",
        "shell execute_reply of 4: error",
        "control delete_subshell_reply of 5: ok",
    ]
    assert desk.child_messages("python3")[-1].content() == {"subshell_id": "twin"}
    desk.execute("main")
    lines = deleted(desk)
    assert [line for line in lines if "reply" in line] == ["shell execute_reply of 2: error"]
    assert desk.in_flight == ["6"]
    assert deleted(desk) == []


def test_what_waits_for_a_child_s_subshell_that_is_deleted_goes_to_its_main_shell() -> None:
    desk = make_desk()
    subshell = create(desk)
    say(desk, subshell, "execute_request", code="1")
    lines = desk.request("delete_subshell_request", "control", subshell_id=subshell)
    assert "python3 <- execute_request 2: 1" in lines
    assert created(desk) == ["python3 <- control delete_subshell_request own"]
    assert desk.timers == {}
    assert deleted(desk) == []
    assert desk.in_flight == ["2"]


def test_a_subshell_that_came_to_nothing_is_just_forgotten() -> None:
    desk = make_desk()
    subshell = create(desk)
    say(desk, subshell, "execute_request", code="1")
    desk.request("delete_subshell_request", "control", subshell_id=subshell)
    assert created(desk, None) == []


def test_a_cell_whose_subshell_is_deleted_while_its_backend_starts_runs_in_the_main_shell() -> None:
    desk = make_desk("ir")
    subshell = create(desk)
    say(desk, subshell, "execute_request", code="1")
    desk.request("delete_subshell_request", "control", subshell_id=subshell)
    assert desk.ready("python3") == ["python3 <- execute_request 2: 1"]
    assert subshells_of(desk, "python3") == ["absent"]
    assert desk.finish("python3", 2, "error")[-1] == "iopub idle of 2"
