"""The parts of a value, with their places in it."""

from collections.abc import Iterator

from .nodes import Dict, List, Node, Table


def parts(node: Node) -> "Iterator[tuple[str, Node]]":
    """Yield the nodes directly below a node, each with its step in a path, as Python writes it: `[0]`, `['a']`."""
    match node:
        case List(items=items):
            yield from ((f"[{position}]", item) for position, item in enumerate(items))
        case Dict(keys=keys, items=items):
            yield from ((f"[{key!r}]", item) for key, item in zip(keys, items, strict=True))
        case Table(names=names, columns=columns, index=index):
            yield from ((f"[{name!r}]", column) for name, column in zip(names, columns, strict=True))
            yield from ((".index", column) for column in (index.columns if index else ()))
        case _:
            pass


def every(node: Node, path: str = "") -> "Iterator[tuple[str, Node]]":
    """Yield a node and all below it, each with its path."""
    yield path, node
    for step, part in parts(node):
        yield from every(part, path + step)
