"""Copies a variable from one backend to another, or says what about it cannot be copied."""

import re
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from difflib import get_close_matches
from typing import TypeVar

import anyio

from ..core.cells.transfers import Transfer
from ..core.errors import TransferError
from ..core.services import ValueServices
from ..core.wording import shorten
from .child_answer import adapter_of, ask, data_size, in_thread
from .language import Language, Refused
from .values.nodes import Node
from .values.reader import Json, ManifestError, read
from .variables import list_variables

T = TypeVar("T")

IDENTIFIER = re.compile(r"[^\W\d]\w*")
EXPRESSION = re.compile(r"[\[\](){}.$@]")
"""What is in an expression and in no name."""

MOST_SHOWN = 5
"""Refused parts of a value that an error lists."""

LONGEST_REASON = 2000
"""Characters: a statement to run is of no use when it is cut."""


async def copy_all(services: ValueServices, transfers: Sequence[Transfer]) -> None:
    """Copy variables; TransferError if one cannot be copied exactly, and then none of them is set.

    All are exported and checked before the first is set; only what a target child itself refuses is found later.
    """
    async with AsyncExitStack() as stack:
        prepared = [await _prepare(services, each, stack) for each in transfers]
        for each, source, target, value, code, folder in prepared:
            answer = await ask(services, each.target, target, code, folder)
            _raise_what_failed(answer, each, each.target, _remedies(each, source, value))
            if answer.get("done") is not True:
                raise TransferError(f"{each.target} did not confirm that {each.new_name} was set.")


async def _prepare(
    services: ValueServices, task: Transfer, stack: AsyncExitStack
) -> tuple[Transfer, Language, Language, Node, str, str]:
    """Export a variable; return the adapters, the value, the code that sets it, and the folder that this needs."""
    source, target = await adapter_of(services, task.source), await adapter_of(services, task.target)
    for backend, adapter, name in ((task.source, source, task.name), (task.target, target, task.new_name)):
        if why := adapter.refuses_name(name):
            raise TransferError(_bad_name(name, why, backend, adapter))
    folder = await stack.enter_async_context(services.value_folder(task.source))
    answer = await ask(services, task.source, source, source.export_code(task.name, folder), folder)
    if answer.get("missing") is True:
        raise TransferError(await _missing(services, task))
    _raise_what_failed(answer, task, task.source, None)
    value, code = await _in_thread_for(folder, lambda: _import_code(answer, task, source, target, folder))
    return task, source, target, value, code, folder


def _bad_name(name: str, why: str, backend: str, adapter: Language) -> str:
    """Return what to say about a name that a language does not have: it may be an expression."""
    words = [word for word in IDENTIFIER.findall(name) if not adapter.refuses_name(word)]
    if words and EXPRESSION.search(name):
        return (
            f"{name!r} {why}: -i and -o take names only. Run `{words[-1]} = {name}` in {backend}, and name {words[-1]}."
        )
    return f"{name!r} {why}, so it cannot be a variable in {backend}; new=old renames."


async def _missing(services: ValueServices, task: Transfer) -> str:
    """Return what to say about a variable that is not there: which one may have been meant."""
    names = [variable.name for variable in await list_variables(services, task.source)]
    close = get_close_matches(task.name, names, 3, 0.6)
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    return f"There is no variable {task.name} in {task.source}.{meant}"


def _import_code(answer: Json, task: Transfer, source: Language, target: Language, folder: str) -> tuple[Node, str]:
    """Check what the source has written, and return it with code that makes the variable; TransferError."""
    try:
        value = read(answer.get("value"), data_size(folder))
    except ManifestError as error:
        raise TransferError(f"{task.source} sent an invalid reply about {task.name}: {error}.") from None
    try:
        return value, target.import_code(task.new_name, value, folder)
    except Refused as refused:
        raise _refusal(task, refused.parts, _remedies(task, source, value)) from None


def _remedies(task: Transfer, source: Language, value: Node) -> Callable[[str, str], str]:
    """Return what tells which statement in the source makes of the part at a path what the target needs."""
    return lambda need, path: source.remedy(need, value, task.name, path)


async def _in_thread_for(folder: str, function: Callable[[], T]) -> T:
    """Call a function that may write into a folder in a thread; what it writes after a cancellation is removed."""
    is_cancelled = threading.Event()

    def work() -> T:
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


def _raise_what_failed(answer: Json, task: Transfer, backend: str, remedies: Callable[[str, str], str] | None) -> None:
    """Raise TransferError for an answer that is no success; without `remedies` it is that of the source."""
    refused = answer.get("refused")
    if isinstance(refused, list):
        raise _refusal(task, [tuple(map(str, part)) for part in refused if isinstance(part, list)], remedies)
    if "failed" in answer:
        raise TransferError(f"{task.text}: {backend} failed: {shorten(str(answer['failed']), 500)}")


def _refusal(
    task: Transfer, refused: Sequence[tuple[str, ...]], remedies: Callable[[str, str], str] | None
) -> TransferError:
    """Return the error for parts of a value, each as path, type, why and, by the target, what it needs."""
    sentences = []
    for part in refused[:MOST_SHOWN]:
        path, kind, why, need = (*part, "", "", "", "")[:4]
        statement = remedies(need, path) if remedies is not None and need else ""
        why = (why or "cannot be copied") + (f"; run `{statement}` in {task.source} first" if statement else "")
        sentences.append(f"{task.name}{shorten(path, 200)} ({shorten(kind, 100)}) {shorten(why, LONGEST_REASON)}")
    if len(refused) > MOST_SHOWN:
        sentences.append(f"and {len(refused) - MOST_SHOWN} more")
    return TransferError(". ".join(sentences) + ".")
