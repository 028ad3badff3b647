"""Several backends in one header line, cells in the background, and `%%parts`: what is meant, and what is refused."""

import pytest

from multikernel.core.cells.cell import Cell
from multikernel.core.cells.child_text import child_text
from multikernel.core.cells.names import Names
from multikernel.core.cells.parser import parse
from multikernel.core.config import BackendConfig, Config, Group
from multikernel.core.errors import BackendNotFound, HeaderError, MultiError

from .grammar import BASH, HASH, IPYTHON, R

WORKERS = ("worker[0]", "worker[1]")
CONFIG = Config(
    {
        **{name: BackendConfig(name, name) for name in ("python", "r", "bash")},
        **{name: BackendConfig(name, "ir", (name.replace("worker", "w"),), group="worker") for name in WORKERS},
    },
    "python",
    groups={"worker": Group("worker", WORKERS, ("w",))},
)
LANGUAGES = {"python": "python", "r": "r", "bash": "bash", **dict.fromkeys(WORKERS, "r")}
NAMES = Names(CONFIG, frozenset({"use", "wait", "backends"}), LANGUAGES)


def parsed(code: str) -> Cell:
    return parse(code, NAMES, "python")


def copied(code: str) -> tuple[list[str], list[str]]:
    cell = parsed(code)
    return [transfer.text for transfer in cell.imports], [transfer.text for transfer in cell.exports]


# Several backends.


@pytest.mark.parametrize(
    ("header", "targets"),
    [
        ("%%python,bash", ("python", "bash")),
        ("%%BASH,Python # both", ("bash", "python")),
        ("%%worker", WORKERS),
        ("%%W", WORKERS),
        ("%%worker[1]", WORKERS[1:]),
        ("%%w[0]", WORKERS[:1]),
        ("%%worker[1],python", ("worker[1]", "python")),
        ("%%python,worker --bg", ("python", *WORKERS)),
    ],
)
def test_a_list_of_backends_runs_the_body_on_each(header: str, targets: tuple[str, ...]) -> None:
    cell = parsed(f"{header}\nx")
    assert (cell.targets, cell.foreign) == (targets, None)


@pytest.mark.parametrize("header", ["%%timeit,nope", "%%worker[-1]", "%%python[0]", "%%worker[x]"])
def test_a_list_without_a_name_of_multi_s_is_not_multi_s(header: str) -> None:
    assert parsed(f"{header}\nx").header is None


@pytest.mark.parametrize(
    ("code", "error", "text"),
    [
        ("%%python,nope", BackendNotFound, "There is no backend 'nope'"),
        ("%%nope,python", BackendNotFound, "There is no backend 'nope'"),
        ("%%python,python", HeaderError, "%%python,python names python twice."),
        ("%%worker,w[1]", HeaderError, r"%%worker,w\[1\] names worker\[1\] twice."),
        ("%%python, bash", HeaderError, "%%python,: write the names without spaces, as in %%python,bash."),
        ("%%python,", HeaderError, "%%python,: write the names without spaces, as in %%python."),
        ("%%python,use", HeaderError, "%%use is not a backend; only backends run a cell together."),
        ("%%parts,python", HeaderError, "%%parts is not a backend"),
        ("%%use worker", BackendNotFound, r"worker is 2 backends: name one, as in worker\[0\]"),
        ("%%use python,bash", BackendNotFound, "There is no backend 'python,bash'"),
        ("%%wait nope", BackendNotFound, "There is no backend 'nope'"),
        ("%%wait --now", HeaderError, "%%wait takes no option '--now'. The line without it: %%wait"),
        ("%%bash -i worker:x", BackendNotFound, "worker is 2 backends: name one"),
        ("%%python,r -w 5", HeaderError, "python is not R. The line without it: %%python,r"),
    ],
)
def test_what_cannot_be_right_is_refused(code: str, error: type[MultiError], text: str) -> None:
    with pytest.raises(error, match=text):
        parsed(f"{code}\nx" if "use" not in code.split(",")[0] and "wait" not in code else code)


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [
        ("%%python,bash -i x", ["x from python to bash"], []),
        ("%%bash,r -i n=x", ["x from python to bash as n", "x from python to r as n"], []),
        ("%%bash,r -i bash:x", ["x from bash to r"], []),
        ("%%bash,r -o x", [], ["x from bash to python as x_bash", "x from r to python as x_r"]),
        ("%%bash,r -o r:n=x", [], ["x from bash to r as n_bash", "x from r to r as n_r"]),
        ("%%w -o x", [], ["x from worker[0] to python as x_worker_0", "x from worker[1] to python as x_worker_1"]),
        ("%%worker[1] -o x", [], ["x from worker[1] to python"]),
    ],
)
def test_variables_go_to_each_and_come_from_each(header: str, before: list[str], after: list[str]) -> None:
    assert copied(f"{header}\nx") == (before, after)


def test_plots_of_several_r_have_a_size() -> None:
    assert parsed("%%r,w[1] -w 5\nx").plot == {"width": "5"}


# In the background.


@pytest.mark.parametrize(
    "header", ["%%r --bg", "%%r &", "%%r --bg -i x", "%%r -i x &", "%%r -o x --bg -w 5", "%%r & #"]
)
def test_a_cell_in_the_background(header: str) -> None:
    assert parsed(f"{header}\nx").is_in_background


@pytest.mark.parametrize("header", ["%%r", "%%r #--bg", "%%r -i x # &", "%%nope --bg"])
def test_a_cell_in_the_foreground(header: str) -> None:
    assert not parsed(f"{header}\nx").is_in_background


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("%%r --bg x", "--bg takes no value, but 'x' follows it; code goes below the line, which then is %%r --bg$"),
        ("%%r -i a & x <- 1", "--bg takes no value, but 'x <- 1' follows it"),
        ("%%r --bg=1", "--bg takes no value, but '1' follows it"),
        ("%%r --gb", "takes no option '--gb'; did you mean %%r --bg;"),
        ("%%r x &", "takes options only, not 'x': to copy a variable, write %%r -i x &; if"),
        ("%%use r\n%%r --bg", "--bg and %%use do not go together"),
        ("%%use r\n%%parts --bg\n%%r", "--bg and %%use do not go together"),
    ],
)
def test_what_does_not_go_with_it_is_refused(header: str, text: str) -> None:
    with pytest.raises(HeaderError, match=text):
        parsed(f"{header}\nx")


# Parts.

PARTS = "%%parts # three\n\n# first\n%%python -i r:x --bg\n1\n\n%%r\n2\n%%nope\n%%bash\n%%worker\n4"


def test_a_part_begins_at_each_line_with_a_name_of_multi_s() -> None:
    cell = parsed(PARTS)
    assert [part.targets for part in cell.parts] == [("python",), ("r",), ("bash",), WORKERS]
    texts = [part.code[part.body_start :] for part in cell.parts]
    assert texts == ["1\n\n", "2\n%%nope\n", "", "4"]
    assert [part.is_in_background for part in cell.parts] == [True, False, False, False]
    assert not cell.is_in_background
    assert not cell.has_body


def test_empty_parts_are_skipped() -> None:
    cell = parsed(PARTS)
    assert [body.targets[0] for body in cell.bodies] == ["python", "r", "worker[0]"]
    assert cell.needs_backend
    assert parsed("%%parts\n%%r\n%%bash\n").is_bare
    assert not parsed("%%parts\n%%r -i x\n").is_bare


def test_header_lines_are_all_of_them_and_a_cursor_is_in_one_part() -> None:
    cell = parsed(PARTS)
    assert [line.text for line in cell.header_lines] == ["%%parts", "%%python", "%%r", "%%bash", "%%worker"]
    for body, part in zip(["1", "2", "4"], [0, 1, 3], strict=True):
        assert cell.part_at(PARTS.rindex(body)) is cell.parts[part]
    assert cell.part_at(0) is cell
    plain = parsed("x")
    assert plain.part_at(0) is plain


@pytest.mark.parametrize(
    "code", ["%%parts", "%%parts --bg\n", "%%backends\n%%parts\n%%r\nx", "%%use r\n%%parts\n%%r &\n"]
)
def test_what_may_stand_above_parts_or_alone(code: str) -> None:
    cell = parsed(code)
    assert cell.header is not None
    assert cell.header.name == "parts"
    assert cell.is_in_background == ("--bg" in code)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "%%parts\nx\n%%r\n1",
            "There is code between %%parts and the first part: put a line such as %%python above it",
        ),
        ("%%parts\nx", "There is code between %%parts and the first part"),
        ("%%use r\n%%parts\nx\n%%bash\n1", "put a line such as %%r above it"),
        ("%%parts\n%%r\n1\n%%backends", "Line 4: %%backends cannot be a part; put commands above %%parts."),
        ("%%parts\n%%use r\n1", "Line 2: %%use cannot be a part"),
        ("%%parts\n%%r\n%%parts\n%%r\n", "Line 3: %%parts cannot be a part"),
        ("%%parts --now\n%%r\n1", "%%parts takes only --bg, not '--now': .* The line without it: %%parts$"),
        ("%%parts --bg r\n%%r\n1", "not 'r': .* The line without it: %%parts --bg$"),
        ("%%parts\n%%r -q\n1", "%%r takes no option '-q'"),
        ("%%backends --now\n%%parts\n%%r\n1", "it needs a cell of its own"),
    ],
)
def test_what_belongs_to_no_part_is_refused(code: str, text: str) -> None:
    with pytest.raises(HeaderError, match=text):
        parsed(code)


def test_each_part_gets_the_lines_above_as_empty_comments() -> None:
    parts = parsed("%%backends\n%%parts\n%%python\na\nb\n%%r -i x\n\n1/0\nc").parts
    assert child_text(parts[0], IPYTHON).text == "##\n##\n##python\na\nb\n"
    text = child_text(parts[1], R)
    assert text.text == "##\n##\n##\n##\n##\n##r -i x\n\n1/0\nc"
    assert text.typed == {"##r -i x": "%%r -i x"}
    at = parts[1].code.index("1/0")
    assert text.text[text.to_child(at) :].startswith("1/0")


def test_a_part_that_has_to_come_first_has_nothing_above() -> None:
    parts = parsed("%%parts\n%%python\na \\\n\n%%python\n%time x\n%%bash\nls\n").parts
    assert child_text(parts[1], IPYTHON).text == "%time x\n"
    assert child_text(parts[2], BASH).text == "ls\n"
    assert child_text(parts[2], HASH).text == "##\n##\n##\n##\n##\n##\n##bash\nls\n"


def test_a_first_part_with_an_unknown_name_is_told_so() -> None:
    with pytest.raises(BackendNotFound, match=r"no backend 'pyhton' \(did you mean 'python'\?\)"):
        parsed("%%parts\n%%pyhton\n1")


def test_the_line_that_works_has_what_parts_take() -> None:
    with pytest.raises(HeaderError, match=r"The line without it: %%parts --bg$"):
        parsed("%%parts -i x --bg\n%%r\n1")
