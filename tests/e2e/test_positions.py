"""Inspection and completion at every position of a cell, as the child alone answers at the same place of the body.

The cells have emoji, some of several code points, combining and right-to-left characters.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .kernel import Json, Kernel, open_kernel

BODY = 'x = "e\u0301🎈👩\u200d👧"; print(x)  # עברית len\nnaïve = "مرحبا".join; שם = naïve\n'
MAGIC = f"%time {BODY}"
ABOVE = {
    "no header": ("", BODY),
    "a header that becomes a comment": ("%%python3\n", BODY),
    "several, and blank lines": ("\n \n%%use python3\n\n%%python\n\n", BODY),
    "a header that is cut": ("\n%%python3\n\n", MAGIC),
}
CRLF = BODY.replace("\n", "\r\n")


@pytest.fixture(scope="module")
def alone() -> Iterator[Kernel]:
    """Return ipykernel alone, where a cell has run."""
    with open_kernel("python3") as kernel:
        kernel.run(BODY)
        yield kernel


@pytest.fixture(scope="module")
def started(shared: Kernel) -> Kernel:
    """Return a Multi in whose Python the same cell has run."""
    shared.run(BODY)
    return shared


def ask(kernel: Kernel, kind: str, code: str, position: int, **content: object) -> Json:
    return kernel.ask(f"{kind}_request", {"code": code, "cursor_pos": position, **content}).content


@pytest.mark.parametrize("detail_level", [0, 1])
@pytest.mark.parametrize("case", ABOVE)
def test_inspection_is_the_childs_at_every_position(
    started: Kernel, alone: Kernel, case: str, detail_level: int
) -> None:
    above, body = ABOVE[case]
    found = set()
    for position in range(len(body) + 1):
        its = ask(alone, "inspect", body, position, detail_level=detail_level)
        mine = ask(started, "inspect", above + body, len(above) + position, detail_level=detail_level)
        assert mine == its, (above + body)[: len(above) + position]
        found.add(str(its["data"].get("text/plain", ""))[:40])
    assert len(found) > 3, "what is found nowhere proves nothing"


@pytest.mark.parametrize("case", ABOVE)
def test_completion_is_the_childs_at_its_place(started: Kernel, alone: Kernel, case: str) -> None:
    above, body = ABOVE[case]
    for position in range(0, len(body) + 1, 2 if case == "a header that is cut" else 5):
        mine, its = (
            ask(started, "complete", above + body, len(above) + position),
            ask(alone, "complete", body, position),
        )
        assert mine["matches"] == its["matches"]
        assert (mine["cursor_start"], mine["cursor_end"]) == moved(its["cursor_start"], its["cursor_end"], len(above))
        # The type of a match varies from one request to the next where many match.
        types, its_types = (reply["metadata"]["_jupyter_types_experimental"] for reply in (mine, its))
        assert [item["text"] for item in types] == [item["text"] for item in its_types]
        for item, its_item in zip(types, its_types, strict=True):
            assert (item["start"], item["end"]) == moved(its_item["start"], its_item["end"], len(above))


def moved(start: int, end: int, by: int) -> tuple[int, int]:
    return start + by, end + by


def test_positions_in_and_above_a_header_are_multis(started: Kernel) -> None:
    code = "\n%%python3\n\n%time 1"
    shown = [ask(started, "inspect", code, position, detail_level=0) for position in range(code.index("%time"))]
    lines = [reply["data"].get("text/plain", "") for reply in shown]
    assert lines[0] == lines[-1] == ""
    assert set(lines[1:-1]) == {"%%python3: run this cell on python (kernelspec python3, ready)"}
    assert ask(started, "complete", code, 0)["matches"] == []


def test_a_blank_line_below_a_header_is_the_childs(started: Kernel, alone: Kernel) -> None:
    above, body = "%%python3\n", "\n%time 1"
    matches = ask(started, "complete", above + body, len(above))["matches"]
    assert matches
    assert matches == ask(alone, "complete", body, 0)["matches"]


@pytest.mark.parametrize("above", ["%%python3\r\n", "\r\n%%use python3\r\n%%python\r\n\r\n"])
def test_lines_may_end_as_in_dos(started: Kernel, alone: Kernel, above: str) -> None:
    its, mine = alone.run(f"{CRLF}naïve"), started.run(f"{above}{CRLF}naïve")
    assert (mine.stream(), mine.result) == (its.stream(), its.result)
    assert mine.content["status"] == "ok"
    for position in range(0, len(CRLF) + 1, 3):
        its_found = ask(alone, "inspect", CRLF, position, detail_level=0)
        assert ask(started, "inspect", above + CRLF, len(above) + position, detail_level=0) == its_found


def test_a_busy_child_answers_when_its_cell_is_over(started: Kernel, alone: Kernel, tmp_path: Path) -> None:
    for number, kernel in enumerate((started, alone)):
        gate = tmp_path / str(number)
        cell = kernel.begin(
            f"import os, time\nprint('go', flush=True)\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
            "only_now = 1"
        )
        question = kernel.send("complete_request", {"code": "only_n", "cursor_pos": 6})
        kernel.ask("usage_request", {}, channel="control")
        assert question not in kernel.replies
        gate.touch()
        assert kernel.wait(cell).content["status"] == "ok"
        assert kernel.wait(question).content["matches"] == ["only_now"]
