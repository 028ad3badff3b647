"""Files of values there and back, whatever breaks meanwhile."""

import asyncio
import os
import stat
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

import anyio
import pytest

from multikernel.core.errors import TransferError
from multikernel.runtime.backend.links.pipe.files import RemoteFiles

from .pair import PATIENCE, PIECE_SIZE, WINDOW, Pair, fetch, folder_of, send, soon

pytestmark = pytest.mark.anyio

SIZES = (0, 1, PIECE_SIZE, PIECE_SIZE + 1, WINDOW * 2 + 5)


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
