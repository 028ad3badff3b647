"""Copies variables from backends to others, or says what about them cannot be copied."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from difflib import get_close_matches
from functools import partial
from itertools import repeat

from ..core.cells.transfers import Gather, Scatter, Transfer
from ..core.errors import TransferError
from ..core.services import ValueServices
from . import apart
from .at_once import at_once
from .child_answer import adapter_of, ask, run
from .crossing import MANIFEST, Crossing, End, Missing, Way, adapter_in, raise_failure, refused_parts
from .language import Incoming, Language
from .together import Refusals
from .variables import list_variables

IDENTIFIER = re.compile(r"[^\W\d]\w*")
EXPRESSION = re.compile(r"[\[\](){}.$@]")
"""What is in an expression and in no name."""

Arrival = tuple[Crossing, int]
"""One of the targets of a crossing."""


async def copy_all(services: ValueServices, tasks: Sequence[Transfer | Scatter | Gather]) -> None:
    """Copy variables; TransferError if some cannot be copied exactly, and then none is set.

    All are exported before the first is set: each backend exports one after the other, and all backends do so at once.
    A target sets all of its own or none; where there are several targets, all but one of them try first. If something
    is refused, all that can be tried is tried, so that one error says it all.
    """
    async with AsyncExitStack() as stack:
        refusals, crossings, written = Refusals(), [], []
        for task in tasks:
            with refusals.noting():
                crossings.append(await _crossing(services, task, stack))
        refusals.report()
        await at_once(partial(_export, services, ends) for ends in _by_backend(crossings))
        for crossing in crossings:
            with refusals.noting():
                await _write(services, crossing)
                written.append(crossing)
        arrivals = list(_by_target(written))
        last = [] if refusals else arrivals[-1:]
        others = arrivals[: len(arrivals) - len(last)]
        with refusals.noting():
            await at_once(partial(_import, services, each, is_trial=True) for each in others)
        for each in last:
            with refusals.noting():
                await _import(services, each, is_trial=bool(refusals))
        refusals.report()
        await at_once(partial(_import, services, each, is_trial=False) for each in others)


def _by_backend(crossings: Iterable[Crossing]) -> Iterable[list[End]]:
    """Return what leaves a backend, for each."""
    found: defaultdict[str, list[End]] = defaultdict(list)
    for crossing in crossings:
        for source in crossing.sources:
            found[source.backend].append(source)
    return found.values()


def _by_target(crossings: Iterable[Crossing]) -> Iterable[list[Arrival]]:
    """Return what arrives at a backend, for each."""
    found: defaultdict[str, list[Arrival]] = defaultdict(list)
    for crossing in crossings:
        for number, target in enumerate(crossing.targets):
            found[target.backend].append((crossing, number))
    return found.values()


async def _crossing(services: ValueServices, task: Transfer | Scatter | Gather, stack: AsyncExitStack) -> Crossing:
    """Return the way of a value, with folders that are there until the stack is left.

    TransferError for a name that a language does not have.
    """
    languages = [await _language(services, backend, task.name) for backend in task.sources]
    new_languages = [await _language(services, backend, task.new_name) for backend in task.targets]
    folders = [await stack.enter_async_context(services.value_folder(backend)) for backend in task.sources]
    match task:
        case Transfer():
            way, new_folders = Way.COPY, folders
        case Scatter():
            way, new_folders = Way.SCATTER, [f"{folders[0]}/chunk{number}" for number in range(len(task.targets))]
        case Gather():
            way = Way.GATHER
            new_folders = [await stack.enter_async_context(services.value_folder(task.sources[0]))]
    names, new_names = repeat(task.name), repeat(task.new_name)
    sources = tuple(map(End, task.sources, names, languages, folders))
    return Crossing(task.text, way, sources, tuple(map(End, task.targets, new_names, new_languages, new_folders)))


async def _language(services: ValueServices, backend: str, name: str) -> str:
    """Return the language of a backend; TransferError if it has no adapter, or no variable can have a name."""
    language = await services.language(backend)
    adapter = await adapter_of(backend, language)
    if why := adapter.refuses_name(name):
        raise TransferError(_bad_name(name, why, backend, adapter))
    return language


def _bad_name(name: str, why: str, backend: str, adapter: Language) -> str:
    """Return what to say about a name that a language does not have: it may be an expression."""
    words = [word for word in IDENTIFIER.findall(name) if not adapter.refuses_name(word)]
    if words and EXPRESSION.search(name):
        return (
            f"{name!r} {why}: -i and -o take names only. Run `{words[-1]} = {name}` in {backend}, and name {words[-1]}."
        )
    return f"{name!r} {why}, so it cannot be a variable in {backend}; new=old renames."


async def _export(services: ValueServices, ends: Iterable[End]) -> None:
    """Let values leave a backend, one after the other; TransferError if it gives no answer."""
    for end in ends:
        adapter = adapter_in(end)
        path = await run(services, end.backend, adapter, adapter.export_code(end.name, end.folder), end.folder)
        path.rename(path.with_name(MANIFEST))


async def _write(services: ValueServices, crossing: Crossing) -> None:
    """Read what backends have exported, and write it for the targets; TransferError."""
    try:
        await apart.write(crossing)
    except Missing as missing:
        raise TransferError(await _missing(services, missing.backend, missing.name)) from None


async def _missing(services: ValueServices, backend: str, name: str) -> str:
    """Return what to say about a variable that is not there: which one may have been meant."""
    names = [variable.name for variable in await list_variables(services, backend)]
    close = get_close_matches(name, names, 3, 0.6)
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    return f"There is no variable {name} in {backend}.{meant}"


async def _import(services: ValueServices, arrivals: Sequence[Arrival], *, is_trial: bool) -> None:
    """Set variables of one backend, or let it try; TransferError for all that cannot be set."""
    ends = [crossing.targets[number] for crossing, number in arrivals]
    backend, folder, adapter = ends[0].backend, ends[0].folder, adapter_in(ends[0])
    code = adapter.import_code([Incoming(end.name, end.folder) for end in ends], is_trial=is_trial)
    answer = await ask(services, backend, adapter, code, folder)
    at = answer.get("at", 0)
    at = at if isinstance(at, int) and 0 <= at < len(arrivals) else 0
    crossing, number = arrivals[at]
    if (parts := refused_parts(answer)) is not None:
        refusals = Refusals(await apart.refusal(crossing, number, parts))
        with refusals.noting():
            if rest := arrivals[at + 1 :]:
                await _import(services, rest, is_trial=True)
        refusals.report()
    raise_failure(answer, crossing.text, backend)
    if answer.get("done") is not True:
        raise TransferError(f"{backend} did not confirm that {', '.join(end.name for end in ends)} was set.")
