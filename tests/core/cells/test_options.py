"""What stands behind the name of a backend header."""

import pytest

from multikernel.core.cells.names import Names
from multikernel.core.cells.parser import parse
from multikernel.core.config import BackendConfig, Config
from multikernel.core.errors import BackendNotFound, HeaderError, MultiError

CONFIG = Config({name: BackendConfig(name, name) for name in ("python", "r", "bash")}, "python")
NAMES = Names(CONFIG, frozenset({"use"}), {"python": "python", "r": "r", "bash": "bash"})


def copied(header: str) -> tuple[list[str], list[str]]:
    cell = parse(f"{header}\nx", NAMES, "python")
    return [transfer.text for transfer in cell.imports], [transfer.text for transfer in cell.exports]


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [
        ("%%r", [], []),
        ("%%r -i df", ["df from python to r"], []),
        ("%%R -i df,n -o fit", ["df from python to r", "n from python to r"], ["fit from r to python"]),
        ("%%r -i a -i b", ["a from python to r", "b from python to r"], []),
        ("%%r -i a, b ,c , d -o e", [f"{name} from python to r" for name in "abcd"], ["e from r to python"]),
        ("%%r --input a --output=b", ["a from python to r"], ["b from r to python"]),
        ("%%r -i df # the frame -o x", ["df from python to r"], []),
        ("%%r #-i df", [], []),
        ("%%r -i bash:x", ["x from bash to r"], []),
        ("%%r -i new=bash:old", ["old from bash to r as new"], []),
        ("%%r --input=new=old,c", ["old from python to r as new", "c from python to r"], []),
        ("%%r -o bash:fit", [], ["fit from r to bash"]),
        ("%%r -o new=old", [], ["old from r to python as new"]),
        ("%%r -o bash:new=old", [], ["old from r to bash as new"]),
        ("%%use r\n%%r -i python:my.x", ["my.x from python to r"], []),
        ("%%python -i r:x", ["x from r to python"], []),
    ],
)
def test_what_is_copied(header: str, before: list[str], after: list[str]) -> None:
    assert copied(header) == (before, after)


@pytest.mark.parametrize(
    ("header", "error", "text"),
    [
        ("%%r -i", HeaderError, "-i needs the names of variables, as in -i x,y"),
        ("%%r --input=", HeaderError, "-i needs the names"),
        ("%%r -i -o x", HeaderError, "-i needs the names"),
        ("%%r -i a,,b", HeaderError, "variables are named as in"),
        ("%%r -i a,", HeaderError, "variables are named as in"),
        ("%%r -i a=b=c", HeaderError, "variables are named as in"),
        ("%%r -i bash:x=y", HeaderError, "variables are named as in"),
        ("%%r -i =x", HeaderError, "variables are named as in"),
        ("%%r -i new=bash:", HeaderError, "variables are named as in"),
        ("%%r -o x=bash:y", BackendNotFound, "no backend"),
        ("%%r -i ruby:x", BackendNotFound, "no backend 'ruby'"),
        ("%%python -i x", HeaderError, "python is the default backend and that of this cell; name the other one"),
        ("%%use r\n%%r -o x", HeaderError, "r is the default backend and that of this cell"),
        ("%%r -i r:x", HeaderError, "r is the backend of this cell"),
    ],
)
def test_variables_that_cannot_be_right_are_refused(header: str, error: type[MultiError], text: str) -> None:
    with pytest.raises(error, match=text):
        copied(header)


@pytest.mark.parametrize(
    ("header", "text", "works"),
    [
        ("%%r a", "takes options only, not 'a': to copy a variable, write %%r -i a; if", "%%r -i a"),
        ("%%r a b -o c", "not 'a b': to copy a variable, write %%r -i a,b -o c; if", "%%r -i a,b -o c"),
        ("%%r plot(x)", "not 'plot.x.': code goes below the line, which then is %%r; if", "%%r"),
        ("%%r -i a b", "are separated by commas, as in -i a,b.", "%%r -i a,b"),
        ("%%r --inptu df", "takes no option '--inptu'; did you mean %%r --input df;", "%%r --input df"),
        ("%%r -idf", "takes no option '-idf'; did you mean %%r -i df;", "%%r -i df"),
        ("%%r -w5 -i a", "takes no option '-w5'; did you mean %%r -w 5 -i a;", "%%r -w 5 -i a"),
        ("%%r -I a", "takes no option '-I'; did you mean %%r -i a;", "%%r -i a"),
        ("%%r -q 3 -i a", "takes no option '-q', only -i and -o, .*The line without it: %%r -i a; if", "%%r -i a"),
        ("%%r -i a --xyz=3", "takes no option '--xyz', only .*The line without it: %%r -i a; if", "%%r -i a"),
        ("%%r -b white -i a", "takes no -b: in R, options.*The line without it: %%r -i a", "%%r -i a"),
        ("%%r -p 12", "takes no -p: in R, .*pointsize.*The line without it: %%r", "%%r"),
        ("%%r --converter c", "takes no --converter: .*The line without it: %%r", "%%r"),
        ("%%bash -q", "takes no option '-q', only", "%%bash"),
        ("%%bash -i a -w 5 --res=90 -o x", "-w sets .* bash is not R. The line without it: %%bash -i a -o x$", ""),
        ("%%r -w", "-w needs a number, as in -w 5", "%%r -w 5"),
        ("%%r -h tall", "-h needs a number, as in -h 5", "%%r -h 5"),
        ("%%r -r 1 2", "-r needs a number", "%%r -r 5"),
        ("%%r -w 0", "-w needs a number, as in -w 5", "%%r -w 5"),
        ("%%r -o=x", "no option '-o'; did you mean %%r -o x;", "%%r -o x"),
        ("%%r --bg=1", "--bg takes no value, .* which then is %%r --bg$", "%%r --bg"),
        ("%%r -i b -i b=a", "makes b twice", "%%r -i b"),
        ("%%r -o x,x", "makes x twice", "%%r -o x"),
        ("%%r -u inch", "-u needs one of px, in, cm, mm, as in -u in", "%%r -u in"),
    ],
)
def test_what_is_no_option_is_refused_with_a_line_that_works(header: str, text: str, works: str) -> None:
    with pytest.raises(HeaderError, match=text):
        copied(header)
    copied(works)


def test_a_line_of_the_default_s_own_gets_there_as_the_error_says() -> None:
    with pytest.raises(HeaderError, match=r"if it is a line of python's own, put %%python above it"):
        copied("%%bash --out x")
    assert parse("%%python\n%%bash --out x\nls", NAMES, "python").target == "python"


def test_of_the_same_name_both_ways() -> None:
    assert copied("%%r -i x -o x") == (["x from python to r"], ["x from r to python"])


@pytest.mark.parametrize(
    ("header", "plot"),
    [
        ("%%r", {}),
        (
            "%%r -w 5 -h 4.5 -u in -r 150 -i x",
            {"width": "5", "height": "4.5", "units": "in", "res": "150"},
        ),
        ("%%R --width=400 --units px # wide", {"width": "400", "units": "px"}),
        ("%%r -w .5 --height 7 --res 72", {"width": ".5", "height": "7", "res": "72"}),
    ],
)
def test_the_size_of_plots_is_kept_for_r(header: str, plot: dict[str, str]) -> None:
    assert parse(f"{header}\nx", NAMES, "python").plot == plot
