"""Completion and inspection in a list of backends and in parts: the part that the cursor is in is what counts."""

import pytest

from multikernel.core.protocol.wire import Json

from ..desk import Desk
from .test_introspection import ask, asked, matches


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "%%python3,r|\nx",
            "%%python3,r: run this cell on python3 (kernelspec python3, ready), ir (kernelspec ir, stopped)",
        ),
        ("%%par|ts\n%%r\nx", "%%parts: run each part below, which begins with a header line of its own"),
        ("%%parts\n%%py\n1\n%%r| --bg\nx", "%%r: run this cell on ir (kernelspec ir, stopped)"),
    ],
)
def test_lists_and_parts_are_explained_here(text: str, shown: str) -> None:
    desk = Desk("python3")
    ask(desk, "inspect", text)
    assert desk.last("inspect_reply")["data"] == {"text/plain": shown}


@pytest.mark.parametrize("kind", ["complete", "inspect"])
@pytest.mark.parametrize(
    ("text", "backend", "code"),
    [
        ("%%parts\n%%py\n1|\n%%r\n2", "python3", "1|\n"),
        ("%%parts\n%%py\n1\n%%r\n2|", "ir", "2|"),
        ("%%parts\n%%py\n1\n1\n%%r\n2|\n%%bash\n3", "ir", "2|\n"),
        ("%%r,py\nx|", "ir", "x|"),
    ],
)
def test_the_child_of_the_part_that_the_cursor_is_in_is_asked(kind: str, text: str, backend: str, code: str) -> None:
    desk = Desk("python3", "ir", "bash")
    assert asked(desk, backend, kind, text) == code


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("%%parts", {"status": "incomplete", "indent": ""}),
        ("%%parts\n%%r\nx\n%%py\n", {"status": "incomplete", "indent": ""}),
        ("%%parts\nx", {"status": "invalid"}),
        ("%%r,py\n", {"status": "incomplete", "indent": ""}),
        ("%%r,r\nx", {"status": "invalid"}),
    ],
)
def test_a_cell_of_parts_is_complete_when_the_last_has_something_to_do(code: str, answer: Json) -> None:
    desk = Desk("python3", "ir")
    desk.request("is_complete_request", code=code)
    assert desk.last("is_complete_reply") == answer


def test_the_body_of_the_last_part_is_for_its_child_to_judge() -> None:
    desk = Desk("python3", "ir")
    desk.request("is_complete_request", code="%%parts\n%%py\n1\n%%r\nf(")
    assert desk.child_messages("ir")[0].content()["code"] == "f("


@pytest.mark.parametrize("text", ["%%parts\n%%py\n1\n%%ba|", "%%parts\n%%py\n1\n%%ba|\n%%r\n1"])
def test_the_next_part_is_offered_below_the_code_of_one(text: str) -> None:
    assert matches(Desk(), text) == ["%%bash", "%%backends"]
