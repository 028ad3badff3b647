"""What a child answers to a question for a preview is checked before a front-end gets it."""

import json
from pathlib import Path

import pytest

from multikernel.core.errors import TransferError
from multikernel.languages import registry
from multikernel.languages.language import Language
from multikernel.languages.preview import preview

from .test_transfer import Fake, Services

pytestmark = pytest.mark.anyio

TABLE = {"columns": ["a"], "types": ["int"], "labels": ["0"], "rows": [["1"]], "total": [1, 1]}


class Showing(Fake):
    """An adapter whose child gives one answer."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self._answer = answer

    def preview_code(self, name: str, folder: str) -> str:
        """Return the answer."""
        return json.dumps([folder, self._answer])


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Return a runtime whose children answer at once."""
    return Services(tmp_path / "values")


def use(monkeypatch: pytest.MonkeyPatch, adapter: Language) -> None:
    monkeypatch.setattr(registry, "find", lambda language: adapter)


async def test_what_is_right_is_passed_on_and_nothing_else(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Showing({"preview": {**TABLE, "script": "x"}}))
    assert await preview(services, "fake", "x") == {**TABLE, "text": ""}
    use(monkeypatch, Showing({"preview": {"text": "5"}}))
    assert (await preview(services, "fake", "x"))["text"] == "5"


WRONG: list[object] = [
    {},
    {"text": 5},
    {"text": "x" * 10_001},
    {"text": "x", "rows": [["1"]]},
    {**TABLE, "columns": "a"},
    {**TABLE, "columns": ["a", "b"]},
    {**TABLE, "columns": ["x" * 201]},
    {**TABLE, "types": []},
    {**TABLE, "labels": []},
    {**TABLE, "labels": [1]},
    {**TABLE, "rows": {"0": "1"}},
    {**TABLE, "rows": [["1", "2"]]},
    {**TABLE, "rows": [[1]]},
    {**TABLE, "rows": ["1"]},
    {**TABLE, "total": [1]},
    {**TABLE, "total": [1, True]},
    {**TABLE, "total": None},
    {**TABLE, "text": "both"},
    {**TABLE, "labels": ["0"] * 101, "rows": [["1"]] * 101},
    {**TABLE, "columns": ["a"] * 31, "types": [""] * 31, "rows": [["1"] * 31]},
]


@pytest.mark.parametrize("shown", WRONG)
async def test_what_is_wrong_is_said_to_be(services: Services, monkeypatch: pytest.MonkeyPatch, shown: object) -> None:
    use(monkeypatch, Showing({"preview": shown}))
    with pytest.raises(TransferError, match=r"^fake sent an invalid reply about x\.$"):
        await preview(services, "fake", "x")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({}, "x cannot be shown: it is of an unknown type"),
        ({"preview": []}, "x cannot be shown: it is of an unknown type"),
        ({"failed": "it is odd"}, "x cannot be shown: it is odd"),
        ({"missing": True}, "There is no variable x in fake any more."),
    ],
)
async def test_a_child_that_shows_nothing_says_why(
    services: Services, monkeypatch: pytest.MonkeyPatch, answer: object, why: str
) -> None:
    use(monkeypatch, Showing(answer))
    with pytest.raises(TransferError) as raised:
        await preview(services, "fake", "x")
    assert str(raised.value) == why


async def test_a_language_without_previews_and_a_name_that_is_none_are_not_asked(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Fake())
    with pytest.raises(TransferError, match=r"^Variables of Fake cannot be shown here: run x in a cell\.$"):
        await preview(services, "fake", "x")
    use(monkeypatch, Showing({"preview": {"text": "5"}}))
    with pytest.raises(TransferError, match=r"^'f\(\)' is no identifier of Fake, so it cannot be shown here\.$"):
        await preview(services, "fake", "f()")
    assert services.answers == []
