"""Cells' files have one name for the notebook and another for the child, and lines move where header lines were cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipykernel.compiler import get_tmp_hash_seed, murmur2_x86

from multikernel.core.features.debugger.source_files import CELLS_KEPT, SEED, Naming, SourceFiles, murmur2
from multikernel.core.protocol.wire import Json

FRONT = Naming("/front/")
CHILD = Naming("/child_7/", ".src", 41)
DEBUG_INFO = {"hashMethod": "Murmur2", "tmpFilePrefix": "/child_7/", "tmpFileSuffix": ".src", "hashSeed": 41}

CODE = st.text(st.sampled_from("ab\n%é😀"), max_size=12)
CELLS = st.dictionaries(CODE, CODE, max_size=6)
"""Text of the notebook -> text of the child."""


def source_files(cells: dict[str, str]) -> SourceFiles:
    files = SourceFiles(FRONT)
    files.learn(DEBUG_INFO)
    for code, text in cells.items():
        files.dumped(code, text)
    return files


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([SEED, 0, 41]))
def test_the_hash_is_ipykernels(text: str, seed: int) -> None:
    assert get_tmp_hash_seed() == SEED  # type: ignore[no-untyped-call]
    assert murmur2(text, seed) == murmur2_x86(text, seed)  # type: ignore[no-untyped-call]


def test_a_text_that_is_no_unicode_has_a_name_all_the_same() -> None:
    assert FRONT.path("\ud800").startswith("/front/")


@given(CELLS)
def test_each_cell_has_the_names_that_either_side_computes(cells: dict[str, str]) -> None:
    files = source_files(cells)
    last = {text: code for code, text in cells.items()}
    for text, code in last.items():
        assert files.to_front(CHILD.path(text)).path == FRONT.path(code)
    for code, text in cells.items():
        assert files.to_child(FRONT.path(code)).path == CHILD.path(text)


def test_of_two_cells_with_one_text_in_the_child_the_last_one_counts() -> None:
    files = source_files({"%%python\nsame": "same"})
    files.ran("same", "same")
    assert files.to_front(CHILD.path("same")).path == FRONT.path("same")
    assert files.to_child(FRONT.path("%%python\nsame")).path == CHILD.path("same")
    assert files.to_front(CHILD.path("same")).path == FRONT.path("%%python\nsame")


def test_the_last_one_is_the_one_that_was_noted_last_however_often_before() -> None:
    files = source_files({"%%py\nsame": "same", "%%python\nsame": "same"})
    files.ran("%%py\nsame", "same")
    assert files.to_front(CHILD.path("same")).path == FRONT.path("%%py\nsame")


def test_a_cell_that_is_the_same_on_both_sides_needs_no_note() -> None:
    files = SourceFiles(FRONT)
    files.learn({**DEBUG_INFO, "hashSeed": SEED})
    files.ran("x", "x")
    assert files.to_front("/child_7/123.src") == files.to_front("/child_7/123.src")
    assert files.to_front(Naming("/child_7/", ".src").path("x")).path == FRONT.path("x")
    assert files.to_child(FRONT.path("x")).path == Naming("/child_7/", ".src").path("x")
    assert files.to_child(FRONT.path("x")).code is None


@pytest.mark.parametrize("path", ["/usr/lib/python3/json.py", "", "/child_7/123.other", "/child_7"])
def test_other_files_keep_their_names(path: str) -> None:
    files = source_files({"%%r": "##r"})
    assert files.to_front(path).path == path
    assert files.to_child(path).path == path


@pytest.mark.parametrize("info", [{}, {**DEBUG_INFO, "tmpFilePrefix": ""}, {**DEBUG_INFO, "hashSeed": None}])
def test_where_a_child_does_not_say_how_it_names_files_the_notebooks_names_are_the_childs(info: Json) -> None:
    files = SourceFiles(FRONT)
    files.dumped("%%r\nx", "##r\nx")
    files.learn(info)
    assert files.to_child(FRONT.path("%%r\nx")).path == FRONT.path("##r\nx")
    assert files.to_child(FRONT.path("x")).path == FRONT.path("x")


def test_before_a_child_has_said_anything_nothing_has_another_name() -> None:
    files = SourceFiles(FRONT)
    files.dumped("%%r\nx", "##r\nx")
    assert files.to_child(FRONT.path("%%r\nx")).path == FRONT.path("%%r\nx")
    assert files.to_front("/child_7/1.src").path == "/child_7/1.src"


def test_a_new_child_has_new_names_for_the_same_cells() -> None:
    files = source_files({"%%r\nx": "##r\nx"})
    assert files.to_child(FRONT.path("%%r\nx")).path == CHILD.path("##r\nx")
    files.learn({**DEBUG_INFO, "tmpFilePrefix": "/child_8/"})
    new = Naming("/child_8/", ".src", 41).path("##r\nx")
    assert files.to_child(FRONT.path("%%r\nx")).path == new
    assert files.to_front(new).path == FRONT.path("%%r\nx")


def test_the_oldest_cells_are_forgotten() -> None:
    files = SourceFiles(FRONT)
    for number in range(CELLS_KEPT + 1):
        files.ran(f"%%r\n{number}", f"##r\n{number}")
    files.learn(DEBUG_INFO)
    assert files.to_child(FRONT.path("%%r\n0")).code is None
    assert files.to_child(FRONT.path("%%r\n1")).code == "%%r\n1"


# Lines

CUT = "%%use py\n%%python\n%time x\ny"
"""Two lines are cut."""
PATH, CHILD_PATH = FRONT.path(CUT), CHILD.path("%time x\ny")


def cut_files() -> SourceFiles:
    return source_files({CUT: "%time x\ny", "%%r\nx": "##r\nx"})


@given(st.integers(3, 9), st.integers(3, 9))
def test_lines_are_those_of_the_cell_where_its_first_ones_were_cut(line: int, end: int) -> None:
    arguments = {
        "source": {"path": PATH, "name": "n"},
        "breakpoints": [{"line": line, "endLine": end, "condition": "x"}, "odd"],
        "lines": [line, None],
        "line": line,
    }
    there = cut_files().arguments_to_child(arguments)
    assert there == {
        "source": {"path": CHILD_PATH, "name": "n"},
        "breakpoints": [{"line": line - 2, "endLine": end - 2, "condition": "x"}, "odd"],
        "lines": [line - 2, None],
        "line": line - 2,
    }
    assert cut_files().to_front_in({**there, "lines": arguments["lines"]}) == arguments


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_breakpoint_on_a_line_that_was_cut_goes_to_the_first_that_was_not(line: int) -> None:
    there = cut_files().arguments_to_child({"source": {"path": PATH}, "breakpoints": [{"line": line}]})
    assert there["breakpoints"] == [{"line": 1}]
    assert cut_files().to_front_in(there)["breakpoints"] == [{"line": 3}]


@pytest.mark.parametrize("arguments", [{}, {"source": "x", "line": 3}, {"source": {}, "line": 3}, {"threadId": 1}])
def test_arguments_without_a_file_stay_as_they_are(arguments: Json) -> None:
    assert cut_files().arguments_to_child(arguments) == arguments


def test_a_file_that_is_the_same_but_for_its_name_keeps_its_lines() -> None:
    there = cut_files().arguments_to_child({"source": {"path": FRONT.path("%%r\nx")}, "line": 2, "breakpoints": 5})
    assert there == {"source": {"path": CHILD.path("##r\nx")}, "line": 2, "breakpoints": 5}


def test_each_frame_has_the_lines_of_its_own_file() -> None:
    frames = [
        {"name": "f", "line": 1, "endLine": 2, "column": 7, "source": {"path": CHILD_PATH, "sourceReference": 0}},
        {"name": "g", "line": 1, "source": {"path": "/usr/lib/json.py"}},
        {"name": "h", "line": 1, "source": {}},
        {"name": "i", "line": None},
        5,
    ]
    assert cut_files().to_front_in({"stackFrames": frames, "totalFrames": 4}) == {
        "stackFrames": [
            {"name": "f", "line": 3, "endLine": 4, "column": 7, "source": {"path": PATH, "sourceReference": 0}},
            *frames[1:],
        ],
        "totalFrames": 4,
    }


def test_lines_without_a_source_beside_them_are_those_of_the_request() -> None:
    assert cut_files().to_front_in({"breakpoints": [{"line": 1}]}, 2) == {"breakpoints": [{"line": 3}]}


def test_a_source_may_be_a_path_alone() -> None:
    body = {"breakpoints": [{"source": CHILD_PATH, "breakpoints": [{"line": 1}]}], "isStarted": True}
    assert cut_files().to_front_in(body) == {
        "breakpoints": [{"source": PATH, "breakpoints": [{"line": 3}]}],
        "isStarted": True,
    }


def test_an_event_has_its_source_further_in() -> None:
    body = {"reason": "changed", "breakpoint": {"line": 1, "source": {"path": CHILD_PATH}}}
    assert cut_files().to_front_in(body)["breakpoint"] == {"line": 3, "source": {"path": PATH}}
