"""Completion, inspection and is_complete through header lines, as the child alone answers; and the session's history.

A bar in a code marks the cursor.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .kernel import ODD_KERNELSPECS, Json, Kernel, open_kernel

pytestmark = ODD_KERNELSPECS

CHILDREN = ("python3", "ir", "bash", "deno", "calysto_scheme")

Alone = Callable[[str], Kernel]


@pytest.fixture(scope="module")
def alone(need: Callable[..., None]) -> Iterator[Alone]:
    """Return a function that returns a child alone, which is started once."""
    need(*CHILDREN)
    with open_kernel("python3") as python, open_kernel("ir") as r, open_kernel("bash") as bash:
        yield {"python3": python, "ir": r, "bash": bash}.__getitem__


@pytest.fixture(scope="module")
def started(shared: Kernel, need: Callable[..., None]) -> Kernel:
    """Return a Multi with running children, since questions start none."""
    need(*CHILDREN)
    shared.run(f"%%start {' '.join(CHILDREN)}")
    return shared


def ask(kernel: Kernel, msg_type: str, code: str, **content: object) -> Json:
    """Ask about a code in which a bar marks the cursor, and return the content of the reply."""
    position = code.index("|")
    request = {"code": code.replace("|", ""), "cursor_pos": position, **content}
    return kernel.ask(f"{msg_type}_request", request).content


def completed(code: str, reply: Json) -> str:
    """Return what stands in the code where a completion would go."""
    return code.replace("|", "")[reply["cursor_start"] : reply["cursor_end"]]


@pytest.mark.parametrize(
    ("backend", "above", "body", "prefix"),
    [
        ("python3", "%%python3\n", "zi|", "zi"),
        ("python3", "\n \n%%python\n", "x = '🎈🎈'; zi|p(x)", "zi"),
        ("python3", "%%use python3\n%%python3\n\n", "%%time\nx = '🎈'; impo|", "impo"),
        ("python3", "%%python3\n", "'🎈'.joi|", "joi"),
        ("python3", "# a comment\n%%python3\n\n", "    if True:\n        zi|", "zi"),
        ("ir", "%%ir\n", "zi|", "zi"),
        ("ir", "\n%%R\n", "x <- '🎈🎈'; seq_le|(3)", "seq_le"),
        ("bash", "%%bash\n", "x='🎈'; unali|", "unali"),
        ("bash", "\n\n%%bash\n\n", "unali|", "unali"),
    ],
)
def test_completion_below_a_header_is_the_childs_and_replaces_what_was_typed(
    started: Kernel, alone: Alone, backend: str, above: str, body: str, prefix: str
) -> None:
    mine, its = ask(started, "complete", above + body), ask(alone(backend), "complete", body)
    assert its["matches"]
    assert mine["matches"] == its["matches"]
    assert completed(above + body, mine) == completed(body, its)
    assert completed(body, its).endswith(prefix)
    types = [(item["start"], item["end"]) for item in mine["metadata"].get("_jupyter_types_experimental", [])]
    assert types == [(mine["cursor_start"], mine["cursor_end"])] * len(types)


@pytest.mark.parametrize(
    ("backend", "above", "body"),
    [
        ("python3", "%%python3\n", "x = '🎈'; print|(x)"),
        ("python3", "\n%%python3\n\n", "%%time\npri|nt"),
        ("ir", "%%ir\n", "x <- '🎈'; seq_len|"),
    ],
)
def test_inspection_below_a_header_is_the_childs(
    started: Kernel, alone: Alone, backend: str, above: str, body: str
) -> None:
    mine = ask(started, "inspect", above + body, detail_level=0)
    assert mine == ask(alone(backend), "inspect", body, detail_level=0)
    assert mine["found"]


@pytest.mark.parametrize(
    ("backend", "above", "body"),
    [
        ("python3", "", "1"),
        ("python3", "%%python3\n", "1"),
        ("python3", "%%python3\n", "for i in range(3):"),
        ("python3", "%%python3\n\n", "%%time\nfor i in range(3):"),
        ("python3", "%%use python3\n", "import = 7q"),
        ("ir", "%%ir\n", "x <- 1"),
        ("ir", "%%R\n", "f <- function(x) {"),
        ("ir", "\n%%ir\n", "x <- 5 5"),
        ("bash", "%%bash\n", "for i in"),
    ],
)
def test_whether_a_body_is_complete_is_for_the_child_to_say(
    started: Kernel, alone: Alone, backend: str, above: str, body: str
) -> None:
    mine = started.ask("is_complete_request", {"code": above + body}).content
    assert mine == alone(backend).ask("is_complete_request", {"code": body}).content


@pytest.mark.parametrize(
    ("code", "status"),
    [("%%ir", "incomplete"), ("%%ir\n", "incomplete"), ("%%use ir", "complete"), ("%%start ir\n%%ir", "incomplete")],
)
def test_header_lines_alone_are_for_multi_to_judge(started: Kernel, code: str, status: str) -> None:
    assert started.ask("is_complete_request", {"code": code}).content["status"] == status


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("%%|", {"%%use", "%%help", "%%backends", "%%ir", "%%r", "%%bash", "%%python3", "%%time", "%%html"}),
        ("%%ti|", {"%%time", "%%timeit"}),
        ("\n\n%%ba|", {"%%bash", "%%backends"}),
        ("%%sche|\n(car x)", {"%%scheme"}),
        ("%%R|", {"%%r", "%%restart"}),
        ("%%use i|", {"ir"}),
        ("%%stop bash py|", {"python3"}),
        ("%%ir\n%%|", set()),
    ],
)
def test_tab_in_a_header_line_offers_what_may_stand_there(started: Kernel, code: str, offered: set[str]) -> None:
    reply = ask(started, "complete", code)
    assert offered <= set(reply["matches"])
    assert len(set(reply["matches"])) == len(reply["matches"])
    typed = code[: code.index("|")].rpartition("\n")[2].rpartition(" ")[2]
    assert completed(code, reply) == (typed if offered else "")
    assert all(match.lower().startswith(typed.lower()) for match in reply["matches"])


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("%%python3\n\nx = 0\n1 / x", "line 4"),
        ("%%start ir\n%%python\n\n\nx = 0\n1 / x", "line 6"),
        ("%%use python3\n\n%%python3\nx = 0\nbad syntax", "line 5"),
        # A line alone is a cell of its own for IPython, so that exit and %autocall work.
        ("%%python\n\nbad syntax", "line 1"),
        ("\n\n%%ir\n\nf <- function() {\n  stop('on line 6')\n}\nf()", "line 6"),
        ("%%ir\n\n\nbad syntax", "<text>:4:5"),
        # deno itself does not count empty lines.
        ("%%deno\nfunction f() {\n  throw new Error();\n}\nf();", "f (<anonymous>:3:"),
        ("\n%%calysto_scheme\n\n(car 5)", "line 4"),
    ],
)
def test_errors_give_the_line_numbers_of_the_cell(started: Kernel, code: str, place: str) -> None:
    answer = started.run(code)
    assert answer.content["status"] == "error"
    told = [*(line for error in answer.of("error") for line in error["traceback"]), answer.stream("stderr")]
    assert place in re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(told))


def test_completion_starts_the_backend_that_the_header_names_and_is_complete_does_not(
    multi: Kernel, need: Callable[..., None]
) -> None:
    need("ir")
    assert multi.ask("is_complete_request", {"code": "%%ir\nf <- function() {"}).content["status"] == "unknown"
    assert "ir" not in multi.children()
    assert "Sys.sleep" in ask(multi, "complete", "%%ir\nSys.sl|")["matches"]
    assert ask(multi, "inspect", "%%ir\nprint|", detail_level=0)["found"] is True


def test_python_answers_while_r_computes(started: Kernel, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    cell = started.client.execute(f"%%ir\nwhile (!file.exists('{gate}')) Sys.sleep(0.01)\ncat('through')")
    started.until("execute_input", cell)
    assert ask(started, "complete", "zi|")["matches"] == ["zip"]
    assert ask(started, "inspect", "print|", detail_level=0)["found"]
    assert started.ask("is_complete_request", {"code": "for"}).content["status"] == "invalid"
    gate.touch()
    assert started.wait(cell).stream() == "through"


def test_history_knows_cells_of_all_languages_as_they_were_typed(started: Kernel) -> None:
    cells = ["first = 1", "%%ir\nfirst <- 1", "\n%%bash\nfirst=1", "second = 2"]
    counts = [started.run(cell).content["execution_count"] for cell in cells]
    assert inputs(started, hist_access_type="tail", n=4) == list(zip(counts, cells, strict=True))
    found = inputs(started, hist_access_type="search", pattern="*first*", n=3)
    assert [code for _, code in found] == cells[:3]
    assert inputs(started, hist_access_type="range", start=counts[1], stop=counts[2]) == [(counts[1], cells[1])]


def test_the_tail_of_the_history_ends_with_this_sessions_cells_whatever_others_run(multi: Kernel) -> None:
    multi.run("mine = 1")
    with open_kernel("multi") as other:
        other.run("other = 1")
        assert [code for _, code in inputs(other, hist_access_type="tail", n=2)] == ["mine = 1", "other = 1"]
        assert [code for _, code in inputs(multi, hist_access_type="tail", n=2)] == ["other = 1", "mine = 1"]


def inputs(kernel: Kernel, **content: object) -> list[tuple[int, str]]:
    """Return number and text of the cells that a history_request finds."""
    request: Json = {"output": False, "raw": True, "session": 0, "start": 0, **content}
    return [(line, code) for _, line, code in kernel.ask("history_request", request).content["history"]]
