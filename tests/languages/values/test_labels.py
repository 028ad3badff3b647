"""Texts that stand for what is none, and are unique."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.languages.python.child.labels import texts_of
from multikernel.languages.values.nodes import Array, Dtype, Int, Labels, List, Ref, Table, Text
from multikernel.languages.values.tables import shown_names, unique_texts, with_unique_names

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


def test_columns_of_one_name_are_told_apart_where_that_is_needed() -> None:
    column = Array(Dtype("i1"), (0,), "C", Ref(0, 0))
    table = Table(0, ("a", "a"), (column, column))
    inner = with_unique_names(List((Int(1), table))).items[1]
    assert isinstance(inner, Table)
    assert inner.names == ("a", "a_1")
    assert inner.labels == Labels((Text("a"), Text("a")))
    other = Table(0, ("a", "b"), (column, column))
    assert with_unique_names(other) is other
