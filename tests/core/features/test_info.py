"""What the front answers itself, at once and without a child."""

from typing import Any

import pytest

from multikernel.core.actions import Channel, HistoryEntry, StartJob
from multikernel.core.errors import MultiError
from multikernel.core.features.history import LONGEST_RESULT, RESULTS_KEPT
from multikernel.core.protocol.wire import Json

from ..desk import Desk, configured
from ..lines import child_message


def answered(desk: Desk, kind: str, **content: Any) -> Json:
    number = desk._last_id + 1
    lines = desk.request(f"{kind}_request", **content)
    assert lines == [f"iopub busy of {number}", f"shell {kind}_reply of {number}: ok", f"iopub idle of {number}"]
    return desk.last(f"{kind}_reply")


def test_kernel_info_needs_no_child() -> None:
    info = answered(Desk(), "kernel_info")
    assert info["language_info"]["name"] == "python"
    assert info["language_info"]["mimetype"] == "text/x-python"
    assert (info["implementation"], info["implementation_version"]) == ("multikernel", "0.1.0")
    assert (info["protocol_version"], info["help_links"]) == ("5.5", [])
    assert info["supported_features"] == ["kernel subshells", "debugger"]
    assert info["banner"] == "Multi 0.1.0: python3, ir, bash. %%help shows how to use them."


def test_a_debugger_is_promised_only_if_a_backend_has_one() -> None:
    assert "debugger" not in answered(Desk(config=configured("ir", "bash")), "kernel_info")["supported_features"]
    assert "debugger" in answered(Desk(config=configured("ir", "python3")), "kernel_info")["supported_features"]


def test_kernel_info_is_answered_on_control_too() -> None:
    lines = Desk().request("kernel_info_request", "control")
    assert lines == ["iopub busy of 1", "control kernel_info_reply of 1: ok", "iopub idle of 1"]


def test_the_language_is_what_the_default_says_it_is_but_for_the_lexer() -> None:
    said = {"name": "python", "version": "3.13"}
    assert answered(Desk("python3"), "kernel_info")["language_info"] == {**said, "pygments_lexer": "multikernel"}
    assert answered(Desk(), "kernel_info")["language_info"]["pygments_lexer"] == "multikernel"


@pytest.mark.parametrize("language_info", [None, "python", []])
def test_a_kernel_that_does_not_say_its_language_has_its_kernelspecs(language_info: object) -> None:
    desk = Desk("ir", config=configured("ir"), kernel_info={"ir": {"language_info": language_info}})
    assert answered(desk, "kernel_info")["language_info"]["name"] == "R"


def test_without_a_kernelspec_there_is_no_language() -> None:
    assert answered(Desk(kernelspecs={}), "kernel_info")["language_info"]["name"] == ""


def test_the_language_of_the_config_is_the_one_before_the_first_start() -> None:
    desk = Desk(config=configured("ir", languages={"ir": "SQL"}))
    assert answered(desk, "kernel_info")["language_info"]["name"] == "sql"


def test_use_does_not_change_the_language_of_the_notebook() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%use r")
    desk.command_done(1)
    assert answered(desk, "kernel_info")["language_info"]["name"] == "python"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({}, ["a", "b"]),
        ({"target_name": "t"}, ["a"]),
        ({"target_name": ""}, ["a", "b"]),
        ({"target_name": []}, ["a", "b"]),
    ],
)
def test_comm_info_lists_the_comms_of_all_backends(content: dict[str, Any], found: list[str]) -> None:
    desk = Desk("python3", "ir")
    for number, (backend, comm_id, target) in enumerate([("python3", "a", "t"), ("ir", "b", "u")], 1):
        desk.execute(f"%%{backend}\n1")
        desk.child(backend, "iopub", "comm_open", number, comm_id=comm_id, target_name=target)
        desk.finish(backend, number)
    assert list(answered(desk, "comm_info", **content)["comms"]) == found


@pytest.mark.parametrize("kind", ["kernel_info", "comm_info"])
def test_a_content_that_cannot_be_read_is_an_empty_one(kind: str) -> None:
    desk = Desk()
    assert desk.front(desk.message(f"{kind}_request", b"\xff"))[1] == f"shell {kind}_reply of 1: ok"


def test_the_front_tells_its_own_ports() -> None:
    assert answered(Desk(front_ports={"shell_port": 1, "hb_port": 2}), "connect") == {
        "shell_port": 1,
        "hb_port": 2,
        "status": "ok",
    }


@pytest.mark.parametrize("channel", ["shell", "control"])
def test_usage_is_measured_and_told_as_it_is(channel: Channel) -> None:
    desk = Desk("python3")
    assert desk.request("usage_request", channel) == ["measure usage of 1", "iopub busy of 1"]
    assert desk.usage_measured(1, {"pid": 5}) == [f"{channel} usage_reply of 1: None", "iopub idle of 1"]
    assert desk.last("usage_reply") == {"pid": 5}
    assert desk.usage_measured(1, {"pid": 5}) == []


def test_history_is_looked_up_and_answered() -> None:
    desk = Desk()
    assert desk.request("history_request", hist_access_type="tail", n=1) == [
        "find history of 1",
        "iopub busy of 1",
    ]
    assert desk.history_found(1, [(1, 2, "x")]) == ["shell history_reply of 1: ok", "iopub idle of 1"]
    assert desk.last("history_reply") == {"status": "ok", "history": [[1, 2, "x"]]}
    assert desk.history_found(1, []) == []


def test_this_session_is_named_as_it_was_asked_for() -> None:
    desk = Desk()
    for asked_for, named in ((7, 7), (0, 0), (-1, 0), ("7", 0)):
        number = desk._last_id + 1
        desk.request("history_request", hist_access_type="range", session=asked_for)
        desk.history_found(number, [(0, 1, "x"), (3, 1, "y")])
        assert desk.last("history_reply")["history"] == [[named, 1, "x"], [3, 1, "y"]]


def asked_with_outputs(desk: Desk, *found: HistoryEntry) -> list[Any]:
    number = desk._last_id + 1
    desk.request("history_request", hist_access_type="range", output=True)
    desk.history_found(number, found)
    return list(desk.last("history_reply")["history"])


def result(desk: Desk, request: int, data: Any) -> None:
    desk.child("python3", "iopub", "execute_result", request, data=data, metadata={}, execution_count=1)


@pytest.mark.parametrize(("kind", "text"), [("history", "The history"), ("usage", "The usage")])
def test_what_cannot_be_found_out_is_an_error(kind: str, text: str) -> None:
    desk = Desk("python3")
    desk.request(f"{kind}_request")
    job = next(action.job for action in desk.actions if isinstance(action, StartJob))
    error = MultiError(f"{job.text} is not there.")
    lines = desk._take(desk.router.job_done((kind, "1"), error))
    assert lines == [f"shell {kind}_reply of 1: error", "iopub idle of 1"]
    assert desk.last(f"{kind}_reply")["evalue"] == f"{text} is not there."


def test_history_with_outputs_has_the_results_of_this_session() -> None:
    desk = Desk("python3")
    desk.execute("6 * 7")
    result(desk, 1, {"text/plain": "42"})
    desk.finish("python3", 1)
    found = asked_with_outputs(desk, (0, 0, ""), (0, 1, "6 * 7"), (9, 1, "before"))
    assert found == [[0, 0, ["", None]], [0, 1, ["6 * 7", "42"]], [9, 1, ["before", None]]]


@pytest.mark.parametrize("data", [None, {}, {"text/plain": 5}, {"text/plain": "x" * LONGEST_RESULT}])
def test_a_result_without_text_or_with_much_of_it_is_not_kept(data: Any) -> None:
    desk = Desk("python3")
    desk.execute("6 * 7")
    result(desk, 1, data)
    assert asked_with_outputs(desk, (0, 1, "6 * 7")) == [[0, 1, ["6 * 7", None]]]


def test_a_result_that_cannot_be_read_is_none() -> None:
    desk = Desk("python3")
    desk.execute("x")
    desk.back("python3", "iopub", child_message("execute_result", "1", b"["))
    assert asked_with_outputs(desk, (0, 1, "x")) == [[0, 1, ["x", None]]]


def test_a_result_of_a_cell_without_history_is_not_that_of_the_cell_before() -> None:
    desk = Desk("python3")
    desk.execute("6 * 7")
    desk.finish("python3", 1)
    desk.execute("'hidden'", store_history=False)
    result(desk, 2, {"text/plain": "'hidden'"})
    assert asked_with_outputs(desk, (0, 1, "6 * 7")) == [[0, 1, ["6 * 7", None]]]


def test_the_oldest_result_is_forgotten() -> None:
    desk = Desk("python3")
    for number in range(1, RESULTS_KEPT + 2):
        desk.execute("x")
        result(desk, number, {"text/plain": "x"})
        desk.finish("python3", number)
    found = asked_with_outputs(desk, (0, 1, "x"), (0, 2, "x"))
    assert found == [[0, 1, ["x", None]], [0, 2, ["x", "x"]]]


@pytest.mark.parametrize(("content", "restart"), [({}, False), ({"restart": True}, True), ({"restart": 0}, False)])
@pytest.mark.parametrize("channel", ["shell", "control"])
def test_shutdown_is_answered_then_all_ends(channel: str, content: dict[str, Any], restart: bool) -> None:
    desk = Desk("python3")
    desk.execute("1")
    message = desk.message("shutdown_request", content)
    assert desk.front(message, "shell" if channel == "shell" else "control") == [
        "shutdown",
        *("iopub busy of 2", "iopub shutdown_reply of 2: ok", f"{channel} shutdown_reply of 2: ok", "iopub idle of 2"),
        "iopub busy of 1",
    ]
    assert desk.last("shutdown_reply") == {"status": "ok", "restart": restart}
