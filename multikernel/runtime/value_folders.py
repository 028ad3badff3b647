"""Folders in which values pass from one child to another: in memory where there is room, else on disk."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio


@asynccontextmanager
async def value_folder(memory: str | None, disk: str, source: int) -> AsyncIterator[str]:
    """Make a folder for a value of a process, and remove it on leaving.

    It is in memory if there is room for as much as the process holds.
    """
    parent = memory if memory is not None and _has_room(memory, source) else disk
    folder = tempfile.mkdtemp(prefix="values-", dir=parent)
    try:
        yield folder
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


def _has_room(folder: str, source: int) -> bool:
    import psutil

    try:
        held = psutil.Process(source).memory_info().rss
    except psutil.Error:
        return False
    free = os.statvfs(folder)
    return free.f_bavail * free.f_frsize > held
