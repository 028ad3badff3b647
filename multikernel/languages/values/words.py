"""What the type of a value on its way is called in errors."""

from . import nodes as n
from .nodes import Node

ELEMENTS = {"b1": "bool", "text": "text", "bytes": "bytes", "date": "date", "time": "time", "duration": "duration"}


def words(node: Node) -> str:
    """Return what to call the type of a value."""
    match node:
        case n.Array(dtype=dtype, shape=shape):
            return f"array of {_element(dtype)}, {' x '.join(map(str, shape))}"
        case n.NA(of=of):
            return f"NA of type {of}"
        case n.DateTime(offset=None):
            return "datetime"
        case n.DateTime(zone=zone):
            return f"datetime, {zone}"
        case n.List(packed=n.Array(dtype=dtype)):
            return f"list of {_element(dtype)}"
        case n.Null():
            return "null"
        case n.Table():
            return "data frame"
        case n.Sparse(shape=shape):
            return f"sparse matrix, {' x '.join(map(str, shape))}"
        case n.Dict():
            return "dictionary"
        case n.Int():
            return "integer"
        case _:
            return type(node).__name__.lower()


def _element(dtype: n.Dtype) -> str:
    if dtype.kind == "datetime":
        return f"datetime64[{dtype.unit}]" + (f", {dtype.zone}" if dtype.zone else "")
    numeric = {"i": "int", "u": "uint", "f": "float", "c": "complex"}
    return ELEMENTS.get(dtype.kind) or f"{numeric[dtype.kind[0]]}{8 * int(dtype.kind[1:])}"
