"""How long a value is, and what is the first axis of an array: what cutting and joining have in common."""

from dataclasses import dataclass, replace
from typing import TypeVar, cast

from . import nodes as n
from .nodes import Node

SCALARS = (n.NA, n.Bool, n.Int, n.Float, n.Complex, n.Text, n.Date, n.Time, n.DateTime, n.Duration)

SomeNode = TypeVar("SomeNode", bound=Node)


@dataclass(frozen=True, slots=True)
class Scalars:
    """What a language has in place of scalars: vectors of one element, or a matrix of 1 x 1.

    An adapter of such a language has one as `scalars`.
    """

    dimensions: int
    """0 where there are scalars, 1 or 2. In a language of matrices a vector is a row, or a column."""
    integer: str = ""
    """The dtype of an integer that has no tag."""
    tag: str = ""
    """What makes of an array of one dimension and one element a vector."""


NONE = Scalars(0)


def length_of(node: Node, scalars: Scalars) -> int | None:
    """Return how many elements, rows or bytes a value has; None for one that has no length."""
    match node:
        case n.Array():
            return node.shape[axis_of(node, scalars)]
        case n.Factor(count=count):
            return count
        case n.List(packed=n.Array() as packed):
            return packed.count
        case n.List(items=items) | n.Dict(items=items):
            return len(items)
        case n.Table(rows=rows):
            return rows
        case n.Bytes(data=data):
            return data.length
        case n.Sparse():
            return None
        case n.Null():
            return 0 if scalars.dimensions else None
        case _:
            return 1 if scalars.dimensions else None


def axis_of(array: n.Array, scalars: Scalars) -> int:
    """Return along which axis an array is cut and joined: the first, but for rows where they are vectors."""
    return 1 if scalars.dimensions == 2 and len(array.shape) == 2 and array.shape[0] == 1 else 0


def vector(array: n.Array, scalars: Scalars) -> n.Array:
    """Return an array of one element as the vector that it is part of, where a language tells them apart."""
    if array.shape == (1,) and not array.tag:
        return replace(array, tag=scalars.tag)
    return array


def of_elements(node: SomeNode) -> SomeNode:
    """Return a value with what its tags, and those of its columns, say of some of its elements, too."""
    found: Node = node
    if "\t" in node.tag:
        tag = "\t".join(node.tag.split("\t")[:2]).rstrip("\t")
        found = replace(node, tag="" if tag.endswith(":") else tag)
    if isinstance(found, n.Table):
        index = found.index
        if index is not None:
            index = replace(index, columns=tuple(map(of_elements, index.columns)))
        found = replace(found, columns=tuple(map(of_elements, found.columns)), index=index)
    return cast("SomeNode", found)
