"""`--scatter` and `--gather` on a backend header."""

import re

import pytest

from multikernel.core.cells.completions import offers_in
from multikernel.core.cells.names import Names
from multikernel.core.cells.parser import parse
from multikernel.core.cells.transfers import Copy, Gather, Scatter
from multikernel.core.config import BackendConfig, Config, Group
from multikernel.core.errors import BackendNotFound, HeaderError

BACKENDS = ("python", "r", "bash", "worker[0]", "worker[1]", "only[0]")
GROUPS = {"worker": Group("worker", ("worker[0]", "worker[1]"), ()), "only": Group("only", ("only[0]",), ())}
CONFIG = Config({name: BackendConfig(name, name) for name in BACKENDS}, "python", groups=GROUPS)
NAMES = Names(CONFIG, frozenset({"use"}), {"python": "python", "r": "r", "bash": "bash"})


def copied(header: str) -> list[str]:
    cell = parse(f"{header}\nx", NAMES, "python")
    return [transfer.text for transfer in (*cell.imports, *cell.exports)]


@pytest.mark.parametrize(
    ("header", "texts"),
    [
        ("%%worker --scatter a", ["chunks of a from python to worker[0], worker[1]"]),
        ("%%worker --gather s", ["s from worker[0], worker[1] to python"]),
        (
            "%%worker --scatter a,b=r:c --gather s --gather=bash:all=s",
            [
                "chunks of a from python to worker[0], worker[1]",
                "chunks of c from r to worker[0], worker[1] as b",
                "s from worker[0], worker[1] to python",
                "s from worker[0], worker[1] to bash as all",
            ],
        ),
        ("%%bash,r --scatter a -i b -o c", None),
        ("%%only --scatter a", ["chunks of a from python to only[0]"]),
        ("%%python,r --scatter b=a", ["chunks of a from python to python, r as b"]),
        ("%%python,r --scatter b=r:a", ["chunks of a from r to python, r as b"]),
        ("%%python,r --gather all=x", ["x from python, r to python as all"]),
        ("%%python,r --gather bash:x", ["x from python, r to bash"]),
        ("%%use r\n%%worker --scatter a", ["chunks of a from r to worker[0], worker[1]"]),
        ("%%worker --scatter a --bg", ["chunks of a from python to worker[0], worker[1]"]),
    ],
)
def test_what_is_dealt_and_joined(header: str, texts: list[str] | None) -> None:
    mixed = [
        "chunks of a from python to bash, r",
        "b from python to bash",
        "b from python to r",
        "c from bash to python as c_bash",
        "c from r to python as c_r",
    ]
    assert copied(header) == (mixed if texts is None else texts)


@pytest.mark.parametrize(
    ("header", "text", "works"),
    [
        (
            "%%r --scatter a",
            "--scatter is for several backends, and %%r runs on one. The line that works: %%r -i a",
            "",
        ),
        ("%%r --scatter=a -w 5", "The line that works: %%r --input=a -w 5", ""),
        ("%%r -o b --gather x=y", "--gather is for .*: %%r -o b -o x=y", ""),
        ("%%worker[1] --scatter r:a --gather x --bg", r".*: %%worker\[1\] -i r:a -o x --bg", ""),
        ("%%python --scatter a", "The line that works: %%python$", ""),
        (
            "%%python,r --scatter a",
            "--scatter a: python runs the body too, and its chunk would overwrite its a. .* in --scatter a_part=a",
            "%%python,r --scatter a_part=a",
        ),
        ("%%python,r --scatter a=r:a", "in --scatter a_part=r:a", "%%python,r --scatter a_part=r:a"),
        (
            "%%python,r --gather x",
            "--gather x: python runs the body too, and the whole would overwrite its x. .* in --gather x_all=x",
            "%%python,r --gather x_all=x",
        ),
        ("%%python,r --gather r:x=x", "in --gather r:x_all=x", "%%python,r --gather r:x_all=x"),
        ("%%worker --scatter", "--scatter needs the names of variables, as in --scatter x,y", "%%worker --scatter x,y"),
        ("%%worker --gather a b", "as in --gather a,b", "%%worker --gather a,b"),
        ("%%worker --scater a", "did you mean %%worker --scatter a;", "%%worker --scatter a"),
        ("%%worker --scatter a=b=c", "variables are named as in", ""),
    ],
)
def test_what_cannot_be_right_is_refused_with_a_line_that_works(header: str, text: str, works: str) -> None:
    with pytest.raises(HeaderError, match=text) as refused:
        copied(header)
    if found := re.search(r"The line that works: (%%.*)", str(refused.value)):
        works = found[1]
    if works:
        copied(works)


@pytest.mark.parametrize("header", ["%%worker --scatter worker:a", "%%worker --gather nobody:a"])
def test_the_other_side_is_one_backend(header: str) -> None:
    with pytest.raises(BackendNotFound):
        copied(header)


def test_the_backends_of_a_copy_are_all_ends() -> None:
    cell = parse("%%worker --scatter a -i r:b --gather s\nx", NAMES, "python")
    assert Copy(cell.imports).backends == ("python", "worker[0]", "worker[1]", "r")
    assert Copy(cell.exports).backends == ("worker[0]", "worker[1]", "python")
    assert Copy(cell.imports).targets == ("worker[0]", "worker[1]")
    assert Copy(cell.exports).targets == ("python",)
    assert [each.sources for each in cell.imports] == [("python",), ("r",), ("r",)]


def test_each_says_in_words_what_goes_where() -> None:
    scatter, gather = Scatter("python", "a", ("r", "bash"), "b"), Gather(("r", "bash"), "a", "python", "b")
    assert scatter.text == "chunks of a from python to r, bash as b"
    assert gather.text == "a from r, bash to python as b"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%%worker --", ["--scatter", "--gather", "--bg", "--input", "--output"]),
        ("%%only --s", ["--scatter"]),
        ("%%bash,python --g", ["--gather"]),
        ("%%bash --", ["--bg", "--input", "--output"]),
        ("%%worker[0] --s", []),
    ],
)
def test_tab_offers_them_for_several_backends(text: str, found: list[str]) -> None:
    offered = offers_in(text, len(text), NAMES, "python")
    assert offered is not None
    assert [match for match, _ in offered.matches] == found


@pytest.mark.parametrize(
    ("text", "backend"),
    [
        ("%%worker --scatter ", "python"),
        ("%%worker --scatter b=r:", "r"),
        ("%%worker --gather ", "worker[0]"),
    ],
)
def test_tab_offers_variables(text: str, backend: str) -> None:
    offered = offers_in(text, len(text), NAMES, "python")
    assert offered is not None
    assert offered.variables_of == backend
