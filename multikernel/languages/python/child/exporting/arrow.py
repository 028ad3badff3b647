"""Writes tables and columns of pyarrow and polars as nodes, by pyarrow."""

from collections.abc import Iterator
from typing import Any, Optional

from ..arrow_types import is_nested, type_text
from ..files import PART_BYTES, Refused
from ..memory import Origin
from .exporter import Exporter, Kinds, Node
from .nested import Nested
from .numpy import byte_strings

Column = dict[str, Any]


def pyarrow_kinds() -> Kinds:
    """Return what makes the nodes of pyarrow's tables and columns."""
    import pyarrow as pa

    columns = {type(pa.array([], type=kind)) for kind in array_types()}
    return {pa.Table: table, pa.RecordBatch: table, pa.ChunkedArray: column, **dict.fromkeys(columns, column)}


def array_types() -> "list[Any]":
    """Return the types that columns may be of, with any unit and zone for those that have one."""
    import pyarrow as pa

    plain = "bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 string large_string "
    plain += "string_view binary large_binary binary_view date32"
    found = [getattr(pa, name)() for name in plain.split() if hasattr(pa, name)]
    found += [pa.time32("s"), pa.time64("us"), pa.timestamp("us"), pa.duration("us"), pa.date64()]
    found += [pa.null(), pa.binary(1)]
    found += [getattr(pa, f"decimal{bits}")(1, 0) for bits in (32, 64, 128, 256) if hasattr(pa, f"decimal{bits}")]
    found += [pa.list_(pa.null()), pa.large_list(pa.null()), pa.list_(pa.null(), 1), pa.struct([])]
    return [*found, pa.dictionary(pa.int32(), pa.string())]


def pyarrow_advice(value: Any) -> str:
    """Return what to put in place of another value of pyarrow's."""
    for method in ("read_all", "to_table", "as_py", "to_pylist"):
        if hasattr(type(value), method):
            return f"{{x}}.{method}()"
    return ""


def table(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a table or a batch of pyarrow."""
    kind = f"pyarrow.{type(value).__name__}"
    schema = value.schema
    if schema.metadata or any(field.metadata or not field.nullable for field in schema):
        plain = "{x}.cast({pa}.schema([(field.name, field.type) for field in {x}.schema]))"
        raise Refused(kind, "has metadata, or columns that cannot be null, which no other language has", plain)
    return columns_of(exporter, value, f"python:{kind}", lambda at: "", "{x}.to_pydict()")


def columns_of(exporter: Exporter, table: Any, tag: str, own_tag: Any, instead: str) -> Node:
    """Return the node of a table, whose columns may have tags of their own, given what to put in its place."""
    import pyarrow as pa

    columns = []
    for at, (name, part) in enumerate(zip(table.column_names, table.columns)):

        def export(part: Any = part, at: int = at) -> Node:
            try:
                made = column_node(exporter, pa.chunked_array([part]) if isinstance(part, pa.Array) else part)
            except Refused as refused:
                raise Refused(refused.kind, refused.why, instead) from None
            return {**made, "as": own_tag(at) or made["as"]}

        columns.append(exporter.at(("field", name), export))
    return {"t": "table", "rows": table.num_rows, "names": list(table.column_names), "columns": columns, "as": tag}


def column(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of an array of pyarrow."""
    import pyarrow as pa

    is_array = isinstance(value, pa.Array)
    try:
        node = column_node(exporter, pa.chunked_array([value]) if is_array else value)
    except Refused as refused:
        raise Refused(refused.kind, refused.why, "{x}.to_pylist()") from None
    return alone(node, "pyarrow.Array" if is_array else "pyarrow.ChunkedArray")


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
    if is_nested(kind):
        return {**Nested(exporter, column_node).rows(array), "as": f"python:pyarrow.{type_text(kind)}"}
    if pa.types.is_decimal(kind):
        return {**texts(exporter, decimals(array)), "as": f"python:pyarrow.{kind}"}
    node: Column = {"t": "array", "shape": [len(array)], "as": f"python:pyarrow.{kind}"}
    if array.null_count:
        node["valid"] = exporter.data.put(array.is_valid().to_numpy(zero_copy_only=False).view(np.uint8))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or str(kind) == "binary_view":
        return {**node, **byte_strings(exporter, [value or b"" for value in array.to_pylist()])}
    if pa.types.is_fixed_size_binary(kind):
        return {**node, **byte_strings(exporter, [value or b"" for value in array.to_pylist()])}
    if pa.types.is_null(kind):
        return {**node, "dtype": "b1", "data": exporter.data.put(bytes(len(array)))}
    if pa.types.is_date64(kind):
        kind, array = pa.date32(), whole_days(array)
    dtype, storage, extra = storage_of(kind)
    numbers = (array if storage is None else array.cast(storage)).fill_null(False if dtype == "b1" else 0)
    flat = np.ascontiguousarray(numbers.to_numpy(zero_copy_only=False))
    if pa.types.is_time(kind) and kind.unit != "ns":
        flat = flat.astype("i8") * {"s": 10**9, "ms": 10**6, "us": 10**3}[kind.unit]
    return {**node, "dtype": dtype, **extra, "data": exporter.data.put(flat.view(np.uint8))}


def whole_days(array: Any) -> Any:
    """Return days in milliseconds as such; Refused where some have a time, which no date should have."""
    import pyarrow as pa

    days = array.cast(pa.date32())
    if not days.cast(pa.date64()).equals(array):
        raise Refused("date64[ms]", "has a time of the day", "{x}.to_pylist()")
    return days


def is_dictionary(kind: Any) -> bool:
    """Whether a type is one of categories."""
    import pyarrow as pa

    return bool(pa.types.is_dictionary(kind))


def combined(column: Any) -> Any:
    """Return a chunked array as one array."""
    import pyarrow as pa

    array = column.combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array


def texts(exporter: Exporter, column: Any) -> Column:
    """Return the node of texts in a chunked array."""
    import numpy as np
    import pyarrow as pa

    if isinstance(column, pa.Array):
        column = pa.chunked_array([column])
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
    if str(column.type) == "string_view":
        # Its views cannot be counted before pyarrow 20.
        column = column.cast(pa.large_string())
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
    raise Refused(str(kind), "", "{x}.to_pylist()")


def decimals(array: Any) -> Any:
    """Return decimals as texts."""
    import pyarrow as pa

    return pa.array([None if value is None else str(value) for value in array.to_pylist()], type=pa.string())


def factor(exporter: Exporter, array: Any) -> Column:
    """Return the node of a dictionary array."""
    import numpy as np
    import pyarrow as pa

    codes = array.indices.cast("int32").fill_null(-1).to_numpy(zero_copy_only=False)
    if array.dictionary.null_count:
        raise Refused(str(array.type), "has null among its categories", "{x}.to_pylist()")
    levels = column_node(exporter, pa.chunked_array([array.dictionary]))
    if levels["t"] != "array":
        raise Refused(str(array.type), "", "{x}.to_pylist()")
    return {
        "t": "factor",
        "shape": [len(array)],
        "levels": levels,
        "ordered": bool(array.type.ordered),
        "data": exporter.data.put(np.ascontiguousarray(codes, dtype="<i4").view(np.uint8)),
        "as": f"python:pyarrow.{array.type}",
    }
