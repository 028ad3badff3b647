"""Folders for the user alone."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SHARED_MEMORY = "/dev/shm"


def make_private_folder(folder: Path) -> None:
    """Make a folder, and what is missing above it, so that only the user gets in; what is there stays as it is.

    `os.makedirs` leaves those above to the umask, and whoever can write Jupyter's data folder can put kernels there.
    """
    for each in reversed((folder, *folder.parents)):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def shared_memory_folder() -> Iterator[str | None]:
    """Make a private folder in memory that lasts as long as the front, or yield None where there is no such place."""
    try:
        folder = tempfile.TemporaryDirectory(
            prefix=f"multikernel-{os.getpid()}-", dir=SHARED_MEMORY, ignore_cleanup_errors=True
        )
    except OSError:
        yield None
        return
    with folder as path:
        yield path


def child_connection_file(directory: str, name: str) -> str:
    """Return a path for a child's connection file: of the same name as the front's, in a folder of its own.

    `ipynbname` and others find the notebook by the `kernel-<id>.json` that their kernel was started with.
    """
    return os.path.join(directory, secrets.token_hex(8), name)


def remove_connection_file(path: str) -> None:
    """Remove a child's connection file, and the folder that was its own; OSError if that is not possible."""
    Path(path).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        Path(path).parent.rmdir()
