"""A transfer beside the loop: what works on a value holds up nothing else, and can be left."""

import json
import keyword
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest

from multikernel.core.cells.transfers import Transfer
from multikernel.core.errors import TransferError
from multikernel.core.services import Files
from multikernel.languages import registry
from multikernel.languages.language import ANSWER, Incoming, Language
from multikernel.languages.transfer import copy_all
from multikernel.languages.values.nodes import Node
from multikernel.languages.values.reader import Json
from multikernel.runtime.files_here import FilesHere

pytestmark = pytest.mark.anyio

remove = shutil.rmtree

PATIENCE = 20
"""Seconds."""
TASK = Transfer("source", "x", "target", "y")
TARGETS = ("one", "two")


class Fake:
    """An adapter whose code is the answer that its child gives to it."""

    name = "Fake"

    def __init__(self, work: Callable[[str], None] = lambda folder: None, value: object = None) -> None:
        """Take what import code does, given the folder, and the value of each variable but `missing` and `bad`."""
        self._work = work
        self._value = {"t": "int", "v": "5"} if value is None else value

    def refuses_name(self, name: str) -> str:
        """Refuse what is no identifier."""
        return "" if name.isidentifier() and not keyword.iskeyword(name) else "is no identifier of Fake"

    def library_code(self, folder: str) -> str:
        """Return nothing of use."""
        return "{}"

    def export_code(self, name: str, folder: str) -> str:
        """Return the value."""
        if name == "bad":
            return json.dumps([folder, {"refused": [["[0]", "function", "cannot be copied; run `bad = 1` first"]]}])
        return json.dumps([folder, {"missing": True} if name == "missing" else {"value": self._value}])

    def write(self, name: str, value: Node, folder: str) -> None:
        """Work on a value."""
        self._work(folder)

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
        """Refuse what is called odd."""
        names = [each.name for each in values]
        refused = {"refused": [["", "int", "is odd"]], "at": names.index("odd")} if "odd" in names else None
        return json.dumps([values[0].folder, refused or {"done": True, "names": [*names, *["trial"] * is_trial]}])

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement."""
        return f"{name}{path} = {need}"

    def variables_code(self, folder: str) -> str:
        """Return a few variables of more."""
        return json.dumps([folder, {"variables": [["missin", "int", "", -5], ["x", "int", "", 8]], "more": 3}])


class Services:
    """A runtime whose children answer at once."""

    def __init__(self, folder: Path) -> None:
        """Take a folder."""
        self.folder = folder
        self.here: Files = FilesHere()
        self.shares: dict[str, bool | None] = {}
        self.answers: list[Json] = []

    async def language(self, backend: str) -> str:
        """Return a language."""
        return "fake"

    async def run_silently(self, backend: str, code: str) -> str:
        """Write the answer that the code is."""
        folder, answer = json.loads(code)
        self.answers.append(answer)
        Path(folder, ANSWER).write_text(json.dumps(answer))
        return ""

    def files(self, backend: str) -> Files:
        """Return what leaves files where they are."""
        return self.here

    def shares_files(self, backend: str) -> bool | None:
        """Return what is known."""
        return self.shares.get(backend, True)

    def note_sharing(self, backend: str, shares_files: bool) -> None:
        """Know it."""
        self.shares[backend] = shares_files

    @asynccontextmanager
    async def value_folder(self, source: str) -> AsyncIterator[str]:
        """Make a folder in the folder, and remove it with what is in it."""
        self.folder.mkdir(exist_ok=True)
        folder = tempfile.mkdtemp(dir=self.folder)
        try:
            yield folder
        finally:
            remove(folder)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Return a runtime."""
    return Services(tmp_path / "values")


def use(monkeypatch: pytest.MonkeyPatch, adapter: Language) -> None:
    """Let an adapter be that of all backends."""
    monkeypatch.setattr(registry, "find", lambda language: adapter)


async def test_the_loop_runs_while_an_adapter_works_on_a_value(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_run = threading.Event()

    def work(folder: str) -> None:
        anyio.from_thread.run(anyio.lowlevel.checkpoint)
        has_run.set()

    use(monkeypatch, Fake(work))
    with anyio.fail_after(PATIENCE):
        await copy_all(services, [TASK])
    assert has_run.is_set()


async def test_an_interrupt_does_not_wait_for_the_adapter_and_leaves_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, is_removed = anyio.Event(), threading.Event(), threading.Event()

    def work(folder: str) -> None:
        anyio.from_thread.run_sync(begun.set)
        assert may_end.wait(PATIENCE)
        Path(folder).mkdir(parents=True)
        Path(folder, "value.json").write_text("late")

    def observed(folder: str, ignore_errors: bool) -> None:
        remove(folder, ignore_errors)
        is_removed.set()

    use(monkeypatch, Fake(work))
    monkeypatch.setattr(shutil, "rmtree", observed)
    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(copy_all, services, [TASK])
            await begun.wait()
            tasks.cancel_scope.cancel()
    assert not list(services.folder.glob("*"))
    may_end.set()
    assert await anyio.to_thread.run_sync(is_removed.wait, PATIENCE)
    assert not list(services.folder.glob("*"))


@pytest.mark.parametrize("value", [5, {"t": "int", "v": 5}, {"t": "text", "data": [0, 8]}])
async def test_an_invalid_value_is_an_error_that_names_the_backend(
    services: Services, monkeypatch: pytest.MonkeyPatch, value: Json
) -> None:
    use(monkeypatch, Fake(value=value))
    with pytest.raises(TransferError, match="source sent an invalid reply about x"):
        await copy_all(services, [TASK])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "There is no variable missing in source. Did you mean missin?"),
        ("bad", "bad[0] (function) cannot be copied; run `bad = 1` first."),
        (
            "df['x']",
            "\"df['x']\" is no identifier of Fake: -i and -o take names only. Run `x = df['x']` in source, and name x.",
        ),
        (
            "x[0]",
            "'x[0]' is no identifier of Fake: -i and -o take names only. Run `x_0 = x[0]` in source, and name x_0.",
        ),
        ("${x}", "'${x}' is no identifier of Fake: -i and -o take names only. Name x."),
        ("a-b", "'a-b' is no identifier of Fake, so there is no such variable in source."),
    ],
)
async def test_nothing_is_set_if_one_of_several_cannot_be_copied(
    services: Services, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    use(monkeypatch, Fake())
    with pytest.raises(TransferError) as refused:
        await copy_all(services, [TASK, Transfer("source", name, "target", "new")])
    assert str(refused.value) == message
    assert all("trial" in answer["names"] for answer in services.answers if "done" in answer)


async def test_a_target_gets_all_of_its_values_at_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Fake())
    await copy_all(services, [Transfer("source", name, "target", name) for name in "abc"])
    assert [answer["names"] for answer in services.answers if "done" in answer] == [["a", "b", "c"]]


async def test_all_targets_but_the_last_try_before_one_of_them_sets_anything(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Fake())
    await copy_all(services, [Transfer("source", name, f"to {name}", name) for name in "abc"])
    names = [answer["names"] for answer in services.answers if "done" in answer]
    assert sorted(names[:2]) == [["a", "trial"], ["b", "trial"]]
    assert (names[2], sorted(names[3:])) == (["c"], [["a"], ["b"]])


async def test_a_refusal_is_about_the_value_that_the_target_refuses(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Fake())
    with pytest.raises(TransferError, match=r"^b \(int\) is odd\.$"):
        await copy_all(services, [Transfer("source", "a", "target", "a"), Transfer("source", "b", "target", "odd")])


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        (
            [
                Transfer("source", "a", "target", "odd"),
                Transfer("source", "b", "target", "b"),
                Transfer("source", "x", "target", "odd"),
            ],
            "a (int) is odd. x (int) is odd.",
        ),
        (
            [Transfer("source", "bad", "target", "a"), TASK, Transfer("source", "b", "target", "odd")],
            "bad[0] (function) cannot be copied; run `bad = 1` first. b (int) is odd.",
        ),
        ([Transfer("source", "x", target, "odd") for target in TARGETS], "x (int) is odd."),
        ([Transfer("source", name, name, "odd") for name in "abcdefg"], "e (int) is odd. And 2 more."),
        (
            [Transfer("source", name, "target", name) for name in ("a-b", "bad", "c-d")],
            "'a-b' is no identifier of Fake, so there is no such variable in source. 'c-d' is no",
        ),
        (
            [Transfer("source", "bad", target, "y") for target in TARGETS] + [Transfer("source", "missing", "a", "y")],
            "bad[0] (function) cannot be copied; run `bad = 1` first. There is no variable missing in source.",
        ),
    ],
)
async def test_all_refusals_of_a_header_are_one(
    services: Services, monkeypatch: pytest.MonkeyPatch, tasks: list[Transfer], message: str
) -> None:
    use(monkeypatch, Fake())
    with pytest.raises(TransferError) as refused:
        await copy_all(services, tasks)
    assert message in str(refused.value)
    assert all("trial" in answer["names"] for answer in services.answers if "done" in answer)


async def test_what_is_to_be_run_for_several_targets_is_said_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Needy(Fake):
        """Says what it needs."""

        def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
            """Refuse all."""
            why = f"cannot be in {values[0].name}"
            return json.dumps([values[0].folder, {"refused": [["", "int", why, "text"]]}])

    use(monkeypatch, Needy())
    with pytest.raises(TransferError) as refused:
        await copy_all(services, [Transfer("source", "x", target, target) for target in TARGETS])
    assert str(refused.value) == ("x (int) cannot be in one; run `x = text` in source first. x (int) cannot be in two.")
