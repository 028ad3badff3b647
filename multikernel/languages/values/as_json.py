"""A checked value as JSON again, for languages that read that; all in ASCII.

It is put together node by node: `json.dumps` would hold the interpreter's lock, and so the event loop, for the
whole of a large value.
"""

from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from . import nodes as n
from .nodes import Node, Ref
from .tables import shown_names

VALUE = "value.json"
SHORT = 200
"""Characters of a tag that is likely to be there more than once."""


def write(node: Node, folder: str) -> None:
    """Write a value into the file `value.json` of a folder, for import code to read."""
    Path(folder, VALUE).write_text(to_text(node), "ascii")


def to_text(node: Node) -> str:
    """Return a value as JSON text, with the fields that `values.reader` reads."""
    parts: list[str] = []
    _add(node, parts)
    return "".join(parts)


def _as(tag: str) -> str:
    """Return the field of a tag."""
    return _short_as(tag) if len(tag) < SHORT else f',"as":{quoted(tag)}'


@lru_cache(1000)
def _short_as(tag: str) -> str:
    return f',"as":{quoted(tag)}' if tag else ""


def _add(node: Node, parts: list[str]) -> None:
    match node:
        case n.Null():
            parts.append('{"t":"null"')
        case n.NA(of=of):
            parts.append(f'{{"t":"na","of":{quoted(of)}')
        case n.Bool(value=value):
            parts.append('{"t":"bool","v":true' if value else '{"t":"bool","v":false')
        case n.Int(value=number):
            parts.append(f'{{"t":"int","v":"{number}"')
        case n.Float(bits=bits):
            parts.append(f'{{"t":"float","v":"{bits}"')
        case n.Text(value=text, data=None):
            parts.append(f'{{"t":"text","v":{quoted(text)}')
        case n.Text(data=Ref() as ref):
            parts.append(f'{{"t":"text","data":{_ref(ref)}')
        case n.List(items=items, packed=None):
            parts.append('{"t":"list","v":[')
            _add_all(items, parts)
            parts.append('],"of_lists":true' if node.of_lists else "]")
        case n.List(packed=n.Array() as packed):
            parts.append('{"t":"list","packed":')
            _add(packed, parts)
        case n.Dict(keys=keys, items=items, labels=labels):
            parts.append(f'{{"t":"dict","k":{_texts(keys)},"v":[')
            _add_all(items, parts)
            parts.append("]")
            _add_labels(keys, labels, parts)
        case n.Complex(real=real, imaginary=imaginary):
            parts.append(f'{{"t":"complex","v":["{real}","{imaginary}"]')
        case n.Bytes(data=ref):
            parts.append(f'{{"t":"bytes","data":{_ref(ref)}')
        case n.Date(value=text):
            parts.append(f'{{"t":"date","v":{quoted(text)}')
        case n.Time(value=text):
            parts.append(f'{{"t":"time","v":{quoted(text)}')
        case n.DateTime(value=text, zone=zone, offset=offset):
            where = "" if offset is None else f',"zone":{quoted(zone)},"offset":{offset}'
            parts.append(f'{{"t":"datetime","v":{quoted(text)}{where}')
        case n.Duration(nanoseconds=number):
            parts.append(f'{{"t":"duration","v":"{number}"')
        case n.Array():
            parts.append(_array(node))
        case n.Factor(count=count, levels=levels, ordered=ordered, data=ref):
            parts.append(f'{{"t":"factor","shape":[{count}],"ordered":{_bool(ordered)},"data":{_ref(ref)},"levels":')
            _add(levels, parts)
        case n.Table():
            _add_table(node, parts)
        case n.Sparse(layout=layout, shape=(rows, columns)):
            parts.append(f'{{"t":"sparse","layout":"{layout}","shape":[{rows},{columns}]')
            for name, part in (("values", node.values), ("rows", node.rows), ("columns", node.columns)):
                parts.append(f',"{name}":')
                _add(part, parts)
    parts.append(_as(node.tag) + "}")


def _add_all(items: Sequence[Node], parts: list[str]) -> None:
    for position, item in enumerate(items):
        if position:
            parts.append(",")
        _add(item, parts)


def _array(node: n.Array) -> str:
    shape = ",".join(map(str, node.shape))
    unit = f',"unit":"{node.dtype.unit}"' if node.dtype.unit else ""
    zone = f',"zone":{quoted(node.dtype.zone)}' if node.dtype.zone else ""
    valid = "" if node.valid is None else f',"valid":{_ref(node.valid)}'
    kind = f'"dtype":"{node.dtype.kind}"{unit}{zone}'
    return f'{{"t":"array",{kind},"shape":[{shape}],"order":"{node.order}","data":{_ref(node.data)}{valid}'


def _add_table(node: n.Table, parts: list[str]) -> None:
    parts.append(f'{{"t":"table","rows":{node.rows},"names":{_texts(node.names)},"columns":[')
    _add_all(node.columns, parts)
    parts.append("]")
    if (index := node.index) is not None:
        own, shown = index_fields(index), _texts(shown_names(index.names, node.names))
        parts.append(f',"index":{{{",".join(map(_field, own.items()))},"shown":{shown},"columns":[')
        _add_all(index.columns, parts)
        parts.append("]}")
    _add_labels(node.names, node.labels, parts)


def index_fields(index: n.Index) -> dict[str, str]:
    """Return what an index has beside its columns, as fields of JSON."""
    names = ",".join("null" if name is None else quoted(name) for name in index.names)
    fields = {"names": f"[{names}]"}
    if index.tag:
        fields["as"] = quoted(index.tag)
    if index.labels is not None:
        fields["labels"] = labels_to_text(None, index.labels)
    return fields


def labels_to_text(texts: Sequence[str] | None, labels: n.Labels | None) -> str:
    """Return labels as JSON text, with the texts that stand for them; the empty string if there are none."""
    if labels is None:
        return ""
    parts = ["{"] if texts is None else [f'{{"k":{_texts(texts)},']
    parts.append('"v":[')
    _add_all(labels.values, parts)
    parts.append("]")
    if labels.more:
        parts.append(',"more":[')
        _add_all(labels.more, parts)
        parts.append("]")
    return "".join([*parts, _as(labels.tag), "}"])


def _add_labels(texts: Sequence[str], labels: n.Labels | None, parts: list[str]) -> None:
    if labels is not None:
        parts.append(f',"labels":{labels_to_text(texts, labels)}')


def _field(field: tuple[str, str]) -> str:
    return f'"{field[0]}":{field[1]}'


def _ref(ref: Ref) -> str:
    return f"[{ref.offset},{ref.length}]"


def _texts(texts: Sequence[str]) -> str:
    return f"[{','.join(map(quoted, texts))}]"


def _bool(value: bool) -> str:
    return "true" if value else "false"
