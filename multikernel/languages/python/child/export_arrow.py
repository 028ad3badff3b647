"""Writes tables of the Arrow family, whatever has `__arrow_c_stream__`, as data frames, by pyarrow."""

from collections.abc import Iterator
from typing import Any

from .export_numpy import byte_strings
from .exporter import Exporter, Node
from .files import PART_BYTES, Path, Refused, type_name

Column = dict[str, Any]


def stream_node(exporter: Exporter, value: Any, path: Path) -> Node:
    """Return the node of a table; Refused for what is none, or where pyarrow is missing."""
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    try:
        import pyarrow as pa
    except ImportError:
        advice = "; copy x.to_dict(as_series=False)" if package == "polars" else ""
        raise Refused(type_name(value), f"needs pyarrow to leave Python, which is not installed{advice}") from None
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        column = pa.chunked_array([value]) if isinstance(value, pa.Array) else value
        return alone(column_node(exporter, column), "pyarrow.Array" if column is not value else "pyarrow.ChunkedArray")
    if package == "polars" and kind.__name__ == "Series":
        if not value.name:
            return alone(column_node(exporter, pa.chunked_array(value)), "polars.Series")
        value = value.to_frame()
    try:
        table = pa.table(value)
    except (TypeError, ValueError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise Refused(type_name(value), "is no table; copy a data frame of it") from None
    columns = []
    for at, (name, column) in enumerate(zip(table.column_names, table.columns)):
        try:
            part = column_node(exporter, column)
            if package == "polars" and str(value.dtypes[at]).startswith("Enum"):
                part["as"] = "python:polars.Enum"
            columns.append(exporter.tagged(part, (*path, at)))
        except Refused as refused:
            raise refused.below(f"[{name!r}]") from None
    tag = f"python:{package}.{kind.__name__}"
    return {"t": "table", "rows": len(table), "names": table.column_names, "columns": columns, "as": tag}


def alone(node: Column, container: str) -> Column:
    """Return the node of a column that is in no table."""
    return {**node, "as": f"{node['as']} in {container}"}


def column_node(exporter: Exporter, column: Any) -> Column:
    """Return the node of a chunked array."""
    import numpy as np
    import pyarrow as pa

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view":
        return {**texts(exporter, column), "as": f"python:pyarrow.{kind}"}
    array = combined(column)
    if pa.types.is_dictionary(kind):
        return factor(exporter, array)
    node: Column = {"t": "array", "shape": [len(array)], "as": f"python:pyarrow.{kind}"}
    if array.null_count:
        node["valid"] = exporter.data.put(array.is_valid().to_numpy(zero_copy_only=False).view(np.uint8))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or str(kind) == "binary_view":
        return {**node, **byte_strings(exporter, [value or b"" for value in array.to_pylist()])}
    dtype, storage, extra = storage_of(kind)
    numbers = (array if storage is None else array.cast(storage)).fill_null(False if dtype == "b1" else 0)
    flat = np.ascontiguousarray(numbers.to_numpy(zero_copy_only=False))
    if pa.types.is_time(kind) and kind.unit != "ns":
        flat = flat.astype("i8") * {"s": 10**9, "ms": 10**6, "us": 10**3}[kind.unit]
    return {**node, "dtype": dtype, **extra, "data": exporter.data.put(flat.view(np.uint8))}


def combined(column: Any) -> Any:
    """Return a chunked array as one array."""
    import pyarrow as pa

    array = column.combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array


def texts(exporter: Exporter, column: Any) -> Column:
    """Return the node of texts in a chunked array."""
    import numpy as np

    node: Column = {
        "t": "array",
        "dtype": "text",
        "shape": [len(column)],
        "data": exporter.data.put_parts(joined(column)),
    }
    if column.null_count:
        valid = combined(column.is_valid()).to_numpy(zero_copy_only=False)
        node["valid"] = exporter.data.put(valid.view(np.uint8))
    return node


def joined(column: Any) -> Iterator[Any]:
    """Yield texts as UTF-8, joined by the byte 0xFF, part by part so that no second copy of all is made."""
    import pyarrow as pa
    import pyarrow.compute as pc

    separator = pa.scalar(b"\xff", pa.large_binary())
    rows = max(1, PART_BYTES * len(column) // max(1, column.nbytes))
    for at in range(0, len(column), rows):
        part = combined(column[at : at + rows].cast(pa.large_string())).fill_null("").view(pa.large_binary())
        whole = pa.LargeListArray.from_arrays(pa.array([0, len(part)], pa.int64()), part)
        if at:
            yield b"\xff"
        yield pc.binary_join(whole, separator)[0].as_buffer()


def storage_of(kind: Any) -> "tuple[str, Any, Column]":
    """Return an array's dtype, the type of its numbers where that is another, and what else the node has."""
    import pyarrow as pa

    types = pa.types
    if types.is_boolean(kind):
        return "b1", None, {}
    if types.is_integer(kind) or types.is_floating(kind):
        letter = "f" if types.is_floating(kind) else "i" if types.is_signed_integer(kind) else "u"
        return f"{letter}{kind.bit_width // 8}", None, {}
    if types.is_date32(kind):
        return "date", pa.int32(), {}
    if types.is_timestamp(kind):
        zone = {} if kind.tz is None else {"zone": kind.tz}
        return "datetime", pa.int64(), {"unit": kind.unit, **zone}
    if types.is_duration(kind):
        return "duration", pa.int64(), {"unit": kind.unit}
    if types.is_time(kind):
        return "time", pa.int32() if types.is_time32(kind) else pa.int64(), {}
    raise Refused(str(kind), "cannot leave Python; cast it to a type that others have")


def factor(exporter: Exporter, array: Any) -> Column:
    """Return the node of a dictionary array."""
    import numpy as np
    import pyarrow as pa

    codes = array.indices.cast("int32").fill_null(-1).to_numpy(zero_copy_only=False)
    if array.dictionary.null_count:
        raise Refused(str(array.type), "has null among its categories")
    levels = column_node(exporter, pa.chunked_array([array.dictionary]))
    return {
        "t": "factor",
        "shape": [len(array)],
        "levels": levels,
        "ordered": bool(array.type.ordered),
        "data": exporter.data.put(np.ascontiguousarray(codes, dtype="<i4").view(np.uint8)),
        "as": f"python:pyarrow.{array.type}",
    }
