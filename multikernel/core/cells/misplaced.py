"""Header lines where none can be: refused, since they would run somewhere else or not at all, and say ok.

Below a backend header, and below a `%%` line of the kernel's own, everything is text. Each error says how a line that
is meant as text gets to the kernel.
"""

from ..errors import HeaderError
from ..wording import nearest
from .lines import HEADER_LINE, HEADER_SIGN, INDENTED_HEADER_LINE, HeaderLine, end_of_gap, header_line, line_number
from .names import Names
from .python_strings import without_strings

RUN_CODE = frozenset({"capture", "debug", "memit", "prun", "pyinstrument", "scalene", "snakeviz", "time", "timeit"})
"""Cell magics that run what is below them as a cell of their own kernel: IPython's, and those of well-known profilers.

Below `%%capture` an unknown magic is lost with status ok; below `%%time`, `%%bash` runs in a bash of IPython's.
"""


def refuse_indented(code: str, start: int, names: Names, default: str) -> None:
    """Raise HeaderError where the first line, but for blank ones and comments, is a header line with an indent."""
    match = INDENTED_HEADER_LINE.match(code, end_of_gap(code, start))
    if match is not None and names.is_known(match["name"]):
        raise HeaderError(
            f"Line {line_number(code, match.end())}: %%{match['name']} is indented, but a header line must begin in "
            f"the first column: remove the indent{_or_as_it_is(default)}"
        )


def refuse_below_magic(code: str, magic: HeaderLine, names: Names, default: str) -> None:
    """Raise HeaderError where a magic that runs the code below it has a header line there."""
    line: HeaderLine | None = magic
    while line is not None and line.name.lower() in RUN_CODE:
        line = header_line(code, min(line.end + 1, len(code)))
        if line is not None and names.is_known(line.name):
            raise HeaderError(
                f"Line {line_number(code, line.start)}: {line.text} is below {magic.text}, which runs what is below it "
                f"in {default}: put {line.text} at the top, without {magic.text}{_or_as_it_is(default)}"
            )


def refuse_below_code(code: str, start: int, is_python: bool, names: Names, backend: str) -> None:
    """Raise HeaderError for a header line in a body; not for one in a string of Python's."""
    if f"\n{HEADER_SIGN}" not in code[start:]:
        return
    body = without_strings(code[start:]) if is_python else code[start:]
    for match in HEADER_LINE.finditer(body):
        if names.is_known(match["name"]):
            raise HeaderError(
                f"Line {line_number(code, start + match.start())}: %%{match['name']} is below code, where no header "
                f"line can be: put it at the top, or in a cell of its own{_or_as_it_is(backend)}"
            )


def refuse_unknown(line: HeaderLine, names: Names, backend: str) -> None:
    """Raise HeaderError for a `%%` line that is not Multi's on top of a cell for a kernel that has none."""
    near = nearest(line.name, names.all())
    known = f". Backends are {', '.join(names.shown())}; %%help shows the commands."
    raise HeaderError(
        f"{line.text} is neither a command nor a backend, and {backend} has no %% lines of its own"
        f"{known if near is None else f': did you mean %%{near}?'}"
    )


def _or_as_it_is(backend: str) -> str:
    return f"; if it is meant for {backend} as it is, put %%{backend} at the top."
