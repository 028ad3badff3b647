"""What a value may be in JavaScript, and the code that takes it there and away.

One name is added to the global object, `__multikernel__`, which is not enumerable.
"""

import json
import re
import struct
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from ...core.kernels.deno import GLOBAL, SETUP
from ..language import LONGEST_CELL, LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Incoming, Refused
from ..remedies import Remedies, Steps, expression, steps_to
from ..values import nodes as n
from ..values.as_json import write
from ..values.nodes import Node
from ..values.tables import shown_names, unclear_keys, with_unique_names
from ..values.walk import every
from ..values.words import words

HERE = Path(__file__).with_name("child")
PARTS = (
    "shared.js",
    "import.js",
    "refusals.js",
    "moments.js",
    "elements.js",
    "export.js",
    "preview.js",
    "variables.js",
)

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
TEMPORAL = ("javascript:Temporal.Instant", "javascript:Temporal.ZonedDateTime")


EACH = "Array.from({x}, (each) => each === null ? null : {each})"
EACH_ROW = (
    "!(function f(x) { x.forEach((row, i) => Array.isArray(row) && row.some((each) => typeof each === 'object' && "
    "each?.length >= 0) ? f(row) : (x[i] = {row})); })({x})"
)
"""A statement that puts something in the place of each row of a matrix, which is still the same object then."""

AS_TEXT = "{x}?.toJSON?.() ?? String({x})"
AS_TEXTS = EACH.replace("{each}", AS_TEXT.replace("{x}", "each"))
AS_FLOATS = "Float64Array.from({x}, (each) => each === null ? NaN : Number(each))"
AS_JSON = (
    'JSON.stringify({x}, (key, each) => typeof each === "bigint" ? String(each) : '
    "each instanceof Map ? Object.fromEntries(each) : "
    "each instanceof Set || ArrayBuffer.isView(each) ? [...each] : each)"
)
ROUNDED = '{x}.round({ smallestUnit: "microsecond" })'
IN_UTC = '{x}.withTimeZone("UTC")'
REMEDIES: Remedies = {
    ("text", "scalar"): AS_TEXT,
    ("text", "matrix"): EACH_ROW.replace("{row}", AS_TEXTS.replace("{x}", "row")),
    ("text", ""): AS_TEXTS,
    ("json", "scalar"): "String({x})",
    ("json", ""): AS_JSON,
    ("bytes", "scalar"): "new TextEncoder().encode({x})",
    ("bytes", ""): "Array.from({x}, (each) => new TextEncoder().encode(each))",
    ("no NUL", "scalar"): '{x}.replaceAll("\\0", "")',
    ("no NUL", ""): 'Array.from({x}, (each) => each.replaceAll("\\0", ""))',
    ("no NUL", "bytes"): "new Uint8Array({x}).filter((each) => each !== 0)",
    ("float", "scalar"): "Number({x})",
    ("float", "matrix"): EACH_ROW.replace("{row}", AS_FLOATS.replace("{x}", "row")),
    ("float", ""): AS_FLOATS,
    ("float32", "matrix"): EACH_ROW.replace("{row}", "Float32Array.from(row)"),
    ("float32", ""): "Float32Array.from({x})",
    ("utc", "scalar"): IN_UTC,
    ("microseconds", "scalar"): ROUNDED,
    ("microseconds", ""): EACH.replace("{each}", ROUNDED.replace("{x}", "each")),
    ("no nulls", "matrix"): "{x}.map((row) => row.filter((each) => each !== null))",
    ("no nulls", ""): "{x}.filter((each) => each !== null)",
    ("list", ""): "Array.from({x})",
    ("text keys", "dict"): "new Map(Array.from({x}, ([key, each]) => [String(key), each]))",
}
INDEX = re.compile("0|[1-9][0-9]{0,8}")
"""Keys that come first in an object, in the order of numbers."""


def _is_map(node: Node) -> bool:
    """Whether a value of keys is a Map: it also is one where an object would have them in another order."""
    keys = list(node.keys) if isinstance(node, n.Dict) else list(node.names) if isinstance(node, n.Table) else []
    if isinstance(node, n.Table) and node.index is not None:
        keys = [*shown_names(node.index.names, node.names), *keys]
    if isinstance(node, n.Dict) and node.labels is not None:
        return True
    in_object = sorted(filter(INDEX.fullmatch, keys), key=int) + [key for key in keys if not INDEX.fullmatch(key)]
    return bool(keys) and (node.tag == "javascript:Map" or keys != in_object)


def _key(holder: Node, key: str) -> str:
    """Return an expression for a key of a Map."""
    if isinstance(holder, n.Dict) and holder.labels is not None:
        match holder.labels.values[holder.keys.index(key)]:
            case n.Null(tag=tag):
                return "undefined" if tag == "javascript:undefined" else "null"
            case n.Bool() | n.Int() as label:
                value = int(label.value) if isinstance(label, n.Int) else label.value
                return f"{value}n" if _is_bigint(label) else json.dumps(value)
            case n.Float(bits=bits):
                (number,) = struct.unpack(">d", bytes.fromhex(bits))
                return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(number), repr(number))
            case n.Text(value=text):
                return json.dumps(text)
            case _:
                pass
    return json.dumps(key)


def _is_bigint(label: Node) -> bool:
    return isinstance(label, n.Int) and (label.tag == "javascript:bigint" or abs(label.value) >= 1 << 53)


def _part(steps: Steps, above: str) -> str:
    """Return an expression for a part; an element of a Set is reached in a copy, but what is in it is itself."""
    for holder, key in steps:
        if isinstance(key, int):
            above = f"[...{above}][{key}]" if holder.tag == "javascript:Set" else f"{above}[{key}]"
        elif _is_map(holder):
            above = f"{above}.get({_key(holder, key)})"
        else:
            above = f"{above}.{key}" if key.isidentifier() else f"{above}[{json.dumps(key)}]"
    return above


def _assigned(name: str, steps: Steps, value: str) -> str:
    """Return a statement that puts an expression in the place of a part, for which it has {x}."""
    part = _part(steps, name)
    if value.startswith("!"):
        return value[1:].replace("{x}", part)
    if not steps:
        return f"{name} = {value.replace('{x}', name)}"
    *above, (holder, key) = steps
    if holder.tag == "javascript:Set":
        each = value.replace("{x}", "each")
        return _assigned(name, above, f"new Set(Array.from({{x}}, (each, i) => i === {key} ? {each} : each))")
    if _is_map(holder) and isinstance(key, str):
        return f"{_part(above, name)}.set({_key(holder, key)}, {value.replace('{x}', part)})"
    return f"{part} = {value.replace('{x}', part)}"


class JavaScript:
    """The adapter."""

    name = "JavaScript"
    reads_data = False
    assignment = "var {name} = {value}"
    keeps_labels = True

    def library_code(self, folder: str) -> str:
        """Return code that makes the functions which the other code calls."""
        return self._library

    @cached_property
    def _library(self) -> str:
        parts = "\n".join((HERE / part).read_text("utf-8") for part in PARTS)
        code = f'"use strict"; if (G.__multikernel__.exportValue) return;\n{parts}'
        return f"{SETUP}((G) => G.__multikernel__.pristinely(() => {{ {code}\n}})())({GLOBAL});"

    def refuses_name(self, name: str) -> str:
        """Return why a text is no identifier in strict code, or the empty string."""
        if name in RESERVED:
            return "is a reserved word of JavaScript"
        return "" if name.replace("$", "_").isidentifier() else "is no identifier of JavaScript"

    def export_code(self, name: str, folder: str) -> str:
        """Return code that writes the value of a variable."""
        return f"{GLOBAL}.__multikernel__?.exportValue?.({_literal(name)}, {_literal(folder)}, () => {name});"

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write a value; Refused."""
        refused = [(path, words(node), *why) for path, node in every(value) if (why := _why_not(node))[0]]
        if refused:
            raise Refused.of(refused)
        write(with_unique_names(value), folder)

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
        """Return code that makes variables."""
        each = ", ".join(_incoming(value) for value in values)
        return f"{GLOBAL}.__multikernel__?.importValues?.([{each}], {_literal(is_trial)});"

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement that makes of a part of a variable what a target needs; empty if none is known."""
        found = expression(REMEDIES, need, value, path)
        return _assigned(name, steps_to(value, path), found) if found else ""

    def variables_code(self, folder: str) -> str:
        """Return code that lists what was added to the global object."""
        return f"{GLOBAL}.__multikernel__?.listVariables?.({_literal(folder)});"

    def preview_code(self, name: str, folder: str) -> str:
        """Return code that writes the beginning of a variable's value."""
        sizes = ", ".join(map(str, (MOST_ROWS, MOST_COLUMNS, LONGEST_CELL, LONGEST_TEXT)))
        return f"{GLOBAL}.__multikernel__?.previewVariable?.({_literal(name)}, {_literal(folder)}, {sizes});"


def _literal(value: str | bool) -> str:
    """Return a literal in ASCII: JSON's are JavaScript's too (ECMA-262, 2019)."""
    return json.dumps(value)


def _incoming(value: Incoming) -> str:
    """Return name and folder, a function that assigns to the variable, and one that returns what it holds."""
    name, given = value.name, f"{value.name}_"
    return f"[{_literal(name)}, {_literal(value.folder)}, ({given}) => {{ {name} = {given}; }}, () => {name}]"


def _why_not(node: Node) -> tuple[str, str]:
    """Return why a node has no counterpart, whatever is below it, and what is needed; two empty texts if it has."""
    match node:
        case n.Complex() | n.Array(dtype=n.Dtype(kind="c8" | "c16")):
            return IN_JAVASCRIPT, "text"
        case n.List(packed=n.Array() as packed):
            return _why_not(packed)
        case n.Array(dtype=n.Dtype(kind="bytes")):
            return IN_JAVASCRIPT, "list"
        case n.Sparse():
            return IN_JAVASCRIPT, "dense"
        case n.DateTime(value=value, tag=tag, offset=offset):
            digits = value.partition(".")[2].rstrip("0")
            if offset is not None and len(digits) > 3 and tag not in TEMPORAL:
                return "is between two milliseconds, and a Date has no more", "milliseconds"
            return "", ""
        case n.Dict():
            return unclear_keys(node)
        case _:
            return "", ""


JAVASCRIPT = JavaScript()
