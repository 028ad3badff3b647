"""Values whose ends are on other machines: what code reads goes there, and data that need not come here does not."""

import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from multikernel.core.cells.transfers import Transfer
from multikernel.core.errors import TransferError
from multikernel.core.services import Content, Files
from multikernel.languages.language import DATA, Incoming, Script
from multikernel.languages.transfer import copy_all
from multikernel.runtime.files_here import FilesHere

from .test_transfer import Fake, Services, use

pytestmark = pytest.mark.anyio

TASK = Transfer("source", "x", "target", "y")
BUFFER = b"12345678" * 1000
VALUE = {"t": "bytes", "data": [0, len(BUFFER)]}


class There:
    """The files of another machine, which are in another folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._here = FilesHere()
        self.written: dict[str, bytes] = {}

    async def path(self, folder: str) -> str:
        """Return what stands for a folder."""
        path = self._root / hashlib.sha1(folder.encode()).hexdigest()
        path.mkdir(parents=True, exist_ok=True)
        return str(path)

    def open(self, folder: str, name: str) -> AbstractAsyncContextManager[Content | None]:
        """Open a file there."""
        return self._here.open(str(self._root / hashlib.sha1(folder.encode()).hexdigest()), name)

    async def write(self, folder: str, name: str, content: Content) -> None:
        """Write a file there."""
        await self._here.write(await self.path(folder), name, content)
        self.written[name] = Path(await self.path(folder), name).read_bytes()

    def forget(self, folder: str) -> None:
        """Remove what stands for a folder."""
        shutil.rmtree(self._root, ignore_errors=True)


class Machines(Services):
    """Each backend has a machine of its own."""

    def __init__(self, folder: Path, *elsewhere: str) -> None:
        super().__init__(folder / "here")
        self.there = {backend: There(folder / backend) for backend in elsewhere}
        self.seen: set[str] = set()
        """Names of files that were on this machine."""

    def files(self, backend: str) -> Files:
        """Return those of its machine."""
        return self.there.get(backend, self.here)

    def shares_files(self, backend: str) -> bool | None:
        """Say that they can be reached."""
        return True

    async def run_silently(self, backend: str, code: str) -> str:
        """Write the answer, and a buffer beside it if it is a value."""
        folder, answer = json.loads(code)
        if "value" in answer:
            Path(folder, DATA).write_bytes(BUFFER)
        self.seen |= {name for each in self.folder.iterdir() for name in os.listdir(each)}
        return await super().run_silently(backend, code)


class Scripted(Fake):
    """Brings a file to import a value."""

    reads_data = False

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> Script:  # type: ignore[override]
        """Return code that reads it."""
        return Script(super().import_code(values, is_trial=is_trial), {"script": b"do"})


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    """Return a source and a target on two other machines."""
    return Machines(tmp_path, "source", "target")


async def test_data_passes_by_and_a_script_goes_along(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Scripted(value=VALUE))
    reports: list[tuple[int, int]] = []
    await copy_all(machines, [TASK], lambda done, total: reports.append((done, total)))
    written = machines.there["target"].written
    assert (written[DATA], written["script"]) == (BUFFER, b"do")
    assert DATA not in machines.seen
    assert reports[-1] == (len(BUFFER), len(BUFFER))


@pytest.mark.parametrize("way", ["it is read", "source", "target"])
async def test_data_comes_here_where_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    machines = Machines(tmp_path, *(["source", "target"] if way == "it is read" else [way]))
    adapter = Scripted(value=VALUE)
    adapter.reads_data = way == "it is read"
    use(monkeypatch, adapter)
    await copy_all(machines, [TASK])
    assert DATA in machines.seen
    for there in machines.there.values():
        assert there.written.get(DATA, BUFFER) == BUFFER


@pytest.mark.parametrize("offset", [8, -8, len(BUFFER)])
async def test_data_that_passes_by_is_checked_too(
    machines: Machines, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    use(monkeypatch, Scripted(value={"t": "bytes", "data": [offset, len(BUFFER)]}))
    with pytest.raises(TransferError, match="source sent an invalid reply about x"):
        await copy_all(machines, [TASK])
    assert machines.there["target"].written == {}


async def test_a_source_that_breaks_off_is_an_error(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Scripted(value=VALUE))
    real = machines.there["target"].write

    async def broken(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            yield piece[:5]
            raise TransferError("Files of source could not be copied: it became shorter meanwhile.")

    async def write(folder: str, name: str, content: Content) -> None:
        await real(folder, name, Content(content.size, broken(content.pieces)))

    monkeypatch.setattr(machines.there["target"], "write", write)
    with pytest.raises(TransferError, match="it became shorter"):
        await copy_all(machines, [TASK])
    assert not any("done" in answer for answer in machines.answers)
