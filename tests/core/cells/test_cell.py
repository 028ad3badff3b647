"""A cell is taken apart as the grammar says, and a cursor is where it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.cells.cell import Cell, child_text, parse, refuse_unknown_header
from multikernel.core.cells.names import Names
from multikernel.core.errors import BackendNotFound, HeaderError, MultiError
from multikernel.core.kernels.table import DEFAULTS, KernelProfile

from ..desk import COMMANDS, configured

CONFIG = configured("python3", "ir", "bash", aliases={"python3": ("py",)})
LANGUAGES = {"python3": "python", "ir": "r", "bash": "bash"}
HASH = KernelProfile(line_comment="##")
CUT = KernelProfile(line_comment="")
IPYTHON = KernelProfile(cell_magics=True, refuses_late_magics=True, line_comment="##")
METAKERNEL = KernelProfile(cell_magics=True)


def names() -> Names:
    return Names(CONFIG, frozenset(COMMANDS), LANGUAGES)


def parsed(code: str, default: str = "python3") -> Cell:
    return parse(code, names(), default)


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
        ("\n \t\n\r\n%%bash\n1", "bash", "1"),
        ("%%bash\n\n1", "bash", "\n1"),
        ("%%bash\n%%r\n1", "bash", "%%r\n1"),
        ("%%use r\n1", "ir", "1"),
        ("%%use r\n%%bash\n1", "bash", "1"),
        ("%%use r\n%%use bash\n1", "bash", "1"),
        ("%%start r\n\n%%backends\n\n%%r\n1", "ir", "1"),
        ("%%backends\n", None, ""),
        ("%%backends\n \n\t\n", None, " \n\t\n"),
        ("%%time\n1", None, "%%time\n1"),
        ("%%use r\n%%time\n1", "ir", "%%time\n1"),
        (" %%bash\n1", None, " %%bash\n1"),
        ("%%bash!\n1", None, "%%bash!\n1"),
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
    ("code", "commands", "new_default", "runs_body"),
    [
        ("%%backends", ["backends"], None, False),
        ("%%BACKENDS\n%%Start r bash", ["BACKENDS", "Start"], None, False),
        ("%%use", ["use"], None, False),
        ("%%use r", ["use"], "ir", False),
        ("%%use r\n%%use py", ["use", "use"], "python3", False),
        ("%%use r\n%%bash", ["use"], "ir", True),
        ("%%use r\n1", ["use"], "ir", True),
        ("%%bash", [], None, True),
        ("", [], None, True),
    ],
)
def test_a_cell_has_commands(code: str, commands: list[str], new_default: str | None, runs_body: bool) -> None:
    cell = parsed(code)
    assert [line.name for line in cell.commands] == commands
    assert (cell.new_default, cell.runs_body) == (new_default, runs_body)


def test_a_header_line_has_words_and_a_place() -> None:
    line = parsed("\n%%start  r\tbash \n").commands[0]
    assert (line.name, line.arguments, line.start, line.end) == ("start", ("r", "bash"), 1, 17)


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
        ("%%use r --now\n1", HeaderError, "--now does not wait for its turn, so it needs a cell without code"),
        ("%%use r\n%%WAIT bash\n1", HeaderError, "%%WAIT is reserved"),
    ],
)
def test_what_cannot_be_right_is_refused(code: str, error: type[MultiError], text: str) -> None:
    with pytest.raises(error, match=text):
        parsed(code)


def test_a_language_of_several_backends_has_to_be_made_clear() -> None:
    several = Names(CONFIG, frozenset(COMMANDS), {**LANGUAGES, "bash": "r"})
    assert parse("%%r\n1", several, "bash").target == "bash"
    with pytest.raises(BackendNotFound, match="bash or ir"):
        parse("%%r\n1", several, "python3")


def test_use_decides_what_a_language_below_it_means() -> None:
    several = Names(CONFIG, frozenset(COMMANDS), {**LANGUAGES, "bash": "r"})
    assert parse("%%use bash\n%%r\n1", several, "python3").target == "bash"


@pytest.mark.parametrize("code", ["", "1", "\n\n1\n", "%%time\n1", "1\n%%r", " %%r", "%%\n", "a\r\nb", "😀\n%r"])
def test_without_a_header_line_a_child_gets_the_text_untouched(code: str) -> None:
    for profile in (HASH, CUT, DEFAULTS, IPYTHON):
        assert (child_text(parsed(code), profile).text, child_text(parsed(code), profile).shift) == (code, 0)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("%%r\n1", "##r\n1"),
        ("\n\n%%r\n\n1", "\n\n##r\n\n1"),
        ("%%use r\n\n1", "##use r\n\n1"),
        ("%%start bash\n%%use r\n%%py\n1\n%%r", "##start bash\n##use r\n##py\n1\n%%r"),
        ("%%r\r\n1", "##r\r\n1"),
        ("%%r", "##r"),
        ("%%r\n%time\n1", "%time\n1"),
        ("%%r\n\n \n%%bash\n1", "%%bash\n1"),
        ("%%r\n!ls", "!ls"),
        ("%%r\n?sum", "?sum"),
        ("%%use r\n%%py\n!ls", "!ls"),
        ("%%r\n1\n!ls", "##r\n1\n!ls"),
    ],
)
def test_header_lines_stay_as_comments_unless_the_body_has_to_come_first(code: str, text: str) -> None:
    assert child_text(parsed(code), HASH).text == text


@pytest.mark.parametrize(
    ("code", "text"),
    [("%%bash\nls", "ls"), ("\n%%bash\n\n\nls\n", "ls\n"), ("%%use bash\nls", "ls"), ("%%bash", ""), ("%%bash\n", "")],
)
def test_header_lines_are_cut_where_there_is_no_comment_for_them(code: str, text: str) -> None:
    cut = child_text(parsed(code), CUT)
    assert (cut.text, code[cut.shift :]) == (text, text)


HEADERS = st.lists(st.sampled_from(["", " ", "%%backends", "%%use r", "%%start bash"]), max_size=3).map(
    lambda lines: "".join(f"{line}\n" for line in [*lines, "%%r"])
)
TEXT = st.text(st.sampled_from("ab \n\r\t%!?#é\u0301😀👨\u200d👩\u2028\ud800"), max_size=12)


@given(HEADERS, TEXT, st.sampled_from([HASH, CUT]), st.data())
def test_a_cursor_in_the_body_is_before_the_same_text_in_the_child(
    headers: str, body: str, profile: KernelProfile, data: st.DataObject
) -> None:
    cell = parsed(headers + body)
    text = child_text(cell, profile)
    position = data.draw(st.integers(max(cell.body_start, text.shift), len(cell.code)))
    assert text.text[text.to_child(position) :] == cell.code[position:]
    assert text.to_child(position) + text.shift == position


@given(HEADERS, TEXT)
def test_a_header_that_stays_moves_no_line_and_no_cursor(headers: str, body: str) -> None:
    cell = parsed(f"{headers}x{body}")
    text = child_text(cell, HASH)
    assert (text.shift, len(text.text), text.text.count("\n")) == (0, len(cell.code), cell.code.count("\n"))
    assert text.text[cell.body_start :] == cell.code[cell.body_start :]


def test_a_cursor_above_a_cut_is_at_the_beginning() -> None:
    assert child_text(parsed("%%bash\nls"), CUT).to_child(3) == 0


PIECES = [
    "%%",
    "%",
    "r",
    "use",
    "py",
    "bash",
    "time",
    "help",
    " ",
    "\n",
    "\r\n",
    "\t",
    "--x",
    "😀",
    "1",
    "\u2028",
    "\\",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(), st.sampled_from(list(LANGUAGES)))
def test_whatever_stands_in_a_cell_is_parsed_or_refused(code: str, default: str) -> None:
    try:
        cell = parse(code, names(), default)
        refuse_unknown_header(cell, default, HASH, names())
    except MultiError:
        return
    assert cell.code == code
    assert cell.target is None or cell.target in LANGUAGES
    if "%%" not in code:
        assert (cell.header_lines, cell.foreign, child_text(cell, CUT).text) == ((), None, code)


def test_the_header_line_under_a_cursor() -> None:
    cell = parsed("\n%%use r\n%%py\n1")
    found = [cell.header_line_at(position) for position in range(len(cell.code) + 1)]
    assert [line.name if line else "" for line in found] == ["", *["use"] * 8, *["py"] * 5, "", ""]


def refused(code: str, profile: KernelProfile, backend: str = "ir") -> str:
    try:
        refuse_unknown_header(parsed(code, backend), backend, profile, names())
    except HeaderError as error:
        return str(error)
    return ""


def test_an_unknown_header_is_refused_for_a_kernel_without_magics() -> None:
    text = refused("%%pyton\n1", HASH)
    assert text.startswith(
        "%%pyton is neither a command nor a backend (did you mean 'python'?), and ir has no %% magics."
    )
    assert "Known are: backends, bash, help, interrupt, ir, py, python, python3, r, restart, start, stop, use." in text


@pytest.mark.parametrize("profile", [IPYTHON, METAKERNEL])
def test_an_unknown_header_is_a_magic_where_there_are_magics(profile: KernelProfile) -> None:
    assert refused("%%time\n1", profile) == ""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("# Where?\n%%bash\nls", "Line 2: %%bash has to be on top of the cell"),
        ("1\n\n%%use py", "Line 3: %%use has to be on top"),
        ("1\r\n%%PY\r\n", "Line 2: %%PY has to be on top"),
        ("1\n%%time", ""),
        ("1\n %%bash", ""),
        ("1 %%bash", ""),
    ],
)
def test_a_header_that_is_not_on_top_is_refused(code: str, text: str) -> None:
    for profile in (HASH, METAKERNEL):
        found = refused(code, profile)
        assert found.startswith(text)
        assert bool(found) == bool(text)


def test_a_header_that_is_not_on_top_is_for_ipython_to_refuse() -> None:
    assert refused("1\n%%bash\nls", IPYTHON) == ""


def test_a_refused_header_can_be_said_to_be_text() -> None:
    assert "If it is meant as text for ir, put %%ir on top." in refused('x <- "\n%%bash\n"', HASH)
    assert parsed('%%ir\nx <- "\n%%bash\n"').target == "ir"
