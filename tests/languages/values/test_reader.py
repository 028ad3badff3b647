"""What a child says of a value is checked, whatever it says."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.languages.python.adapter import PYTHON
from multikernel.languages.r.adapter import R
from multikernel.languages.values.as_json import to_text
from multikernel.languages.values.reader import ManifestError, read, read_json

SIZE = 64


def array(**fields: Any) -> dict[str, Any]:
    """Return an array of two doubles, with some of its fields replaced."""
    return {"t": "array", "dtype": "f8", "shape": [2], "data": [0, 16], **fields}


def deep(levels: int) -> Any:
    """Return lists within each other."""
    value: Any = {"t": "null"}
    for _ in range(levels):
        value = {"t": "list", "v": [value]}
    return value


FACTOR = {"t": "factor", "shape": [2], "ordered": False, "data": [0, 8], "levels": array()}
PLACES = array(dtype="i4", data=[0, 8])
SPARSE: dict[str, Any] = {
    "t": "sparse",
    "layout": "coo",
    "shape": [5, 1],
    "values": array(),
    "rows": PLACES,
    "columns": PLACES,
}
STARTS = array(dtype="i8", data=[0, 48], shape=[6])
FRAME = {"t": "table", "rows": 2, "names": ["a"], "columns": [array()], "index": None}
ONE = {"t": "int", "v": "1"}
PAIR = {"t": "list", "v": [ONE, {"t": "text", "v": "b"}], "as": "x:pair"}
INDEX = {"names": [None], "columns": [array(order="C")], "as": "x", "shown": ["index"]}
TEXT = {"t": "text", "v": "a"}


def named(labels: Any, *names: str) -> dict[str, Any]:
    """Return a dictionary with labels."""
    return {"t": "dict", "k": list(names), "v": [{"t": "null"}] * len(names), "labels": labels}


@pytest.mark.parametrize(
    "value",
    [
        {"t": "int", "v": "-12345678901234567890"},
        {"t": "float", "v": "7ff8000000000000"},
        {"t": "datetime", "v": "2024-02-29T12:00:00.5", "zone": "Europe/Berlin", "offset": 3600},
        {"t": "list", "v": [], "as": "r:list"},
        {"t": "list", "packed": array(order="C")},
        {"t": "list", "v": [{"t": "null"}, {"t": "list", "v": []}], "of_lists": True},
        {"t": "dict", "k": ["", ""], "v": [{"t": "null"}, {"t": "na", "of": "int"}]},
        array(order="F", valid=[16, 2]),
        array(dtype="datetime", unit="ms", zone="UTC", order="C"),
        {**FACTOR, "levels": array(order="C")},
        {**FRAME, "columns": [array(order="C")], "index": INDEX},
        {**SPARSE, **{key: {**SPARSE[key], "order": "C"} for key in ("values", "rows", "columns")}},
        {
            **SPARSE,
            "layout": "csr",
            "values": array(order="C"),
            "rows": {**STARTS, "order": "C"},
            "columns": {**PLACES, "order": "C"},
        },
        {
            "t": "dict",
            "k": ["1", "x"],
            "v": [{"t": "null"}] * 2,
            "labels": {"v": [ONE, {"t": "null"}], "k": ["1", "x"]},
        },
        {**FRAME, "columns": [array(order="C")], "labels": {"k": ["a"], "v": [PAIR], "more": [ONE], "as": "x:y"}},
        {**FRAME, "columns": [array(order="C")], "index": {**INDEX, "labels": {"v": [ONE]}}},
        deep(100),
    ],
)
def test_what_is_right_is_read_and_written_again(value: Any) -> None:
    expected = {key: part for key, part in value.items() if part is not None}
    assert json.loads(to_text(read(value, SIZE))) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"t": "pickle", "v": "x"},
        {"t": ["list"]},
        {"t": "int", "v": 5},
        {"t": "int", "v": "0x10"},
        {"t": "int", "v": "9" * 5000},
        {"t": "float", "v": 0.1},
        {"t": "float", "v": "__import__('os')"},
        {"t": "bool", "v": 1},
        {"t": "text", "v": "\ud800"},
        {"t": "text", "data": [0, SIZE + 1]},
        {"t": "text", "data": [-8, 8]},
        {"t": "text", "data": [1, 8]},
        {"t": "text", "data": [0, True]},
        {"t": "text", "data": [0, 8, 8]},
        {**SPARSE, "layout": "dia"},
        {**SPARSE, "layout": ["csr"]},
        {**SPARSE, "layout": "csr"},
        {**SPARSE, "layout": "csc", "columns": STARTS},
        {**SPARSE, "shape": [5]},
        {**SPARSE, "shape": [5, -1]},
        {**SPARSE, "values": array(dtype="text")},
        {**SPARSE, "values": array(dtype="bytes", data=[0, 40])},
        {**SPARSE, "values": array(shape=[1, 2])},
        {**SPARSE, "values": {"t": "null"}},
        {**SPARSE, "rows": array()},
        {**SPARSE, "rows": {**PLACES, "valid": [0, 2]}},
        {**SPARSE, "rows": array(dtype="i4", data=[0, 4], shape=[1])},
        {"t": "null", "as": 5},
        {"t": "null", "as": "x" * (1 << 24 | 1)},
        {"t": "date", "v": "2024-02-29; rm -rf"},
        {"t": "datetime", "v": "2024-02-29T12:00:00", "zone": "Europe/Berlin"},
        {"t": "datetime", "v": "2024-02-29T12:00:00", "zone": "../../etc'", "offset": 0},
        {"t": "na", "of": "list"},
        {"t": "complex", "v": ["0" * 16]},
        {"t": "list", "v": {}},
        {"t": "list", "packed": {"t": "null"}},
        {"t": "list", "packed": array(shape=[1, 2])},
        {"t": "list", "v": [{"t": "null"}, {"t": "int", "v": "1"}], "of_lists": True},
        {"t": "list", "v": [], "of_lists": 1},
        {"t": "dict", "k": ["a"], "v": []},
        {"t": "dict", "k": [5], "v": [{"t": "null"}]},
        array(dtype="O"),
        array(shape=[3]),
        array(shape=[-2]),
        array(shape=[]),
        array(shape=[1] * 100),
        array(shape=[2**62, 4]),
        array(order="X"),
        array(valid=[0, 3]),
        array(dtype="datetime"),
        array(dtype="text", shape=[2**40], data=[0, 8]),
        array(dtype="bytes", shape=[2], data=[0, 16]),
        {**FACTOR, "data": [0, 16]},
        {**FACTOR, "levels": {"t": "null"}},
        {**FACTOR, "ordered": 1},
        {**FRAME, "rows": 3},
        {**FRAME, "names": ["a", "b"]},
        {**FRAME, "columns": [{"t": "null"}]},
        {**FRAME, "index": {"names": [5], "columns": [array()]}},
        {**FRAME, "index": []},
        {**FRAME, "index": {**INDEX, "labels": {"v": []}}},
        {**FRAME, "labels": []},
        {**FRAME, "labels": {"k": ["a"], "v": [FRAME]}},
        named({"v": [ONE]}, "1"),
        named({"k": ["1"], "v": [ONE, ONE]}, "1"),
        named({"k": ["1", "1"], "v": [ONE, ONE]}, "1"),
        named({"k": [1], "v": [ONE]}, "1"),
        named({"k": ["1"], "v": {}}, "1"),
        named({"k": ["1"], "v": [ONE], "more": 5}, "1"),
        named({"k": ["1"], "v": [ONE], "as": 5}, "1"),
        named({"k": ["1"], "v": [{"t": "text", "data": [0, 0]}]}, "1"),
        named({"k": ["1"], "v": [{"t": "text", "data": [0, 8]}]}, "1"),
        named({"k": ["1"], "v": [{"t": "na", "of": "int"}]}, "1"),
        named({"k": ["1"], "v": [array(data=[0, 0], shape=[0])]}, "1"),
        named({"k": ["1"], "v": [{"t": "list", "v": [{"t": "dict", "k": [], "v": []}]}]}, "1"),
        named({"k": ["1"], "v": [{"t": "list", "packed": array(data=[0, 0], shape=[0])}]}, "1"),
        named({"k": ["1"], "v": [deep(101)]}, "1"),
        deep(101),
    ],
)
def test_what_cannot_be_right_is_refused(value: Any) -> None:
    with pytest.raises(ManifestError):
        read(value, SIZE)


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        ({"k": ["1", "a"], "v": [ONE, TEXT]}, ["a", "new", "1"], [TEXT, {"t": "text", "v": "new"}, ONE]),
        ({"k": ["1"], "v": [ONE]}, ["1", "1"], [ONE, ONE]),
        ({"k": ["1"], "v": [ONE]}, ["b"], None),
        ({"k": ["1"], "v": [ONE], "more": [ONE]}, [], []),
        (None, ["b"], None),
    ],
)
def test_labels_are_found_by_their_texts(labels: Any, names: list[str], expected: Any) -> None:
    found = json.loads(to_text(read(named(labels, *names), SIZE)))
    assert found["k"] == names
    assert found.get("labels", {}).get("v") == expected


def test_labels_that_are_nothing_but_texts_are_the_texts() -> None:
    found = json.loads(to_text(read(named({"k": ["b", "b_1"], "v": [TEXT, TEXT]}, "b_1", "b", "c"), SIZE)))
    assert found["k"] == ["a", "a", "c"]
    assert "labels" not in found


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'"x"'])
def test_what_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(ManifestError):
        read_json(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "t",
                    "v",
                    "k",
                    "as",
                    "data",
                    "dtype",
                    "shape",
                    "order",
                    "valid",
                    "rows",
                    "names",
                    "columns",
                    "index",
                    "levels",
                    "of",
                    "zone",
                    "labels",
                    "more",
                ]
            ),
            inner,
        )
    ),
)


@given(json_values)
def test_nonsense_is_refused_and_nothing_else_is_raised(value: Any) -> None:
    try:
        node = read(value, SIZE)
    except ManifestError:
        return
    assert json.loads(to_text(node))


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_texts_are_literals_in_ascii_that_end_where_they_end(text: str) -> None:
    value = read({"t": "dict", "k": [text], "v": [{"t": "text", "v": text}]}, 0)
    for language in (PYTHON, R):
        with TemporaryDirectory() as folder:
            language.write("x", value, folder)
            (file,) = Path(folder).iterdir()
            code = file.read_bytes()
        assert code.isascii()
        assert b"\n" not in code.replace(b",\n", b"").rstrip()
