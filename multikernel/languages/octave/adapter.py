"""The code that takes a value to Octave and away.

The kernel feeds Octave through a terminal, which cuts lines at 4095 bytes. So whatever may be long is in a file, and
what is typed only names that. `(@source)` is the function even where the user has a variable `source`.
"""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

from ..language import COLUMNS, LONGEST, LONGEST_TEXT, ROWS, Incoming, Refused
from ..remedies import STEP, Remedies, remedy
from ..values.elements import Scalars
from ..values.nodes import Node, every
from ..values.words import words
from .binary import variable
from .cells import INTEGERS, Cells, why_not

HERE = Path(__file__).with_name("child")
PARTS = ("import.m", "refusals.m", "same.m", "export.m", "nodes.m", "kinds.m", "preview.m")
VALUE = "value.bin"
SCRIPT = "import.m"
FUNCTION = "__multikernel__"

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
KEYWORDS = frozenset(
    [
        "__FILE__",
        "__LINE__",
        "break",
        "case",
        "catch",
        "classdef",
        "continue",
        "do",
        "else",
        "elseif",
        "end",
        "end_try_catch",
        "end_unwind_protect",
        "endarguments",
        "endclassdef",
        "endenumeration",
        "endevents",
        "endfor",
        "endfunction",
        "endif",
        "endmethods",
        "endparfor",
        "endproperties",
        "endspmd",
        "endswitch",
        "endwhile",
        "enumeration",
        "events",
        "for",
        "function",
        "global",
        "if",
        "methods",
        "otherwise",
        "parfor",
        "persistent",
        "properties",
        "return",
        "spmd",
        "switch",
        "try",
        "until",
        "unwind_protect",
        "unwind_protect_cleanup",
        "while",
    ]
)
"""What iskeyword() has in Octave 7, and what is one in a classdef."""


def quoted(text: str) -> str:
    """Return a string literal of UTF-8, in ASCII."""
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in text.encode())
    return f'"{"".join(plain)}"'


REMEDIES: Remedies = {
    ("text", "list"): 'cellfun (@(each) num2str (each, 17), {x}, "UniformOutput", false)',
    ("text", ""): "mat2str ({x}, 17)",
    ("float", ""): "double ({x})",
    ("no nulls", "list"): '{x}(! cellfun ("isempty", {x}))',
    ("no nulls", ""): "{x}(! isna ({x}))",
    ("list", "array"): "num2cell ({x})",
}
NOT_INDEXED = tuple(
    f"octave:containers.Map {kind}" for kind in ("any", "char", "logical", "double", "single", *INTEGERS)
)
"""Tags of what has parts that cannot be assigned to where they are."""


def _step(found: re.Match[str]) -> str:
    key = found[1]
    if key.isdecimal():
        return f"{{{int(key) + 1}}}"
    name = str(ast.literal_eval(key))
    return f".{name}" if IDENTIFIER.fullmatch(name) else f".({quoted(name)})"


class Octave:
    """The adapter."""

    name = "Octave"
    assignment = "{name} = {value};"
    scalars = Scalars(2, "i8")
    library = (
        f'if (! (@exist) ("__multikernel_memory__")), (@source) ({quoted(str(HERE / "memory.m"))}); end, '
        + " ".join(f"(@source) ({quoted(str(HERE / part))});" for part in PARTS)
    )

    def refuses_name(self, name: str) -> str:
        """Return why a text is no identifier, or the empty string."""
        if name in KEYWORDS or name.startswith(FUNCTION.rstrip("_")):
            return "is a reserved word of Octave"
        return "" if IDENTIFIER.fullmatch(name) else "is no identifier of Octave"

    def export_code(self, name: str, folder: str) -> str:
        """Return code that writes the value of a variable."""
        return _if_loaded(f'{FUNCTION} ("export", {quoted(name)}, {quoted(folder)}, (@exist) ({quoted(name)}, "var"));')

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write the cells that a value is built from into the folder; Refused."""
        refused = [(path, words(node), *why) for path, node in every(value) if (why := why_not(node))[0]]
        if refused:
            raise Refused.of(refused)
        Path(folder, VALUE).write_bytes(variable("node", Cells(folder).of(value)))

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
        """Write a script that makes variables into the first folder, and return code that runs it."""
        names = ", ".join(quoted(each.name) for each in values)
        folders = ", ".join(quoted(each.folder) for each in values)
        script = Path(values[0].folder, SCRIPT)
        script.write_text(f'{FUNCTION} ("import", {{{names}}}, {{{folders}}}, {int(is_trial)});\n', "ascii")
        return _if_loaded(f"(@source) ({quoted(str(script))});")

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement that makes of a part of a variable what a target needs; empty if none is known."""
        if any(node.tag in NOT_INDEXED and path.startswith(f"{place}[") for place, node in every(value)):
            return ""
        found = remedy(REMEDIES, need, value, path, lambda path: name + STEP.sub(_step, path))
        return f"{found};" if found else ""

    def variables_code(self, folder: str) -> str:
        """Return code that lists the variables."""
        return _if_loaded(f'{FUNCTION} ("variables", "", {quoted(folder)}, (@who) ());')

    def preview_code(self, name: str, folder: str) -> str:
        """Return code that writes the beginning of a variable's value."""
        given = f'[(@exist)({quoted(name)}, "var"), {ROWS}, {COLUMNS}, {LONGEST}, {LONGEST_TEXT}]'
        return _if_loaded(f'{FUNCTION} ("preview", {quoted(name)}, {quoted(folder)}, {given});')


def _if_loaded(code: str) -> str:
    return f'if ((@exist) ("{FUNCTION}")), {code} end'


OCTAVE = Octave()
