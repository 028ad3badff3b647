"""Runs code of an adapter in a child, and reads the answer that it writes."""

import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio

from ..core.errors import TransferError
from ..core.services import ValueServices
from . import registry
from .carrying import Progress, carry
from .language import ANSWER, DATA, Code, Language, Script
from .values.reader import LARGEST_MANIFEST, Json, ManifestError, read_json

T = TypeVar("T")


async def adapter_of(services: ValueServices, backend: str) -> tuple[str, Language]:
    """Return the language of a backend, and the adapter for it; TransferError if there is none that works there."""
    language = await services.language(backend)
    # The first time it is imported.
    adapter = await in_thread(lambda: registry.find(language))
    if adapter is None:
        raise TransferError(
            f"No values can be copied to or from {backend}: there is no adapter for {language or 'its language'}, but "
            f"for {', '.join(registry.known())}; a package may add one (docs/variables.md)."
        )
    return language, adapter


async def run(services: ValueServices, backend: str, language: Language, code: Code, folder: str) -> Path:
    """Run an adapter's code, with its library loaded if it was not, and return where the answer is; TransferError.

    `folder` is the one on this machine that the answer is in, or is carried to.
    """
    path = Path(folder, ANSWER)
    bring = partial(carry, services.files(backend), services.here, folder, (ANSWER,), Progress())
    do = partial(_do, services, backend, folder)
    path.unlink(missing_ok=True)
    error = await do(code)
    await bring()
    if not path.exists():
        library = language.library_code(await services.files(backend).path(folder))
        error = await do(library) or await do(code)
        await bring()
    if not path.exists():
        why = error.strip(": ")
        raise TransferError(f"{backend} gave no answer about its variables{': ' if why else ''}{why}.")
    return path


async def _do(services: ValueServices, backend: str, folder: str, code: Code) -> str:
    """Run code, with its files in a folder, and return the error that it ends with, or nothing; TransferError."""
    match code:
        case str():
            return await services.run_silently(backend, code)
        case Script(code=line, files=contents):
            await in_thread(lambda: [Path(folder, name).write_bytes(content) for name, content in contents.items()])
            await carry(services.here, services.files(backend), folder, contents, Progress())
            return await services.run_silently(backend, line)


async def ask(services: ValueServices, backend: str, language: Language, code: Code, folder: str) -> Json:
    """Run an adapter's code, and return the answer; TransferError if there is none, or no JSON object."""
    path = await run(services, backend, language, code, folder)
    try:
        return await in_thread(lambda: read_file(path))
    except ManifestError as nonsense:
        raise TransferError(f"{backend} sent an invalid reply about its variables: {nonsense}.") from None


def data_size(folder: str) -> int:
    """Return how many bytes of buffers a child has written, 0 if it did not have to; ManifestError for no file."""
    try:
        status = Path(folder, DATA).lstat()
    except FileNotFoundError:
        return 0
    if not stat.S_ISREG(status.st_mode):
        raise ManifestError(f"{DATA} is not a regular file")
    return status.st_size


async def in_thread(function: Callable[[], T]) -> T:
    """Call a function whose work grows with a value in a thread, which is left to itself if it is cancelled."""
    return await anyio.to_thread.run_sync(function, abandon_on_cancel=True)


def read_file(path: Path) -> Json:
    """Read a JSON object; ManifestError for anything else, whatever the child has put there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ManifestError(f"{path.name} cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ManifestError(f"{path.name} is not a regular file")
        return read_json(file.read(LARGEST_MANIFEST + 1))
