"""The two characters that begin a comment are found by all that a kernel says of its language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.kernels.comments import (
    EXTENSIONS,
    LANGUAGES,
    MODES,
    comment_of,
    comment_of_language,
    comment_start,
)

KEYS = ["name", "mimetype", "codemirror_mode", "file_extension", "version"]


@pytest.mark.parametrize(
    ("language", "comment"),
    [
        ("python", "##"),
        ("R", "##"),
        ("Julia", "##"),
        ("TypeScript", "//"),
        ("scheme", ";;"),
        ("SQL", "--"),
        ("gp", "\\\\"),
        ("abap", ""),
        ("", ""),
    ],
)
def test_a_language_is_known_by_its_name(language: str, comment: str) -> None:
    assert comment_of_language(language) == comment
    assert comment_of({"name": language, "mimetype": "text/plain"}) == comment


@pytest.mark.parametrize(
    ("language_info", "comment"),
    [
        ({"name": "Coconut", "mimetype": "text/x-python3", "file_extension": ".coco"}, "##"),
        ({"name": "new", "mimetype": "text/x-python"}, "##"),
        ({"name": "Robot Framework", "codemirror_mode": "robotframework", "mimetype": "text/x-robotframework"}, "##"),
        ({"name": "new", "mimetype": "application/sparql-query"}, "##"),
        ({"name": "new", "codemirror_mode": {"name": "ipython", "version": 3}}, "##"),
        ({"name": "new", "codemirror_mode": "text/x-c++src"}, "//"),
        ({"name": "new", "mimetype": "text/x.typescript"}, "//"),
        ({"name": "new", "codemirror_mode": "shell"}, "##"),
        ({"name": "new", "file_extension": ".GP"}, "\\\\"),
        ({"name": "new", "file_extension": "yml", "mimetype": None}, "##"),
        ({"name": "sql", "mimetype": "text/x-python"}, "--"),
        ({"name": "new", "file_extension": ".m"}, ""),
        ({"file_extension": 1, "codemirror_mode": [], "name": 2}, ""),
        ({}, ""),
        (None, ""),
        ("python", ""),
    ],
)
def test_what_has_another_name_is_known_by_mimetype_mode_or_extension(language_info: object, comment: str) -> None:
    assert comment_of(language_info) == comment


def test_every_comment_stands_for_the_two_percent_signs_and_no_name_has_two() -> None:
    for table in (LANGUAGES, MODES, EXTENSIONS):
        assert {len(sign) for sign in table} == {2}
    for tables in ((LANGUAGES, MODES), (EXTENSIONS,)):
        names = [name for table in tables for names in table.values() for name in names.split()]
        assert len(names) == len(set(names))


def test_what_begins_a_comment() -> None:
    assert [comment_start(sign) for sign in LANGUAGES] == ["#", "//", ";", "--", "\\\\"]


@given(st.dictionaries(st.sampled_from(KEYS), st.none() | st.text() | st.dictionaries(st.just("name"), st.text())))
def test_a_kernel_may_say_what_it_likes(language_info: dict[str, object]) -> None:
    assert comment_of(language_info) in ("", *LANGUAGES)
