"""Joins values into one, one behind the other, or says what does not fit together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from . import nodes as n
from .array_join import ArrayPart, in_one_unit, join_arrays
from .buffers import Sink, Source, moved
from .elements import NONE, SCALARS, of_elements, vector
from .label_joining import are_called_alike, joined_keys
from .nodes import Node
from .pieces import Misfit, Piece, common_tag, refuse, tag_of, with_tag
from .singles import as_array
from .unpacked import OBJECTS, OF_EXACT, nulls_of, unpacked

TAGS_OF_PLAIN = {"", "python:int"}
"""Of single values whose language has lists of them in one piece."""


def join(pieces: Sequence[Piece], sink: Sink) -> Node:
    """Return values as one; Misfit. What has no elements adds nothing, whatever it is.

    Single values become the elements of a list.
    """
    present = [piece for piece in pieces if piece.length != 0]
    if not present:
        return moved(pieces[0].node, pieces[0].source, sink)
    if any(piece.length is None for piece in present):
        return _join_singles(pieces, sink)
    if len(present) == 1:
        return moved(present[0].node, present[0].source, sink)
    return _join("", [replace(piece, node=of_elements(piece.node)) for piece in present], sink)


def _join_singles(pieces: Sequence[Piece], sink: Sink) -> Node:
    single = next(piece for piece in pieces if piece.length is None)
    for piece in pieces:
        if not isinstance(piece.node, (*SCALARS, n.Null)):
            refuse("", single, piece)
    kinds = {type(piece.node) for piece in pieces}
    if len(kinds) == 1 and {piece.node.tag for piece in pieces} <= TAGS_OF_PLAIN and n.Null not in kinds:
        parts = [as_array(piece.node, piece.source, NONE) for piece in pieces]
        arrays = [part for part in parts if part is not None]
        if len(arrays) == len(pieces) and len({array.dtype for array, _ in arrays}) == 1:
            plain = [ArrayPart(replace(array, tag=""), source) for array, source in arrays]
            return n.List((), join_arrays(plain, 0, sink))
    return n.List(tuple(moved(piece.node, piece.source, sink) for piece in pieces))


def _join(path: str, pieces: Sequence[Piece], sink: Sink) -> Node:
    """Return values that have lengths as one."""
    first = pieces[0]
    kinds = {type(piece.node) for piece in pieces if not isinstance(piece.node, SCALARS)}
    if kinds <= {n.Array}:
        return _join_arrays(path, pieces, sink)
    if kinds == {n.Array, n.List} and (lists := _as_lists(pieces)):
        return _join_lists(path, lists, sink)
    if len(kinds) > 1 or any(isinstance(piece.node, SCALARS) for piece in pieces):
        refuse(path, first, next(piece for piece in pieces if type(piece.node) is not type(first.node)))
    nodes = [piece.node for piece in pieces]
    match first.node:
        case n.List():
            return _join_lists(path, pieces, sink)
        case n.Table():
            return _join_tables(path, pieces, sink)
        case n.Factor():
            return _join_factors(path, pieces, sink)
        case n.Dict():
            keys, labels = joined_keys([node for node in nodes if isinstance(node, n.Dict)])
            return n.Dict(keys, _items(pieces, sink), labels, tag=tag_of(path, pieces))
        case n.Bytes():
            data = (part for p in pieces if isinstance(p.node, n.Bytes) for part in p.source.parts(p.node.data))
            return n.Bytes(sink.put(data), tag=tag_of(path, pieces))
    raise AssertionError


def _join_arrays(path: str, pieces: Sequence[Piece], sink: Sink) -> n.Array:
    """Return arrays, and what a language has in place of scalars, as one array."""
    beside = next((piece.node.dtype for piece in pieces if isinstance(piece.node, n.Array)), None)
    parts: list[ArrayPart] = []
    for piece in pieces:
        found = (
            (piece.node, piece.source)
            if isinstance(piece.node, n.Array)
            else as_array(piece.node, piece.source, piece.scalars, beside)
        )
        if found is None:
            refuse(path, pieces[0], piece)
        parts.append(ArrayPart(*found, piece.scalars))
    known = [replace(piece, node=part.array) for piece, part in zip(pieces, parts, strict=True)]
    first = known[0]
    axis = min(part.axis for part in parts)
    for other, part in zip(known, parts, strict=True):
        if not parts[0].has_kind_of(part):
            if not parts[0].has_shape_of(part, axis):
                refuse(path, first, other)
            zones = {parts[0].array.dtype.zone, part.array.dtype.zone}
            is_other = first.language == other.language and _container(first) != _container(other)
            need = "utc" if len(zones) > 1 and "" not in zones else _need_of(parts)
            refuse(path, first, other, "" if is_other else need)
        if not parts[0].has_shape_of(part, axis):
            refuse(path, first, other)
    _refuse_orders(path, known, parts)
    tag = tag_of(path, known, is_empty_any=True)
    exact = [piece.node.tag.endswith(OF_EXACT) for piece in known]
    if any(exact) and not all(exact):
        refuse(path, known[exact.index(True)], known[exact.index(False)])
    in_unit = in_one_unit(parts)
    if in_unit is None:
        refuse(path, first, known[1])
    joined = join_arrays(in_unit, axis, sink)
    return vector(replace(joined, tag="" if tag == first.scalars.tag else tag), first.scalars)


def _container(piece: Piece) -> str:
    """Return what its language has a piece in: an array of numpy, a Series of pandas."""
    return piece.node.tag.partition(".")[0]


def _refuse_orders(path: str, known: Sequence[Piece], parts: Sequence[ArrayPart]) -> None:
    """Refuse matrices of which some are stored row by row, others column by column."""
    by_rows, by_columns = (
        [piece for piece, part in zip(known, parts, strict=True) if part.order == order] for order in ("C", "F")
    )
    if by_rows and by_columns:
        backends = [piece.backend for piece in by_rows]
        one, other = "its matrix row by row", "it column by column"
        raise Misfit(path, by_rows[0], one, by_columns[0], other, "by columns", backends)


def _need_of(parts: Iterable[ArrayPart]) -> str:
    kinds = {part.array.dtype.kind for part in parts}
    return "float" if all(kind[0] in "iufb" and kind != "bytes" for kind in kinds) else ""


def _as_lists(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces that are lists in a language that they came from; none if they are not."""
    found = []
    for piece in pieces:
        node = piece.node
        if not isinstance(node, n.List):
            if not isinstance(node, n.Array) or len(node.shape) > 1 or not node.tag:
                return []
            node = n.List((), replace(node, tag=""), tag=node.tag)
        found.append(replace(piece, node=node))
    return found if len({piece.node.tag for piece in found}) == 1 else []


def _join_lists(path: str, pieces: Sequence[Piece], sink: Sink) -> n.List:
    lists = [piece.node for piece in pieces if isinstance(piece.node, n.List)]
    arrays = [node.packed for node in lists if node.packed is not None]
    is_exact = {node.tag.endswith(OF_EXACT) for node in lists if node.packed is not None}
    if arrays and len({array.dtype for array in arrays}) == len(is_exact) == 1:
        nulls = [nulls_of(node, arrays[0].dtype) for node in lists]
        if all(node.packed is not None or made is not None for node, made in zip(lists, nulls, strict=True)):
            parts = [
                ArrayPart(node.packed, piece.source) if node.packed is not None else made
                for node, piece, made in zip(lists, pieces, nulls, strict=True)
            ]
            known = [piece for piece, node in zip(pieces, lists, strict=True) if node.packed or node.tag]
            joined = join_arrays([part for part in parts if part is not None], 0, sink)
            return n.List((), joined, tag=tag_of(path, known, is_empty_any=True))
    opened = []
    for piece, node in zip(pieces, lists, strict=True):
        items = unpacked(node, piece.source)
        if items is None:
            refuse(path, piece, next(other for other in pieces if other is not piece))
        opened.append(replace(piece, node=items))
    tags = [piece for piece, node in zip(pieces, lists, strict=True) if node.packed is None]
    tag = tag_of(path, tags) if tags else ""
    for piece, node in zip(pieces, lists, strict=True):
        if node.packed is not None and tag not in ("", node.tag):
            if piece.language == tags[0].language:
                raise Misfit(path, tags[0], with_tag(tags[0]), piece, with_tag(piece), "list")
            tag = ""
    return n.List(_items(opened, sink), of_lists=all(node.of_lists for node in lists), tag=tag)


def _items(pieces: Iterable[Piece], sink: Sink) -> tuple[Node, ...]:
    return tuple(
        moved(item, piece.source, sink)
        for piece in pieces
        if isinstance(piece.node, n.List | n.Dict)
        for item in piece.node.items
    )


def _join_factors(path: str, pieces: Sequence[Piece], sink: Sink) -> n.Factor:
    factors = [(piece.node, piece) for piece in pieces if isinstance(piece.node, n.Factor)]
    first, its = factors[0]
    is_text = all(factor.levels.dtype.kind == "text" for factor, _ in factors)
    need = "no factor" if is_text and len({piece.language for piece in pieces}) == 1 else "list"
    for factor, piece in factors:
        if factor.ordered != first.ordered:
            one, other = "an ordered factor", "one without order"
            raise Misfit(path, its, one if first.ordered else other, piece, other if first.ordered else one, need)
        if not _are_same(first.levels, its.source, factor.levels, piece.source):
            raise Misfit(path, its, "a factor", piece, "one with other levels", need)
    data = sink.put(part for factor, piece in factors for part in piece.source.parts(factor.data))
    levels = moved(first.levels, its.source, sink)
    count = sum(factor.count for factor, _ in factors)
    return n.Factor(count, levels, first.ordered, data, tag=tag_of(path, pieces))


def _are_same(one: n.Array, its: Source, other: n.Array, others: Source) -> bool:
    is_alike = (one.dtype, one.shape, one.data.length) == (other.dtype, other.shape, other.data.length)
    return is_alike and all(a == b for a, b in zip(its.parts(one.data), others.parts(other.data), strict=True))


def _join_tables(path: str, pieces: Sequence[Piece], sink: Sink) -> n.Table:
    tables = [piece.node for piece in pieces if isinstance(piece.node, n.Table)]
    first = tables[0]
    for table, piece in zip(tables, pieces, strict=True):
        if table.names != first.names:
            columns = [f"with the columns {', '.join(each.names) or '(none)'}" for each in (first, table)]
            raise Misfit(path, pieces[0], f"a data frame {columns[0]}", piece, f"one {columns[1]}", "wrapped")
        if not are_called_alike(table, first):
            others = "one whose columns, or their names or those of its labels, are not the same but as text"
            raise Misfit(path, pieces[0], "a data frame", piece, others, "wrapped")
        if _labels_of(table) != _labels_of(first):
            labels = [_labels_in_words(each) for each in (first, table)]
            need = "row numbers" if all(map(_is_numbered, tables)) else "wrapped"
            raise Misfit(path, pieces[0], f"a data frame {labels[0]}", piece, f"one {labels[1]}", need)
    tag = tag_of(path, pieces)

    def joined(path: str, columns: Sequence[n.Column]) -> n.Column:
        parts = [replace(piece, node=column, scalars=NONE) for piece, column in zip(pieces, columns, strict=True)]
        return _join_columns(path, parts, sink)

    made = tuple(
        joined(f"{path}[{name!r}]", [table.columns[at] for table in tables]) for at, name in enumerate(first.names)
    )
    index = None
    if first.index is not None:
        indices = [table.index for table in tables if table.index is not None]
        levels = tuple(
            joined(f"{path}.index", [each.columns[at] for each in indices]) for at in range(len(first.index.columns))
        )
        tag_of_index = common_tag([each.tag for each in indices]) or ""
        index = n.Index(first.index.names, levels, first.index.labels, tag=tag_of_index)
    return n.Table(sum(table.rows for table in tables), first.names, made, index, first.labels, tag=tag)


def _join_columns(path: str, pieces: Sequence[Piece], sink: Sink) -> n.Column:
    """Return columns as one; one that has only nulls is of any type, and any column fits to one of anything."""
    arrays = [piece.node for piece in pieces if isinstance(piece.node, n.Array)]
    lists = [piece.node for piece in pieces if isinstance(piece.node, n.List)]
    if arrays and lists and len(arrays) + len(lists) == len(pieces):
        made = [nulls_of(node, arrays[0].dtype) for node in lists]
        if all(part is not None for part in made):
            parts = iter([part for part in made if part is not None])
            pieces = [piece if isinstance(piece.node, n.Array) else _instead(piece, next(parts)) for piece in pieces]
        else:
            opened = [_opened(piece, pieces) for piece in pieces]
            if all(node is not None for node in opened):
                pieces = [replace(p, node=node) for p, node in zip(pieces, opened, strict=True) if node is not None]
    found = _join(path, pieces, sink)
    assert isinstance(found, n.Array | n.Factor | n.List)
    return found


def _opened(piece: Piece, pieces: Sequence[Piece]) -> n.List | None:
    """Return a column as a list like those beside it that are of its language; None where that is not exact."""
    node = piece.node
    if isinstance(node, n.List):
        return node
    beside = [each.node.tag for each in pieces if isinstance(each.node, n.List) and each.language == piece.language]
    if not isinstance(node, n.Array) or (node.valid is not None and not node.tag.startswith(OBJECTS)):
        return None
    opened = unpacked(n.List((), node, tag=node.tag), piece.source)
    return opened and replace(opened, tag=beside[0] if beside else "")


def _instead(piece: Piece, part: ArrayPart) -> Piece:
    return replace(piece, node=replace(part.array, tag=piece.node.tag), source=part.source)


def _is_numbered(table: n.Table) -> bool:
    """Whether the labels of rows are numbers without a name, if there are any: then they fit to the numbers of rows."""
    if table.index is None:
        return True
    column = table.index.columns[0]
    return table.index.names == (None,) and isinstance(column, n.Array) and column.dtype.kind in ("i4", "i8")


def _labels_of(table: n.Table) -> object:
    return None if table.index is None else (table.index.names, len(table.index.columns))


def _labels_in_words(table: n.Table) -> str:
    if table.index is None:
        return "without row labels"
    names = ", ".join("without name" if name is None else name for name in table.index.names)
    return f"with row labels ({names})"
