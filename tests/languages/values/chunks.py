"""Values with their data files, cut and joined."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st

from multikernel.languages.values.as_json import to_text
from multikernel.languages.values.buffers import Sink, Source
from multikernel.languages.values.cutting import cut
from multikernel.languages.values.elements import NONE, Scalars
from multikernel.languages.values.joining import join
from multikernel.languages.values.nodes import Node
from multikernel.languages.values.pieces import Piece
from multikernel.languages.values.reader import Json, read, read_json

from .. import drawn
from ..plain import Buffers, Plain, plain, tree

KINDS = ("b1", "i1", "i2", "i4", "i8", "u2", "u8", "f4", "f8", "c16", "date", "time", "datetime", "duration", "text")
TEXTS = drawn.TEXTS
ROWS = st.integers(0, 9)


def columns(rows: int) -> st.SearchStrategy[Plain]:
    """Return columns of arrays, and of anything."""
    anything = st.lists(drawn.scalars() | drawn.NULLS | drawn.BYTES, min_size=rows, max_size=rows).map(tuple)
    return drawn.arrays(KINDS, nullable=KINDS, count=rows) | st.tuples(st.just("list"), drawn.TAGS, anything)


lists = st.tuples(st.just("list"), drawn.TAGS, st.lists(drawn.nested(drawn.scalars() | drawn.BYTES)).map(tuple))
dicts = st.tuples(st.just("dict"), drawn.TAGS, st.lists(st.tuples(TEXTS, drawn.scalars()), max_size=9).map(tuple))
vectors = ROWS.flatmap(lambda rows: drawn.arrays(KINDS, nullable=KINDS, count=rows))
IN_LISTS = ("b1", "i1", "u8", "f8", "text")
packed = ROWS.flatmap(lambda rows: drawn.arrays(IN_LISTS, nullable=IN_LISTS, count=rows)).map(
    lambda array: ("packed", "python:list", ("array", "", *array[2:]))
)
values = (
    vectors
    | drawn.arrays(KINDS, nullable=KINDS)
    | ROWS.flatmap(drawn.factors)
    | drawn.tables(columns)
    | lists
    | packed
    | dicts
    | drawn.BYTES
)
"""What can be cut; `packed` is a list whose elements are an array."""


class Desk:
    """A folder with data files."""

    def __init__(self, folder: Path) -> None:
        """Take a folder."""
        self._files = (str(folder / str(number)) for number in count())

    def put(self, value: Plain, backend: str = "a", scalars: Scalars = NONE) -> Piece:
        """Write a value."""
        buffers = Buffers()
        kind, tag, *rest = value
        root: Json = (
            {"t": "list", "as": tag, "packed": tree(rest[0], buffers)} if kind == "packed" else tree(value, buffers)
        )
        path = next(self._files)
        Path(path).write_bytes(buffers.content)
        return Piece(read(root, len(buffers.content)), Source(path), backend, scalars)

    def cut(self, piece: Piece, number: int) -> list[Piece]:
        """Cut a value into chunks, each checked as what a child has written would be."""
        paths = [next(self._files) for _ in range(number)]
        with ExitStack() as stack:
            sinks = [stack.enter_context(Sink(path)) for path in paths]
            source = stack.enter_context(piece.source)
            chunks = cut(piece.node, number, source, sinks, piece.scalars)
        return [
            Piece(checked(chunk, path), Source(path), f"worker[{at}]", piece.scalars)
            for at, (chunk, path) in enumerate(zip(chunks, paths, strict=True))
        ]

    def join(self, pieces: Sequence[Piece]) -> Piece:
        """Join values."""
        path = next(self._files)
        with Sink(path) as sink, ExitStack() as stack:
            for piece in pieces:
                stack.enter_context(piece.source)
            joined = join(pieces, sink)
        return Piece(checked(joined, path), Source(path), "joined")


def checked(node: Node, path: str) -> Node:
    """Return a value as the reader reads it."""
    return read(read_json(to_text(node).encode()), Path(path).stat().st_size)


def content(piece: Piece) -> Plain:
    """Return a value in the form of `plain`."""
    return plain(piece.node, Path(piece.source._path).read_bytes())


@contextmanager
def desk() -> Iterator[Desk]:
    """Return a folder for one example."""
    with TemporaryDirectory() as folder:
        yield Desk(Path(folder))


def rows_of(value: Plain) -> list[Any]:
    """Return the elements of a value, the rows of a matrix or the rows of a data frame."""
    kind, _, *rest = value
    match kind:
        case "array":
            _, _, _, shape, order, elements = rest
            steps = [1] * len(shape)
            axes = list(range(len(shape)))
            for axis, before in zip(
                axes[1:] if order == "F" else axes[-2::-1], axes if order == "F" else axes[:0:-1], strict=False
            ):
                steps[axis] = steps[before] * shape[before]
            below = list(product(*map(range, shape[1:])))
            return [
                [elements[sum(i * step for i, step in zip((row, *place), steps, strict=True))] for place in below]
                for row in range(shape[0])
            ]
        case "factor":
            _, _, data = rest
            return [data[at : at + 4] for at in range(0, len(data), 4)]
        case "table":
            rows, cells, labels, *_ = rest
            parts = [rows_of(column) for _, column in cells] + [rows_of(part) for part in (labels or ((), "", ()))[2]]
            return [[part[row] for part in parts] for row in range(rows)]
        case _:
            return list(rest[0])
