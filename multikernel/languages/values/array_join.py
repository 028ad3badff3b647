"""Joins arrays along an axis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from . import nodes as n
from .array_data import elements, packed, some_columns
from .buffers import SEPARATOR, Sink, Source
from .elements import NONE, Scalars, axis_of
from .nodes import SIZES, Order, Ref
from .singles import PER_SECOND, in_unit


@dataclass(frozen=True, slots=True)
class ArrayPart:
    """One of the arrays."""

    array: n.Array
    source: Source
    scalars: Scalars = NONE

    @property
    def axis(self) -> int:
        """Along which it is joined, if all others are, too."""
        return axis_of(self.array, self.scalars)

    @property
    def order(self) -> Order | None:
        """In which order its elements are; None where it is both."""
        return self.array.order if sum(length != 1 for length in self.array.shape) > 1 else None

    def has_kind_of(self, other: "ArrayPart") -> bool:
        """Whether the elements are of one type, but for the unit of times."""
        return replace(self.array.dtype, unit="") == replace(other.array.dtype, unit="")

    def has_shape_of(self, other: "ArrayPart", axis: int) -> bool:
        """Whether one can stand behind the other along an axis."""
        shape, others = self.array.shape, other.array.shape
        return len(shape) == len(others) and _beside(shape, axis) == _beside(others, axis)


def _beside(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[axis + 1 :]


def in_one_unit(parts: Sequence[ArrayPart]) -> list[ArrayPart] | None:
    """Return arrays of times in the finest of their units; None if some are too far away for it."""
    if not parts[0].array.dtype.unit:
        return list(parts)
    unit = max((part.array.dtype.unit for part in parts), key=PER_SECOND.__getitem__)
    scaled = [in_unit(part.array, part.source, unit) for part in parts]
    found = [replace(part, array=made[0], source=made[1]) for part, made in zip(parts, scaled, strict=True) if made]
    return found if len(found) == len(parts) else None


def join_arrays(parts: Sequence[ArrayPart], axis: int, sink: Sink) -> n.Array:
    """Return arrays that fit together as one, without a tag."""
    first = parts[0].array
    order = next((part.order for part in parts if part.order is not None), first.order)
    is_in_line = order == "C" or axis == 1 or len(first.shape) == 1
    length = sum(part.array.shape[axis] for part in parts)
    shape = (*first.shape[:axis], length, *first.shape[axis + 1 :])
    data = sink.put(_in_line(parts) if is_in_line else _by_columns(parts))
    valid = None
    if any(part.array.valid is not None for part in parts):
        bits = [_validity(part) for part in parts]
        valid = sink.put(_in_line(bits) if is_in_line else _by_columns(bits))
    return n.Array(first.dtype, shape, order, data, valid)


def _validity(part: ArrayPart) -> ArrayPart:
    """Return which elements are not null as an array."""
    array, source, valid = part.array, part.source, part.array.valid
    if valid is None:
        source, valid = Source(content=b"\1" * array.count), Ref(0, array.count)
    return ArrayPart(replace(array, dtype=n.Dtype("b1"), data=valid, valid=None), source, part.scalars)


def _in_line(parts: Sequence[ArrayPart]) -> Iterator[bytes]:
    """Yield the data of arrays whose elements follow each other."""
    kind = parts[0].array.dtype.kind
    if kind == "bytes":
        yield from packed(kind, [each for part in parts for each in elements(part.source, part.array)])
        return
    for at, part in enumerate(parts):
        if kind == "text" and at:
            yield SEPARATOR
        yield from part.source.parts(part.array.data)


def _by_columns(parts: Sequence[ArrayPart]) -> Iterator[bytes]:
    """Yield the data of matrices whose columns lie one behind the other: the first column of each comes first."""
    kind = parts[0].array.dtype.kind
    rows = [part.array.shape[0] for part in parts]
    width = parts[0].array.count // rows[0] if rows[0] else 0
    size = SIZES[kind]
    if size is None:
        found = [elements(part.source, part.array) for part in parts]
        columns = (
            each[at * count : (at + 1) * count] for at in range(width) for each, count in zip(found, rows, strict=True)
        )
        yield from packed(kind, [text for column in columns for text in column])
        return
    for first, last in some_columns(width, size * sum(rows)):
        if last == first + 1:
            for part, count in zip(parts, rows, strict=True):
                column = count * size
                yield from part.source.parts(part.array.data, first * column, last * column)
            continue
        blocks = [
            (part.source.read(part.array.data, first * count * size, last * count * size), count * size)
            for part, count in zip(parts, rows, strict=True)
        ]
        yield b"".join(block[at * column : (at + 1) * column] for at in range(last - first) for block, column in blocks)
