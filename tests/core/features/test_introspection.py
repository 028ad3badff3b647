"""Completion, inspection and is_complete: asked of the right child, at the right place, and never in the way."""

import re
from typing import Any

import pytest

from multikernel.core.config import Kernelspec
from multikernel.core.protocol.wire import Json

from ..desk import COMMANDS, KERNELSPECS, Desk

BACKENDS = ["bash", "ir", "py", "python", "python3", "r"]
ALL_NAMES = [*BACKENDS, *sorted({*COMMANDS, "parts"})]


def ask(desk: Desk, kind: str, text: str, **content: Any) -> list[str]:
    """Ask about a text in which `|` is the cursor."""
    position = text.index("|")
    return desk.request(f"{kind}_request", code=text.replace("|", ""), cursor_pos=position, **content)


def asked(desk: Desk, backend: str, kind: str, text: str) -> str:
    """Return what a child is asked, with the cursor in it."""
    ask(desk, kind, text)
    content = desk.child_messages(backend)[-1].content()
    return f"{content['code'][: content['cursor_pos']]}|{content['code'][content['cursor_pos'] :]}"


def matches(desk: Desk, text: str) -> list[str]:
    """Return what the front offers by itself, in the place of the word at the cursor."""
    ask(desk, "complete", text)
    content = desk.last("complete_reply")
    types = content["metadata"].get("_jupyter_types_experimental", [])
    assert (content["status"], [item["text"] for item in types]) == ("ok", content["matches"])
    assert content["cursor_end"] == text.index("|")
    typed = re.split(r"\s", text[: text.index("|")])[-1]
    assert content["cursor_start"] == text.index("|") - len(typed) or not content["matches"]
    return list(content["matches"])


EMPTY = {"complete_request": "ok", "inspect_request": "ok", "is_complete_request": "unknown"}


def empty(kind: str, position: object = 0) -> Json:
    answers: dict[str, Json] = {
        "complete_request": {
            "status": "ok",
            "matches": [],
            "cursor_start": position,
            "cursor_end": position,
            "metadata": {},
        },
        "inspect_request": {"status": "ok", "found": False, "data": {}, "metadata": {}},
        "is_complete_request": {"status": "unknown"},
    }
    return answers[kind]


def reply_of(kind: str) -> str:
    return kind.replace("_request", "_reply")


@pytest.mark.parametrize("kind", ["complete", "inspect", "is_complete"])
def test_a_question_without_header_is_passed_on_as_it_is(kind: str) -> None:
    desk = Desk("python3")
    message = desk.message(f"{kind}_request", b'{ "code": "im", "cursor_pos": 2 }')
    assert desk.front(message) == [f"python3 <- {kind}_request 1: im"]
    assert desk.child_messages("python3") == [message]
    assert desk.busy("python3", 1) == ["iopub busy of 1"]
    assert desk.idle("python3", 1) == []
    assert desk.child("python3", "shell", f"{kind}_reply", 1, status="ok") == [
        f"shell {kind}_reply of 1: ok",
        "iopub idle of 1",
    ]


@pytest.mark.parametrize("kind", ["complete", "inspect"])
@pytest.mark.parametrize(
    ("text", "backend", "child_text"),
    [
        ("%%r\nsum(|)", "ir", "sum(|)"),
        ("%%use r\n|x", "ir", "|x"),
        ("%%bash\nls|", "bash", "ls|"),
        ("\n%%bash\n\n# 😀é\u0301 |x", "bash", "# 😀é\u0301 |x"),
        ("%%py\n%ti|", "python3", "%ti|"),
        ("# x\n%%start bash\n%%py\n    x\n    |y", "python3", "    x\n    |y"),
        ("%%py\n\n|\n%%time\nx", "python3", "\n|\n%%time\nx"),
        ("%%py\n\n\n|%%time\nx", "python3", "|%%time\nx"),
        ("%%backends\n\n|", "python3", "|"),
    ],
)
def test_a_question_about_a_body_goes_to_its_child_at_its_place(
    kind: str, text: str, backend: str, child_text: str
) -> None:
    assert asked(Desk("python3", "ir", "bash"), backend, kind, text) == child_text


def test_a_question_keeps_the_other_keys() -> None:
    desk = Desk("bash")
    ask(desk, "inspect", "%%bash\nls|", detail_level=1)
    assert desk.child_messages("bash")[0].content() == {"code": "ls", "cursor_pos": 2, "detail_level": 1}
    desk.request("is_complete_request", code="%%bash\nls")
    assert desk.child_messages("bash")[1].content() == {"code": "ls"}


def test_completions_of_a_body_come_back_at_their_place_in_the_cell() -> None:
    desk = Desk("bash")
    ask(desk, "complete", "%%bash\nls|")
    desk.child("bash", "shell", "complete_reply", 1, status="ok", matches=["ls"], cursor_start=0, cursor_end=2)
    reply = desk.last("complete_reply")
    assert (reply["matches"], reply["cursor_start"], reply["cursor_end"]) == (["ls"], 7, 9)


def test_a_question_waits_for_no_other_backend_and_changes_nothing() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nSys.sleep(99)")
    assert ask(desk, "complete", "im|") == ["python3 <- complete_request 2: im"]
    assert ask(desk, "complete", "%%use r\nx|") == ["ir <- complete_request 3: x"]
    assert desk.router.state.default == "python3"


@pytest.mark.parametrize("kind", EMPTY)
@pytest.mark.parametrize(
    "content", [{}, {"code": 1}, {"code": "x", "cursor_pos": "y"}, {"code": None, "cursor_pos": 0}]
)
def test_a_question_that_is_none_gets_an_empty_answer(kind: str, content: Json) -> None:
    desk = Desk("python3")
    desk.request(kind, **content)
    assert desk.last(reply_of(kind)) == empty(kind, content.get("cursor_pos", 0))


def test_without_a_position_the_cursor_is_at_the_end() -> None:
    desk = Desk("bash")
    desk.request("complete_request", code="%%bash\nls", cursor_pos=None)
    assert desk.child_messages("bash")[0].content() == {"code": "ls", "cursor_pos": 2}


def test_a_backend_that_dies_leaves_a_question_with_an_empty_answer() -> None:
    desk = Desk("python3")
    ask(desk, "complete", "im|")
    assert desk.died("python3") == ["iopub busy of 1", "shell complete_reply of 1: ok", "iopub idle of 1"]
    assert desk.last("complete_reply") == empty("complete_request", 2)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("%%r", {"status": "incomplete", "indent": ""}),
        ("%%r\n\n", {"status": "incomplete", "indent": ""}),
        ("%%use r\n%%bash\n", {"status": "incomplete", "indent": ""}),
        ("%%backends", {"status": "complete"}),
        ("%%use r\n", {"status": "complete"}),
        ("%%backends\nx", {"status": "invalid"}),
        ("%%r --x", {"status": "invalid"}),
    ],
)
def test_header_lines_are_complete_when_there_is_something_to_do(code: str, answer: Json) -> None:
    desk = Desk("python3", "ir", "bash")
    desk.request("is_complete_request", code=code)
    assert desk.last("is_complete_reply") == answer


@pytest.mark.parametrize(
    ("code", "backend"), [("%%r\nf(", "ir"), ("f(", "python3"), ("%%time\n1", "python3"), ("", "python3")]
)
def test_a_body_is_for_the_child_to_judge(code: str, backend: str) -> None:
    desk = Desk("python3", "ir")
    desk.request("is_complete_request", code=code)
    assert len(desk.child_messages(backend)) == 1


# Completion and inspection of header lines


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%%|", [f"%%{name}" for name in ALL_NAMES]),
        ("%%b|", ["%%bash", "%%backends"]),
        ("%%B|", ["%%bash", "%%backends"]),
        ("\n\n%%re|", ["%%restart"]),
        ("%%use r\n%%ba|", ["%%bash", "%%backends"]),
        ("%%backends\n%%ba|\n1", ["%%bash", "%%backends"]),
        ("%%ba|sh\nls", ["%%bash", "%%backends"]),
        ("%%st|\nx = 1", ["%%start", "%%stop"]),
        ("%%zz|", []),
        ("%%use |", BACKENDS),
        ("%%use p|", ["py", "python", "python3"]),
        ("%%USE P|", ["py", "python", "python3"]),
        ("%%start ir b|", ["bash"]),
        ("%%use r\n%%stop i|\n", ["ir"]),
        ("%%help |", ALL_NAMES),
        ("%%help r|", ["r", "restart"]),
        ("%%use zz|", []),
        ("%%stop ir -|", ["--now"]),
        ("%%stop --x|", []),
        ("%%bash |", ["-i", "-o", "--bg", "--input", "--output"]),
        ("%%bash --|\nls", ["--bg", "--input", "--output"]),
        ("# x\n%%ba|", ["%%bash", "%%backends"]),
    ],
)
def test_a_header_line_is_completed_here(text: str, found: list[str]) -> None:
    desk = Desk()
    assert matches(desk, text) == found
    assert desk.child_messages("python3") == []


@pytest.mark.parametrize("text", ["%%ba|", "%%ba|\n1"])
def test_a_kernel_with_magics_is_asked_for_its_own_too(text: str) -> None:
    desk = Desk("python3")
    assert ask(desk, "complete", text)[0].startswith("python3 <- complete_request 1: %%ba")
    desk.child(
        "python3",
        "shell",
        "complete_reply",
        1,
        status="ok",
        matches=["%%bash", "%%batch"],
        cursor_start=0,
        cursor_end=4,
    )
    reply = desk.last("complete_reply")
    assert reply["matches"] == ["%%bash", "%%backends", "%%batch"]
    assert (reply["cursor_start"], reply["cursor_end"]) == (0, 4)


def test_what_only_multi_knows_is_put_where_it_was_typed() -> None:
    desk = Desk("python3")
    ask(desk, "complete", "\n%%res|")
    desk.child(
        "python3", "shell", "complete_reply", 1, status="ok", matches=[], cursor_start=6, cursor_end=6, metadata={}
    )
    reply = desk.last("complete_reply")
    assert (reply["matches"], reply["cursor_start"], reply["cursor_end"]) == (["%%restart"], 1, 6)


def test_a_kernel_that_is_busy_is_not_waited_for() -> None:
    desk = Desk("python3")
    desk.execute("sleep()")
    assert matches(desk, "%%ba|") == ["%%bash", "%%backends"]


def test_arguments_of_a_magic_are_for_the_kernel() -> None:
    desk = Desk("python3")
    assert asked(desk, "python3", "complete", "%%time im|\n1") == "%%time im|\n1"


@pytest.mark.parametrize("text", ["x\n%%ba|", "%%bash\n%%ba|", "%%bash\nls\n%%ba|", " %%ba|", "%ba|"])
def test_what_is_no_header_line_is_for_the_kernel(text: str) -> None:
    desk = Desk("python3", "bash")
    assert ask(desk, "complete", text)[0].partition(" ")[0] in ("python3", "bash")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("%%us|e r", COMMANDS["use"]),
        ("%%USE r|", COMMANDS["use"]),
        ("|%%help\n", COMMANDS["help"]),
        ("%%R|\nx", "%%R: run this cell on ir (kernelspec ir, stopped)"),
        ("%%use r\n%%p|y\nx", "%%py: run this cell on python3 (kernelspec python3, ready)"),
    ],
)
def test_a_header_line_is_explained_here(text: str, shown: str) -> None:
    desk = Desk("python3")
    ask(desk, "inspect", text)
    assert desk.last("inspect_reply") == {
        "status": "ok",
        "found": True,
        "data": {"text/plain": shown},
        "metadata": {},
    }


def test_a_language_is_explained_as_the_cell_means_it() -> None:
    desk = Desk("python3", kernelspecs={**KERNELSPECS, "bash": Kernelspec("bash", "python", "Another")})
    ask(desk, "inspect", "%%use bash\n%%python|\nx")
    assert "on python3" in desk.last("inspect_reply")["data"]["text/plain"]


def test_a_cell_that_cannot_be_right_is_explained_by_nobody() -> None:
    desk = Desk("python3")
    ask(desk, "inspect", "%%backends\nx|")
    assert desk.last("inspect_reply") == empty("inspect_request")
    ask(desk, "complete", "%%backends\nx|")
    assert desk.last("complete_reply") == empty("complete_request", 12)


@pytest.mark.parametrize("text", ["%|%{}\nls", "|%%{}\nls", "|\n%%{}\nls", "# |x\n%%{}\nls"])
@pytest.mark.parametrize("kind", ["complete", "inspect"])
@pytest.mark.parametrize("backend", ["bash", "python3"])
def test_a_cursor_above_the_body_is_not_asked_about(backend: str, kind: str, text: str) -> None:
    desk = Desk("python3", "bash")
    ask(desk, kind, text.format(backend))
    assert desk.child_messages(backend) == []
