"""Folders in which values pass from one child to another: in memory where there is room, else on disk."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio

from ..core.errors import TransferError


@asynccontextmanager
async def value_folder(memory: str | None, disk: str, source: int) -> AsyncIterator[str]:
    """Make a folder for a value of a process, and remove it on leaving; TransferError if none can be made.

    It is in memory if there is room for as much as the process holds.
    """
    folder = _make_folder(memory, disk, source)
    try:
        yield folder
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


def _make_folder(memory: str | None, disk: str, source: int) -> str:
    import psutil

    if memory is not None:
        with suppress(OSError, psutil.Error):
            if _free_bytes(memory) > psutil.Process(source).memory_info().rss:
                return tempfile.mkdtemp(prefix="values-", dir=memory)
    try:
        return tempfile.mkdtemp(prefix="values-", dir=disk)
    except OSError as error:
        raise TransferError(f"No folder could be created for passing values: {error}") from None


def _free_bytes(folder: str) -> int:
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize
