"""A value is cut into contiguous chunks, and is the same when they are joined again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.languages.values import array_data, buffers
from multikernel.languages.values.cutting import ranges_of
from multikernel.languages.values.elements import NONE, Scalars
from multikernel.languages.values.nodes import Ref
from multikernel.languages.values.reader import ManifestError

from .. import drawn
from ..plain import Plain, float_of
from .chunks import KINDS, Desk, columns, content, desk, rows_of, values

R = Scalars(1, "i4", "r:vector")
OCTAVE = Scalars(2, "i8")


@pytest.fixture(params=["whole", "in parts"], autouse=True, scope="module")
def _parts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read files in small parts, too."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "in parts":
            for module in (buffers, array_data):
                patch.setattr(module, "PART_BYTES", 16)
            patch.setattr(array_data, "TEXTS", 2)
        yield


@given(st.integers(0, 40), st.integers(1, 9))
def test_chunks_are_as_those_of_ipyparallel(length: int, count: int) -> None:
    sizes = [end - begin for begin, end in ranges_of(length, count)]
    assert sum(sizes) == length
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) - min(sizes) <= 1


@given(values | drawn.arrays(KINDS, nullable=KINDS) | drawn.tables(columns), st.integers(1, 5))
def test_chunks_have_the_rows_in_their_order_and_joined_they_are_the_value(value: Plain, count: int) -> None:
    with desk() as files:
        whole = files.put(value)
        before = content(whole)
        chunks = files.cut(whole, count)
        rows = rows_of(before)
        found = [rows_of(content(chunk)) for chunk in chunks]
        assert found == [rows[begin:end] for begin, end in ranges_of(len(rows), count)]
        assert content(files.join(chunks)) == before


@pytest.mark.parametrize("kind", ["f8", "text"])
@pytest.mark.parametrize("order", "CF")
def test_matrices_are_cut_by_their_rows(tmp_path: Path, kind: str, order: str) -> None:
    files = Desk(tmp_path)
    cells = [f"{number:016x}" if kind == "f8" else "x" * number for number in range(35)]
    whole = files.put(("array", "", kind, "", "", (7, 5), order, tuple(cells)))
    chunks = files.cut(whole, 3)
    assert [content(chunk)[5] for chunk in chunks] == [(3, 5), (2, 5), (2, 5)]
    assert rows_of(content(chunks[1])) == rows_of(content(whole))[3:5]
    assert content(files.join(chunks)) == content(whole)


def test_the_labels_of_rows_keep_their_type(tmp_path: Path) -> None:
    files = Desk(tmp_path)
    labels = ("array", "", "text", "", "", (2,), "C", ("a", "b"))
    table = ("table", "", 2, (("n", labels),), (("key",), "python:pandas.Index", (labels,)))
    chunks = files.cut(files.put(table), 3)
    assert {content(chunk)[4][:2] for chunk in chunks} == {(("key",), "python:pandas.Index")}
    assert content(files.join(chunks)) == table


def test_a_vector_of_one_element_is_dealt_out_where_it_is_no_scalar(tmp_path: Path) -> None:
    files = Desk(tmp_path)
    chunks = files.cut(files.put(float_of(1.5), scalars=R), 3)
    assert [content(chunk)[0] for chunk in chunks] == ["float", "null", "null"]
    assert content(files.join(chunks)) == float_of(1.5)


def test_a_chunk_of_one_element_is_a_vector_where_arrays_are_others(tmp_path: Path) -> None:
    files = Desk(tmp_path)
    vector = ("array", "", "i4", "", "", (3,), "C", ("01000000", "02000000", "03000000"))
    chunks = files.cut(files.put(vector, scalars=R), 3)
    assert {content(chunk)[1] for chunk in chunks} == {"r:vector"}
    assert content(files.join(chunks)) == vector
    assert {content(chunk)[1] for chunk in files.cut(files.put(vector, scalars=NONE), 3)} == {""}


def test_a_row_is_cut_along_its_elements_where_it_is_a_vector(tmp_path: Path) -> None:
    files = Desk(tmp_path)
    row = ("array", "", "u1", "", "", (1, 3), "F", ("01", "02", "03"))
    chunks = files.cut(files.put(row, scalars=OCTAVE), 2)
    assert [content(chunk)[5] for chunk in chunks] == [(1, 2), (1, 1)]
    assert content(files.join(chunks)) == row
    column = ("array", "", "u1", "", "", (3, 1), "F", ("01", "02", "03"))
    chunks = files.cut(files.put(column, scalars=OCTAVE), 2)
    assert [content(chunk)[5] for chunk in chunks] == [(2, 1), (1, 1)]
    assert content(files.join(chunks)) == column


def test_a_data_file_that_was_cut_off_is_noticed(tmp_path: Path) -> None:
    files = Desk(tmp_path)
    piece = files.put(("array", "", "f8", "", "", (2,), "C", ("00" * 8, "01" * 8)))
    Path(piece.source._path).write_bytes(b"short")
    with pytest.raises(ManifestError, match="a data file that ends at 5"):
        files.cut(piece, 2)


def test_texts_that_are_fewer_than_said_are_noticed(tmp_path: Path) -> None:
    files = Desk(tmp_path)
    for shape, order in (((3,), "C"), ((3, 1), "F")):
        piece = files.put(("array", "", "text", "", "", shape, order, ("a", "bc", "d")))
        Path(piece.source._path).write_bytes(b"a\xffbcxd")
        with pytest.raises(ManifestError, match="texts"):
            files.cut(piece, 3)


@given(st.lists(st.binary(max_size=9).filter(lambda raw: b"\xff" not in raw), min_size=1), st.data())
def test_where_texts_begin(texts: list[bytes], data: st.DataObject) -> None:
    joined = b"\xff".join(texts)
    positions = sorted(data.draw(st.lists(st.integers(0, len(texts)))))
    source = buffers.Source(content=joined)
    starts = source.starts_of_texts(Ref(0, len(joined)), positions)
    assert [joined[start:].split(b"\xff")[0] for start in starts] == [[*texts, b""][at] for at in positions]
    assert list(source.texts(Ref(0, len(joined)))) == texts
    with pytest.raises(ManifestError, match="separators"):
        source.starts_of_texts(Ref(0, len(joined)), [len(texts) + 1])
