"""What fits together is joined, all else is refused with what it is."""

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.languages.values import nodes as n
from multikernel.languages.values.buffers import Source
from multikernel.languages.values.nodes import Dtype, Ref
from multikernel.languages.values.pieces import Piece

from ..plain import Plain, float_of
from .building import NULL, TRUE, array, integer, ints, items, joined, packed, table
from .chunks import Desk, content, desk, values
from .test_cutting import OCTAVE, R


@given(values, st.lists(st.sampled_from([items(), array("f8"), array("i4", shape=(0, 2)), table(rows=0)])), st.data())
def test_what_has_no_elements_adds_nothing(value: Plain, empty: list[Plain], data: st.DataObject) -> None:
    with desk() as files:
        at = data.draw(st.integers(0, len(empty)))
        alone = files.put(value)
        if alone.length:
            assert joined(files, *empty[:at], value, *empty[at:]) == content(alone)


def test_single_values_become_a_list(files: Desk) -> None:
    assert joined(files, integer(1, "python:int"), integer(2)) == items(integer(1), integer(2))
    assert joined(files, integer(5)) == items(integer(5))
    assert joined(files, ("text", "", "a"), ("text", "", "é" * 300)) == items(
        ("text", "", "a"), ("text", "", "é" * 300)
    )
    assert joined(files, integer(1 << 70), integer(2)) == items(integer(1 << 70), integer(2))
    assert joined(files, integer(1), float_of(2.0), NULL) == items(integer(1), float_of(2.0), NULL)
    scalar = (*float_of(0.5)[:1], "python:numpy.scalar.<f8", *float_of(0.5)[2:])
    assert joined(files, scalar, scalar) == items(scalar, scalar)
    assert joined(files, NULL, NULL) == items(NULL, NULL)


def test_single_values_become_an_array_where_they_are_vectors(files: Desk) -> None:
    found = joined(files, integer(1), ints(2, 3, kind="i4"), ("na", "r:NA int", "int"), ("null", ""), scalars=R)
    assert found == ints(1, 2, 3, None, kind="i4")
    assert joined(files, float_of(1.0), float_of(2.0), scalars=R) == array(
        "f8", *(struct.pack("<d", number).hex() for number in (1.0, 2.0))
    )
    assert joined(files, TRUE, ("na", "r:NA bool", "bool"), scalars=R) == array("b1", "01", None)
    assert joined(files, ("na", "", "text"), ("text", "", "b"), scalars=R) == array("text", None, "b")
    assert joined(files, integer(7, "r:integer64"), integer(8, "r:integer64"), scalars=R) == ints(
        7, 8, tag="r:integer64"
    )
    assert joined(files, ("complex", "", *2 * float_of(1.0)[2:]), array("c16", "00" * 16), scalars=R) == array(
        "c16", 2 * struct.pack("<d", 1.0).hex(), "00" * 16
    )
    assert joined(files, NULL, integer(3), scalars=R) == integer(3)
    assert joined(files, NULL, NULL, scalars=R) == NULL


def test_times_get_the_finest_unit(files: Desk) -> None:
    moment = ("datetime", "", "1970-01-01T01:00:01.5", "Europe/Berlin", 3600)
    seconds = array("datetime", (2).to_bytes(8, "little").hex(), None, unit="s", zone="Europe/Berlin")
    milliseconds = [(1500).to_bytes(8, "little").hex(), (2000).to_bytes(8, "little").hex(), None]
    expected = array("datetime", *milliseconds, unit="ms", zone="Europe/Berlin")
    assert joined(files, moment, seconds, scalars=R) == expected
    day = array("date", (31).to_bytes(4, "little").hex(), (0).to_bytes(4, "little").hex())
    assert joined(files, ("date", "", "1970-02-01"), ("date", "", "1970-01-01"), scalars=R) == day
    noon = (12 * 3600 * 10**9).to_bytes(8, "little").hex()
    assert joined(files, ("time", "", "12:00:00"), ("time", "", "12:00:00.0"), scalars=R) == array("time", noon, noon)
    second = array("duration", (1).to_bytes(8, "little").hex(), unit="s")
    nanoseconds = [(10**9).to_bytes(8, "little").hex(), (5).to_bytes(8, "little").hex()]
    assert joined(files, second, ("duration", "", 5), scalars=R) == array("duration", *nanoseconds, unit="ns")


def test_matrices_of_one_element_become_a_row_or_a_column(files: Desk) -> None:
    row = ints(2, 3, shape=(1, 2), order="F")
    assert joined(files, integer(1), row, scalars=OCTAVE) == ints(1, 2, 3, shape=(1, 3), order="F")
    column = ints(2, 3, shape=(2, 1), order="F")
    assert joined(files, integer(1), column, scalars=OCTAVE) == ints(1, 2, 3, shape=(3, 1), order="F")
    assert joined(files, integer(1), integer(2), scalars=OCTAVE) == ints(1, 2, shape=(1, 2), order="F")
    small = ints(2, 3, kind="i1", shape=(1, 2), order="F")
    assert joined(files, integer(1, "octave:int8"), small, scalars=OCTAVE) == ints(
        1, 2, 3, kind="i1", shape=(1, 3), order="F"
    )
    single = array("f4", struct.pack("<f", 1).hex(), struct.pack("<f", 2).hex(), shape=(1, 2), order="F")
    one = ("float", "octave:single", float_of(1.0)[2])
    assert joined(files, one, single, scalars=OCTAVE)[7][0] == struct.pack("<f", 1).hex()
    nothing = array("f8", shape=(0, 0), order="F")
    assert joined(files, nothing, row, scalars=OCTAVE) == row


def test_an_integer_is_as_wide_as_those_beside_it(files: Desk) -> None:
    assert joined(files, ints(1, kind="i2"), ints(2, kind="i2")) == ints(1, 2, kind="i2")


def test_lists_of_numbers_of_different_types_are_lists(files: Desk) -> None:
    one, half = packed(ints(1, None)), packed(array("f8", struct.pack("<d", 0.5).hex()), "python:list float")
    assert joined(files, one, half) == items(integer(1), NULL, float_of(0.5))
    assert joined(files, packed(array("b1", "01")), packed(array("text", "a"))) == items(TRUE, ("text", "", "a"))
    assert joined(files, one, items(TRUE)) == items(integer(1), NULL, TRUE)
    number = packed(array("c16", struct.pack("<2d", 1.0, 2.0).hex()))
    assert joined(files, number, one)[2][0] == ("complex", "", float_of(1.0)[2], float_of(2.0)[2])


def test_texts_that_are_numbers_elsewhere_stay_such_beside_texts(files: Desk) -> None:
    numbers, texts = packed(array("text", "1.5"), "python:list Decimal"), packed(array("text", "a"), "python:list str")
    assert joined(files, numbers, texts) == items(("text", "python:decimal.Decimal", "1.5"), ("text", "", "a"))
    assert joined(files, numbers, numbers)[1] == "python:list Decimal"


def test_a_list_of_nulls_is_of_any_type(files: Desk) -> None:
    found = joined(files, packed(ints(1)), items(NULL, NULL))
    assert found == ("list", "python:list int", (integer(1), NULL, NULL))
    texts = joined(
        files, packed(array("text", "a"), "python:list str"), items(NULL), packed(array("text", ""), "python:list str")
    )
    assert texts[2] == (("text", "", "a"), NULL, ("text", "", ""))


def test_lists_that_are_arrays_elsewhere_are_lists(files: Desk) -> None:
    elsewhere = ints(2, kind="i4", tag="python:list int")
    assert joined(files, packed(ints(1)), elsewhere) == items(integer(1), integer(2))


def test_arrays_of_byte_strings(files: Desk) -> None:
    def strings(*texts: bytes, shape: tuple[int, ...], order: Any) -> Piece:
        ends = [sum(map(len, texts[:at])) for at in range(len(texts) + 1)]
        raw = struct.pack(f"<{len(ends)}q", *ends) + b"".join(texts)
        node = n.Array(Dtype("bytes"), shape, order, Ref(0, len(raw)))
        path = next(files._files)
        Path(path).write_bytes(raw)
        return Piece(node, Source(path), "a")

    def raw(piece: Piece) -> bytes:
        assert isinstance(piece.node, n.Array)
        return piece.source.read(piece.node.data)

    whole = strings(b"a", b"", b"\xff\0b", b"cd", shape=(4,), order="C")
    chunks = files.cut(whole, 3)
    assert raw(chunks[0]) == struct.pack("<3q", 0, 1, 1) + b"a"
    assert raw(chunks[1]) == struct.pack("<2q", 0, 3) + b"\xff\0b"
    assert raw(files.join(chunks)) == raw(whole)
    matrix = strings(b"a", b"", b"\xff\0b", b"cd", shape=(2, 2), order="F")
    chunks = files.cut(matrix, 2)
    assert raw(chunks[0]) == struct.pack("<3q", 0, 1, 4) + b"a\xff\0b"
    assert raw(files.join(chunks)) == raw(matrix)


def test_columns_of_nulls_are_of_any_type_and_lists_take_everything(files: Desk) -> None:
    texts, nulls, mixed = array("text", "a", "b"), items(NULL, NULL), items(integer(1), ("text", "", "x"))
    both = joined(files, table(("c", texts)), table(("c", nulls)))
    assert both == table(("c", array("text", "a", "b", None, None)), rows=4)
    both = joined(files, table(("c", mixed)), table(("c", texts)))
    assert both == table(("c", items(*mixed[2], ("text", "", "a"), ("text", "", "b"))), rows=4)


def test_the_labels_of_rows_go_along(files: Desk) -> None:
    def labelled(tag: str, *labels: int) -> Plain:
        return table(("c", ints(1, 2)), labels=((None,), tag, (ints(*labels),)))

    ranged = joined(files, labelled("x:Range 0 2", 0, 1), labelled("x:Range 2 4", 2, 3))
    assert ranged == table(("c", ints(1, 2, 1, 2)), labels=((None,), "x:Range 2 4", (ints(0, 1, 2, 3),)), rows=4)
    plain = joined(files, labelled("x:Range 0 2", 0, 1), labelled("x:Index", 5, 7))
    assert plain[4] == ((None,), "", (ints(0, 1, 5, 7),))


@pytest.mark.parametrize(
    ("tags", "common"),
    [
        (("", "r:plain int"), "r:plain int"),
        (("x:<U3", "x:<U10"), "x:<U10"),
        (("x:object", "x:object None"), "x:object None"),
    ],
)
def test_tags_of_one_type_become_one(files: Desk, tags: tuple[str, str], common: str) -> None:
    for one, other in (tags, tags[::-1]):
        assert joined(files, ints(1, 2, tag=one), ints(3, 4, tag=other))[1] == common
