"""What a value may be in JavaScript, and the code that takes it there and away.

One name is added to the global object, `__multikernel__`, which is not enumerable. The global object is reached by the
Function constructor, since a user may have a variable of any other name.
"""

import json
import re
from functools import cached_property
from pathlib import Path

from ..language import Refused
from ..values import nodes as n
from ..values.as_json import write
from ..values.nodes import Node, every
from ..values.tables import refuse_unclear_keys
from ..values.words import words

GLOBAL = '(()=>{}).constructor("return this")()'
HERE = Path(__file__).with_name("child")
PARTS = ("shared.js", "import.js", "moments.js", "export.js", "variables.js")

RESERVED = frozenset(
    [
        "arguments",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
        "undefined",
        "NaN",
        "Infinity",
        "globalThis",
        "__multikernel__",
    ]
)
"""Words of ECMA-262 section 12.7.2 in strict code, and what cannot be assigned to."""

IN_JAVASCRIPT = "has no counterpart in JavaScript"
WHY = {
    n.Complex: f"{IN_JAVASCRIPT}; send its real and its imaginary part",
    n.Date: f"{IN_JAVASCRIPT} outside of the years 0 to 9999",
    n.DateTime: "has no exact Date in JavaScript; round it to milliseconds, in a year of 0 to 9999",
}
YEAR = re.compile(r"[0-9]{4}-")
TEMPORAL = ("javascript:Temporal.Instant", "javascript:Temporal.ZonedDateTime")


class JavaScript:
    """The adapter."""

    name = "JavaScript"

    @cached_property
    def library(self) -> str:
        """The functions that the other code calls."""
        parts = "\n".join((HERE / part).read_text("utf-8") for part in PARTS)
        return f'((G) => {{ "use strict"; if (G.__multikernel__) return;\n{parts}\n}})({GLOBAL});'

    def refuses_name(self, name: str) -> str:
        """Return why a text is no identifier in strict code, or the empty string."""
        if name in RESERVED:
            return "is a reserved word of JavaScript"
        return "" if name.replace("$", "_").isidentifier() else "is no identifier of JavaScript"

    def export_code(self, name: str, folder: str) -> str:
        """Return code that writes the value of a variable."""
        return f"{GLOBAL}.__multikernel__?.exportValue({_literal(name)}, {_literal(folder)}, () => {name});"

    def import_code(self, name: str, value: Node, folder: str) -> str:
        """Return code that makes a variable."""
        for path, node in every(value):
            if why := _why_not(node):
                raise Refused(path, words(node), why)
        write(value, folder)
        given = f"{name}_"
        return (
            f"{GLOBAL}.__multikernel__?.importValue({_literal(name)}, {_literal(folder)}, "
            f"({given}) => {{ {name} = {given}; }}, () => {name});"
        )

    def variables_code(self, folder: str) -> str:
        """Return code that lists what was added to the global object."""
        return f"{GLOBAL}.__multikernel__?.listVariables({_literal(folder)});"


def _literal(text: str) -> str:
    """Return a string literal in ASCII: JSON's are JavaScript's too (ECMA-262, 2019)."""
    return json.dumps(text)


def _why_not(node: Node) -> str:
    match node:
        case n.Complex():
            return WHY[n.Complex]
        case n.List(packed=n.Array() as packed):
            return _why_not(packed)
        case n.Array(dtype=n.Dtype(kind="c8" | "c16")):
            return WHY[n.Complex]
        case n.Array(dtype=n.Dtype(kind="bytes")):
            return f"{IN_JAVASCRIPT}; send a list of bytes"
        case n.Date(value=value) if not YEAR.match(value):
            return WHY[n.Date]
        case n.DateTime(value=value, tag=tag, offset=offset):
            digits = value.partition(".")[2].rstrip("0")
            if not YEAR.match(value) or (offset is not None and len(digits) > 3 and tag not in TEMPORAL):
                return WHY[n.DateTime]
            return ""
        case n.Dict() | n.Table():
            return refuse_unclear_keys(node)
        case _:
            return ""


JAVASCRIPT = JavaScript()
