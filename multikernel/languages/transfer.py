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
from .apart import LARGE, MANIFEST, refusal_apart, write_apart
from .child_answer import adapter_of, ask, in_thread, read_answer, run
from .crossing import Crossing, refusal
from .language import Incoming, Language
from .values.nodes import Node
from .values.reader import LARGEST_MANIFEST, Json
from .variables import list_variables

T = TypeVar("T")

IDENTIFIER = re.compile(r"[^\W\d]\w*")
EXPRESSION = re.compile(r"[\[\](){}.$@]")
"""What is in an expression and in no name."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A value that has left its source, and is written for its target."""

    crossing: Crossing
    target: Language
    value: Node | None
    """None if it is large, and was not read here."""


async def copy_all(services: ValueServices, transfers: Sequence[Transfer]) -> None:
    """Copy variables; TransferError if one cannot be copied exactly, and then none of them is set.

    All are exported before the first is set. A target sets all of its own or none; where there are several targets,
    all but one of them try first.
    """
    async with AsyncExitStack() as stack:
        prepared = [await _prepare(services, each, stack) for each in transfers]
        targets: dict[str, list[_Prepared]] = {}
        for each in prepared:
            targets.setdefault(each.crossing.task.target, []).append(each)
        *others, last = targets
        for target in others:
            await _import(services, targets[target], is_trial=True)
        for target in (last, *others):
            await _import(services, targets[target], is_trial=False)


async def _import(services: ValueServices, prepared: Sequence[_Prepared], *, is_trial: bool) -> None:
    """Set variables of one target, or let it try; TransferError if one of them cannot be set."""
    adapter, backend = prepared[0].target, prepared[0].crossing.task.target
    values = [Incoming(each.crossing.task.new_name, each.crossing.folder) for each in prepared]
    code = adapter.import_code(values, is_trial=is_trial)
    answer = await ask(services, backend, adapter, code, values[0].folder)
    at = answer.get("at", 0)
    about = prepared[at if isinstance(at, int) and 0 <= at < len(prepared) else 0]
    if (parts := _refused(answer)) is not None:
        if about.value is None:
            raise await refusal_apart(about.crossing, parts)
        raise about.crossing.refusal(parts, about.value)
    _raise_failure(answer, about.crossing.task, backend)
    if answer.get("done") is not True:
        raise TransferError(f"{backend} did not confirm that {', '.join(value.name for value in values)} was set.")


async def _prepare(services: ValueServices, task: Transfer, stack: AsyncExitStack) -> _Prepared:
    """Export a variable, and write it for the target; TransferError."""
    from_language, to_language = await services.language(task.source), await services.language(task.target)
    source, target = await adapter_of(task.source, from_language), await adapter_of(task.target, to_language)
    for backend, adapter, name in ((task.source, source, task.name), (task.target, target, task.new_name)):
        if why := adapter.refuses_name(name):
            raise TransferError(_bad_name(name, why, backend, adapter))
    folder = await stack.enter_async_context(services.value_folder(task.source))
    crossing = Crossing(task, from_language, to_language, folder)
    path = await run(services, task.source, source, source.export_code(task.name, folder), folder)
    is_large = LARGE < path.lstat().st_size <= LARGEST_MANIFEST
    if is_large:
        path.rename(path.with_name(MANIFEST))
        answer = await write_apart(crossing)
    else:
        answer = await read_answer(task.source, path)
    if answer.get("missing") is True:
        raise TransferError(await _missing(services, task))
    if (parts := _refused(answer)) is not None:
        raise refusal(task, parts)
    _raise_failure(answer, task, task.source)
    value = None if is_large else await _in_thread_for(folder, lambda: crossing.write(answer))
    return _Prepared(crossing, target, value)


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


def _refused(answer: Json) -> list[tuple[str, ...]] | None:
    """Return the parts that an answer refuses, if it is a refusal."""
    refused = answer.get("refused")
    if not isinstance(refused, list):
        return None
    return [tuple(map(str, part)) for part in refused if isinstance(part, list)]


def _raise_failure(answer: Json, task: Transfer, backend: str) -> None:
    if "failed" in answer:
        raise TransferError(f"{task.text}: {backend} failed: {shorten(str(answer['failed']), 500)}")
