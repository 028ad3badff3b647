"""Which backend runs which stretch of a cell, from its text alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.exports.reading import reader_of
from tests.cli.conftest import Machine, machine

from .notebooks import reader_for

__all__ = ["machine"]

READER = reader_for()

LINES = [
    "%%r",
    "%%r -i x",
    "%%use r",
    "%%use bash",
    "%%python,r",
    "%%parts",
    "%%odd",
    "%%time",
    "x <- 1",
    "# a",
    "",
    " ",
]


def read(code: str, default: str = "python") -> list[tuple[str, str]]:
    """Return the stretches: backends and text."""
    stretches = READER.read(code, default).stretches
    return [(",".join(stretch.backends), code[stretch.start : stretch.end]) for stretch in stretches]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x", [("python", "x")]),
        ("", [("python", "")]),
        ("%%r -i x\nx", [("", "%%r -i x\n"), ("r", "x")]),
        ("%%r", [("", "%%r")]),
        ("%%R\n", [("", "%%R\n")]),
        ("#| a\n\n%%bash # b\nls\n", [("", "#| a\n\n%%bash # b\n"), ("bash", "ls\n")]),
        ("%%use r\nx", [("", "%%use r\n"), ("r", "x")]),
        ("%%restart r\n%%bash\nls", [("", "%%restart r\n%%bash\n"), ("bash", "ls")]),
        ("%%backends\n# a comment", [("", "%%backends\n# a comment")]),
        ("%%python,r\nx", [("", "%%python,r\n"), ("python,r", "x")]),
        ("%%time\nx", [("python", "%%time\nx")]),
        ("%%python\n%%bash\nls", [("", "%%python\n"), ("python", "%%bash\nls")]),
        ("%%julia\nx", [("", "%%julia\n"), ("julia", "x")]),
        ("%%use jl", [("", "%%use jl")]),
        (
            "%%parts\n# a\n%%r\nx\n%%bash\n\n%%python\ny",
            [("", "%%parts\n# a\n%%r\n"), ("r", "x\n"), ("", "%%bash\n\n%%python\n"), ("python", "y")],
        ),
    ],
)
def test_header_lines_belong_to_nobody_and_bodies_to_their_backends(code: str, expected: list[tuple[str, str]]) -> None:
    assert read(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%%r -z\nx <- 1", [("", "%%r -z\n"), ("r", "x <- 1")]),
        ("%%python,r --what\nx", [("", "%%python,r --what\n"), ("python,r", "x")]),
        ("%%use rr\nx", [("", "%%use rr\n"), ("python", "x")]),
        ("  %%r\nx", [("python", "  %%r\nx")]),
        ("%%time\n%%r\nx", [("python", "%%time\n%%r\nx")]),
    ],
)
def test_a_cell_that_the_kernel_refuses_has_the_backend_of_its_first_line(
    code: str, expected: list[tuple[str, str]]
) -> None:
    assert read(code) == expected
    assert READER.read(code, "bash").default_below == "bash"


def test_use_counts_for_the_cells_below() -> None:
    assert READER.read("%%use r", "python").default_below == "r"
    assert read("x", "r") == [("r", "x")]
    assert READER.read("%%r\nx", "bash").default_below == "bash"


@given(st.lists(st.sampled_from(LINES)).map("\n".join), st.sampled_from(["python", "r"]))
def test_stretches_are_the_whole_text_in_order(code: str, default: str) -> None:
    assert "".join(text for _, text in read(code, default)) == code


def test_names_are_those_of_the_config_that_applies_to_the_notebook(machine: Machine, tmp_path: Path) -> None:
    machine.add_kernel("ir", "R")
    assert reader_of("multi", machine.work).default == "python"
    machine.write("multikernel.yaml", "default: stats\nbackends:\n  stats: {kernel: ir}\n")
    assert reader_of("multi", machine.work).language("stats") == "r"
    own = machine.write("own.yaml", "default: mine\nbackends:\n  mine: {kernel: python3}\n")
    machine.add_kernel("multi-own", "python", metadata={"multikernel": True}, env={"MULTIKERNEL_CONFIG": str(own)})
    assert reader_of("multi-own", machine.work).default == "mine"


def test_a_config_with_mistakes_counts_as_none(machine: Machine) -> None:
    machine.write("multikernel.yaml", "default: [")
    assert reader_of("multi", machine.work).default == "python"
