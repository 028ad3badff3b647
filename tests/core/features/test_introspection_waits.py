"""What Tab and Shift-Tab wait for: a backend that starts, and the names of variables."""

import pytest

from multikernel.core.actions import StartJob
from multikernel.core.errors import TransferError

from ..desk import Desk


@pytest.mark.parametrize("kind", ["complete_request", "inspect_request"])
def test_what_is_asked_while_a_backend_starts_is_answered_when_it_is_up(kind: str) -> None:
    desk = Desk()
    assert desk.request(kind, code="x", cursor_pos=1) == []
    assert desk.ready("python3") == [f"python3 <- {kind} 1: x"]
    assert (
        desk.child("python3", "shell", f"{kind.removesuffix('_request')}_reply", 1, status="ok")[-1]
        == f"shell {kind.removesuffix('_request')}_reply of 1: ok"
    )


@pytest.mark.parametrize("kind", ["complete_request", "inspect_request"])
def test_a_stopped_backend_is_started_if_the_header_names_it(kind: str) -> None:
    desk = Desk("python3")
    assert desk.request(kind, code="%%r\nx", cursor_pos=5) == ["start ir"]
    assert desk.ready("ir") == [f"ir <- {kind} 1: x"]


@pytest.mark.parametrize("kind", ["complete_request", "inspect_request"])
def test_a_stopped_default_is_not_started_by_what_is_asked(kind: str) -> None:
    desk = Desk("python3")
    desk.died("python3")
    assert desk.request(kind, code="x", cursor_pos=1)[-1] == "iopub idle of 1"
    assert desk.backend("python3").state == "stopped"


@pytest.mark.parametrize("kind", ["complete_request", "inspect_request"])
def test_nothing_starts_before_the_first_cell_of_a_notebook_with_a_config(kind: str) -> None:
    desk = Desk(holds_starts=True)
    assert desk.request(kind, code="%%r\nx", cursor_pos=5)[-1] == "iopub idle of 1"
    assert desk.backend("ir").state == "stopped"


def test_is_complete_neither_waits_nor_starts() -> None:
    desk = Desk()
    for number, code in enumerate(("x", "%%r\nx"), 1):
        assert f"shell is_complete_reply of {number}: unknown" in desk.request("is_complete_request", code=code)
    assert desk.backend("ir").state == "stopped"


def test_an_interrupt_answers_what_waits_and_the_start_goes_on() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="%%r\nx", cursor_pos=5)
    assert "shell complete_reply of 1: ok" in desk.press()
    assert desk.last("complete_reply")["matches"] == []
    assert desk.backend("ir").state == "starting"
    assert desk.ready("ir") == []


def test_a_start_that_fails_answers_what_waits_and_the_next_cell_reports_it() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="%%r\nx", cursor_pos=5)
    assert "shell complete_reply of 1: ok" in desk.start_failed("ir")
    assert "start ir" in desk.execute("%%r\nx")
    assert "iopub error of 2: BackendStartError" in desk.start_failed("ir")


def tab(desk: Desk, code: str) -> list[str]:
    return desk.request("complete_request", code=code, cursor_pos=len(code))


def listed(desk: Desk, request: int, outcome: object) -> list[str]:
    return desk._take(desk.router.job_done(("variables", str(request)), outcome))


def test_tab_after_an_option_offers_the_variables_of_an_idle_source() -> None:
    desk = Desk("python3", "ir")
    assert tab(desk, "%%r -i d") == ["list variables of python3 of 1", "iopub busy of 1"]
    assert listed(desk, 1, ["df", "n"]) == ["shell complete_reply of 1: ok", "iopub idle of 1"]
    reply = desk.last("complete_reply")
    assert (reply["matches"], reply["cursor_start"], reply["cursor_end"]) == (["df"], 7, 8)
    assert reply["metadata"]["_jupyter_types_experimental"][0]["type"] == "variable"


def test_tab_uses_the_last_list_while_the_source_is_busy_or_does_not_answer() -> None:
    desk = Desk("python3", "ir")
    tab(desk, "%%r -i ")
    listed(desk, 1, ["df", "n"])
    tab(desk, "%%r -i ")
    listed(desk, 2, None)
    assert desk.last("complete_reply")["matches"] == ["df", "n"]
    desk.execute("sleep(9)")
    assert "iopub idle of 4" in tab(desk, "%%r -i n")
    assert desk.last("complete_reply")["matches"] == ["n"]


def test_a_child_that_has_ended_has_no_variables() -> None:
    desk = Desk("python3", "ir")
    tab(desk, "%%r -i ")
    listed(desk, 1, ["df"])
    tab(desk, "%%r -i ")
    desk.died("python3")
    listed(desk, 2, TransferError("python is not running."))
    assert desk.last("complete_reply")["matches"] == []
    tab(desk, "%%r -i ")
    assert desk.last("complete_reply")["matches"] == []


def test_a_list_for_a_request_that_is_over_is_kept_for_the_next() -> None:
    desk = Desk("python3", "ir")
    tab(desk, "%%r -i ")
    job = next(action.job for action in desk.actions if isinstance(action, StartJob))
    assert job.text == "The list of python3's variables"
    desk.router.requests.finish(desk.router.requests.all()[0])
    listed(desk, 1, ["df"])
    desk.execute("sleep(9)")
    tab(desk, "%%r -i ")
    assert desk.last("complete_reply")["matches"] == ["df"]
