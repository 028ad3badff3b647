"""Lists with their elements one by one, and lists of nothing but nulls."""

from collections.abc import Callable

from . import nodes as n
from .array_join import ArrayPart
from .buffers import Source
from .nodes import SIZES, Dtype, Node, Ref


def unpacked(node: n.List, source: Source) -> n.List | None:
    """Return a list with its elements as nodes; None if they have none that is the same in every language."""
    array = node.packed
    if array is None:
        return node
    made = _maker(array.dtype.kind)
    if made is None:
        return None
    size = SIZES[array.dtype.kind]
    if size is None:
        values = [made(text) for text in source.texts(array.data)] if array.count else []
    else:
        values = [made(part[at : at + size]) for part in source.parts(array.data) for at in range(0, len(part), size)]
    valid = b"\1" * array.count if array.valid is None else source.read(array.valid)
    return n.List(tuple(value if there else n.Null() for value, there in zip(values, valid, strict=True)), tag=node.tag)


def _maker(kind: str) -> Callable[[bytes], Node] | None:
    if kind == "text":
        return lambda raw: n.Text(raw.decode())
    if kind == "b1":
        return lambda raw: n.Bool(raw != b"\0")
    if kind == "f8":
        return lambda raw: n.Float(raw[::-1].hex())
    if kind == "c16":
        return lambda raw: n.Complex(raw[7::-1].hex(), raw[:7:-1].hex())
    if kind[0] in "iu":
        return lambda raw: n.Int(int.from_bytes(raw, "little", signed=kind[0] == "i"))
    return None


def nulls_of(node: n.List, dtype: Dtype) -> ArrayPart | None:
    """Return a list of nothing but nulls as an array; None for another one."""
    if node.packed is not None or not all(isinstance(item, n.Null) for item in node.items):
        return None
    count, size = len(node.items), SIZES[dtype.kind]
    data = b"\xff" * (count - 1) if dtype.kind == "text" else bytes(count * size if size else 8 * (count + 1))
    array = n.Array(dtype, (count,), "C", Ref(0, len(data)), Ref(len(data), count))
    return ArrayPart(array, Source(content=data + bytes(count)))
