"""Writes scalars, lists, tuples, sets and dicts of Python's own as nodes."""

import datetime
import decimal
from typing import Any, Optional

from ..encoding import bits, encoded, joined, little
from ..files import Refused, type_name
from ..labels import is_literal, texts_of
from ..memory import LABEL, Origin
from .exporter import Exporter, Kinds, Node
from .times import TIMES, moment, nanoseconds, packed_times, time_of_day

LONG_TEXT = 10_000
INT64 = range(-(1 << 63), 1 << 63)
LABELS = frozenset([bool, int, float, complex, decimal.Decimal, type(None), *TIMES])
"""What keys may be, besides texts, tuples, and single values of numpy and pandas."""
EMPTY = {bool: False, int: 0, float: 0.0, complex: 0j, str: ""}
"""What lists are packed of, and what stands for None in them."""


def sequence(exporter: Exporter, values: list[Any], origin: Optional[Origin]) -> Node:
    """Return the node of a list."""
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if len(kinds) == 1 and (origin is None or not origin.of_list(len(values))):
        kind = kinds.pop()
        whole = packed(exporter, values, kind)
        if whole is not None:
            tag = whole.pop("as", "")
            return {"t": "list", "packed": whole, "as": f"python:list {kind.__name__}{tag}"}
    return {"t": "list", "v": exporter.parts("item", values, origin, len(values))}


def container(exporter: Exporter, values: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a tuple or a set."""
    kind = type(values).__name__
    nodes = exporter.parts("tuple" if kind == "tuple" else "set", values, origin, len(values))
    return {"t": "list", "v": nodes, "as": f"python:{kind}"}


def packed(exporter: Exporter, values: list[Any], kind: type) -> Optional[Node]:
    """Return an array of scalars that are all of one type or None, or None where that has no array."""
    from array import array

    if kind in TIMES:
        return packed_times(exporter, values, kind)
    if kind is decimal.Decimal:
        return packed(exporter, [None if value is None else str(value) for value in values], str)
    if kind not in EMPTY:
        return None
    valid = bytes([value is not None for value in values])
    has_nulls = 0 in valid
    filled: list[Any] = [EMPTY[kind] if value is None else value for value in values] if has_nulls else values
    node: Node = {"t": "array", "shape": [len(values)]}
    if kind is bool:
        node.update(dtype="b1", data=exporter.data.put(bytes(filled)))
    elif kind is int:
        if min(filled) not in INT64 or max(filled) not in INT64:
            return None
        node.update(dtype="i8", data=exporter.data.put(little(array("q", filled))))
    elif kind is float:
        node.update(dtype="f8", data=exporter.data.put(little(array("d", filled))))
    elif kind is complex:
        parts = [part for value in filled for part in (value.real, value.imag)]
        node.update(dtype="c16", data=exporter.data.put(little(array("d", parts))))
    else:
        try:
            node.update(dtype="text", data=exporter.data.put_parts(joined(filled)))
        except Refused:
            # The one that is wrong is found element by element.
            return None
    if has_nulls:
        node["valid"] = exporter.data.put(valid)
    return node


def exact_number(exporter: Exporter, value: decimal.Decimal, origin: Optional[Origin]) -> Node:
    """Return the node of a Decimal, a text: its digits, which no other language has as a number."""
    return {**text(exporter, str(value), origin), "as": "python:decimal.Decimal"}


def mapping(exporter: Exporter, value: dict[Any, Any], origin: Optional[Origin]) -> Node:
    """Return the node of a dict; Refused for keys that others have nothing for."""
    origins = origin.parts if origin is not None else {}
    node: Node = {"t": "dict", "k": list(value)}
    if all(type(key) is str for key in value):
        for key in value:
            encoded(key)
    else:
        node["k"] = texts_of(node["k"])
        node["labels"] = {"k": node["k"], "v": [key_of(exporter, key, origins.get((LABEL, key))) for key in value]}
    steps = [("key", key) if is_literal(key) else ("place", at) for at, key in enumerate(value)]
    node["v"] = [exporter.part(step, item, origins.get(key)) for step, (key, item) in zip(steps, value.items())]
    return node


def key_of(exporter: Exporter, key: Any, origin: Optional[Origin]) -> Node:
    """Return what a key is called; Refused, for the dict, if nothing in others is."""
    try:
        return label(exporter, key, origin)
    except Refused:
        shown = repr(key)[:60] if type(key) in (bytes, str) else type(key).__name__
        why = f"has the key {shown}, which others cannot have"
        raise Refused("dict", why, "{str(key): each for key, each in {x}.items()}") from None


def label(exporter: Exporter, value: Any, origin: Optional[Origin] = None) -> Node:
    """Return the node of a label, of which nothing is in the data file; Refused for what none can be made of."""
    kind = type(value)
    if kind is str:
        encoded(value)
        return {"t": "text", "v": value}
    if kind is tuple:
        node: Node = {"t": "list", "v": [label(exporter, part) for part in value], "as": "python:tuple"}
    elif kind in LABELS or kind.__module__.startswith(("numpy", "pandas")):
        node = exporter.node(value)
    else:
        node = {"data": None}
    if "data" in node or node["t"] in ("array", "table"):
        raise Refused(type_name(value), "is nothing that others have keys of")
    return {**node, "as": origin.tag} if origin is not None and origin.tag and origin.fits(value) else node


def text(exporter: Exporter, value: str, origin: Optional[Origin]) -> Node:
    """Return the node of a text."""
    raw = encoded(value)
    return {"t": "text", "v": value} if len(value) < LONG_TEXT else {"t": "text", "data": exporter.data.put(raw)}


def byte_string(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of bytes."""
    return {"t": "bytes", "data": exporter.data.put(value)}


def integer(value: int) -> Node:
    """Return the node of an integer."""
    if value.bit_length() > 13_000:
        raise Refused("int", "has more than 3900 digits", "hex({x})")
    return {"t": "int", "v": str(value)}


PLAIN: Kinds = {
    type(None): lambda exporter, value, origin: {"t": "null"},
    bool: lambda exporter, value, origin: {"t": "bool", "v": value},
    int: lambda exporter, value, origin: {**integer(value), "as": "python:int"},
    float: lambda exporter, value, origin: {"t": "float", "v": bits(value)},
    complex: lambda exporter, value, origin: {"t": "complex", "v": [bits(value.real), bits(value.imag)]},
    str: text,
    decimal.Decimal: exact_number,
    bytes: byte_string,
    bytearray: lambda exporter, value, origin: {**byte_string(exporter, value, origin), "as": "python:bytearray"},
    datetime.datetime: lambda exporter, value, origin: moment(value),
    datetime.date: lambda exporter, value, origin: {
        "t": "date",
        "v": f"{value.year:04}-{value.month:02}-{value.day:02}",
    },
    datetime.time: lambda exporter, value, origin: time_of_day(value),
    datetime.timedelta: lambda exporter, value, origin: {"t": "duration", "v": str(nanoseconds(value))},
    list: sequence,
    tuple: container,
    set: container,
    frozenset: container,
    dict: mapping,
}
"""By exact type: a subclass is another type, which would not come back."""
