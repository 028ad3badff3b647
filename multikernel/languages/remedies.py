"""What to run in the source when the target has no counterpart for a part of a value.

The target says what it needs; the source's adapter has an expression for that, by the shape of the part.
"""

import re
from collections.abc import Callable, Iterator

from .values import nodes as n
from .values.nodes import Node, parts

Remedies = dict[tuple[str, str], str]
"""Need, and shape of the part -> expression in which `{x}` is the part; `!` begins a statement.

Needs: `text`, `float`, `float32`, `utc`, `microseconds`, `milliseconds`, `no nulls`, `row numbers` in place of labels,
`unique names`, `named labels`, `list`. Shapes: `scalar`, `list`, `dict`, `array`, `column`, `table`; empty for all.
"""

STEP = re.compile(r"\[(\d+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\]")
"""One step of a path, as Python writes it."""


def remedy(remedies: Remedies, need: str, value: Node, path: str, access: Callable[[str], str]) -> str:
    """Return what to run, given how the source writes the part at a path; empty if nothing is known."""
    path = path.removesuffix(".index")
    found = remedies.get((need, _shape(value, path))) or remedies.get((need, ""), "")
    part = access(path)
    if found.startswith("!"):
        return found[1:].replace("{x}", part)
    return f"{part} = {found.replace('{x}', part)}" if found else ""


def _shape(value: Node, path: str) -> str:
    """Return the shape of the part at a path of a value."""
    found, above = next(((node, above) for place, node, above in _places(value) if place == path), (value, None))
    match found:
        case n.Table():
            return "table"
        case n.Array() | n.Factor():
            return "column" if isinstance(above, n.Table) or ".Series" in found.tag else "array"
        case n.List():
            return "column" if isinstance(above, n.Table) else "list"
        case n.Dict():
            return "dict"
        case _:
            return "scalar"


def _places(node: Node, path: str = "", above: Node | None = None) -> Iterator[tuple[str, Node, Node | None]]:
    yield path, node, above
    for step, part in parts(node):
        yield from _places(part, path + step, node)
