"""Writes a Python value as a tree of nodes: what every kind of value needs. The kinds are in `export_kinds`."""

from collections.abc import Callable, Iterable
from typing import Any

from .files import Data, Path, Refused, Tags, type_name

DEEPEST = 95

Node = dict[str, Any]


class Exporter:
    """Makes nodes, and puts buffers into the data file."""

    def __init__(self, data: Data, tags: Tags, kinds: "Kinds") -> None:
        """Take the data file, the tags that the value came with, and what makes the node of each type."""
        self.data = data
        self._tags = tags
        self._kinds = kinds

    def node(self, value: Any, path: Path = ()) -> Node:
        """Return the node of a value; Refused for what has none."""
        if len(path) > DEEPEST:
            raise Refused(type_name(value), f"is more than {DEEPEST} levels deep in it, or contains itself")
        export = self._kinds.get(type(value)) or self._kinds[object]
        return self.tagged(export(self, value, path), path)

    def tagged(self, node: Node, path: Path) -> Node:
        """Return a node with the tag that it came with, if it did."""
        return {**node, "as": self._tags[path]} if path in self._tags else node

    def nodes(self, values: Iterable[Any], path: Path) -> list[Node]:
        """Return the nodes of a container's elements."""
        nodes = []
        for position, value in enumerate(values):
            try:
                nodes.append(self.node(value, (*path, position)))
            except Refused as refused:
                raise refused.below(f"[{position}]") from None
        return nodes

    def is_tagged_below(self, path: Path) -> bool:
        """Whether a part of what is at a path came with a tag."""
        return any(len(other) > len(path) and other[: len(path)] == path for other in self._tags)


Kinds = dict[type, Callable[[Exporter, Any, Path], Node]]
"""Exact type -> what makes its node; `object` stands for all others."""
