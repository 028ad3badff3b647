"""What to run in the source when the target has no counterpart for a part of a value.

The target says what it needs; the source's adapter has an expression for that, by the shape of the part.
"""

import ast
import re
from collections.abc import Callable, Iterator

from .values import nodes as n
from .values.nodes import Node
from .values.walk import parts

Remedies = dict[tuple[str, str], str]
"""Need, and shape of the part -> expression in which `{x}` is the part; `!` begins a statement.

Needs: `text`, `json` (a text that has all parts), `bytes`, `no NUL`, `float`, `float32`, `utc`, `microseconds`,
`milliseconds`, `no nulls`, `dense`, `canonical` (the elements of a sparse matrix in order), `row numbers` in place of
labels, `unique names`, `text keys`, `named labels`, `list`, `dict`, `no origin` (nothing remembered of what it was). So
that values can be joined: `no factor`, `by columns` for a matrix that is stored row by row, `wrapped` as the one
element of a list.

Shapes: `scalar`, `bytes` (else `scalar`), `list`, `dict`, `array` (with several dimensions first `dims`, then
`matrix`), `matrix` (of lists, else `list`), `column` (of a Series first `series`), `table`, `sparse`; empty for all.
What a part is made of comes first: `array of datetime`, `column of factor`, `table of labels` where its rows have any.
"""

STEP = re.compile(r"\[(\d+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\]")
"""One step of a path, as Python writes it."""

Steps = list[tuple[Node, str | int]]
"""What leads to a part: each value that it is in, and the key or position there."""

SCALARS: dict[type, str] = {
    n.Complex: "c16",
    n.Date: "date",
    n.Time: "time",
    n.DateTime: "datetime",
    n.Duration: "duration",
}
"""What single values are of, as arrays call it."""


def remedy(remedies: Remedies, need: str, value: Node, path: str, access: Callable[[str], str]) -> str:
    """Return what to run, given how the source writes the part at a path; empty if nothing is known."""
    path = path.removesuffix(".index")
    found = expression(remedies, need, value, path)
    part = access(path)
    if found.startswith("!"):
        return found[1:].replace("{x}", part)
    return f"{part} = {found.replace('{x}', part)}" if found else ""


def expression(remedies: Remedies, need: str, value: Node, path: str) -> str:
    """Return what makes what is needed of the part at a path; empty if nothing is known."""
    return next((remedies[need, shape] for shape in _shapes(value, path) if (need, shape) in remedies), "")


def steps_to(value: Node, path: str) -> Steps:
    """Return what leads to a part of a value."""
    steps: Steps = []
    for found in STEP.finditer(path):
        if not isinstance(value, n.List | n.Dict | n.Table):
            break
        key: str | int = int(found[1]) if found[1].isdecimal() else str(ast.literal_eval(found[1]))
        steps.append((value, key))
        value = next((part for step, part in parts(value) if step == found[0]), value)
    return steps


def part_at(value: Node, path: str) -> tuple[Node, Node | None]:
    """Return the part of a value at a path, and what that is directly in; the whole if there is no such part."""
    return next(((node, above) for place, node, above in _places(value) if place == path), (value, None))


def _shapes(value: Node, path: str) -> Iterator[str]:
    """Yield the shapes of the part at a path, the one that says most first."""
    found, above = part_at(value, path)
    kind, places = _shape(found, above)
    if kind:
        yield from (f"{place} of {kind}" for place in places)
    yield from places
    yield ""


def _shape(found: Node, above: Node | None) -> tuple[str, list[str]]:
    """Return what a part is of, where that is known, and its shapes."""
    in_table = isinstance(above, n.Table)
    match found:
        case n.Table():
            is_series = ".Series" in found.tag
            return "labels" if found.index and not is_series else "", ["series", "table"] if is_series else ["table"]
        case n.Array() | n.Factor():
            kind = "factor" if isinstance(found, n.Factor) else found.dtype.kind
            if in_table:
                return kind, ["column"]
            if ".Series" in found.tag:
                return kind, ["series", "column"]
            is_matrix = isinstance(found, n.Array) and len(found.shape) > 1
            return kind, ["dims", "matrix", "array"] if is_matrix else ["array"]
        case n.List(items=items):
            is_rows = bool(items) and all(isinstance(item, n.Array | n.List) for item in items)
            return "", ["column"] if in_table else ["matrix", "list"] if is_rows else ["list"]
        case n.Bytes():
            return "", ["bytes", "scalar"]
        case n.Dict():
            return "", ["dict"]
        case n.Sparse():
            return "", ["sparse"]
        case _:
            return SCALARS.get(type(found), ""), ["scalar"]


def _places(node: Node, path: str = "", above: Node | None = None) -> Iterator[tuple[str, Node, Node | None]]:
    yield path, node, above
    for step, part in parts(node):
        yield from _places(part, path + step, node)
