"""`-i` and `-o` on a backend header."""

import pytest

from multikernel.core.cells.cell import parse
from multikernel.core.cells.names import Names
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
        ("%%r -i bash:x", ["x from bash to r"], []),
        ("%%r -i new=bash:old", ["old from bash to r as new"], []),
        ("%%r -i new=old,c", ["old from python to r as new", "c from python to r"], []),
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
        ("%%r -i -o x", HeaderError, "-i needs the names"),
        ("%%r -i a,,b", HeaderError, "variables are named as in"),
        ("%%r -i a, b", HeaderError, "variables are named as in"),
        ("%%r -i a=b=c", HeaderError, "variables are named as in"),
        ("%%r -i bash:x=y", HeaderError, "variables are named as in|no backend"),
        ("%%r -i =x", HeaderError, "variables are named as in"),
        ("%%r -i new=bash:", HeaderError, "variables are named as in"),
        ("%%r -o x=bash:y", BackendNotFound, "no backend"),
        ("%%r df", HeaderError, "takes no option 'df', only -i and -o"),
        ("%%r --input df", HeaderError, "takes no option '--input'"),
        ("%%r -i ruby:x", BackendNotFound, "no backend 'ruby'"),
        ("%%python -i x", HeaderError, "python is the default backend and that of this cell; name the other one"),
        ("%%use r\n%%r -o x", HeaderError, "r is the default backend and that of this cell"),
        ("%%r -i r:x", HeaderError, "r is the backend of this cell"),
    ],
)
def test_what_cannot_be_right_is_refused(header: str, error: type[MultiError], text: str) -> None:
    with pytest.raises(error, match=text):
        copied(header)


def test_of_the_same_name_both_ways() -> None:
    assert copied("%%r -i x -o x") == (["x from python to r"], ["x from r to python"])
