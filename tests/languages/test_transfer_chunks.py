"""Dealing out and joining beside the loop, with children that answer at once."""

import errno
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest

from multikernel.core.cells.transfers import Gather, Scatter, Transfer
from multikernel.core.errors import TransferError
from multikernel.languages import chunks
from multikernel.languages.language import DATA, Incoming
from multikernel.languages.transfer import copy_all
from multikernel.languages.values.as_json import to_text
from multikernel.languages.values.nodes import Node

from .test_transfer import PATIENCE, Fake, Services, use

pytestmark = pytest.mark.anyio

TARGETS = ("one", "two")
TEXTS = {"t": "array", "dtype": "text", "shape": [3], "data": [0, 5]}


class Adapter(Fake):
    """Keeps what it makes variables of."""

    def __init__(self, value: object = TEXTS, data: bytes = b"a\xffb\xffc") -> None:
        """Take the value of all variables, and its data."""
        super().__init__(value=value)
        self._data = data
        self.made: list[tuple[Any, bytes]] = []

    def export_code(self, name: str, folder: str) -> str:
        """Write the data."""
        Path(folder, DATA).write_bytes(self._data)
        return super().export_code(name, folder)

    def write(self, name: str, value: Node, folder: str) -> None:
        """Keep the value and its data."""
        # The data of the whole are gone when those of the chunks are there.
        assert not Path(folder).parent.joinpath(DATA).exists()
        self.made.append((json.loads(to_text(value)), Path(folder, DATA).read_bytes()))


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Return a runtime."""
    return Services(tmp_path / "values")


async def test_a_value_is_exported_once_and_each_chunk_has_its_data(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, adapter := Adapter())
    await copy_all(services, [Scatter("source", "x", TARGETS, "y")])
    one, two = {**TEXTS, "order": "C", "shape": [2], "data": [0, 3]}, {**TEXTS, "order": "C", "shape": [1]}
    assert adapter.made == [(one, b"a\xffb" + bytes(5)), ({**two, "data": [0, 1]}, b"c" + bytes(7))]
    done = [{"done": True, "names": names} for names in (["y", "trial"], ["y"], ["y"])]
    assert services.answers == [{"value": TEXTS}, *done]
    assert not list(services.folder.glob("*"))


async def test_values_are_joined_before_any_is_set(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, adapter := Adapter())
    await copy_all(services, [Gather(TARGETS, "x", "target", "y"), Transfer("source", "x", "target", "z")])
    whole, data = adapter.made[0]
    assert (whole["shape"], data[:11]) == ([6], b"a\xffb\xffc\xffa\xffb\xffc")
    assert services.answers[3:] == [{"done": True, "names": ["y", "z"]}]


MATRIX = {**TEXTS, "shape": [3, 2], "order": "F"}


@pytest.mark.parametrize(
    ("task", "value", "source"),
    [
        (Scatter("source", "x", TARGETS, "y"), TEXTS, "source"),
        (Gather(TARGETS, "x", "target", "y"), MATRIX, "one, two"),
    ],
)
async def test_data_that_are_not_what_they_should_be_are_an_error_that_names_the_source(
    services: Services, monkeypatch: pytest.MonkeyPatch, task: Scatter | Gather, value: Any, source: str
) -> None:
    use(monkeypatch, Adapter(value, b"abcde"))
    with pytest.raises(TransferError, match=f"^{source} sent an invalid reply about x: "):
        await copy_all(services, [task])
    assert all("trial" in answer["names"] for answer in services.answers if "done" in answer)
    assert not list(services.folder.glob("*"))


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (Scatter("source", "x", TARGETS, "y"), "chunks of x from source to one, two as y: No space left on device."),
        (Gather(TARGETS, "x", "target", "y"), "x from one, two to target as y: No space left on device."),
    ],
)
async def test_a_full_disk_is_an_error(
    services: Services, monkeypatch: pytest.MonkeyPatch, task: Scatter | Gather, message: str
) -> None:
    use(monkeypatch, Adapter())

    def full(path: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(chunks, "Sink", full)
    with pytest.raises(TransferError) as refused:
        await copy_all(services, [task])
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (Scatter("source", "missing", TARGETS, "y"), "There is no variable missing in source. Did you mean missin?"),
        (Scatter("source", "x", TARGETS, "a-b"), "'a-b' is no identifier of Fake, so it cannot be a variable in one"),
        (Scatter("source", "bad", TARGETS, "y"), "bad[0] (function) cannot be copied; run `bad = 1` first."),
        (Gather(TARGETS, "missing", "target", "y"), "There is no variable missing in one. Did you mean missin?"),
        (Gather(TARGETS, "bad", "target", "y"), "bad[0] (function) cannot be copied; run `bad = 1` first."),
    ],
)
async def test_nothing_is_set_if_one_cannot_be_copied(
    services: Services, monkeypatch: pytest.MonkeyPatch, task: Scatter | Gather, message: str
) -> None:
    use(monkeypatch, Adapter())
    with pytest.raises(TransferError) as refused:
        await copy_all(services, [Transfer("source", "x", "target", "x"), task])
    assert str(refused.value).startswith(message)
    assert all("trial" in answer["names"] for answer in services.answers if "done" in answer)
    assert not list(services.folder.glob("*"))


class Meeting(Services):
    """A runtime in which backends do what has a word in it only when all of them are at it."""

    def __init__(self, folder: Path, word: str, count: int) -> None:
        """Take how many of them there are."""
        super().__init__(folder)
        self._word = word
        self._missing = count
        self._have_met = anyio.Event()

    async def run_silently(self, backend: str, code: str) -> str:
        """Wait for the others."""
        if self._word in code:
            self._missing -= 1
            if not self._missing:
                self._have_met.set()
            await self._have_met.wait()
        return await super().run_silently(backend, code)


@pytest.mark.parametrize(
    ("tasks", "word"),
    [
        ([Gather(TARGETS, "x", "target", "y")], "value"),
        ([Transfer(source, "x", "target", source) for source in TARGETS], "value"),
        ([Scatter("source", "x", (*TARGETS, "three"), "y")], "trial"),
    ],
)
async def test_backends_work_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tasks: list[Transfer | Scatter | Gather], word: str
) -> None:
    use(monkeypatch, Adapter())
    with anyio.fail_after(PATIENCE):
        await copy_all(Meeting(tmp_path / "values", word, 2), tasks)


class Picky(Adapter):
    """Refuses the first element of the second chunk."""

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
        """Refuse, or do not."""
        if not values[0].folder.endswith("chunk1"):
            return super().import_code(values, is_trial=is_trial)
        return json.dumps([values[0].folder, {"refused": [["[0]", "text", "is odd", "text"]]}])


@pytest.mark.parametrize("targets", [TARGETS, ("one", "two", "three")])
async def test_no_chunk_is_set_if_one_is_refused_which_is_named_as_part_of_the_whole(
    services: Services, monkeypatch: pytest.MonkeyPatch, targets: tuple[str, ...]
) -> None:
    use(monkeypatch, Picky())
    begin = 4 - len(targets)
    with pytest.raises(TransferError) as refused:
        await copy_all(services, [Scatter("source", "x", targets, "y")])
    assert str(refused.value) == f"x[{begin}] (text) is odd; run `x[{begin}] = text` in source first."
    assert {"done": True, "names": ["y"]} not in services.answers
    assert not list(services.folder.glob("*"))
