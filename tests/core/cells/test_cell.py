"""A cell is taken apart as the grammar says, or refused."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from multikernel.core.cells.child_text import child_text
from multikernel.core.cells.names import Names
from multikernel.core.cells.parser import has_header, parse, refuse_unknown_header
from multikernel.core.errors import BackendNotFound, HeaderError, MultiError

from .grammar import BASH, CONFIG, CUT, HASH, IPYTHON, LANGUAGES, NAMES, R, parsed


@pytest.mark.parametrize(
    ("code", "target", "body"),
    [
        ("1", None, "1"),
        ("", None, ""),
        ("\n\n1", None, "\n\n1"),
        ("%%ir\n1", "ir", "1"),
        ("%%r\n1", "ir", "1"),
        ("%%R\n1", "ir", "1"),
        ("%%py\n1", "python3", "1"),
        ("%%PYTHON\n1", "python3", "1"),
        ("%%bash", "bash", ""),
        ("%%bash\n", "bash", ""),
        ("%%bash  \t\n1", "bash", "1"),
        ("%%bash\r\n1\r\n2", "bash", "1\r\n2"),
        ("%%bash # the shell\n1", "bash", "1"),
        ("%%bash #\n1", "bash", "1"),
        ("%%use r # for now\n1", "ir", "1"),
        ("\n \t\n\r\n%%bash\n1", "bash", "1"),
        ("%%bash\n\n1", "bash", "\n1"),
        ("%%bash\n%%r\n1", "bash", "%%r\n1"),
        ("%%bash\n  %%r\n1", "bash", "  %%r\n1"),
        ("%%bash\n%%time\n%%r\n1", "bash", "%%time\n%%r\n1"),
        ("%%use r\n1", "ir", "1"),
        ("%%use r\n%%bash\n1", "bash", "1"),
        ("%%use r\n%%use bash\n1", "bash", "1"),
        ("%%start r\n\n%%backends\n\n%%r\n1", "ir", "1"),
        ("%%backends\n", None, ""),
        ("%%backends\n \n\t\n", None, " \n\t\n"),
        ("%%time\n1", None, "%%time\n1"),
        ("%%use r\n%%time\n1", "ir", "%%time\n1"),
        ("%%bash!\n1", None, "%%bash!\n1"),
        ("%%_r\n1", None, "%%_r\n1"),
        ("%% bash\n1", None, "%% bash\n1"),
        ("%bash\n1", None, "%bash\n1"),
        ("%%\n1", None, "%%\n1"),
        ("1\n%%bash", None, "1\n%%bash"),
    ],
)
def test_a_cell_has_a_target_and_a_body(code: str, target: str | None, body: str) -> None:
    cell = parsed(code)
    assert (cell.target, cell.code[cell.body_start :]) == (target, body)
    assert cell.code == code


@pytest.mark.parametrize(
    "above",
    [
        "#| echo: false",
        "# %%",
        "#%%",
        "#@title A plot {run: 'auto'}",
        "#",
        "#!shebang",
        "// x",
        "--| label: x",
        "--x",
        ";; x",
        "  # indented",
        "# a\r\n\r\n\t// b",
    ],
)
def test_comments_may_stand_above_and_between_header_lines(above: str) -> None:
    cell = parsed(f"{above}\n%%backends\n{above}\n\n%%r\n{above}\n1")
    assert ([line.name for line in cell.header_lines], cell.target) == (["backends", "r"], "ir")
    assert cell.code[cell.body_start :] == f"{above}\n1"


def test_comments_above_what_is_no_header_line_are_the_kernel_s() -> None:
    for code in ("# a\n1", "# a", "# a\n%%time\n1", "# a\n\n//"):
        assert (parsed(code).header_lines, parsed(code).body_start) == ((), 0)


@pytest.mark.parametrize(
    ("code", "commands", "new_default", "has_body"),
    [
        ("%%backends", ["backends"], None, False),
        ("%%BACKENDS\n%%Start r bash", ["BACKENDS", "Start"], None, False),
        ("%%backends\n#r 'nuget: X'\n# no more", ["backends"], None, False),
        ("%%use", ["use"], None, False),
        ("%%use r", ["use"], "ir", False),
        ("%%use r\n%%use py", ["use", "use"], "python3", False),
        ("%%use r\n%%bash", ["use"], "ir", False),
        ("%%use r\n%%bash\n# x", ["use"], "ir", True),
        ("%%use r\n1", ["use"], "ir", True),
        ("%%use r\n# that is all", ["use"], "ir", False),
        ("%%use r\n#that is all\n\n  # really", ["use"], "ir", False),
        ("%%use js\n// that is all\n# really\n--|\n;;", ["use"], "js", False),
        ("%%use js\n#!x", ["use"], "js", True),
        ("%%use js\n--x", ["use"], "js", True),
        ("%%use odd\n#include <x>", ["use"], "odd", True),
        ("%%use odd\n# x", ["use"], "odd", False),
        ("%%bash", [], None, False),
        ("%%bash\n \n", [], None, False),
        ("%%bash\n#", [], None, True),
        ("", [], None, True),
        ("# x", [], None, True),
    ],
)
def test_a_cell_has_commands_and_may_have_a_body(
    code: str, commands: list[str], new_default: str | None, has_body: bool
) -> None:
    cell = parsed(code)
    assert [line.name for line in cell.commands] == commands
    assert (cell.new_default, cell.has_body) == (new_default, has_body)
    assert cell.needs_backend is has_body


def test_variables_are_copied_without_a_body_too() -> None:
    for code in ("%%r -i x", "%%r -o x\n"):
        assert (parsed(code).has_body, parsed(code).needs_backend) == (False, True)


def test_a_header_line_has_words_and_a_place() -> None:
    line = parsed("\n%%start  r\tbash # and #this --now\n").commands[0]
    assert (line.name, line.arguments, line.start, line.end) == ("start", ("r", "bash"), 1, 34)


@pytest.mark.parametrize(
    ("code", "error", "text"),
    [
        ("%%backends\n1", HeaderError, "code below %%backends, but no backend to run it"),
        ("%%use\n1", HeaderError, "such as %%python3 above the code"),
        ("%%use r bash\n1", HeaderError, "one backend, not 2"),
        ("%%use ruby", BackendNotFound, "no backend 'ruby'"),
        ("%%use help", BackendNotFound, "no backend 'help'"),
        ("%%bash --fast\nls", HeaderError, "%%bash takes no option '--fast'.*%%python"),
        ("%%backends\n%%time\n1", HeaderError, "code below %%backends"),
        (
            "%%restart r --now\n%%bash\n1",
            HeaderError,
            "--now does not wait for its turn, so it needs a cell of its own",
        ),
        ("%%restart r --now\n%%use r", HeaderError, "--now does not wait"),
        ("%%use r --now", HeaderError, "%%use takes no option '--now'. The line without it: %%use r$"),
        ("%%start r --nwo", HeaderError, "%%start takes no option '--nwo'; did you mean %%start r --now?"),
        ("%%start r -q bash", HeaderError, "no option '-q'. The line without it: %%start r bash$"),
        ("%%start r -n 5", HeaderError, "no option '-n'. The line without it: %%start r$"),
        ("%%help --all", HeaderError, "no option '--all'. The line without it: %%help$"),
    ],
)
def test_what_cannot_be_right_is_refused(code: str, error: type[MultiError], text: str) -> None:
    with pytest.raises(error, match=text):
        parsed(code)


def test_a_language_means_the_same_before_and_after_a_use() -> None:
    several = Names(CONFIG, NAMES.commands, {**LANGUAGES, "bash": "python"})
    for code in ("%%python\n1", "%%use bash\n%%python\n1"):
        assert parse(code, several, "python3").target == "python3"
        assert parse(code, several, "bash").target == "python3"
    two = Names(CONFIG, NAMES.commands, {**LANGUAGES, "bash": "r"})
    with pytest.raises(BackendNotFound, match="write %%bash or %%ir"):
        parse("%%use bash\n%%r\n1", two, "bash")


def test_what_a_next_cell_needs_to_run_in_the_same_place() -> None:
    for code, above, header in (
        ("# x\n%%use bash\n%%R -i py:x\n1", "# x\n%%use bash\n%%R -i py:x\n", "%%R\n"),
        ("%%use r\n1", "%%use r\n", ""),
        ("1", "", ""),
    ):
        assert (parsed(code).above, parsed(code).header_of_next) == (above, header)
    assert all(has_header(text, NAMES) for text in ("# %load\n%%r\n1", "%%use r"))
    assert not any(has_header(text, NAMES) for text in ("%%time\n1", "1\n%%r", ""))


def test_the_header_line_under_a_cursor() -> None:
    cell = parsed("\n%%use r\n%%py\n1")
    found = [cell.header_line_at(position) for position in range(len(cell.code) + 1)]
    assert [line.name if line else "" for line in found] == ["", *["use"] * 8, *["py"] * 5, "", ""]


PIECES = [
    *("%%", "%", "r", "use", "py", "bash", "time", "help", " ", "\n", "\r\n", "\t", "--x", "-i", "a", ",", "1", "😀"),
    *("#", "# ", "//", "'''", '"', "\u2028", "\\", "    ", "%%r\n", "%%use py\n", "%%time\n", "-w 5", "--now"),
]
CODE = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text()


@given(CODE, st.sampled_from(list(LANGUAGES)), st.sampled_from([HASH, CUT, IPYTHON, R, BASH]))
@example("%%use py\n" + "#\n" * 50_000, "python3", CUT)
@example("'''" + "'\\\n%%r\n" * 10_000, "python3", IPYTHON)
def test_whatever_stands_in_a_cell_is_parsed_or_refused(code: str, default: str, profile: object) -> None:
    assert isinstance(profile, type(HASH))
    try:
        cell = parse(code, NAMES, default)
        refuse_unknown_header(cell, default, profile, NAMES)
    except MultiError:
        return
    assert cell.code == code
    assert cell.target is None or cell.target in LANGUAGES
    assert cell.header is None or cell.foreign is None
    assert cell.needs_backend >= cell.has_body
    if not cell.header_lines:
        assert child_text(cell, profile).text == code
    if "%%" not in code:
        assert (cell.header_lines, cell.foreign) == ((), None)
