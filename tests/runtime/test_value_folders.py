"""Where values pass from one child to another, and what happens if there is no such place."""

import os
import shutil
from pathlib import Path

import psutil
import pytest

from multikernel.core.errors import TransferError
from multikernel.runtime.value_folders import value_folder

pytestmark = pytest.mark.anyio


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """Return a folder that stands for one in memory."""
    (tmp_path / "memory").mkdir()
    return tmp_path / "memory"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Return a folder on disk."""
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


async def parent(memory: Path | None, disk: Path) -> Path:
    """Return where the folder for a value of this process is made; it is gone afterwards."""
    async with value_folder(None if memory is None else str(memory), str(disk), os.getpid()) as folder:
        assert os.stat(folder).st_mode & 0o777 == 0o700
        (Path(folder) / "value").write_text("1")
    assert not os.path.exists(folder)
    return Path(folder).parent


async def test_it_is_in_memory_if_there_is_such_a_place(memory: Path, disk: Path) -> None:
    assert await parent(memory, disk) == memory
    assert await parent(None, disk) == disk


async def test_it_is_on_disk_if_memory_has_less_room_than_the_process_takes(
    memory: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = os.statvfs(memory)
    held = room.f_bavail * room.f_frsize
    monkeypatch.setattr(psutil.Process, "memory_info", lambda self: type("Memory", (), {"rss": 2 * held}))
    assert await parent(memory, disk) == disk


async def test_it_is_on_disk_if_memory_cannot_be_used(memory: Path, disk: Path) -> None:
    shutil.rmtree(memory)
    assert await parent(memory, disk) == disk


@pytest.mark.parametrize("error", [psutil.AccessDenied(1), PermissionError("/proc/1/statm")])
async def test_it_is_on_disk_if_the_process_is_hidden(
    memory: Path, disk: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(process: psutil.Process) -> None:
        raise error

    monkeypatch.setattr(psutil.Process, "memory_info", refuse)
    assert await parent(memory, disk) == disk


async def test_if_there_is_no_place_at_all_the_cell_says_so(memory: Path, disk: Path) -> None:
    shutil.rmtree(memory)
    shutil.rmtree(disk)
    with pytest.raises(TransferError, match=r"No folder could be created for passing values: .*No such file"):
        await parent(memory, disk)
