"""Texts that stand for what is none, and are unique."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.languages.python.child.labels import texts_of
from multikernel.languages.values.label_joining import are_called_alike, joined_keys
from multikernel.languages.values.nodes import Array, Dict, Dtype, Index, Int, Labels, List, Null, Ref, Table, Text
from multikernel.languages.values.tables import shown_names, unique_texts, with_unique_names

COLUMN = Array(Dtype("i1"), (0,), "C", Ref(0, 0))
texts = st.lists(st.sampled_from(["a", "a_1", "a_1_1", "a_2", "b", "", "_1"]), max_size=8)


@given(texts, texts)
def test_texts_become_unique_and_the_first_of_each_keeps_its_own(found: list[str], taken: list[str]) -> None:
    made = unique_texts(found, taken)
    assert len(set(made)) == len(found)
    assert not set(made) & set(taken)
    assert all(
        new == text for at, (new, text) in enumerate(zip(made, found, strict=True)) if text not in found[:at] + taken
    )


@given(st.lists(st.sampled_from(["1", 1, "1_1", (1, 1), "1_1_1", 1.0, None, "None", (), ""]), max_size=8))
def test_what_is_a_text_keeps_it(found: list[Any]) -> None:
    made = texts_of(found)
    assert len(set(made)) == len(found)
    firsts = [(new, label) for at, (new, label) in enumerate(zip(made, found, strict=True)) if label not in found[:at]]
    assert all(new == label for new, label in firsts if isinstance(label, str))


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (5, "5"),
        (1.5, "1.5"),
        (None, "None"),
        (True, "True"),
        (("a", "", 1), "a_1"),
        ((), ""),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.datetime(2024, 2, 29), "2024-02-29"),
        (datetime.datetime(2024, 2, 29, 12), "2024-02-29 12:00:00"),
        (datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC), "2024-02-29 00:00:00+00:00"),
    ],
)
def test_texts_of_labels(label: Any, text: str) -> None:
    assert texts_of([label]) == [text]


def test_levels_are_shown_beside_columns_under_names_of_their_own() -> None:
    assert shown_names([None], ["a"]) == ("index",)
    assert shown_names([None], ["index"]) == ("index_1",)
    assert shown_names(["a", None], ["a", "level_1"]) == ("a_1", "level_1_1")


def test_keys_of_several_dictionaries() -> None:
    one, other = Dict(("1",), (Null(),), Labels((Int(1),))), Dict(("1", "a"), (Null(), Null()))
    assert joined_keys([one, other]) == (("1", "1_1", "a"), Labels((Int(1), Text("1"), Text("a"))))
    assert joined_keys([other, other]) == (("1", "a", "1", "a"), None)


def test_data_frames_that_are_called_alike() -> None:
    plain, called = Table(0, ("1",), (COLUMN,)), Table(0, ("1",), (COLUMN,), None, Labels((Int(1),)))
    assert are_called_alike(called, replace(called))
    assert not are_called_alike(plain, called)
    named = replace(plain, index=Index(("5",), (COLUMN,), Labels((Int(5),))))
    assert not are_called_alike(named, replace(plain, index=Index(("5",), (COLUMN,))))


def test_columns_of_one_name_are_told_apart_where_that_is_needed() -> None:
    table = Table(0, ("a", "a"), (COLUMN, COLUMN))
    inner = with_unique_names(List((Int(1), table))).items[1]
    assert isinstance(inner, Table)
    assert inner.names == ("a", "a_1")
    assert inner.labels == Labels((Text("a"), Text("a")))
    other = Table(0, ("a", "b"), (COLUMN, COLUMN))
    assert with_unique_names(other) is other
