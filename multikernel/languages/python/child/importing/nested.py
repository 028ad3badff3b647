"""Makes arrays of lists and structs of pyarrow of nodes. TypeError or ValueError where they are something else now."""

from collections.abc import Callable
from typing import Any

from ..arrow_types import is_nested
from .importer import Importer, Node

NULL: Node = {"t": "null"}


class Nested:
    """Makes arrays of a type of nodes."""

    def __init__(self, importer: Importer, column: Callable[[Importer, Node, Any], Any]) -> None:
        """Take what makes the array of a column that is an array."""
        self._importer = importer
        self._column = column

    def elements(self, nodes: "list[Node]", kind: Any) -> Any:
        """Return an array whose elements are nodes of their own."""
        import pyarrow as pa

        if not is_nested(kind):
            return self._scalars(nodes, kind)
        if pa.types.is_struct(kind):
            return self._structs(nodes, kind)
        parts = [None if node["t"] == "null" else self._list(node, kind.value_type) for node in nodes]
        if pa.types.is_fixed_size_list(kind):
            if any(part is not None and len(part) != kind.list_size for part in parts):
                raise TypeError
            pieces = [pa.nulls(kind.list_size, kind.value_type) if part is None else part for part in parts]
            return of_buffers(kind, parts, [], [whole(pieces, kind.value_type)])
        ends = [0]
        for part in parts:
            ends.append(ends[-1] + (0 if part is None else len(part)))
        offsets = pa.array(ends, pa.int64() if pa.types.is_large_list(kind) else pa.int32())
        values = whole([part for part in parts if part is not None], kind.value_type)
        return of_buffers(kind, parts, [offsets.buffers()[1]], [values])

    def _list(self, node: Node, kind: Any) -> Any:
        """Return the elements of one list. A single value is a list of one where scalars are vectors."""
        import pyarrow as pa

        if node["t"] == "list" and "v" in node:
            return self.elements(node["v"], kind)
        array = node.get("packed", node)
        if array["t"] != "array":
            return self.elements([node], kind)
        if len(array["shape"]) != 1 or (is_nested(kind) and array["shape"] != [0]):
            raise TypeError
        if is_nested(kind):
            return pa.array([], kind)
        found = self._column(self._importer, array, kind)
        if found.type != kind:
            raise TypeError
        return whole(found.chunks, kind) if isinstance(found, pa.ChunkedArray) else found

    def _structs(self, nodes: "list[Node]", kind: Any) -> Any:
        fields = [kind.field(at) for at in range(kind.num_fields)]
        names = [field.name for field in fields]
        if any(node["t"] != "null" and (node["t"] != "dict" or node["k"] != names) for node in nodes):
            raise TypeError
        columns = [
            self.elements([NULL if node["t"] == "null" else node["v"][at] for node in nodes], field.type)
            for at, field in enumerate(fields)
        ]
        return of_buffers(kind, [None if node["t"] == "null" else node for node in nodes], [], columns)

    def _scalars(self, nodes: "list[Node]", kind: Any) -> Any:
        import pyarrow as pa

        values = [None if node["t"] in ("null", "na") else self._importer.value(node) for node in nodes]
        if pa.types.is_decimal(kind):
            return of_decimals(values, kind)
        if pa.types.is_timestamp(kind) and kind.tz is None:
            values = [naive(value) for value in values]
        found = pa.array(values, type=kind)
        if not all(map(is_same, values, found.to_pylist())):
            raise TypeError
        return found


def of_decimals(values: "list[Any]", kind: Any) -> Any:
    """Return texts as an array of decimals."""
    import decimal

    import pyarrow as pa

    if not all(value is None or type(value) is str for value in values):
        raise TypeError
    try:
        numbers = [value if value is None else decimal.Decimal(value) for value in values]
    except decimal.InvalidOperation:
        raise TypeError from None
    found = pa.array(numbers, type=kind)
    if found.to_pylist() != numbers:
        raise TypeError
    return found


def of_buffers(kind: Any, parts: "list[Any]", buffers: "list[Any]", children: "list[Any]") -> Any:
    """Return an array of parts, of which None are null."""
    import numpy as np
    import pyarrow as pa

    valid = np.array([part is not None for part in parts], dtype=bool)
    bitmap = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(kind, len(parts), [bitmap, *buffers], children=children)


def whole(pieces: "list[Any]", kind: Any) -> Any:
    """Return arrays of a type as one."""
    import pyarrow as pa

    return pa.concat_arrays(pieces) if pieces else pa.array([], type=kind)


def naive(value: Any) -> Any:
    """Return a moment without its time zone, if that is UTC."""
    zone = getattr(value, "tzinfo", None)
    return value if zone is None or value.utcoffset() else value.replace(tzinfo=None)


def is_same(value: Any, found: Any) -> bool:
    """Whether a value is still what it was as an element of an array."""
    if value is None or found is None or isinstance(value, bool) or isinstance(found, bool):
        return value is found
    return bool(value == found or (value != value and found != found))
