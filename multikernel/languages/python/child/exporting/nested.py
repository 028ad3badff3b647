"""Writes columns of lists and structs of pyarrow as nodes: a list for each row, or a dictionary."""

from collections.abc import Callable
from typing import Any

from ..arrow_types import is_nested
from ..files import Refused
from .exporter import Exporter, Node


class Nested:
    """Makes nodes of arrays of lists or structs."""

    def __init__(self, exporter: Exporter, column: Callable[[Exporter, Any], Node]) -> None:
        """Take what makes the node of a chunked array of anything else."""
        self._exporter = exporter
        self._column = column

    def rows(self, array: Any) -> Node:
        """Return the node of an array of lists or structs, without a tag."""
        import pyarrow as pa

        if pa.types.is_struct(array.type):
            return {"t": "list", "v": self._structs(array)}
        return {"t": "list", "v": self._lists(array), "of_lists": True}

    def _lists(self, array: Any) -> "list[Node]":
        return [{"t": "null"} if row.values is None else self._list(row.values) for row in array]

    def _list(self, values: Any) -> Node:
        import pyarrow as pa

        if is_nested(values.type):
            return self.rows(values)
        node = self._column(self._exporter, pa.chunked_array([values]))
        if node["t"] != "array":
            raise Refused(str(values.type), "within a list cannot be copied")
        return {"t": "list", "packed": without_tag(node)}

    def _structs(self, array: Any) -> "list[Node]":
        names = [array.type.field(at).name for at in range(array.type.num_fields)]
        columns = [self._elements(part) for part in array.flatten()]
        return [
            {"t": "dict", "k": names, "v": [column[at] for column in columns]} if there else {"t": "null"}
            for at, there in enumerate(array.is_valid().to_pylist())
        ]

    def _elements(self, array: Any) -> "list[Node]":
        """Return the nodes of an array's elements."""
        import pyarrow as pa

        kind = array.type
        if pa.types.is_struct(kind):
            return self._structs(array)
        if is_nested(kind):
            return self._lists(array)
        try:
            values = array.to_pylist()
            is_same = pa.types.is_floating(kind) or pa.array(values, type=kind).equals(array)
        except (ValueError, TypeError):
            is_same = False
        if not is_same:
            raise Refused(str(kind), "within a struct is finer than Python has it")
        return [without_tag(self._exporter.node(value)) for value in values]


def without_tag(node: Node) -> Node:
    """Return a node whose type is told by the type of the whole."""
    return {key: part for key, part in node.items() if key != "as"}
