"""The code that takes a value to Octave and away.

The kernel feeds Octave through a terminal, which cuts lines at 4095 bytes. So whatever may be long is in a file, and
what is typed only names that. `(@source)` is the function even where the user has a variable `source`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ..language import LONGEST_CELL, LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Incoming, Refused, Script
from ..remedies import Remedies, Steps, expression, steps_to
from ..values import nodes as n
from ..values.elements import Scalars
from ..values.nodes import Node
from ..values.walk import every
from ..values.words import words
from .binary import variable
from .cells import INTEGERS, Cells, why_not

CHILD = Path(__file__).with_name("child")
MEMORY = "memory.m"
PARTS = ("import.m", "refusals.m", "same.m", "export.m", "nodes.m", "kinds.m", "preview.m")
VALUE = "value.bin"
SCRIPT = "do.m"
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
    ("json", ""): "jsonencode ({x})",
    ("complex json", ""): "disp ({x})",
    ("bytes", "scalar"): "uint8 ({x})",
    ("bytes", ""): 'cellfun (@uint8, {x}, "UniformOutput", false)',
    ("no NUL", "bytes"): "{x}({x} != 0)",
    ("no NUL", ""): 'strrep ({x}, "\\0", "")',
    ("float", ""): "double ({x})",
    ("no nulls", "list"): '{x}(! cellfun ("isempty", {x}))',
    ("no nulls", ""): "{x}(! isna ({x}))",
    ("list", "array"): "num2cell ({x})",
}
MAPS = tuple(f"octave:containers.Map {kind}" for kind in ("any", "char", "logical", "double", "single", *INTEGERS))

Index = tuple[str, str]
"""How a part is reached (`{}`, `()`, `.`, `map`, `typed map`), and what stands there: `2`, or `"a"` with its quotes."""
MAP, TYPED_MAP = "map", "typed map"
EACH_IN_MAP = (
    'containers.Map ({x}.keys (), cellfun (@(each) {each}, {x}.values (), "UniformOutput", false), '
    '"UniformValues", false)'
)


def _indices(steps: Steps) -> list[Index] | None:
    """Return how a part is reached; None for a row of a matrix of cells or chars, which is no part."""
    indices: list[Index] = []
    rest = iter(steps)
    for holder, key in rest:
        kind, _, size = holder.tag.removeprefix("octave:").partition(" ")
        if holder.tag in MAPS:
            indices.append((MAP if size == "any" else TYPED_MAP, quoted(str(key))))
        elif isinstance(key, str):
            indices.append((".", quoted(key)))
        elif kind == "struct":
            indices.append(("()", str(key + 1)))
        elif kind == "cell" and isinstance(holder, n.List) and not size.startswith("1x") and not size.endswith("x1"):
            column = next(rest, None)
            if column is None:
                return None
            indices.append(("{}", f"{key + 1}, {int(column[1]) + 1}"))
        elif kind == "char":
            return None
        else:
            indices.append(("{}", str(key + 1)))
    return indices


def _reached(above: str, indices: Sequence[Index]) -> str:
    for how, key in indices:
        if how == ".":
            name = key[1:-1]
            above += f".{name}" if IDENTIFIER.fullmatch(name) and name not in KEYWORDS else f".({key})"
        else:
            above += f"{{{key}}}" if how == "{}" else f"({key})"
    return above


def _assigned(name: str, indices: Sequence[Index], value: str) -> str:
    """Return a statement that puts an expression in the place of a part.

    What is in a map is reached by a call; a map of one type is made again, of any type.
    """
    part = _reached(name, indices)
    maps = [at for at, (how, _) in enumerate(indices) if how in (MAP, TYPED_MAP)]
    if not maps:
        return f"{part} = {value.replace('{x}', part)};"
    *above, last = maps
    holder, (how, key), below = _reached(name, indices[:last]), indices[last], indices[last + 1 :]
    if how == TYPED_MAP:
        return _assigned(name, indices[:last], EACH_IN_MAP.replace("{each}", value.replace("{x}", "each")))
    made = value.replace("{x}", part)
    if below:
        steps = ", ".join(f'"{how}", {key if how == "." else f"{{{key}}}"}' for how, key in below)
        made = f"subsasgn ({holder}({key}), substruct ({steps}), {made})"
    # A map is one object, wherever it is.
    return f'subsasgn ({holder}, substruct ("()", {{{key}}}), {made});' if above else f"{holder}({key}) = {made};"


class Octave:
    """The adapter."""

    name = "Octave"
    keeps_labels = True
    assignment = "{name} = {value};"
    scalars = Scalars(2, "i8")

    def refuses_name(self, name: str) -> str:
        """Return why a text is no identifier, or the empty string."""
        if name in KEYWORDS or name.startswith(FUNCTION.rstrip("_")):
            return "is a reserved word of Octave"
        return "" if IDENTIFIER.fullmatch(name) else "is no identifier of Octave"

    def library_code(self, folder: str) -> Script:
        """Return code that makes the functions in the child."""
        memory, *parts = (f"(@source) ({quoted(f'{folder}/{name}')});" for name in (MEMORY, *PARTS))
        code = f'if (! (@exist) ("__multikernel_memory__")), {memory} end, {" ".join(parts)}'
        return _lines(code, folder, {name: _source(name) for name in (MEMORY, *PARTS)})

    def export_code(self, name: str, folder: str) -> str:
        """Return code that writes the value of a variable."""
        return _if_loaded(f'{FUNCTION} ("export", {quoted(name)}, {quoted(folder)}, (@exist) ({quoted(name)}, "var"));')

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write the cells that a value is built from into the folder; Refused."""
        refused = [(path, words(node), *why) for path, node in every(value) if (why := why_not(node))[0]]
        if refused:
            raise Refused.of(refused)
        Path(folder, VALUE).write_bytes(variable("node", Cells(folder).of(value)))

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> Script:
        """Return code that makes variables."""
        names = ", ".join(quoted(each.name) for each in values)
        folders = ", ".join(quoted(each.folder) for each in values)
        code = f'{FUNCTION} ("import", {{{names}}}, {{{folders}}}, {int(is_trial)});'
        return _lines(_if_loaded(code), values[0].folder)

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement that makes of a part of a variable what a target needs; empty if none is known."""
        part = next((node for place, node in every(value) if place == path), value)
        if need == "json" and any(isinstance(node, n.Complex) or _is_complex(node) for _, node in every(part)):
            need = "complex json"
        found = expression(REMEDIES, need, value, path)
        indices = _indices(steps_to(value, path))
        return _assigned(name, indices, found) if found and indices is not None else ""

    def variables_code(self, folder: str) -> str:
        """Return code that lists the variables."""
        return _if_loaded(f'{FUNCTION} ("variables", "", {quoted(folder)}, (@who) ());')

    def preview_code(self, name: str, folder: str) -> str:
        """Return code that writes the beginning of a variable's value."""
        given = f'[(@exist)({quoted(name)}, "var"), {MOST_ROWS}, {MOST_COLUMNS}, {LONGEST_CELL}, {LONGEST_TEXT}]'
        return _if_loaded(f'{FUNCTION} ("preview", {quoted(name)}, {quoted(folder)}, {given});')


def _is_complex(node: Node) -> bool:
    return isinstance(node, n.Array) and node.dtype.kind in ("c8", "c16")


def _lines(code: str, folder: str, files: Mapping[str, bytes] = MappingProxyType({})) -> Script:
    """Return code that may be long as a script."""
    line = f"(@source) ({quoted(f'{folder}/{SCRIPT}')});"
    return Script(line, {**files, SCRIPT: f"{code}\n".encode("ascii")})


@cache
def _source(name: str) -> bytes:
    return (CHILD / name).read_bytes()


def _if_loaded(code: str) -> str:
    return f'if ((@exist) ("{FUNCTION}")), {code} end'


OCTAVE = Octave()
