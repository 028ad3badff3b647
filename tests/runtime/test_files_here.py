"""Files of values on this machine: read and written in pieces, or an error that says why not."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from multikernel.core.errors import TransferError
from multikernel.core.services import Content, Files
from multikernel.runtime import files_here
from multikernel.runtime.files_here import PIECE, FilesHere

pytestmark = pytest.mark.anyio

FILES: Files = FilesHere()


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for each in data:
        yield each


async def read(folder: Path, name: str) -> bytes:
    async with FILES.open(str(folder), name) as content:
        assert content is not None
        data = b"".join([piece async for piece in content.pieces])
    assert len(data) == content.size
    return data


@pytest.mark.parametrize("size", [0, 1, PIECE, 2 * PIECE + 3])
async def test_a_file_is_read_and_written_in_pieces(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    assert await FILES.path(str(tmp_path)) == str(tmp_path)
    for _ in range(2):
        await FILES.write(str(tmp_path), "data", Content(size, pieces(data[: size // 3], data[size // 3 :])))
        assert await read(tmp_path, "data") == data
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o600
    async with FILES.open(str(tmp_path), "none") as none:
        assert none is None
    FILES.forget(str(tmp_path))
    assert os.listdir(tmp_path) == ["data"]


async def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(TransferError):
            await read(tmp_path, name)


async def test_a_file_that_changes_while_it_is_read_is_cut_or_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(bytes(2 * PIECE))
    async with FILES.open(str(tmp_path), "data") as content:
        assert content is not None
        os.truncate(tmp_path / "data", 3 * PIECE)
        assert sum([len(piece) async for piece in content.pieces]) == 2 * PIECE
    async with FILES.open(str(tmp_path), "data") as content:
        assert content is not None
        os.truncate(tmp_path / "data", PIECE)
        with pytest.raises(TransferError, match="shorter"):
            assert [piece async for piece in content.pieces]


async def test_a_file_that_cannot_be_written_to_its_end_is_not_there(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"begin"
        raise TransferError("It broke.")

    with pytest.raises(TransferError, match="It broke"):
        await FILES.write(str(tmp_path), "data", Content(10, broken()))
    with pytest.raises(TransferError, match="There is no room here for"):
        await FILES.write(str(tmp_path), "data", Content(1 << 60, pieces(b"")))
    with pytest.raises(TransferError, match="cannot be written here: No such file"):
        await FILES.write(str(tmp_path / "none"), "data", Content(1, pieces(b"1")))
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has /dev/full")
async def test_a_disk_that_is_full_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_here, "_create", lambda path: open("/dev/full", "wb"))  # noqa: SIM115
    with pytest.raises(TransferError, match="No space left on device"):
        await FILES.write(str(tmp_path), "data", Content(3, pieces(b"123")))
