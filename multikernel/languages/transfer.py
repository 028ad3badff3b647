"""Copies a variable from one backend to another, or says what about it cannot be copied."""

import re
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import TypeVar

import anyio

from ..core.cells.transfers import Gather, Scatter, Transfer
from ..core.errors import TransferError
from ..core.services import ValueServices
from ..core.wording import shorten
from .at_once import at_once
from .child_answer import adapter_of, ask, data_size, in_thread
from .chunks import Exported, collect, deal
from .language import Language, Refused
from .values.nodes import Node
from .values.reader import Json, ManifestError, read
from .variables import list_variables

T = TypeVar("T")

IDENTIFIER = re.compile(r"[^\W\d]\w*")
FIRST_POSITION = re.compile(r"\[(\d+)\]")
EXPRESSION = re.compile(r"[\[\](){}.$@]")
"""What is in an expression and in no name."""

MOST_SHOWN = 5
"""Refused parts of a value that an error lists."""

LONGEST_REASON = 2000
"""Characters: a statement to run is of no use when it is cut."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A value that can enter its target."""

    task: Transfer
    target: Language
    code: str
    folder: str
    origin: "_Origin"


async def copy_all(services: ValueServices, transfers: Sequence[Transfer | Scatter | Gather]) -> None:
    """Copy variables; TransferError if one cannot be copied exactly, and then none of them is set.

    All are exported and checked before the first is set; only what a target child itself refuses is found later.
    """
    async with AsyncExitStack() as stack:
        prepared = [ready for each in transfers for ready in await _prepare(services, each, stack)]
        targets = dict.fromkeys(ready.task.target for ready in prepared)
        await at_once(
            partial(_set_all, services, [ready for ready in prepared if ready.task.target == target])
            for target in targets
        )


async def _set_all(services: ValueServices, prepared: Sequence[_Prepared]) -> None:
    """Set variables of one target, one after the other."""
    for ready in prepared:
        task = ready.task
        answer = await ask(services, task.target, ready.target, ready.code, ready.folder)
        _raise_what_failed(answer, task, task.target, ready.origin)
        if answer.get("done") is not True:
            raise TransferError(f"{task.target} did not confirm that {task.new_name} was set.")


async def _prepare(
    services: ValueServices, task: Transfer | Scatter | Gather, stack: AsyncExitStack
) -> list[_Prepared]:
    """Export variables; return what makes new ones of them."""
    match task:
        case Transfer():
            target = await _target(services, task)
            exported = await _export(services, task, stack)
            folder = exported.folder
            origin = _Origin(exported)
            code = await _in_thread_for(folder, lambda: _import_code(task, exported.value, target, folder, origin))
            return [_Prepared(task, target, code, folder, origin)]
        case Scatter(transfers=transfers):
            targets = [await _target(services, each) for each in transfers]
            exported = await _export(services, transfers[0], stack)
            return await _in_thread_for(exported.folder, lambda: _dealt(exported, transfers, targets))
        case Gather(transfers=transfers):
            target, *_ = [await _target(services, each) for each in transfers]
            pieces = await at_once(partial(_export, services, each, stack) for each in transfers)
            folder = await stack.enter_async_context(services.value_folder(transfers[0].source))
            return [await _in_thread_for(folder, lambda: _gathered(task, pieces, target, folder))]


async def _target(services: ValueServices, task: Transfer) -> Language:
    """Return the adapter of the target; TransferError for a name that the language at either end does not have."""
    await _adapter_for(services, task.source, task.name)
    return await _adapter_for(services, task.target, task.new_name)


async def _adapter_for(services: ValueServices, backend: str, name: str) -> Language:
    adapter = await adapter_of(services, backend)
    if why := adapter.refuses_name(name):
        raise TransferError(_bad_name(name, why, backend, adapter))
    return adapter


async def _export(services: ValueServices, task: Transfer, stack: AsyncExitStack) -> Exported:
    """Let the value of a variable leave its backend, into a folder that is there until the stack is left."""
    source = await adapter_of(services, task.source)
    folder = await stack.enter_async_context(services.value_folder(task.source))
    answer = await ask(services, task.source, source, source.export_code(task.name, folder), folder)
    if answer.get("missing") is True:
        raise TransferError(await _missing(services, task))
    _raise_what_failed(answer, task, task.source, None)
    value = await in_thread(lambda: _checked(answer, task, folder))
    return Exported(task.source, task.name, source, value, folder)


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


def _checked(answer: Json, task: Transfer, folder: str) -> Node:
    """Return the value that a source has written; TransferError if it is none."""
    try:
        return read(answer.get("value"), data_size(folder))
    except ManifestError as error:
        raise _invalid(task, error) from None


def _invalid(task: Transfer, error: ManifestError) -> TransferError:
    return TransferError(f"{task.source} sent an invalid reply about {task.name}: {error}.")


def _import_code(task: Transfer, value: Node, target: Language, folder: str, origin: "_Origin") -> str:
    """Return code that makes a variable of a value; TransferError."""
    try:
        return target.import_code(task.new_name, value, folder)
    except Refused as refused:
        raise _refusal(task, refused.parts, origin) from None


def _dealt(exported: Exported, tasks: Sequence[Transfer], targets: Sequence[Language]) -> list[_Prepared]:
    """Return what makes variables of the chunks of a value; TransferError."""
    try:
        chunks = deal(exported, len(tasks))
    except Refused as refused:
        raise _refusal(tasks[0], refused.parts, None) from None
    except ManifestError as error:
        raise _invalid(tasks[0], error) from None
    except OSError as error:
        raise TransferError(f"{exported.name} could not be dealt out: {error.strerror}.") from None
    prepared = []
    for task, target, (chunk, row, folder) in zip(tasks, targets, chunks, strict=True):
        origin = _Origin(exported, row)
        prepared.append(_Prepared(task, target, _import_code(task, chunk, target, folder, origin), folder, origin))
    return prepared


def _gathered(gather: Gather, pieces: Sequence[Exported], target: Language, folder: str) -> _Prepared:
    """Return what makes one variable of values; TransferError."""
    task = Transfer(", ".join(gather.sources), gather.name, gather.target, gather.new_name)
    try:
        value = collect(pieces, folder)
    except Refused as refused:
        raise _refusal(task, refused.parts, None) from None
    except ManifestError as error:
        raise _invalid(task, error) from None
    except OSError as error:
        raise TransferError(f"{gather.name} could not be joined: {error.strerror}.") from None
    origin = _Origin(replace(pieces[0], value=value), is_joined=True)
    return _Prepared(task, target, _import_code(task, value, target, folder, origin), folder, origin)


@dataclass(frozen=True, slots=True)
class _Origin:
    """The value that another one is, or was made of."""

    exported: Exported
    row: int = 0
    """At which element or row of it the other one begins."""
    is_joined: bool = False
    """It is one of several; where an element is, is not known."""

    def path(self, path: str) -> str:
        """Return the path of a part in the value."""
        return FIRST_POSITION.sub(lambda found: f"[{int(found[1]) + self.row}]", path, count=1) if self.row else path

    def remedy(self, need: str, path: str) -> str:
        """Return which statement in the source makes of the part at a path what the target needs."""
        if self.is_joined and FIRST_POSITION.search(path):
            return ""
        return self.exported.language.remedy(need, self.exported.value, self.exported.name, path)


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


def _raise_what_failed(answer: Json, task: Transfer, backend: str, origin: _Origin | None) -> None:
    """Raise TransferError for an answer that is no success; without an origin it is that of the source."""
    refused = answer.get("refused")
    if isinstance(refused, list):
        raise _refusal(task, [tuple(map(str, part)) for part in refused if isinstance(part, list)], origin)
    if "failed" in answer:
        raise TransferError(f"{task.text}: {backend} failed: {shorten(str(answer['failed']), 500)}")


def _refusal(task: Transfer, refused: Sequence[tuple[str, ...]], origin: _Origin | None) -> TransferError:
    """Return the error for parts of a value, each as path, type, why and, by the target, what it needs."""
    sentences = []
    for part in refused[:MOST_SHOWN]:
        path, kind, why, need = (*part, "", "", "", "")[:4]
        path = path if origin is None else origin.path(path)
        statement = origin.remedy(need, path) if origin is not None and need else ""
        why = (why or "cannot be copied") + (f"; run `{statement}` in {task.source} first" if statement else "")
        of_kind = f" ({shorten(kind, 100)})" if kind else ""
        sentences.append(f"{task.name}{shorten(path, 200)}{of_kind} {shorten(why, LONGEST_REASON)}")
    if len(refused) > MOST_SHOWN:
        sentences.append(f"and {len(refused) - MOST_SHOWN} more")
    return TransferError(". ".join(sentences) + ".")
