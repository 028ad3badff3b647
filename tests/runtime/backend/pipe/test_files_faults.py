"""Files that cannot be copied, and what the other end should not say: clear errors, and nothing hangs."""

import errno
import os
import shutil
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from multikernel.core.errors import TransferError
from multikernel.core.services import Content
from multikernel.runtime.backend.links.pipe.agent import files as far_module
from multikernel.runtime.backend.links.pipe.agent.files import Files
from multikernel.runtime.backend.links.pipe.agent.stream import ProtocolError, Stream
from multikernel.runtime.backend.links.pipe.files import RemoteFiles

from .pair import PATIENCE, WINDOW, Pair, fetch, folder_of, send, soon

pytestmark = pytest.mark.anyio


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


@pytest.mark.parametrize("size", [WINDOW // 2, 6 * WINDOW])
async def test_a_file_that_changes_there_while_it_is_read_is_cut_or_an_error(pair: Pair, size: int) -> None:
    near = folder_of(pair)
    there = Path(await pair.files.path(near), "data")
    there.write_bytes(bytes(3 * WINDOW + 5))
    async with pair.files.open(near, "data") as content:
        assert content is not None
        os.truncate(there, size)
        if size > 3 * WINDOW + 5:
            with anyio.fail_after(PATIENCE):
                assert sum([len(piece) async for piece in content.pieces]) == content.size == 3 * WINDOW + 5
        else:
            with pytest.raises(TransferError, match="Files of big could not be copied: it became shorter meanwhile"):
                await soon(partial(_read, content.pieces))


async def _read(pieces: AsyncIterator[bytes]) -> None:
    assert [piece async for piece in pieces]


async def test_no_more_is_sent_than_has_been_taken(pair: Pair) -> None:
    near = folder_of(pair)
    Path(await pair.files.path(near), "data").write_bytes(bytes(5 * WINDOW))
    async with pair.files.open(near, "data") as content:
        assert content is not None
        (task,) = pair.files._tasks.values()
        for _ in range(1000):
            await anyio.lowlevel.checkpoint()
        assert sum(map(len, task.pieces)) == WINDOW
        with pytest.raises(ProtocolError, match="more of a file than it may"):
            pair.files.take_piece([b"%d" % pair.files._last, b"x"])


async def test_a_folder_that_has_vanished_there_is_an_error(pair: Pair) -> None:
    near = folder_of(pair)
    shutil.rmtree(await pair.files.path(near))
    Path(near, "data").write_bytes(b"1")
    with pytest.raises(TransferError, match="No such file"):
        await soon(lambda: send(pair.files, near, "data"))
    await soon(lambda: fetch(pair.files, near, "none"))
    pair.files.forget(near)
    await anyio.wait_all_tasks_blocked()


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_a_disk_that_is_full_there_is_an_error_and_nothing_stays(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    near = folder_of(pair)
    there = Path(await pair.files.path(near))
    Path(near, "data").write_bytes(bytes(3 * WINDOW))
    if when == "before":
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: _Full)
    else:
        monkeypatch.setattr(far_module.Writing, "take", _fail)
    with pytest.raises(TransferError, match=r"there is no room there for 0 MB|No space left on device"):
        await soon(lambda: send(pair.files, near, "data"))
    assert list(there.iterdir()) == []
    assert not pair.far_files._writing


def _fail(writing: far_module.Writing, data: bytes) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_what_is_longer_or_shorter_than_it_should_be_is_not_kept_there(pair: Pair) -> None:
    near = folder_of(pair)
    there = Path(await pair.files.path(near))
    for size in (1, 5):
        with pytest.raises(TransferError, match=r"-2 bytes of it are missing|2 bytes of it are missing"):
            await soon(partial(pair.files.write, near, "data", Content(size, _pieces(b"123"))))
    assert list(there.iterdir()) == []


async def _pieces(*data: bytes) -> AsyncIterator[bytes]:
    for each in data:
        yield each


async def test_a_source_that_breaks_leaves_nothing_there(pair: Pair) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"begin"
        raise TransferError("It broke.")

    near = folder_of(pair)
    there = Path(await pair.files.path(near))
    with pytest.raises(TransferError, match="It broke"):
        await soon(lambda: pair.files.write(near, "data", Content(10, broken())))
    await anyio.wait_all_tasks_blocked()
    assert list(there.iterdir()) == []
