"""Writes a value as what `import.m` builds it from: cells of strings, numbers and cells."""

import json
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..language import DATA, Refused
from ..values import nodes as n
from ..values.as_json import index_fields, labels_to_text, to_text
from ..values.nodes import Node, Ref
from ..values.tables import shown_names, unclear_keys, with_unique_names
from ..values.words import words
from .binary import Scalar, Value

INTEGERS = {f"{kind}int{bits}": bits for kind in ("", "u") for bits in (8, 16, 32, 64)}
NO_COUNTERPART = "has no counterpart in Octave"
NUMERIC = frozenset({"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16"})


def why_not(node: Node) -> tuple[str, str]:
    """Return why Octave cannot have a node, whatever is below it, and what is needed; two empty texts if it can."""
    match node:
        case n.Int(value=value) if not -(1 << 63) <= value < 1 << 64:
            return "is too large for Octave's integers of 64 bits", "text"
        case n.NA(of=of) if of != "float":
            return NO_COUNTERPART, "float"
        case n.Date() | n.Time() | n.DateTime() | n.Duration():
            return NO_COUNTERPART, "text"
        case n.Array(dtype=n.Dtype(kind="f2")):
            return NO_COUNTERPART, "float32"
        case n.Array(dtype=n.Dtype(kind="date" | "time" | "datetime" | "duration")):
            return NO_COUNTERPART, "text"
        case n.Array(dtype=n.Dtype(kind="bytes")):
            return NO_COUNTERPART, "list"
        case n.Sparse():
            return NO_COUNTERPART, "dense"
        case n.Array(valid=valid, dtype=n.Dtype(kind=kind)) if valid is not None and kind not in ("f4", "f8", "text"):
            return "has missing values, which Octave has in floating point only", "float"
        case n.Factor(levels=n.Array(dtype=n.Dtype(kind=kind))) if kind != "text":
            return "has levels that are not text", "text"
        case n.List(packed=n.Array() as packed):
            return why_not(n.Array(packed.dtype, packed.shape, packed.order, packed.data))
        case n.Dict():
            return unclear_keys(node)
        case _:
            return "", ""


class Cells:
    """Writes the cells of a value whose data file is in a folder."""

    def __init__(self, folder: str) -> None:
        """Take the folder; the file is read for the levels of factors only."""
        self._data = Path(folder, DATA)

    def of(self, node: Node) -> Value:
        """Return the cells of a node, for which `why_not` says nothing."""
        own = node.tag.removeprefix("octave:") if node.tag.startswith("octave:") else ""
        match node:
            case n.NA() | n.Null() if own == "NA single" or own == "NA double" or isinstance(node, n.NA):
                return ["na", to_text(node), "single" if own == "NA single" else "double"]
            case n.Null():
                return ["null", to_text(node)]
            case n.Bool(value=value):
                return _scalar(node, "bool", bytes([value]))
            case n.Int(value=value):
                return _scalar(node, *_integer(value, own))
            case n.Float(bits=bits) if own in INTEGERS and (number := _whole(bits)) is not None:
                # R's integers end at -2^31 + 1.
                return _scalar(node, *_integer(number, own))
            case n.Float(bits=bits):
                return _scalar(node, *_floats(own, bits))
            case n.Complex(real=real, imaginary=imaginary):
                return _scalar(node, *_floats(own, real, imaginary))
            case n.Text(value=value, data=None):
                size = _size(own, "char", 0) if not value else None
                return ["text", _tag(node), value, _numbers(size or (0, 0))]
            case n.Text(data=data):
                return ["textdata", _tag(node), _place(data)]
            case n.Bytes(data=data):
                return ["bytes", _tag(node), _place(data), _numbers([own == "char"])]
            case n.List(packed=n.Array() as packed):
                array = n.Array(packed.dtype, packed.shape, packed.order, packed.data, tag=packed.tag)
                count = packed.count
                holder, size = "cell", _size(own, "cell", count) or (1, count)
                if (shape := _size(own, "char")) and shape[0] == count:
                    holder, size = "char", shape
                return ["packed", _tag(node), self.of(array), _place(packed.valid), holder, _numbers(size)]
            case n.List(items=items):
                return self._list(node, items, own)
            case n.Dict(keys=keys, items=items, labels=labels):
                map_type = own.removeprefix("containers.Map ") if own.startswith("containers.Map ") else ""
                # Octave 7 takes no further key after an empty one.
                if "" in keys or map_type not in ("any", "char", "logical", "double", "single", *INTEGERS):
                    map_type = ""
                return ["dict", _tag(node) + _labels(keys, labels), [*keys], self._all(items), map_type]
            case n.Array(dtype=dtype, shape=shape, order=order, data=data, valid=valid):
                return [
                    "array",
                    _tag(node),
                    dtype.kind,
                    _numbers(shape),
                    order,
                    _place(data),
                    _place(valid),
                    own if own in (*INTEGERS, "single") else "",
                ]
            case n.Factor(levels=levels, ordered=ordered, data=data):
                return ["factor", _tag(node), json.dumps(ordered), self._levels(levels), _tag(levels), _place(data)]
            case n.Table():
                return self._table(node)
            case n.Date() | n.Time() | n.DateTime() | n.Duration() | n.Sparse():
                raise Refused("", words(node), NO_COUNTERPART, "text")

    def _all(self, nodes: Iterable[Node]) -> Value:
        return [*map(self.of, nodes)]

    def _list(self, node: n.List, items: tuple[Node, ...], own: str) -> Value:
        """Write a list: a row, or what it was in Octave if its items still fit that."""
        holder, size = "cell", (1, len(items)) if items else (0, 0)
        if shape := _size(own, "cell", len(items)):
            size = shape
        elif (shape := _size(own, "cell")) and _are_rows(items, shape):
            holder, size = "rows", shape
        elif (shape := _size(own, "struct", len(items))) and items and _have_equal_keys(items):
            holder, size = "struct", shape
        elif (shape := _size(own, "char")) and len(items) == shape[0] and _are_lines(items, shape[1]):
            holder, size = "char", shape
        return ["list", _tag(node), self._all(items), holder, _numbers(size)]

    def _table(self, table: n.Table) -> Value:
        table = with_unique_names(table)
        labels: tuple[str, ...] = ()
        own_names, columns = "", table.columns
        if (index := table.index) is not None:
            labels, columns = shown_names(index.names, table.names), (*index.columns, *columns)
            own_names = ",".join(f'"{key}":{value}' for key, value in index_fields(index).items())
        return [
            "table",
            _tag(table) + _labels(table.names, table.labels),
            [*labels, *table.names],
            self._all(columns),
            _numbers([len(labels)]),
            own_names,
            _numbers([table.rows]),
        ]

    def _levels(self, levels: n.Array) -> list[str]:
        with self._data.open("rb") as file:
            file.seek(levels.data.offset)
            content = file.read(levels.data.length)
        return [text.decode() for text in content.split(b"\xff")] if levels.count else []


def _numbers(numbers: Iterable[int]) -> Value:
    return tuple(map(float, numbers))


def _place(ref: Ref | None) -> Value:
    return () if ref is None else _numbers((ref.offset, ref.length))


def _tag(node: Node) -> str:
    return f',"as":{json.dumps(node.tag)}' if node.tag else ""


def _labels(texts: Sequence[str], labels: n.Labels | None) -> str:
    return f',"labels":{labels_to_text(texts, labels)}' if labels is not None else ""


def _scalar(node: Node, kind: str, content: bytes) -> Value:
    return ["scalar", to_text(node), Scalar(kind, content)]


def _whole(bits: str) -> int | None:
    """Return the integer that a double is; None for any other, -0 and what is beyond 2^53."""
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    return int(number) if abs(number) <= 1 << 53 and number.is_integer() and bits != f"{1 << 63:x}" else None


def _integer(value: int, own: str) -> tuple[str, bytes]:
    """Return the type that an integer gets, and its bytes."""
    for kind in (own, "int64", "uint64"):
        bits = INTEGERS.get(kind)
        low = 0 if kind.startswith("u") or bits is None else -(1 << (bits - 1))
        if bits is not None and low <= value < low + (1 << bits):
            return f"{kind} scalar", value.to_bytes(bits // 8, "little", signed=low < 0)
    raise OverflowError(value)


def _floats(own: str, *bits: str) -> tuple[str, bytes]:
    """Return the class that a number gets, of one part or two, and its bytes."""
    doubles = [bytes.fromhex(part) for part in bits]
    kind = "scalar" if len(bits) == 1 else "complex scalar"
    if own == "single":
        try:
            singles = [struct.pack(">f", *struct.unpack(">d", part)) for part in doubles]
        except OverflowError:
            singles = []
        if [struct.pack(">d", *struct.unpack(">f", part)) for part in singles] == doubles:
            return f"float {kind}", b"".join(part[::-1] for part in singles)
    return kind, b"".join(part[::-1] for part in doubles)


def _size(own: str, word: str, count: int | None = None) -> tuple[int, int] | None:
    """Return the size in a tag as `cell 2x3`, if it is one of that word, and of so many elements."""
    found, _, size = own.partition(" ")
    rows, _, columns = size.partition("x")
    if found != word or not (rows.isdecimal() and columns.isdecimal()) or len(size) > 30:
        return None
    shape = int(rows), int(columns)
    return shape if count is None or shape[0] * shape[1] == count else None


def _are_rows(items: Sequence[Node], shape: tuple[int, int]) -> bool:
    return len(items) == shape[0] and all(
        isinstance(item, n.List) and (len(item.items) if item.packed is None else item.packed.count) == shape[1]
        for item in items
    )


def _have_equal_keys(items: Sequence[Node]) -> bool:
    keys = {item.keys if isinstance(item, n.Dict) else None for item in items}
    return len(keys) == 1 and None not in keys


def _are_lines(items: Sequence[Node], length: int) -> bool:
    return all(isinstance(item, n.Text) and item.data is None and len(item.value.encode()) == length for item in items)
