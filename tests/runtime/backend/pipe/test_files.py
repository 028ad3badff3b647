"""Files of values there and back, whatever breaks meanwhile, and whatever the other end says."""

import asyncio
import json
import os
import shutil
import stat
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path

import anyio
import pytest

from multikernel.core.errors import TransferError
from multikernel.runtime.backend.links.pipe import files as module
from multikernel.runtime.backend.links.pipe.agent import files as far_module
from multikernel.runtime.backend.links.pipe.agent.files import Files
from multikernel.runtime.backend.links.pipe.agent.stream import PIECE, ProtocolError, Stream
from multikernel.runtime.backend.links.pipe.files import RemoteFiles
from multikernel.runtime.files_here import FilesHere

pytestmark = pytest.mark.anyio

PATIENCE = 10.0
PIECE_SIZE, WINDOW = 1 << 12, 1 << 17
SIZES = (0, 1, PIECE_SIZE, PIECE_SIZE + 1, WINDOW * 2 + 5)


class Way:
    """One direction of a connection, which delivers when the loop gets there."""

    def __init__(self, deliver: Callable[["Way", bytes], None]) -> None:
        self._deliver = deliver
        self.is_broken = False

    def write(self, data: bytes) -> None:
        if not self.is_broken:
            asyncio.get_running_loop().call_soon(self._arrive, data)

    def _arrive(self, data: bytes) -> None:
        if not self.is_broken:
            self._deliver(self, data)


class Pair:
    """Both ends of a stream, each with its files; a connection between them may break and come back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.far = Stream(self._take_far)
        self.near = Stream(self._take_near)
        self.far_files = Files(str(folder), self.far)
        self.files = RemoteFiles("big", self.near)
        self.most_held = 0
        self.ways: list[Way] = []
        self.connect()

    def connect(self) -> None:
        """Connect; what was on its way is lost."""
        for way in self.ways:
            way.is_broken = True
        near_seen, far_seen = self.near.seen, self.far.seen
        up, down = self.ways = [Way(self._up), Way(self._down)]
        self.far.connected(down, near_seen)
        self.near.connected(up, far_seen)
        self.far_files.go_on()
        self.files.go_on()

    def disconnect(self) -> None:
        """Break the connection."""
        for way, stream in zip(self.ways, (self.near, self.far), strict=True):
            way.is_broken = True
            stream.disconnected(way)

    def _up(self, way: Way, data: bytes) -> None:
        self.far.feed(self.ways[1], data)
        self.far_files.go_on()

    def _down(self, way: Way, data: bytes) -> None:
        self.most_held = max(self.most_held, self.far.held, self.near.held)
        self.near.feed(self.ways[0], data)
        self.files.go_on()

    def _take_far(self, kind: int, frames: list[bytes]) -> None:
        if kind == PIECE:
            self.far_files.take(frames)
        else:
            [(what, value)] = json.loads(frames[0]).items()
            self.far_files.do(what, value)

    def _take_near(self, kind: int, frames: list[bytes]) -> None:
        if kind == PIECE:
            self.files.take_piece(frames)
        else:
            [(what, value)] = json.loads(frames[0]).items()
            self.files.take_word(what, value)


@pytest.fixture
async def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Return two ends that are connected, and copy small pieces."""
    for end in (module, far_module):
        monkeypatch.setattr(end, "PIECE_SIZE", PIECE_SIZE)
        monkeypatch.setattr(end, "WINDOW", WINDOW)
    monkeypatch.setattr(module, "GRANT", WINDOW // 4)
    (tmp_path / "far").mkdir()
    (tmp_path / "near").mkdir()
    return Pair(tmp_path / "far")


async def send(files: RemoteFiles, folder: str, name: str) -> None:
    """Copy a file to there."""
    async with FilesHere().open(folder, name) as content:
        assert content is not None
        await files.write(folder, name, content)


async def fetch(files: RemoteFiles, folder: str, name: str) -> None:
    """Copy a file from there, if it exists."""
    async with files.open(folder, name) as content:
        if content is not None:
            await FilesHere().write(folder, name, content)


def folder_of(pair: Pair) -> str:
    """Return the folder of this machine."""
    return str(pair.folder.parent / "near")


async def soon(action: Callable[[], Awaitable[object]]) -> None:
    """Do what must not hang."""
    with anyio.fail_after(PATIENCE):
        await action()


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_arrives_as_it_is(pair: Pair, size: int) -> None:
    near, content = folder_of(pair), os.urandom(size)
    Path(near, "data").write_bytes(content)
    await soon(lambda: send(pair.files, near, "data"))
    there = Path(await pair.files.path(near))
    assert there.parent == pair.folder
    assert stat.S_IMODE(there.stat().st_mode) == 0o700
    assert (there / "data").read_bytes() == content
    (there / "back").write_bytes(content[::-1])
    for name in ("back", "none"):
        await soon(partial(fetch, pair.files, near, name))
    assert Path(near, "back").read_bytes() == content[::-1]
    assert not Path(near, "none").exists()
    assert pair.most_held < 2 * WINDOW
    pair.files.forget(near)
    await anyio.wait_all_tasks_blocked()
    assert list(pair.folder.iterdir()) == []


async def test_a_break_costs_nothing(pair: Pair) -> None:
    near, content = folder_of(pair), os.urandom(3 * WINDOW)
    Path(near, "data").write_bytes(content)

    async def copy() -> None:
        await send(pair.files, near, "data")
        Path(near, "data").unlink()
        await fetch(pair.files, near, "data")

    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(copy)
            for _ in range(40):
                pair.disconnect()
                await asyncio.sleep(0)
                pair.connect()
                for _ in range(5):
                    await asyncio.sleep(0)
    assert Path(near, "data").read_bytes() == content


async def test_folders_in_a_folder_go_with_it(pair: Pair) -> None:
    near = folder_of(pair)
    for folder in (near, near + "/chunk0", near + "-other"):
        os.makedirs(folder, exist_ok=True)
        await soon(partial(pair.files.path, folder))
    assert len(list(pair.folder.iterdir())) == 3
    pair.files.forget(near)
    await anyio.wait_all_tasks_blocked()
    assert len(list(pair.folder.iterdir())) == 1


@pytest.mark.parametrize("way", [send, fetch])
async def test_a_copy_that_is_cancelled_stops_and_the_next_one_works(
    pair: Pair, way: Callable[[RemoteFiles, str, str], Coroutine[object, object, None]]
) -> None:
    near, content = folder_of(pair), os.urandom(20 * WINDOW)
    Path(near, "data").write_bytes(content)
    Path(await pair.files.path(near), "data2").write_bytes(content)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(way, pair.files, near, "data" if way is send else "data2")
        for _ in range(10):
            await asyncio.sleep(0)
        tasks.cancel_scope.cancel()
    await anyio.wait_all_tasks_blocked()
    pair.near.acknowledge()
    pair.far.acknowledge()
    await anyio.wait_all_tasks_blocked()
    assert pair.near.held == pair.far.held == 0
    Path(near, "small").write_bytes(b"small")
    await soon(lambda: send(pair.files, near, "small"))
    assert not pair.far_files._writing
    assert not pair.far_files._reading


async def test_what_cannot_be_copied_is_an_error(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    near = folder_of(pair)
    there = Path(await pair.files.path(near))
    (there / "link").symlink_to("/etc/passwd")
    (there / "folder").mkdir()
    os.mkfifo(there / "pipe")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(TransferError, match="Files of big could not be copied: "):
            await soon(partial(fetch, pair.files, near, name))
    Path(near, "folder").write_bytes(b"1")
    with pytest.raises(TransferError, match="s a directory"):
        await soon(lambda: send(pair.files, near, "folder"))
    (there / "large").write_bytes(bytes(3 * WINDOW))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: _Full)
    with pytest.raises(TransferError, match="There is no room here"):
        await soon(lambda: fetch(pair.files, near, "large"))


class _Full:
    free = 4


async def test_a_folder_that_cannot_be_made_is_an_error(pair: Pair) -> None:
    pair.folder.rmdir()
    with pytest.raises(TransferError, match="No such file"):
        await soon(lambda: pair.files.path(folder_of(pair)))


async def test_the_end_of_the_link_ends_what_goes_on_and_what_comes(pair: Pair) -> None:
    near = folder_of(pair)
    await pair.files.path(near)
    pair.disconnect()
    Path(near, "data").write_bytes(bytes(10 * WINDOW))
    for way in (send, fetch, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_later, pair)
            with pytest.raises(TransferError, match="it has died"):
                await soon(partial(way, pair.files, near, "data"))


async def _later(pair: Pair) -> None:
    await anyio.wait_all_tasks_blocked()
    pair.files.break_off("it has died")


async def test_what_the_keeper_should_not_say_ends_the_link_and_costs_no_file(pair: Pair) -> None:
    near = folder_of(pair)
    files, stream = pair.files, pair.near
    sizes: list[object] = [1, [], [1], [1, -1], [1, "2"], ["1", 2], [1, 2, 3]]
    copied: list[object] = [None, [1, 2], {}]
    nonsense: dict[str, list[object]] = {
        "size": sizes,
        "copied": copied,
        "folder": [[1, None], [1, 2]],
        "unheard_of": [[1, 2]],
    }
    for what, value in ((what, value) for what, values in nonsense.items() for value in values):
        with pytest.raises(ProtocolError):
            files.take_word(what, value)
    for frames in ([], [b"1"], [b"x", b""], [b"-1", b""], [b"1", b"", b""]):
        with pytest.raises(ProtocolError):
            files.take_piece(frames)
    # What was cancelled.
    files.take_word("size", [99, 5])
    files.take_piece([b"99", b"late"])

    await files.path(near)
    pair.disconnect()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(fetch, files, near, "data")
        await anyio.wait_all_tasks_blocked()
        number = files._last
        files.take_word("size", [number, 3])
        files.take_piece([b"%d" % number, b"ab"])
        with pytest.raises(ProtocolError, match="more of a file than it may"):
            files.take_piece([b"%d" % number, b"cd"])
        tasks.cancel_scope.cancel()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end_early, files)
        with pytest.raises(TransferError, match="shorter"):
            await soon(lambda: fetch(files, near, "data"))
    assert stream.held


async def _end_early(files: RemoteFiles) -> None:
    await anyio.wait_all_tasks_blocked()
    files.take_word("size", [files._last, 3])
    files.take_word("copied", [files._last, ""])


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", ".ssh", "", "a/b"])
def test_the_agent_takes_only_names_of_files(tmp_path: Path, name: str) -> None:
    words = Stream(lambda kind, frames: None)
    files = Files(str(tmp_path), words)
    files.make(1)
    for what in ("fetch", "store"):
        with pytest.raises(ProtocolError, match="a file that is none"):
            files.do(what, [1, 1, name, 1])
    with pytest.raises((ValueError, TypeError)):
        files.do("remove", ["../../x"])
    with pytest.raises(ProtocolError, match="no word"):
        files.do("_path", [1])
