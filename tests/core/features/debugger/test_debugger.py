"""The debugger talks to one backend in that one's terms, and is never left without an answer."""

import pytest

from multikernel.core.protocol.wire import Json

from ...desk import Desk, configured
from ...lines import SESSION
from .debug_desk import CHILD, CUT, DEBUG_INFO, FRONT, answer, ask, attached, event, got, own_answer

# Who is asked


def test_the_first_request_waits_until_the_child_has_said_how_it_names_files() -> None:
    desk = Desk("python3")
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request own"]
    assert ask(desk, "debugInfo") == []
    assert desk.own_requests("python3") == [{"type": "request", "seq": 0, "command": "debugInfo", "arguments": {}}]
    assert desk.answer_own("python3", DEBUG_INFO) == [
        "python3 <- control debug_request 1",
        "python3 <- control debug_request 2",
    ]
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request 3"]
    assert desk.busy("python3", 3) == ["iopub busy of 3"]
    assert desk.child("python3", "control", "debug_reply", 3, success=True) == ["control debug_reply of 3: None"]
    assert desk.idle("python3", 3) == ["iopub idle of 3"]


def test_it_waits_for_no_cell() -> None:
    desk = attached()
    desk.execute("input()")
    desk.execute("2")
    assert ask(desk, "stackTrace", {"threadId": 1}) == ["python3 <- control debug_request 5"]


def test_a_request_waits_while_its_backend_starts() -> None:
    desk = Desk()
    assert ask(desk, "debugInfo") == []
    assert desk.ready("python3") == ["python3 <- control debug_request own"]
    assert desk.answer_own("python3", DEBUG_INFO) == ["python3 <- control debug_request 1"]


def test_without_a_debugger_anywhere_the_answer_is_no() -> None:
    desk = Desk("ir", config=configured("ir", "bash"))
    assert own_answer(desk, "debugInfo")["body"]["isStarted"] is False
    assert own_answer(desk, "dumpCell", {"code": "x"})["body"] == {"sourcePath": FRONT.path("x")}
    reply = own_answer(desk, "initialize")
    assert (reply["success"], reply["message"]) == (False, "No backend with a debugger is configured.")


def test_where_the_default_has_no_debugger_the_first_backend_that_has_is_asked() -> None:
    desk = Desk("ir", "python3", config=configured("bash", "ir", "python3"))
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request own"]


def test_use_changes_who_is_debugged_but_not_while_the_debugger_is_on() -> None:
    config = configured("python3", "py2")
    specs = {name: Desk().backend("python3").kernelspec for name in ("python3", "py2")}
    kernel_info = {"py2": {"implementation": "ipython", "language_info": {"name": "python"}}}
    desk = attached(config=config, kernelspecs=specs, kernel_info=kernel_info)
    desk.router.state.default = "py2"
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request 3"]
    ask(desk, "disconnect")
    answer(desk, 4, {})
    desk.start("py2")
    desk.ready("py2")
    assert ask(desk, "debugInfo") == ["py2 <- control debug_request own"]
    ask(desk, "debugInfo")
    desk.router.state.default = "python3"
    assert ask(desk, "debugInfo") == ["python3 <- control debug_request 7"]
    desk.router.stop("python3")
    assert desk.answer_own("py2", DEBUG_INFO) == [
        "py2 <- control debug_request 5",
        "py2 <- control debug_request 6",
    ]


# Names and lines


def test_the_notebook_is_told_names_that_are_the_same_for_all_children() -> None:
    desk = attached()
    ask(desk, "debugInfo")
    listed = [{"source": CHILD.path("x"), "breakpoints": [{"line": 2}]}]
    body = answer(desk, 3, {**DEBUG_INFO, "isStarted": True, "breakpoints": listed})["body"]
    assert body == {
        "hashMethod": "Murmur2",
        "hashSeed": 0xC70F6907,
        "tmpFilePrefix": f"/multikernel/ipykernel_{SESSION[:8]}/",
        "tmpFileSuffix": ".py",
        "isStarted": True,
        "breakpoints": [{"source": FRONT.path("x"), "breakpoints": [{"line": 2}]}],
    }


@pytest.mark.parametrize(
    ("code", "text", "cut"),
    [
        ("x = 1", "x = 1", 0),
        ("%%python\nx = 1\nx", "##python\nx = 1\nx", 0),
        ("%%backends\n\n%%py\nx = 1\nx", "##backends\n\n##py\nx = 1\nx", 0),
        ("%%python\n  x = 1\n  x", "  ##python\n  x = 1\n  x", 0),
        ("%%python\nx = 1", "x = 1", 1),
        (CUT, "%time x\ny", 1),
        ("%%pyth\nx = 1", "%%pyth\nx = 1", 0),
    ],
)
def test_a_cell_is_dumped_as_the_child_gets_it_and_named_as_the_notebook_has_it(code: str, text: str, cut: int) -> None:
    desk = attached()
    ask(desk, "dumpCell", {"code": code})
    assert got(desk) == {"code": text}
    assert answer(desk, 3, {"sourcePath": CHILD.path(text)})["body"] == {"sourcePath": FRONT.path(code)}
    lines = {"breakpoints": [{"line": 2}], "source": {"path": FRONT.path(code)}}
    ask(desk, "setBreakpoints", lines)
    assert got(desk) == {"breakpoints": [{"line": 2 - cut}], "source": {"path": CHILD.path(text)}}
    placed = {"verified": True, "line": 2 - cut, "source": {"path": CHILD.path(text)}}
    body = answer(desk, 4, {"breakpoints": [placed]})["body"]
    assert body == {"breakpoints": [{"verified": True, "line": 2, "source": {"path": FRONT.path(code)}}]}
    ask(desk, "setBreakpoints", lines)
    assert answer(desk, 5, {"breakpoints": [{"line": 2 - cut}]})["body"] == {"breakpoints": [{"line": 2}]}


def test_frames_in_cells_that_were_never_dumped_are_found_too() -> None:
    desk = attached()
    desk.execute(CUT)
    desk.finish("python3", 3)
    ask(desk, "stackTrace", {"threadId": 1})
    frame = {"name": "f", "line": 2, "source": {"path": CHILD.path("%time x\ny")}}
    body = answer(desk, 4, {"stackFrames": [frame]})["body"]
    assert body == {"stackFrames": [{"name": "f", "line": 3, "source": {"path": FRONT.path(CUT)}}]}


def test_an_answer_that_names_no_file_is_passed_on_as_it_is() -> None:
    desk = attached()
    source = {"source": {"path": CHILD.path("x")}, "line": 1}
    for number, command in enumerate(("richInspectVariables", "variables", "evaluate", "unheard_of", "scopes"), 3):
        ask(desk, command, {"variableName": "x"})
        body: Json = {"scopes": []} if command == "scopes" else {"data": source}
        assert answer(desk, number, body)["body"] == body
    ask(desk, "next", {"threadId": 1})
    assert answer(desk, 8, "odd")["body"] == "odd"
    desk.request("debug_request", "control", command="stackTrace", arguments="odd")
    assert answer(desk, 9, {"stackFrames": []})["body"] == {"stackFrames": []}


def test_a_source_is_shown_as_it_was_typed() -> None:
    desk = attached()
    for number, code in ((3, CUT), (4, "x")):
        ask(desk, "dumpCell", {"code": code})
        answer(desk, number, {"sourcePath": "?"})
    ask(desk, "source", {"source": {"path": FRONT.path(CUT)}})
    assert got(desk) == {"source": {"path": CHILD.path("%time x\ny")}}
    assert answer(desk, 5, {"content": "%time x\ny"})["body"] == {"content": CUT}
    ask(desk, "source", {"source": {"path": FRONT.path(CUT)}})
    assert answer(desk, 6, {}, success=False)["body"] == {}
    ask(desk, "source", {"source": {"path": "/usr/lib/json.py"}})
    assert answer(desk, 7, {"content": "json"})["body"] == {"content": "json"}


@pytest.mark.parametrize("code", ["%%r\nx", "%%backends", "%%use nothing\nx"])
def test_a_cell_that_is_not_for_the_debugged_backend_has_no_breakpoints(code: str) -> None:
    desk = attached()
    assert own_answer(desk, "dumpCell", {"code": code})["body"] == {"sourcePath": FRONT.path(code)}
    lines = {"breakpoints": [{"line": 1}], "source": {"path": FRONT.path(code)}}
    assert own_answer(desk, "setBreakpoints", lines)["body"] == {"breakpoints": []}


def test_a_cell_without_header_belongs_to_the_default_of_the_moment() -> None:
    desk = attached("python3", "ir")
    desk.router.state.default = "ir"
    own_answer(desk, "dumpCell", {"code": "x"})
    desk.router.state.default = "python3"
    assert ask(desk, "dumpCell", {"code": "x"}) == ["python3 <- control debug_request 4"]
    lines = {"breakpoints": [], "source": {"path": FRONT.path("x")}}
    assert ask(desk, "setBreakpoints", lines) == ["python3 <- control debug_request 5"]


def test_a_cell_without_code_is_not_dumped() -> None:
    reply = own_answer(attached(), "dumpCell", {"code": None})
    assert (reply["success"], reply["message"]) == (False, "python3 is not running; run a cell first.")


# Events


@pytest.mark.parametrize("parent", [2, "", f"{SESSION}_1"])
def test_events_reach_the_notebook_whatever_their_parent_is(parent: object) -> None:
    assert event(attached(), "stopped", {"threadId": 1}, parent) == {
        "type": "event",
        "event": "stopped",
        "body": {"threadId": 1},
    }


def test_events_name_files_as_the_notebook_does() -> None:
    desk = attached()
    place = {"line": 1, "source": {"path": CHILD.path("x")}}
    here = {"line": 1, "source": {"path": FRONT.path("x")}}
    assert event(desk, "breakpoint", {"reason": "new", "breakpoint": place})["body"]["breakpoint"] == here
    assert event(desk, "loadedSource", {"source": place["source"]})["body"] == {"source": here["source"]}
    assert event(desk, "unheard_of", place)["body"] == place
    assert event(desk, "odd", None)["body"] is None


def test_an_event_of_a_kernel_without_a_debugger_is_passed_on_as_it_is() -> None:
    desk = Desk("ir")
    assert desk.child("ir", "iopub", "debug_event", body={"x": 1}) == ["iopub debug_event"]


@pytest.mark.parametrize("msg_type", ["debug_event", "debug_reply"])
def test_what_cannot_be_read_or_was_not_asked_for_is_dropped(msg_type: str) -> None:
    desk = attached()
    assert desk.back("python3", "iopub", desk.message(msg_type, b"nonsense")) == []
    assert desk.child("python3", "shell", "debug_event", x=1) == []
