"""The files of values on this machine. Threads read and write them: a disk may make them wait."""

import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import BinaryIO

import anyio

from ..core.errors import TransferError
from ..core.services import Content

PIECE = 1 << 22
"""Bytes that are read at once: on a busy machine, a thread may be long in coming."""
WRITTEN_AT_ONCE = 1 << 20
"""Bytes; more arrives meanwhile."""


class FilesHere:
    """Folders that stand for themselves."""

    async def path(self, folder: str) -> str:
        """Return the folder itself."""
        return folder

    @asynccontextmanager
    async def open(self, folder: str, name: str) -> AsyncIterator[Content | None]:
        """Open a file that Multi has written, or a kernel of this machine; TransferError if it is none."""
        try:
            file = await anyio.to_thread.run_sync(_open, os.path.join(folder, name))
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise TransferError(f"A value cannot be read: {error.strerror}.") from None
        with file:
            size = os.fstat(file.fileno()).st_size
            yield Content(size, _pieces(file, size))

    async def write(self, folder: str, name: str, content: Content) -> None:
        """Write a file, in place of one that is there; TransferError."""
        path = os.path.join(folder, name)
        try:
            if content.size > shutil.disk_usage(folder).free:
                raise TransferError(f"There is no room here for {content.size / 1e6:.0f} MB of values.")
            file = await anyio.to_thread.run_sync(_create, path)
            try:
                with file:
                    await _write_all(file, content.pieces)
            except BaseException:
                # That of a large one takes long.
                with anyio.CancelScope(shield=True), suppress(OSError):
                    await anyio.to_thread.run_sync(os.unlink, path)
                raise
        except OSError as error:
            raise TransferError(f"A value cannot be written here: {error.strerror}.") from None

    def forget(self, folder: str) -> None:
        """Do nothing: who has made a folder removes it."""


def _open(path: str) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    file = os.fdopen(descriptor, "rb", 0)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise TransferError(f"{os.path.basename(path)} is not a regular file.")
    return file


def _create(path: str) -> BinaryIO:
    with suppress(FileNotFoundError):
        os.unlink(path)
    return open(path, "xb", opener=lambda path, flags: os.open(path, flags, 0o600))


async def _pieces(file: BinaryIO, size: int) -> AsyncIterator[bytes]:
    while size:
        data = await anyio.to_thread.run_sync(file.read, min(size, PIECE))
        if not data:
            raise TransferError("A value became shorter while it was read.")
        size -= len(data)
        yield data


async def _write_all(file: BinaryIO, pieces: AsyncIterator[bytes]) -> None:
    held: list[bytes] = []
    size = 0
    async for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= WRITTEN_AT_ONCE:
            await anyio.to_thread.run_sync(_write, file, held)
            held, size = [], 0
    await anyio.to_thread.run_sync(_write, file, held)


def _write(file: BinaryIO, held: Iterable[bytes]) -> None:
    file.writelines(held)
    file.flush()
