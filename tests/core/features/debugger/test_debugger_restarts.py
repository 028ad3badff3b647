"""The debugger is answered while its backend is stopped, starting or gone, and outlives a restart."""

import pytest

from multikernel.core.features.debugger.debugger import NO_ANSWER_SECONDS
from multikernel.core.features.debugger.source_files import Naming
from multikernel.core.protocol.wire import Json

from ...desk import Desk
from ...lines import SESSION
from .debug_desk import CUT, DEBUG_INFO, FRONT, answer, ask, attached, event, own_answer, set_breakpoints


def test_a_backend_that_is_stopped_is_not_started_but_by_initialize() -> None:
    desk = Desk("ir", "python3")
    desk.stop("python3")
    assert own_answer(desk, "debugInfo")["body"] == {
        "isStarted": False,
        "hashMethod": "Murmur2",
        "hashSeed": 0xC70F6907,
        "tmpFilePrefix": f"/multikernel/ipykernel_{SESSION[:8]}/",
        "tmpFileSuffix": ".py",
        "breakpoints": [],
        "stoppedThreads": [],
        "richRendering": True,
        "exceptionPaths": [],
        "copyToGlobals": True,
    }
    assert own_answer(desk, "inspectVariables")["body"] == {"variables": []}
    assert own_answer(desk, "setBreakpoints", {"source": {"path": "x"}})["success"] is False
    assert own_answer(desk, "disconnect")["success"] is True
    assert ask(desk, "initialize") == ["start python3"]
    assert ask(desk, "attach") == []
    assert desk.ready("python3") == ["python3 <- control debug_request own"]
    assert len(desk.answer_own("python3", DEBUG_INFO)) == 2


def test_where_nothing_may_start_before_the_first_cell_the_debugger_starts_nothing_either() -> None:
    reply = own_answer(Desk(holds_starts=True), "initialize")
    assert (reply["success"], reply["message"]) == (False, "python3 is not running; run a cell first.")


def test_a_start_that_fails_is_an_answer() -> None:
    desk = Desk()
    ask(desk, "debugInfo")
    assert desk.start_failed("python3", "no way") == [
        *("iopub busy of 1", "control debug_reply of 1: None", "iopub idle of 1")
    ]
    assert (desk.last("debug_reply")["success"], desk.last("debug_reply")["message"]) == (False, "no way")
    assert desk.last("debug_reply")["body"]["breakpoints"] == []
    assert desk.last("debug_reply")["body"]["tmpFilePrefix"] == FRONT.prefix


@pytest.mark.parametrize("body", [{"threadId": 1}, None])
def test_a_death_answers_what_was_asked_and_says_that_nothing_is_stopped(body: Json | None) -> None:
    desk = attached()
    if body is not None:
        event(desk, "stopped", body)
    ask(desk, "stackTrace", {"threadId": 1})
    lines = desk.died("python3", "SIGKILL")
    assert lines[:3] == ["iopub busy of 3", "control debug_reply of 3: None", "iopub idle of 3"]
    reply = desk.last("debug_reply")
    assert (reply["success"], reply["body"]) == (False, {"stackFrames": [], "totalFrames": 0})
    assert reply["message"] == "python3 died (SIGKILL); the next cell for it starts it again, empty."
    events = [message.content() for message in desk.front_messages("debug_event")]
    terminated = {"seq": 0, "type": "event", "event": "terminated", "body": {}}
    if body is None:
        assert events == [terminated]
    else:
        continued = {**terminated, "event": "continued", "body": {"threadId": 1, "allThreadsContinued": True}}
        assert events[1:] == [continued, terminated]


def test_what_has_continued_is_not_said_to_continue_at_the_end() -> None:
    desk = attached()
    event(desk, "stopped", {"threadId": 1})
    event(desk, "continued", {"threadId": 1})
    assert desk.died("python3") == ["iopub debug_event"]


def test_the_death_of_another_backend_is_none_of_the_debuggers() -> None:
    desk = attached("python3", "ir")
    assert desk.died("ir") == []


def test_a_new_child_is_told_what_the_one_before_was_told_before_any_cell_runs_in_it() -> None:
    desk = attached()
    ask(desk, "attach")
    answer(desk, 3, {})
    set_breakpoints(desk, "x", 1)
    set_breakpoints(desk, CUT, 2, 3)
    set_breakpoints(desk, "y", 1)
    set_breakpoints(desk, "y")
    ask(desk, "setExceptionBreakpoints", {"filters": ["raised"]})
    answer(desk, desk._last_id, {})
    ask(desk, "setBreakpoints", {"breakpoints": [{"line": 9}], "source": {"path": "/usr/lib/json.py"}})
    answer(desk, desk._last_id, {"breakpoints": []})
    desk.died("python3")
    told = len(desk.own_requests("python3"))
    desk.execute("x")
    assert desk.ready("python3") == ["python3 <- control debug_request own"]
    new = Naming("/tmp/ipykernel_8/")
    assert ask(desk, "debugInfo") == []
    desk.answer_own("python3", {**DEBUG_INFO, "tmpFilePrefix": new.prefix})
    contents = desk.own_requests("python3")[told:]
    assert [(content["command"], content["arguments"]) for content in contents] == [
        ("debugInfo", {}),
        ("initialize", {"clientID": "jupyterlab"}),
        ("attach", {}),
        ("dumpCell", {"code": "x"}),
        ("setBreakpoints", {"breakpoints": [{"line": 1}], "source": {"path": new.path("x")}}),
        ("dumpCell", {"code": "%time x\ny"}),
        ("setBreakpoints", {"breakpoints": [{"line": 1}, {"line": 2}], "source": {"path": new.path("%time x\ny")}}),
        ("setBreakpoints", {"breakpoints": [{"line": 9}], "source": {"path": "/usr/lib/json.py"}}),
        ("setExceptionBreakpoints", {"filters": ["raised"]}),
    ]
    for which in range(1 - len(contents), -1):
        assert desk.answer_own("python3", which=which) == []
    number = desk._last_id
    assert desk.answer_own("python3") == [
        f"python3 <- execute_request {number - 1}: x",
        f"python3 <- control debug_request {number}",
        f"iopub stderr of {number - 1}: python3 had died and was restarted: it is new and empty.",
    ]
    assert desk.timers == {}


def test_breakpoints_set_while_the_child_is_gone_are_told_to_the_next() -> None:
    desk = attached()
    desk.died("python3")
    own_answer(desk, "dumpCell", {"code": CUT})
    lines = {"breakpoints": [{"line": 2}], "source": {"path": FRONT.path(CUT)}}
    placed = {"verified": True, "line": 2, "source": {"path": FRONT.path(CUT)}}
    assert own_answer(desk, "setBreakpoints", lines)["body"] == {"breakpoints": [placed]}
    info = own_answer(desk, "debugInfo")["body"]
    assert info["isStarted"] is True
    assert info["breakpoints"] == [{"source": FRONT.path(CUT), "breakpoints": [{"line": 2}]}]
    desk.start("python3")
    desk.ready("python3")
    desk.answer_own("python3", DEBUG_INFO)
    assert desk.own_requests("python3")[-1]["arguments"]["breakpoints"] == [{"line": 1}]


def test_a_debugger_that_is_off_is_not_told_again() -> None:
    desk = attached()
    ask(desk, "disconnect")
    answer(desk, 3, {})
    assert desk.died("python3") == []
    desk.start("python3")
    assert desk.ready("python3") == []


def test_one_that_was_turned_off_while_the_child_was_gone_is_not_told_again() -> None:
    desk = attached()
    desk.died("python3")
    assert own_answer(desk, "disconnect")["success"] is True
    desk.start("python3")
    assert desk.ready("python3") == []


def test_a_cell_does_not_wait_for_ever_for_the_debugger() -> None:
    desk = attached()
    desk.died("python3")
    desk.execute("x", silent=True)
    desk.ready("python3")
    assert desk.fire("debugger", "python3") == ["python3 <- execute_request 3: x"]
    assert desk.logs[-1] == "python3: the debugger does not answer"
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request own"]


def test_a_child_that_ends_before_it_has_been_told_is_told_again() -> None:
    desk = attached()
    for _ in range(2):
        desk.died("python3")
        desk.start("python3")
        assert desk.ready("python3") == ["python3 <- control debug_request own"]
    assert desk.died("python3") == ["iopub debug_event"]
    assert desk.timers == {}


def test_a_child_that_never_tells_how_it_names_files_holds_no_request() -> None:
    desk = Desk("python3")
    desk.execute("x")
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request own"]
    own = desk.child_messages("python3", "debug_request")[-1].id
    assert desk.busy("python3", own) == desk.idle("python3", own) == []
    assert desk.timers == {("debugger", "python3"): NO_ANSWER_SECONDS}
    assert desk.fire("debugger", "python3")[1:] == ["control debug_reply of 2: None", "iopub idle of 2"]
    assert desk.last("debug_reply")["message"] == "The debugger of python3 does not answer."
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request own"]
    desk.answer_own("python3", DEBUG_INFO)
    assert desk.timers == {}
    assert desk.child_messages("python3", "debug_request")[-1].id == "3"
