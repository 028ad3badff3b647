"""Folders in which values pass from one child to another: in memory where there is room, else on disk."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio

SHARED_MEMORY = "/dev/shm"


@contextmanager
def shared_memory_folder() -> Iterator[str | None]:
    """Make a private folder in memory that lasts as long as the front, or yield None where there is no such place."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=f"multikernel-{os.getpid()}-", dir=SHARED_MEMORY)
    except OSError:
        yield None
        return
    with folder as path:
        yield path


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
