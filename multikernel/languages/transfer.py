"""Copies a variable from one backend to another, or says what about it cannot be copied."""

import re
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

import anyio

from ..core.cells.transfers import Transfer
from ..core.errors import TransferError
from ..core.services import ValueServices
from ..core.wording import shorten
from .child_answer import adapter_of, ask, data_size, in_thread
from .language import Incoming, Language, Refused
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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A value that has left its source, and is written for its target."""

    task: Transfer
    source: Language
    target: Language
    value: Node
    folder: str

    def remedies(self, need: str, path: str) -> str:
        """Return the statement in the source which makes of the part at a path what the target needs."""
        return self.source.remedy(need, self.value, self.task.name, path)


async def copy_all(services: ValueServices, transfers: Sequence[Transfer]) -> None:
    """Copy variables; TransferError if one cannot be copied exactly, and then none of them is set.

    All are exported before the first is set. A target sets all of its own or none; where there are several targets,
    all but one of them try first.
    """
    async with AsyncExitStack() as stack:
        prepared = [await _prepare(services, each, stack) for each in transfers]
        targets: dict[str, list[_Prepared]] = {}
        for each in prepared:
            targets.setdefault(each.task.target, []).append(each)
        *others, last = targets
        for target in others:
            await _import(services, targets[target], is_trial=True)
        for target in (last, *others):
            await _import(services, targets[target], is_trial=False)


async def _import(services: ValueServices, prepared: Sequence[_Prepared], *, is_trial: bool) -> None:
    """Set variables of one target, or let it try; TransferError if one of them cannot be set."""
    adapter, backend = prepared[0].target, prepared[0].task.target
    values = [Incoming(each.task.new_name, each.folder) for each in prepared]
    code = adapter.import_code(values, is_trial=is_trial)
    answer = await ask(services, backend, adapter, code, values[0].folder)
    at = answer.get("at", 0)
    about = prepared[at if isinstance(at, int) and 0 <= at < len(prepared) else 0]
    _raise_what_failed(answer, about.task, backend, about.remedies)
    if answer.get("done") is not True:
        raise TransferError(f"{backend} did not confirm that {', '.join(value.name for value in values)} was set.")


async def _prepare(services: ValueServices, task: Transfer, stack: AsyncExitStack) -> _Prepared:
    """Export a variable, and write it for the target; TransferError."""
    source, target = await adapter_of(services, task.source), await adapter_of(services, task.target)
    for backend, adapter, name in ((task.source, source, task.name), (task.target, target, task.new_name)):
        if why := adapter.refuses_name(name):
            raise TransferError(_bad_name(name, why, backend, adapter))
    folder = await stack.enter_async_context(services.value_folder(task.source))
    answer = await ask(services, task.source, source, source.export_code(task.name, folder), folder)
    if answer.get("missing") is True:
        raise TransferError(await _missing(services, task))
    _raise_what_failed(answer, task, task.source, None)
    return await _in_thread_for(folder, lambda: _write(answer, task, source, target, folder))


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


def _write(answer: Json, task: Transfer, source: Language, target: Language, folder: str) -> _Prepared:
    """Check what the source has written, and write it for the target; TransferError."""
    try:
        value = read(answer.get("value"), data_size(folder))
    except ManifestError as error:
        raise TransferError(f"{task.source} sent an invalid reply about {task.name}: {error}.") from None
    prepared = _Prepared(task, source, target, value, folder)
    try:
        target.write(task.new_name, value, folder)
    except Refused as refused:
        raise _refusal(task, refused.parts, prepared.remedies) from None
    return prepared


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
