"""A checked value as JSON again, for languages that read that; all in ASCII."""

import json
from typing import Any

from . import manifest as m
from .manifest import Node, Ref

Json = dict[str, Any]


def to_text(node: Node) -> str:
    """Return a value as JSON text, as `docs/variables.md` describes it."""
    return json.dumps(to_json(node), separators=(",", ":"))


def to_json(node: Node) -> Json:
    """Return a value as what `json` writes."""
    made = _plain(node)
    return {**made, "as": node.tag} if node.tag else made


def _plain(node: Node) -> Json:
    match node:
        case m.Null():
            return {"t": "null"}
        case m.NA(of=of):
            return {"t": "na", "of": of}
        case m.Bool(value=value):
            return {"t": "bool", "v": value}
        case m.Int(value=number):
            return {"t": "int", "v": str(number)}
        case m.Float(bits=bits):
            return {"t": "float", "v": bits}
        case m.Complex(real=real, imaginary=imaginary):
            return {"t": "complex", "v": [real, imaginary]}
        case m.Text(value=text, data=data):
            return {"t": "text", "v": text} if data is None else {"t": "text", "data": _ref(data)}
        case m.Bytes(data=ref):
            return {"t": "bytes", "data": _ref(ref)}
        case m.Date(value=text):
            return {"t": "date", "v": text}
        case m.Time(value=text):
            return {"t": "time", "v": text}
        case m.DateTime(value=text, zone=zone, offset=offset):
            return {"t": "datetime", "v": text, **({} if offset is None else {"zone": zone, "offset": offset})}
        case m.Duration(nanoseconds=number):
            return {"t": "duration", "v": str(number)}
        case m.List(items=items, packed=packed):
            return {"t": "list", "v": [*map(to_json, items)]} if packed is None else _packed(packed)
        case m.Dict(keys=keys, items=items):
            return {"t": "dict", "k": list(keys), "v": [*map(to_json, items)]}
        case m.Array():
            return _array(node)
        case m.Factor():
            levels = to_json(node.levels)
            made = {"t": "factor", "shape": [node.count], "levels": levels, "ordered": node.ordered}
            return {**made, "data": _ref(node.data)}
        case m.Frame():
            return _frame(node)


def _ref(ref: Ref) -> list[int]:
    return [ref.offset, ref.length]


def _packed(packed: m.Array) -> Json:
    return {"t": "list", "packed": to_json(packed)}


def _array(node: m.Array) -> Json:
    made: Json = {"t": "array", "dtype": node.dtype.kind, "shape": list(node.shape), "order": node.order}
    made["data"] = _ref(node.data)
    if node.dtype.unit:
        made["unit"] = node.dtype.unit
    if node.dtype.zone:
        made["zone"] = node.dtype.zone
    if node.valid is not None:
        made["valid"] = _ref(node.valid)
    return made


def _frame(node: m.Frame) -> Json:
    made: Json = {"t": "frame", "rows": node.rows, "names": list(node.names)}
    made["columns"] = [to_json(column) for column in node.columns]
    if node.index is not None:
        columns = [to_json(column) for column in node.index.columns]
        made["index"] = {"names": list(node.index.names), "columns": columns, "as": node.index.tag}
    return made
