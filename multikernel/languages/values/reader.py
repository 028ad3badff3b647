"""Reads what a source child has written about a value: everything in it is checked, nothing is run."""

import json
import re
from collections.abc import Callable
from typing import Any

from . import nodes as n
from .checks import (
    Json,
    ManifestError,
    boolean,
    integer,
    is_count,
    matching,
    one_of,
    refuse,
    text_of,
    texts,
    word,
)
from .label_reader import labels_by_text, labels_of
from .nodes import DEEPEST, SIZES, Array, Column, Dtype, Factor, Index, Node, Ref, Table, count_of

__all__ = ["LARGEST_MANIFEST", "Json", "ManifestError", "read", "read_json"]

LARGEST_MANIFEST = 1 << 28
"""Bytes."""

MOST_DIMENSIONS = 32

BITS = re.compile(r"[0-9a-f]{16}")
DATE = re.compile(r"[+-]?[0-9]{4,9}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?")
ZONE = re.compile(r"[A-Za-z0-9_+\-/:]{1,100}")
UNITS = ("s", "ms", "us", "ns")
NA_TYPES = ("bool", "int", "float", "complex", "text")


def read(value: object, data_size: int) -> Node:
    """Return the value that a JSON tree describes, whose data file has this many bytes; ManifestError if none."""
    return _Reader(data_size).node(value, 0)


def read_json(text: bytes) -> Json:
    """Return the JSON object in a file that a child has written; ManifestError if there is none."""
    if len(text) > LARGEST_MANIFEST:
        raise ManifestError(f"a manifest of {len(text)} bytes")
    try:
        found = json.loads(text, object_hook=_same)
    except (ValueError, RecursionError):
        raise ManifestError("no JSON") from None
    if not isinstance(found, dict):
        raise ManifestError("no JSON object")
    return found


class _Reader:
    def __init__(self, data_size: int) -> None:
        self._size = data_size
        self._kinds: dict[str, Callable[[Json, str, int], Node]] = {
            "null": lambda o, tag, depth: n.Null(tag=tag),
            "na": lambda o, tag, depth: n.NA(one_of(o, "of", NA_TYPES), tag=tag),
            "bool": lambda o, tag, depth: n.Bool(boolean(o, "v"), tag=tag),
            "int": lambda o, tag, depth: n.Int(integer(o), tag=tag),
            "float": lambda o, tag, depth: n.Float(matching(o.get("v"), BITS, "bits of a double"), tag=tag),
            "complex": self._complex,
            "text": self._text,
            "bytes": lambda o, tag, depth: n.Bytes(self._ref(o.get("data"), "data"), tag=tag),
            "date": lambda o, tag, depth: n.Date(matching(o.get("v"), DATE, "a date"), tag=tag),
            "time": lambda o, tag, depth: n.Time(matching(o.get("v"), TIME, "a time"), tag=tag),
            "datetime": self._datetime,
            "duration": lambda o, tag, depth: n.Duration(integer(o), tag=tag),
            "list": self._list,
            "dict": self._dict,
            "array": self._array,
            "factor": self._factor,
            "table": self._table,
            "sparse": self._sparse,
        }

    def node(self, value: object, depth: int) -> Node:
        if depth > DEEPEST:
            refuse(f"more than {DEEPEST} levels")
        if not isinstance(value, dict):
            refuse("a node that is no object")
        kind = value.get("t")
        if not isinstance(kind, str) or kind not in self._kinds:
            refuse(f"a node of the unknown type {kind!r:.60}")
        return self._kinds[kind](value, word(value, "as"), depth)

    def _complex(self, value: Json, tag: str, depth: int) -> Node:
        both = value.get("v")
        if not isinstance(both, list) or len(both) != 2:
            refuse("a complex number without two parts")
        real, imaginary = (matching(part, BITS, "bits of a double") for part in both)
        return n.Complex(real, imaginary, tag=tag)

    def _text(self, value: Json, tag: str, depth: int) -> Node:
        if "data" in value:
            return n.Text("", self._ref(value["data"], "data"), tag=tag)
        return n.Text(text_of(value.get("v"), "a text"), tag=tag)

    def _datetime(self, value: Json, tag: str, depth: int) -> Node:
        text = value.get("v")
        date, separator, time = text.partition("T") if isinstance(text, str) else ("", "", "")
        if not (separator and DATE.fullmatch(date) and TIME.fullmatch(time)):
            refuse(f"{text!r:.60} as a date and time")
        zone, offset = value.get("zone", ""), value.get("offset")
        if zone == "" and offset is None:
            return n.DateTime(str(text), tag=tag)
        if not isinstance(offset, int) or isinstance(offset, bool) or abs(offset) > 86400:
            refuse("a time zone without an offset in seconds")
        return n.DateTime(str(text), matching(zone, ZONE, "a time zone"), offset, tag=tag)

    def _list(self, value: Json, tag: str, depth: int) -> Node:
        if "packed" in value:
            packed = self._array_of(value["packed"], depth)
            if len(packed.shape) != 1:
                refuse("a list that is packed in more than one dimension")
            return n.List((), packed, tag=tag)
        items = self._nodes(value.get("v"), depth)
        is_of_lists = boolean(value, "of_lists") if "of_lists" in value else False
        if is_of_lists and not all(isinstance(item, n.List | n.Null) for item in items):
            refuse("a list of lists with something else in it")
        return n.List(items, of_lists=is_of_lists, tag=tag)

    def _dict(self, value: Json, tag: str, depth: int) -> Node:
        keys = texts(value.get("k"), "keys")
        items = self._nodes(value.get("v"), depth)
        if len(keys) != len(items):
            refuse(f"{len(keys)} keys for {len(items)} values")
        keys, labels = labels_by_text(value.get("labels"), keys, _label)
        return n.Dict(keys, items, labels, tag=tag)

    def _nodes(self, value: object, depth: int) -> tuple[Node, ...]:
        if not isinstance(value, list):
            refuse("a list without its elements")
        return tuple(self.node(item, depth + 1) for item in value)

    def _array(self, value: Json, tag: str, depth: int) -> Array:
        shape = value.get("shape")
        if not isinstance(shape, list) or not 1 <= len(shape) <= MOST_DIMENSIONS or not all(map(is_count, shape)):
            refuse(f"the shape {shape!r:.60}")
        dtype = _dtype(value)
        count = count_of(tuple(shape))
        data = self._ref(value.get("data"), "data")
        size = SIZES[dtype.kind]
        if size is not None and data.length != count * size:
            refuse(f"{data.length} bytes for {count} elements of {dtype.kind}")
        if dtype.kind == "bytes" and data.length < 8 * (count + 1):
            refuse("fewer offsets than elements")
        if dtype.kind == "text" and data.length < count - 1:
            refuse("fewer separators than elements")
        order = one_of(value, "order", ("C", "F")) if "order" in value else "C"
        valid = self._valid(value, count)
        return Array(dtype, tuple(shape), "F" if order == "F" else "C", data, valid, tag=tag)

    def _array_of(self, value: object, depth: int) -> Array:
        node = self.node(value, depth + 1)
        if not isinstance(node, Array):
            refuse("a packed list, or levels, that are no array")
        return node

    def _valid(self, value: Json, count: int) -> Ref | None:
        if value.get("valid") is None:
            return None
        valid = self._ref(value["valid"], "valid")
        if valid.length != count:
            refuse(f"{valid.length} bytes of validity for {count} elements")
        return valid

    def _factor(self, value: Json, tag: str, depth: int) -> Factor:
        shape = value.get("shape")
        if not isinstance(shape, list) or len(shape) != 1 or not is_count(shape[0]):
            refuse(f"the shape {shape!r:.60} of a factor")
        levels = self._array_of(value.get("levels"), depth)
        if len(levels.shape) != 1 or levels.valid is not None:
            refuse("levels that are null, or not of one dimension")
        data = self._ref(value.get("data"), "data")
        if data.length != 4 * shape[0]:
            refuse(f"{data.length} bytes for {shape[0]} codes")
        return Factor(shape[0], levels, boolean(value, "ordered"), data, tag=tag)

    def _table(self, value: Json, tag: str, depth: int) -> Table:
        rows = value.get("rows")
        if not is_count(rows):
            refuse(f"{rows!r:.60} rows")
        names = texts(value.get("names"), "names of columns")
        columns = self._columns(value.get("columns"), rows, len(names), depth)
        names, labels = labels_by_text(value.get("labels"), names, _label)
        return Table(rows, names, columns, self._index(value.get("index"), rows, depth), labels, tag=tag)

    def _index(self, index: Any, rows: int, depth: int) -> Index | None:
        if index is None:
            return None
        if not isinstance(index, dict) or not isinstance(index.get("names"), list):
            refuse("an index without names")
        names = tuple(None if name is None else text_of(name, "the name of an index") for name in index["names"])
        columns = self._columns(index.get("columns"), rows, len(names), depth)
        labels = labels_of(index["labels"], len(names), _label) if index.get("labels") is not None else None
        return Index(names, columns, labels, tag=word(index, "as"))

    def _columns(self, value: object, rows: int, names: int, depth: int) -> tuple[Column, ...]:
        columns = self._nodes(value, depth)
        if len(columns) != names:
            refuse(f"{names} names for {len(columns)} columns")
        return tuple(_column(column, rows) for column in columns)

    def _sparse(self, value: Json, tag: str, depth: int) -> Node:
        shape = value.get("shape")
        if not isinstance(shape, list) or len(shape) != 2 or not all(map(is_count, shape)):
            refuse(f"the shape {shape!r:.60} of a sparse matrix")
        layout = one_of(value, "layout", ("csc", "csr", "coo"))
        values, rows, columns = (self._array_of(value.get(part), depth) for part in ("values", "rows", "columns"))
        if len(values.shape) != 1 or values.dtype.kind[0] not in "biufc" or values.dtype.kind == "bytes":
            refuse("elements of a sparse matrix that are no numbers")
        counts = (values.count if layout != "csr" else shape[0] + 1, values.count if layout != "csc" else shape[1] + 1)
        for places, count in zip((rows, columns), counts, strict=True):
            if places.shape != (count,) or places.dtype.kind not in ("i4", "i8") or places.valid is not None:
                refuse(f"{places.count} places of {places.dtype.kind} in a sparse matrix, which should be {count}")
        return n.Sparse(n.LAYOUTS[layout], (shape[0], shape[1]), values, rows, columns, tag=tag)

    def _ref(self, value: object, what: str) -> Ref:
        if not isinstance(value, list) or len(value) != 2 or not all(map(is_count, value)):
            refuse(f"{value!r:.60} as the place of {what}")
        offset, length = value
        if offset % 8 or offset + length > self._size:
            refuse(f"{what} at {offset} of {length} bytes in a file of {self._size}")
        return Ref(offset, length)


def _label(value: object) -> Node:
    """Return a node that has nothing in a data file."""
    return _Reader(0).node(value, 0)


def _column(node: Node, rows: int) -> Column:
    match node:
        case Array(shape=(count,)) | Factor(count=count):
            pass
        case n.List(packed=None, items=items):
            count = len(items)
        case _:
            refuse("a column that is none")
    if count != rows:
        refuse(f"a column of {count} elements in a data frame of {rows} rows")
    return node


def _dtype(value: Json) -> Dtype:
    kind = value.get("dtype")
    if not isinstance(kind, str) or kind not in SIZES:
        refuse(f"the dtype {kind!r:.60}")
    unit = one_of(value, "unit", UNITS) if kind in ("datetime", "duration") else ""
    zone = matching(value["zone"], ZONE, "a time zone") if kind == "datetime" and value.get("zone") else ""
    return Dtype(kind, unit, zone)


def _same(found: Json) -> Json:
    """Return an object of JSON as it is; each call lets other threads run, which reading in C does not."""
    return found
