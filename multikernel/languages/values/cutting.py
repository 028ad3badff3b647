"""Cuts a value into contiguous chunks, each with a data file of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from . import nodes as n
from .array_data import byte_strings, elements, packed, rows_of_columns
from .buffers import Sink, Source, moved
from .elements import NONE, Scalars, axis_of, length_of, of_elements, vector
from .nodes import SIZES, Node, Ref

Range = tuple[int, int]
"""Where a chunk begins and ends, in elements or rows."""


def ranges_of(length: int, count: int) -> list[Range]:
    """Return the chunks of a length: their sizes differ by one at most, and the first get more."""
    size, more = divmod(length, count)
    starts = [size * at + min(at, more) for at in range(count + 1)]
    return list(pairwise(starts))


def cut(node: Node, count: int, source: Source, sinks: Sequence[Sink], scalars: Scalars = NONE) -> list[Node]:
    """Return the chunks of a value that has a length; ManifestError where its data file is not what it should be."""
    length = length_of(node, scalars)
    assert length is not None
    return _Cutter(ranges_of(length, count), source, sinks, scalars).cut(of_elements(node))


class _Cutter:
    def __init__(self, ranges: list[Range], source: Source, sinks: Sequence[Sink], scalars: Scalars) -> None:
        self._ranges = ranges
        self._source = source
        self._sinks = sinks
        self._scalars = scalars

    def cut(self, node: Node) -> list[Node]:
        match node:
            case n.Array():
                return [vector(chunk, self._scalars) for chunk in self._array(node)]
            case n.Table():
                return [*self._table(node)]
            case n.Factor():
                return [*self._factor(node)]
            case n.List(packed=n.Array() as packed):
                return [replace(node, packed=chunk) for chunk in self._array(packed)]
            case n.List(items=items):
                return [replace(node, items=chunk) for chunk in self._items(items)]
            case n.Dict():
                return [*self._dict(node)]
            case n.Bytes(data=data):
                return [replace(node, data=self._bytes(data, 1, each, sink)) for each, sink in self._chunks()]
            case _:
                # A vector of one element, or of none.
                return [
                    moved(node, self._source, sink) if end > begin else n.Null()
                    for (begin, end), sink in self._chunks()
                ]

    def _chunks(self) -> Iterator[tuple[Range, Sink]]:
        return zip(self._ranges, self._sinks, strict=True)

    def _items(self, items: tuple[Node, ...]) -> list[tuple[Node, ...]]:
        return [
            tuple(moved(item, self._source, sink) for item in items[begin:end]) for (begin, end), sink in self._chunks()
        ]

    def _dict(self, node: n.Dict) -> Iterator[n.Dict]:
        for (begin, end), chunk in zip(self._ranges, self._items(node.items), strict=True):
            labels = node.labels and replace(node.labels, values=node.labels.values[begin:end])
            yield replace(node, keys=node.keys[begin:end], items=chunk, labels=labels)

    def _factor(self, factor: n.Factor) -> list[n.Factor]:
        return [
            replace(
                factor,
                count=end - begin,
                levels=moved(factor.levels, self._source, sink),
                data=self._bytes(factor.data, 4, (begin, end), sink),
            )
            for (begin, end), sink in self._chunks()
        ]

    def _table(self, table: n.Table) -> Iterator[n.Table]:
        columns = [self._column(column) for column in table.columns]
        labels = [self._column(column) for column in table.index.columns] if table.index is not None else []
        for at, (begin, end) in enumerate(self._ranges):
            index = None
            if table.index is not None:
                index = replace(table.index, columns=tuple(chunks[at] for chunks in labels))
            yield replace(table, rows=end - begin, columns=tuple(chunks[at] for chunks in columns), index=index)

    def _column(self, column: n.Column) -> Sequence[n.Column]:
        match column:
            case n.Array():
                return self._array(column)
            case n.Factor():
                return self._factor(column)
            case n.List(items=items):
                return [replace(column, items=chunk) for chunk in self._items(items)]

    def _array(self, array: n.Array) -> list[n.Array]:
        axis = axis_of(array, self._scalars)
        rows = array.shape[axis]
        width = array.count // rows if rows else 0
        if array.order == "C" or axis or len(array.shape) == 1:
            data = self._contiguous(array, width)
        else:
            data = self._strided(array, rows, width)
        chunks = []
        for ((begin, end), sink), place in zip(self._chunks(), data, strict=True):
            valid = None
            if array.valid is not None:
                valid = self._valid(array, array.valid, (begin, end), width, sink)
            shape = (*array.shape[:axis], end - begin, *array.shape[axis + 1 :])
            chunks.append(replace(array, shape=shape, data=place, valid=valid))
        return chunks

    def _valid(self, array: n.Array, valid: Ref, each: Range, width: int, sink: Sink) -> Ref:
        axis = axis_of(array, self._scalars)
        if array.order == "C" or axis or len(array.shape) == 1:
            return self._bytes(valid, width, each, sink)
        return sink.put(rows_of_columns(self._source, valid, 1, array.shape[0], each))

    def _bytes(self, ref: Ref, size: int, each: Range, sink: Sink) -> Ref:
        return sink.put(self._source.parts(ref, each[0] * size, each[1] * size))

    def _contiguous(self, array: n.Array, width: int) -> list[Ref]:
        """Copy the data of chunks whose elements lie one behind the other."""
        size = SIZES[array.dtype.kind]
        if size is not None:
            return [self._bytes(array.data, size * width, each, sink) for each, sink in self._chunks()]
        if array.dtype.kind == "bytes":
            return [
                sink.put(byte_strings(self._source, array, begin * width, end * width))
                for (begin, end), sink in self._chunks()
            ]
        bounds = [self._ranges[0][0] * width, *(end * width for _, end in self._ranges)]
        # Of no texts there is none that begins or ends.
        starts = self._source.starts_of_texts(array.data, bounds) if array.count else [0] * len(bounds)
        found = []
        for at, (sink, begin, end) in enumerate(zip(self._sinks, starts, starts[1:], strict=False)):
            has_texts = bounds[at + 1] > bounds[at]
            found.append(sink.put(self._source.parts(array.data, begin, end - 1) if has_texts else ()))
        return found

    def _strided(self, array: n.Array, rows: int, width: int) -> list[Ref]:
        """Copy the data of chunks of rows, where the columns lie one behind the other."""
        size = SIZES[array.dtype.kind]
        if size is not None:
            return [
                sink.put(rows_of_columns(self._source, array.data, size, rows, each)) for each, sink in self._chunks()
            ]
        found = elements(self._source, array)
        return [
            sink.put(
                packed(
                    array.dtype.kind,
                    [text for at in range(width) for text in found[at * rows + begin : at * rows + end]],
                )
            )
            for (begin, end), sink in self._chunks()
        ]
