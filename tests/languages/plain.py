"""Values on their way in a form that can be compared and written down: tuples, with the buffers' contents in them."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from multikernel.languages.values import nodes as n
from multikernel.languages.values.nodes import SIZES, Node, Ref
from multikernel.languages.values.reader import Json

LONG = 20
"""Characters of a text that is in the data file."""
Plain = tuple[Any, ...]
"""Kind, tag, and the rest: what is in it."""


@dataclass
class Buffers:
    """A data file that is being written."""

    content: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> list[int]:
        """Append bytes and return where they are."""
        begin = len(self.content)
        self.content += data + bytes(-len(data) % 8)
        return [begin, len(data)]


def plain(node: Node, data: bytes) -> Plain:
    """Return a value with its buffers' contents; it does not show whether a list was packed."""

    def at(ref: Ref) -> bytes:
        return data[ref.offset : ref.offset + ref.length]

    def elements(array: n.Array) -> tuple[Any, ...]:
        content, size = at(array.data), SIZES[array.dtype.kind]
        if size is None:
            assert array.dtype.kind == "text"
            texts = content.decode("utf-8", "surrogateescape").split("\udcff") if array.count else []
            found: list[Any] = [text.encode("utf-8").decode() for text in texts]
        else:
            found = [content[i : i + size].hex() for i in range(0, len(content), size)]
        assert len(found) == array.count
        valid = at(array.valid) if array.valid else b"\1" * array.count
        return tuple(item if there else None for item, there in zip(found, valid, strict=True))

    def go(value: Node) -> Plain:
        return plain(value, data)

    def called(labels: n.Labels | None) -> tuple[Any, ...]:
        return () if labels is None else ((labels.tag, tuple(map(go, labels.values)), tuple(map(go, labels.more))),)

    match node:
        case n.Null(tag=tag):
            return ("null", tag)
        case n.NA(of=of, tag=tag):
            return ("na", tag, of)
        case n.Bool(value=v, tag=tag):
            return ("bool", tag, v)
        case n.Int(value=number, tag=tag):
            return ("int", tag, number)
        case n.Float(bits=bits, tag=tag):
            return ("float", tag, bits)
        case n.Complex(real=real, imaginary=imaginary, tag=tag):
            return ("complex", tag, real, imaginary)
        case n.Text(value=text, data=ref, tag=tag):
            return ("text", tag, text if ref is None else at(ref).decode())
        case n.Bytes(data=ref, tag=tag):
            return ("bytes", tag, at(ref))
        case n.Date(value=text, tag=tag):
            return ("date", tag, text)
        case n.Time(value=text, tag=tag):
            return ("time", tag, text)
        case n.DateTime(value=text, zone=zone, offset=offset, tag=tag):
            return ("datetime", tag, text, zone, offset)
        case n.Duration(nanoseconds=number, tag=tag):
            return ("duration", tag, number)
        case n.List(items=items, packed=None, tag=tag):
            return ("list", tag, tuple(map(go, items)))
        case n.List(packed=array, tag=tag):
            assert array is not None
            return ("list", tag, tuple(_scalar(array.dtype.kind, item) for item in elements(array)))
        case n.Dict(keys=keys, items=items, labels=own, tag=tag):
            return ("dict", tag, tuple(zip(keys, map(go, items), strict=True)), *called(own))
        case n.Array(dtype=dtype, shape=shape, order=order, tag=tag):
            order = order if len(shape) > 1 else "C"
            return ("array", tag, dtype.kind, dtype.unit, dtype.zone, shape, order, elements(node))
        case n.Factor(levels=levels, ordered=ordered, data=ref, tag=tag):
            return ("factor", tag, go(levels), ordered, at(ref))
        case n.Table(rows=rows, names=names, columns=columns, index=index, labels=own, tag=tag):
            labels = index and (index.names, index.tag, tuple(map(go, index.columns)), *called(index.labels))
            return ("table", tag, rows, tuple(zip(names, map(go, columns), strict=True)), labels, *called(own))
        case n.Sparse(layout=layout, shape=shape, values=values, rows=rows, columns=columns, tag=tag):
            return ("sparse", tag, layout, shape, *map(go, (values, rows, columns)))


def _scalar(kind: str, item: Any) -> Plain:
    if item is None:
        return ("null", "")
    if kind == "text":
        return ("text", "", item)
    raw = bytes.fromhex(item)
    if kind == "b1":
        return ("bool", "", raw != b"\0")
    if kind == "f8":
        return ("float", "", raw[::-1].hex())
    assert kind[0] in "iu", kind
    return ("int", "", int.from_bytes(raw, "little", signed=kind[0] == "i"))


def tree(value: Plain, buffers: Buffers) -> Json:
    """Return the manifest of a value, and add its buffers."""
    kind, tag, *rest = value
    fields: Json = _FIELDS[kind](buffers, *rest)
    return {"t": kind, **({"as": tag} if tag else {}), **fields}


def _array(
    buffers: Buffers, kind: str, unit: str, zone: str, shape: tuple[int, ...], order: str, elements: tuple[Any, ...]
) -> Json:
    size = SIZES[kind]
    if size is None:
        data = b"\xff".join((item or "").encode() for item in elements)
    else:
        data = b"".join(bytes(size) if item is None else bytes.fromhex(item) for item in elements)
    found: Json = {"dtype": kind, "shape": list(shape), "order": order, "data": buffers.add(data)}
    if None in elements:
        found["valid"] = buffers.add(bytes(item is not None for item in elements))
    return {**found, **({"unit": unit} if unit else {}), **({"zone": zone} if zone else {})}


def _text(buffers: Buffers, text: str) -> Json:
    return {"v": text} if len(text) < LONG else {"data": buffers.add(text.encode())}


def _dict(buffers: Buffers, items: tuple[tuple[str, Plain], ...], called: Plain | None = None) -> Json:
    keys = [key for key, _ in items]
    return {"k": keys, "v": [tree(item, buffers) for _, item in items], **_called(keys, called)}


def _table(
    buffers: Buffers,
    rows: int,
    columns: tuple[tuple[str, Plain], ...],
    labels: Plain | None,
    called: Plain | None = None,
) -> Json:
    names = [name for name, _ in columns]
    found: Json = {"rows": rows, "names": names, "columns": [tree(column, buffers) for _, column in columns]}
    if labels is not None:
        index = {"names": list(labels[0]), "as": labels[1], "columns": [tree(column, buffers) for column in labels[2]]}
        found["index"] = {**index, **_called(None, labels[3] if len(labels) > 3 else None)}
    return {**found, **_called(names, called)}


def _called(texts: list[str] | None, called: Plain | None) -> Json:
    if called is None:
        return {}
    tag, values, more = called
    nothing = Buffers()
    found: Json = {
        "as": tag,
        "v": [tree(each, nothing) for each in values],
        "more": [tree(each, nothing) for each in more],
    }
    return {"labels": found if texts is None else {**found, "k": texts}}


_FIELDS: dict[str, Any] = {
    "null": lambda buffers: {},
    "na": lambda buffers, of: {"of": of},
    "bool": lambda buffers, v: {"v": v},
    "int": lambda buffers, n: {"v": str(n)},
    "float": lambda buffers, bits: {"v": bits},
    "complex": lambda buffers, real, imaginary: {"v": [real, imaginary]},
    "text": _text,
    "bytes": lambda buffers, data: {"data": buffers.add(data)},
    "date": lambda buffers, text: {"v": text},
    "time": lambda buffers, text: {"v": text},
    "datetime": lambda buffers, text, zone, offset: {"v": text, **({"zone": zone, "offset": offset} if zone else {})},
    "duration": lambda buffers, n: {"v": str(n)},
    "list": lambda buffers, items: {"v": [tree(item, buffers) for item in items]},
    "dict": _dict,
    "array": _array,
    "factor": lambda buffers, levels, ordered, data: {
        "shape": [len(data) // 4],
        "levels": tree(levels, buffers),
        "ordered": ordered,
        "data": buffers.add(data),
    },
    "table": _table,
    "sparse": lambda buffers, layout, shape, *parts: {
        "layout": layout,
        "shape": list(shape),
        **{name: tree(part, buffers) for name, part in zip(("values", "rows", "columns"), parts, strict=True)},
    },
}


def float_of(number: float) -> Plain:
    """Return a double as a value."""
    return ("float", "", struct.pack(">d", number).hex())


def with_tags(value: Plain, tag_of: Callable[[Plain], str]) -> Plain:
    """Return a value with other tags of its arrays."""
    kind, tag, *rest = value
    match kind:
        case "list":
            rest = [tuple(with_tags(item, tag_of) for item in rest[0])]
        case "dict":
            rest[0] = tuple((key, with_tags(item, tag_of)) for key, item in rest[0])
        case "table":
            _, columns, labels, *_ = rest
            if labels is not None:
                rest[2] = (*labels[:2], tuple(with_tags(column, tag_of) for column in labels[2]), *labels[3:])
            rest[1] = tuple((name, with_tags(column, tag_of)) for name, column in columns)
        case "array":
            tag = tag_of(value)
    return (kind, tag, *rest)
