"""What to run in the source when the target has no counterpart for a part of a value.

The target says what it needs; the source's adapter has an expression for that, by the shape of the part.
"""

import ast
import re
from collections.abc import Callable, Iterator

from .values import nodes as n
from .values.nodes import Node, parts

Remedies = dict[tuple[str, str], str]
"""Need, and shape of the part -> expression in which `{x}` is the part; `!` begins a statement.

Needs: `text`, `json` (a text that has all parts), `no NUL`, `float`, `float32`, `utc`, `microseconds`, `milliseconds`,
`no nulls`, `row numbers` in place of labels, `unique names`, `named labels`, `list`. Shapes: `scalar`,
`bytes` (else `scalar`), `list`, `dict`, `array`, `matrix` (else `array` or `list`), `column`, `table`; empty for all.
"""

STEP = re.compile(r"\[(\d+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\]")
"""One step of a path, as Python writes it."""

Steps = list[tuple[Node, str | int]]
"""What leads to a part: each value that it is in, and the key or position there."""


def remedy(remedies: Remedies, need: str, value: Node, path: str, access: Callable[[str], str]) -> str:
    """Return what to run, given how the source writes the part at a path; empty if nothing is known."""
    path = path.removesuffix(".index")
    found = expression(remedies, need, value, path)
    part = access(path)
    if found.startswith("!"):
        return found[1:].replace("{x}", part)
    return f"{part} = {found.replace('{x}', part)}" if found else ""


def expression(remedies: Remedies, need: str, value: Node, path: str) -> str:
    """Return the expression for the part at a path; empty if none is known."""
    shapes = (*_shapes(value, path.removesuffix(".index")), "")
    return next((found for shape in shapes if (found := remedies.get((need, shape))) is not None), "")


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


def _shapes(value: Node, path: str) -> tuple[str, ...]:
    """Return the shape of the part at a path of a value, and another that does for it."""
    found, above = next(((node, above) for place, node, above in _places(value) if place == path), (value, None))
    match found:
        case n.Table():
            return ("table",)
        case n.Array() | n.Factor():
            is_column = isinstance(above, n.Table) or ".Series" in found.tag
            is_matrix = isinstance(found, n.Array) and len(found.shape) > 1
            return ("column",) if is_column else ("matrix", "array") if is_matrix else ("array",)
        case n.List():
            is_rows = bool(found.items) and all(isinstance(item, n.Array | n.List) for item in found.items)
            return ("column",) if isinstance(above, n.Table) else ("matrix", "list") if is_rows else ("list",)
        case n.Dict():
            return ("dict",)
        case n.Bytes():
            return ("bytes", "scalar")
        case _:
            return ("scalar",)


def _places(node: Node, path: str = "", above: Node | None = None) -> Iterator[tuple[str, Node, Node | None]]:
    yield path, node, above
    for step, part in parts(node):
        yield from _places(part, path + step, node)
