"""What fits together is joined, all else is refused with what it is."""

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.languages.values import nodes as n
from multikernel.languages.values.buffers import Source
from multikernel.languages.values.elements import NONE, Scalars
from multikernel.languages.values.nodes import Dtype, Ref
from multikernel.languages.values.pieces import Misfit, Piece

from ..plain import Plain, float_of
from .chunks import Desk, content, desk, values
from .test_cutting import OCTAVE, R


@pytest.fixture
def files(tmp_path: Path) -> Desk:
    """Return a folder."""
    return Desk(tmp_path)


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


LEVELS = array("text", "x", "y")


@pytest.mark.parametrize(
    ("one", "other", "text", "need"),
    [
        (
            ints(1, 2),
            ints(1, 2, kind="i4"),
            "worker[0] has an array of int64, 2, and worker[1] has an array of int32, 2",
            "float",
        ),
        (
            ints(1, 2),
            array("text", "a"),
            "worker[0] has an array of int64, 2, and worker[1] has an array of text, 1",
            "",
        ),
        (ints(1, 2, shape=(1, 2)), ints(1, 2), "an array of int64, 1 x 2, and worker[1] has an array of int64, 2", ""),
        (
            ints(1, 2, shape=(1, 2)),
            ints(1, 2, 3, shape=(1, 3)),
            "an array of int64, 1 x 2, and worker[1] has an array of",
            "",
        ),
        (
            ints(1, 2, 3, 4, shape=(2, 2)),
            ints(1, 2, 3, 4, shape=(2, 2), order="F"),
            "worker[0] has its matrix row by row, and worker[1] has it column by column",
            "",
        ),
        (
            ints(1, tag="x:Int64"),
            ints(1, tag="x:int64"),
            "an array of int64, 1 (Int64), and worker[1] has an array of int64, 1 (int",
            "",
        ),
        (
            array("datetime", "00" * 8, unit="s", zone="UTC"),
            array("datetime", "00" * 8, unit="s", zone="Europe/Berlin"),
            "an array of datetime64[s], UTC, 1, and worker[1] has an array of datetime64[s], Europe/Berlin, 1",
            "utc",
        ),
        (
            array("duration", "ff" * 7 + "7f", unit="s"),
            array("duration", "00" * 8, unit="ns"),
            "an array of duration, 1, and worker[1] has an array of duration",
            "",
        ),
        (items(TRUE), ints(1), "worker[0] has a list, and worker[1] has an array of int64, 1", ""),
        (items(TRUE), integer(1), "worker[1] has an integer, and worker[0] has a list", ""),
        (items(), integer(1), "worker[1] has an integer, and worker[0] has a list", ""),
        (items(TRUE, tag="x:tuple"), items(TRUE), "worker[0] has a list (tuple), and worker[1] has a list", ""),
        (
            items(TRUE, tag="x:tuple"),
            packed(ints(1)),
            "worker[0] has a list (tuple), and worker[1] has a list of int64 (list int)",
            "",
        ),
        (packed(array("f4", "00" * 4)), items(TRUE), "worker[0] has a list of float32, and worker[1] has a list", ""),
        (
            ("factor", "", LEVELS, True, bytes(4)),
            ("factor", "", LEVELS, False, bytes(4)),
            "worker[0] has an ordered factor, and worker[1] has one without order",
            "text",
        ),
        (
            ("factor", "", LEVELS, True, bytes(4)),
            ("factor", "", array("text", "y", "x"), True, bytes(4)),
            "worker[0] has a factor, and worker[1] has one with other levels",
            "text",
        ),
        (
            ("factor", "", LEVELS, True, bytes(4)),
            ("factor", "", array("text", "x"), True, bytes(4)),
            "worker[0] has a factor, and worker[1] has one with other levels",
            "text",
        ),
        (
            table(("a", ints(1, 2))),
            table(("b", ints(1, 2))),
            "worker[0] has a data frame with the columns a, and worker[1] has one with the columns b",
            "",
        ),
        (
            table(("a", ints(1, 2))),
            table(("a", ints(1, 2)), labels=(("k",), "", (ints(1, 2),))),
            "worker[0] has a data frame without row labels, and worker[1] has one with row labels (k)",
            "row numbers",
        ),
        (
            table(("a", ints(1, None))),
            table(("a", items(TRUE, integer(1)))),
            "['a']: worker[0] has an array of int64, 2, and worker[1] has a list",
            "",
        ),
        (
            table(("a", array("f4", "00" * 4, "00" * 4))),
            table(("a", items(TRUE, integer(1)))),
            "['a']: worker[0] has an array of float32, 2, and worker[1] has a list",
            "",
        ),
        (
            table(("a", ints(1, 2)), labels=((None,), "", (ints(1, 2),))),
            table(("a", ints(1, 2)), labels=((None,), "", (array("text", "a", "b"),))),
            ".index: worker[0] has an array of int64, 2, and worker[1] has an array of text, 2",
            "",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(files: Desk, one: Plain, other: Plain, text: str, need: str) -> None:
    with pytest.raises(Misfit) as refused:
        joined(files, one, other)
    path, found = refused.value.path, refused.value.text
    assert found.startswith("does not fit together: ")
    assert text in f"{path}: {found.partition(': ')[2]}"
    assert refused.value.need == need


@pytest.mark.parametrize(
    "value",
    [
        ("date", "", "99999-01-01"),
        ("datetime", "", "99999-01-01T00:00:00", "UTC", 0),
        ("duration", "", 1 << 64),
        ("int", "", 1 << 40),
    ],
)
def test_single_values_that_fit_into_no_array_are_refused(files: Desk, value: Plain) -> None:
    with pytest.raises(Misfit):
        joined(files, value, value, scalars=R)
