"""Values to join, written shortly."""

from typing import Any

from multikernel.languages.values.elements import NONE, Scalars

from ..plain import Plain
from .chunks import Desk, content


def array(
    kind: str, *elements: Any, tag: str = "", shape: tuple[int, ...] = (), order: str = "C", **more: str
) -> Plain:
    """Return an array of elements, as hex but for texts."""
    return ("array", tag, kind, more.get("unit", ""), more.get("zone", ""), shape or (len(elements),), order, elements)


def ints(*numbers: int | None, kind: str = "i8", **more: Any) -> Plain:
    """Return an array of integers."""
    size = int(kind[1:])
    return array(
        kind, *(None if each is None else each.to_bytes(size, "little", signed=True).hex() for each in numbers), **more
    )


def items(*values: Plain, tag: str = "") -> Plain:
    """Return a list."""
    return ("list", tag, values)


def packed(value: Plain, tag: str = "python:list int") -> Plain:
    """Return a list whose elements are an array."""
    return ("packed", tag, value)


def table(*columns: tuple[str, Plain], labels: Plain | None = None, rows: int = 2) -> Plain:
    """Return a data frame."""
    return ("table", "", rows, columns, labels)


def integer(number: int, tag: str = "") -> Plain:
    """Return an integer."""
    return ("int", tag, number)


NULL: Plain = ("null", "")
TRUE: Plain = ("bool", "", True)


def joined(files: Desk, *values: Plain, scalars: Scalars = NONE) -> Plain:
    """Return values that were joined."""
    pieces = [files.put(value, f"worker[{at}]", scalars) for at, value in enumerate(values)]
    return content(files.join(pieces))
