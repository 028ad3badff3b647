"""Copies a variable from one backend to another, or says what about it cannot be copied."""

import shutil
import threading
from collections.abc import Callable, Sequence

import anyio

from ..core.cells.transfers import Transfer
from ..core.errors import TransferError
from ..core.services import ValueServices
from ..core.wording import shorten
from . import registry
from .child_answer import ask, data_size, in_thread
from .language import Language, Refused
from .values.reader import Json, ManifestError, read

MOST_SHOWN = 5
"""Refused parts of a value that an error lists."""

LONGEST_REASON = 2000
"""Characters: a statement to run is of no use when it is cut."""


async def transfer(services: ValueServices, task: Transfer) -> None:
    """Copy a variable; TransferError if that cannot be done exactly."""
    source, target = await adapter_of(services, task.source), await adapter_of(services, task.target)
    for backend, adapter, name in ((task.source, source, task.name), (task.target, target, task.new_name)):
        if why := adapter.refuses_name(name):
            raise TransferError(f"{name!r} {why}, so it cannot be a variable in {backend}; new=old renames.")
    async with services.value_folder(task.source) as folder:
        answer = await ask(services, task.source, source, source.export_code(task.name, folder), folder)
        if answer.get("missing") is True:
            raise TransferError(f"There is no variable {task.name} in {task.source}.")
        _raise_what_failed(answer, task, task.source, None)
        code = await _in_thread_for(folder, lambda: _import_code(answer, task, target, folder))
        answer = await ask(services, task.target, target, code, folder)
        _raise_what_failed(answer, task, task.target, target)
        if answer.get("done") is not True:
            raise TransferError(f"{task.target} did not confirm that {task.new_name} was set.")


async def adapter_of(services: ValueServices, backend: str) -> Language:
    """Return the adapter for a backend that runs; TransferError if there is none."""
    language = await services.language(backend)
    adapter = registry.find(language)
    if adapter is None:
        raise TransferError(
            f"No values can be copied to or from {backend}: there is no adapter for {language or 'its language'}, but "
            f"for {', '.join(registry.known())}; a package may add one (docs/variables.md)."
        )
    return adapter


def _import_code(answer: Json, task: Transfer, target: Language, folder: str) -> str:
    """Check what the source has written, and return code that makes the variable; TransferError."""
    try:
        return target.import_code(task.new_name, read(answer.get("value"), data_size(folder)), folder)
    except ManifestError as error:
        raise TransferError(f"{task.source} sent an invalid reply about {task.name}: {error}.") from None
    except Refused as refused:
        raise _refusal(task, target, [(refused.path, refused.kind, refused.why)]) from None


async def _in_thread_for(folder: str, function: Callable[[], str]) -> str:
    """Call a function that may write into a folder in a thread; what it writes after a cancellation is removed."""
    is_cancelled = threading.Event()

    def work() -> str:
        try:
            return function()
        finally:
            if is_cancelled.is_set():
                shutil.rmtree(folder, ignore_errors=True)

    try:
        return await in_thread(work)
    except anyio.get_cancelled_exc_class():
        is_cancelled.set()
        raise


def _raise_what_failed(answer: Json, task: Transfer, backend: str, target: Language | None) -> None:
    """Raise TransferError for an answer that is no success; without `target` it is that of the source."""
    refused = answer.get("refused")
    if isinstance(refused, list):
        raise _refusal(task, target, [tuple(map(str, part)) for part in refused if isinstance(part, list)])
    if "failed" in answer:
        raise TransferError(f"{task.text}: {backend} failed: {shorten(str(answer['failed']), 500)}")


def _refusal(task: Transfer, target: Language | None, refused: Sequence[tuple[str, ...]]) -> TransferError:
    """Return the error for parts of a value, each as path, type and why."""
    usual = f"has no counterpart in {target.name}" if target is not None else f"cannot leave {task.source}"
    sentences = []
    for part in refused[:MOST_SHOWN]:
        path, kind, why = (*part, "", "", "")[:3]
        sentences.append(
            f"{task.name}{shorten(path, 200)} ({shorten(kind, 100)}) {shorten(why, LONGEST_REASON) or usual}"
        )
    if len(refused) > MOST_SHOWN:
        sentences.append(f"and {len(refused) - MOST_SHOWN} more")
    return TransferError(". ".join(sentences) + ".")
