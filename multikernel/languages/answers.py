"""Asks a child for its variables by an adapter's code, and reads what it answers in files."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import anyio

from ..core.errors import TransferError
from ..core.services import ValueServices
from .language import ANSWER, DATA, Language
from .reader import LARGEST_MANIFEST, Json, ManifestError, read_json

SMALL = 1 << 16
"""Bytes of an answer that is worked on at once; a longer one is given to a thread, so that nothing waits for it."""

P = ParamSpec("P")
T = TypeVar("T")


async def ask(services: ValueServices, backend: str, language: Language, code: str, folder: str) -> Json:
    """Run an adapter's code, with its library loaded if it was not, and return the answer; TransferError if none."""
    path = Path(folder, ANSWER)
    path.unlink(missing_ok=True)
    error = await services.run_silently(backend, code)
    if not path.exists():
        error = await services.run_silently(backend, language.library) or await services.run_silently(backend, code)
    try:
        size = size_of(path)
        return await off_loop(size, _read, path)
    except FileNotFoundError:
        raise TransferError(f"{backend} gave no answer about its variables{': ' if error else ''}{error}.") from None
    except ManifestError as nonsense:
        raise TransferError(f"What {backend} says about its variables makes no sense: {nonsense}.") from None


def data_size(folder: str) -> int:
    """Return how many bytes of buffers a child has written, 0 if it did not have to; ManifestError for no file."""
    try:
        return size_of(Path(folder, DATA))
    except FileNotFoundError:
        return 0


def size_of(path: Path) -> int:
    """Return the size of a file; ManifestError for what is no regular one, and could hold up who reads it."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ManifestError(f"{path.name} that is no file")
    return status.st_size


async def off_loop(size: int, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Call a function that works on so many bytes, in a thread if they are many."""
    if size <= SMALL:
        return function(*arguments, **options)
    return await anyio.to_thread.run_sync(lambda: function(*arguments, **options))


def _read(path: Path) -> Json:
    """Read a JSON object; ManifestError for anything else, whatever has been put there since it was looked at."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ManifestError(f"{path.name} cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ManifestError(f"{path.name} that is no file")
        return read_json(file.read(LARGEST_MANIFEST + 1))
