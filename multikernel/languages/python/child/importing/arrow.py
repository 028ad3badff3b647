"""Makes the tables and columns of pyarrow and polars that were such when they were exported."""

from typing import Any

from ..arrow_types import type_named
from ..files import Refused
from ..zones import UTC
from .importer import Importer, Node
from .levels import arrow_levels, typed
from .lists import byte_strings
from .nested import Nested, of_decimals

OWN = "python:pyarrow."
STORAGE = {"date": "i4", "datetime": "i8", "time": "i8", "duration": "i8", "b1": "u1"}


def table(importer: Importer, node: Node, tag: str) -> Any:
    """Return a table of the kind that was exported; ImportError where that is missing, TypeError for other columns."""
    import pyarrow as pa

    pairs = zip(node["names"], node["columns"])
    columns: list[Any] = [importer.part(name, column, importer, part, part.get("as", "")) for name, part in pairs]
    if importer.refused:
        return None
    found = pa.Table.from_arrays(columns, names=node["names"])
    if tag.startswith("polars."):
        import polars as pl

        parts = [series(*part) for part in zip(columns, node["names"], node["columns"])]
        if tag == "polars.Series" and len(parts) == 1:
            return parts[0]
        # It would call a Series whose name is empty `column_0`.
        made = pl.DataFrame(dict(zip(node["names"], parts)))
        if made.width != len(parts):
            raise TypeError("a frame of polars has no two columns of one name")
        return made
    if tag == "pyarrow.RecordBatch":
        return pa.RecordBatch.from_arrays([whole_array(part) for part in columns], names=node["names"])
    return found


def alone(importer: Importer, node: Node, tag: str) -> Any:
    """Return a column that was in no table."""
    import pyarrow as pa

    kind, _, container = tag.partition(" in ")
    found = column(importer, node, f"python:{kind}")
    if container == "polars.Series":
        return series(found, "", {**node, "as": f"python:{kind}"})
    if container == "pyarrow.Array":
        return whole_array(found)
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def series(values: Any, name: str, node: Node) -> Any:
    """Return a Series of polars."""
    import polars as pl

    found: Any = pl.from_arrow(values)
    if node.get("as") == "python:polars.Enum" and node["t"] == "factor":
        found = found.cast(pl.Enum(values.dictionary.to_pylist()))
    return found.alias(name)


def whole_array(values: Any) -> Any:
    """Return values as an array in one piece."""
    import pyarrow as pa

    if not isinstance(values, pa.ChunkedArray):
        return values
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], type=values.type)


def column(importer: Importer, node: Node, tag: str) -> Any:
    """Return a column as an array of the type that it had if it still fits; TypeError for objects."""
    import pyarrow as pa

    kind = wanted(tag)
    if node["t"] == "list":
        if kind is None:
            raise TypeError
        return Nested(importer, of_type).elements(node["v"], kind)
    if node["t"] == "factor":
        levels = categories(importer, node["levels"])
        indices = numbers(importer, node["data"], "i4")
        codes = pa.array(indices, mask=indices < 0, type=index_type(tag))
        levels = whole_array(levels)
        return pa.DictionaryArray.from_arrays(codes, levels, ordered=node["ordered"])
    return of_type(importer, node, kind)


def categories(importer: Importer, node: Node) -> Any:
    """Return the categories of a factor, of the type that they had before they became texts."""
    tag = node.get("as", "")
    kind = wanted(tag)
    texts = importer.texts(node["data"], node["shape"][0]) if node["dtype"] == "text" and kind is not None else []
    found = typed(texts, str(kind)) if texts else None
    return column(importer, node, tag) if found is None else arrow_levels(found, kind)


def wanted(tag: str) -> Any:
    """Return the type that a column had; None where there was none, or none that is known here."""
    if not tag.startswith(OWN) or tag.startswith(f"{OWN}dictionary"):
        return None
    try:
        return type_named(tag[len(OWN) :])
    except ValueError:
        return None


def of_type(importer: Importer, node: Node, kind: Any) -> Any:
    """Return an array of a type, or of that which its node has by nature if that is not what it is now."""
    import pyarrow as pa

    found = plain_column(importer, node, kind)
    if kind is None or found.type == kind:
        return found
    if pa.types.is_null(kind):
        return pa.nulls(len(found)) if found.null_count == len(found) else found
    try:
        if pa.types.is_decimal(kind):
            return of_decimals(found.to_pylist(), kind)
        made = found.cast(kind)
        is_narrowed = pa.types.is_floating(found.type) and pa.types.is_floating(kind)
    except (ValueError, TypeError, pa.ArrowNotImplementedError):
        return found
    return found if is_narrowed and not are_same(found, made) else made


def are_same(found: Any, made: Any) -> bool:
    """Whether doubles are the same in another type."""
    import numpy as np

    one, other = (whole_array(each).fill_null(0).to_numpy(zero_copy_only=False) for each in (found, made))
    return bool(np.array_equal(one, other.astype(one.dtype), equal_nan=True))


def texts(importer: Importer, node: Node) -> Any:
    """Return texts as a chunked array of large_string; Refused for what is no UTF-8, or not so many."""
    import numpy as np
    import pyarrow as pa

    count = node["shape"][0]
    valid = np.frombuffer(importer.read(node["valid"]), dtype="u1") if "valid" in node else None
    chunks, at = [], 0
    for part in importer.read_parts(node["data"]) if count else ():
        ends = np.flatnonzero(np.frombuffer(part, dtype="u1") == 0xFF)
        offsets: Any = np.zeros(len(ends) + 2, dtype="i8")
        np.subtract(ends, np.arange(len(ends)), out=offsets[1:-1])
        offsets[-1] = len(part) - len(ends)
        length = len(ends) + 1
        if at + length > count:
            raise Refused("text", f"has more than {count} elements")
        bitmap = None if valid is None else np.packbits(valid[at : at + length], bitorder="little")
        buffers = [bitmap, offsets, part.translate(None, b"\xff")]
        wrapped = [None if buffer is None else pa.py_buffer(buffer) for buffer in buffers]
        chunk = pa.Array.from_buffers(pa.large_string(), length, wrapped)
        try:
            chunk.validate(full=True)
        except pa.ArrowInvalid:
            raise Refused("text", "is no UTF-8") from None
        chunks.append(chunk)
        at += length
    if at != count:
        raise Refused("text", f"has {at} elements instead of {count}")
    return pa.chunked_array(chunks, type=pa.large_string())


def index_type(tag: str) -> Any:
    """Return the type of a dictionary's indices, as its type's name has it."""
    import pyarrow as pa

    name = tag.partition("indices=")[2].partition(",")[0]
    return pa.type_for_alias(name) if name else pa.int32()


def numbers(importer: Importer, ref: Any, kind: str) -> Any:
    """Return numbers of the data file."""
    import numpy as np

    return np.frombuffer(importer.read(ref), dtype=f"<{kind}")


def plain_column(importer: Importer, node: Node, wanted: Any) -> Any:
    """Return a column as an array of the type that its node has by nature; naive moments if such are wanted."""
    import pyarrow as pa

    kind: str = node["dtype"]
    missing = numbers(importer, node["valid"], "u1") == 0 if "valid" in node else None
    if kind == "text":
        return texts(importer, node)
    if kind == "bytes":
        values = byte_strings(importer.read(node["data"]), node["shape"][0])
        return pa.array([None if missing is not None and missing[at] else v for at, v in enumerate(values)])
    flat = numbers(importer, node["data"], STORAGE.get(kind, kind))
    if kind == "b1":
        return pa.array(flat != 0, mask=missing)
    found = pa.array(flat, mask=missing)
    if kind == "date":
        return found.cast(pa.date32())
    if kind == "time":
        return found.cast(pa.time64("ns"))
    if kind == "duration":
        return found.cast(pa.duration(node["unit"]))
    if kind == "datetime":
        zone = node.get("zone") or None
        is_naive = wanted is not None and pa.types.is_timestamp(wanted) and wanted.tz is None and zone in UTC
        return found.cast(pa.timestamp(node["unit"], None if is_naive else "UTC" if zone in UTC else zone))
    return found
