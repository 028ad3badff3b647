"""Copies variables from backends to others, or says what about them cannot be copied."""

import os
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
from .carrying import Progress, Report, carry
from .child_answer import adapter_of, ask, run
from .crossing import MANIFEST, Crossing, End, Missing, Way, adapter_in, raise_failure, refused_parts
from .language import DATA, Incoming, Language
from .passing import Passing
from .shared_files import make_sure
from .together import Refusals
from .variables import list_variables

WORD = re.compile(r"[^\W\d]\w*")
PART = re.compile(r"[A-Za-z0-9]+")
EXPRESSION = re.compile(r"[\[\](){}.$@]")
"""What is in an expression and in no name."""

Departure = tuple[Crossing, End]
"""One of the sources of a crossing."""
Arrival = tuple[Crossing, int]
"""One of the targets of a crossing."""


async def copy_all(
    services: ValueServices,
    tasks: Sequence[Transfer | Scatter | Gather],
    report: Report = lambda done, total: None,
) -> None:
    """Copy variables; TransferError if some cannot be copied exactly, and then none is set.

    All are exported before the first is set: each backend exports one after the other, and all backends do so at once.
    A target sets all of its own or none; where there are several targets, all but one of them try first. If something
    is refused, all that can be tried is tried, so that one error says it all.
    """
    async with AsyncExitStack() as stack:
        refusals, crossings, written, progress = Refusals(), [], [], Progress(report)
        for task in tasks:
            with refusals.noting():
                crossings.append(await _crossing(services, task, stack))
        refusals.report()
        passing = Passing(services, stack)
        await at_once(partial(_export, services, each, passing, progress) for each in _by_source(crossings))
        for crossing in map(passing.sized, crossings):
            with refusals.noting():
                await _write(services, crossing)
                written.append(crossing)
        arrivals = list(_by_target(written))
        await at_once(partial(_send, services, each, passing, progress) for each in arrivals)
        last = [] if refusals else arrivals[-1:]
        others = arrivals[: len(arrivals) - len(last)]
        with refusals.noting():
            await at_once(partial(_import, services, each, is_trial=True) for each in others)
        for each in last:
            with refusals.noting():
                await _import(services, each, is_trial=bool(refusals))
        refusals.report()
        await at_once(partial(_import, services, each, is_trial=False) for each in others)


async def check(services: ValueServices, tasks: Sequence[Transfer | Scatter | Gather]) -> None:
    """Raise TransferError where variables can never be copied: there is no adapter, or a language has no such name."""
    for task in tasks:
        await _languages(services, task)


def _by_source(crossings: Iterable[Crossing]) -> Iterable[list[Departure]]:
    """Return what leaves a backend, for each."""
    found: defaultdict[str, list[Departure]] = defaultdict(list)
    for crossing in crossings:
        for source in crossing.sources:
            found[source.backend].append((crossing, source))
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
    languages, new_languages = await _languages(services, task)
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


async def _languages(services: ValueServices, task: Transfer | Scatter | Gather) -> tuple[list[str], list[str]]:
    """Return the languages of the sources and of the targets.

    TransferError if one has no adapter, or no variable there can have the name.
    """
    languages, new_languages = [], []
    for backend in task.sources:
        language, adapter = await adapter_of(services, backend)
        await make_sure(services, backend, adapter)
        if why := adapter.refuses_name(task.name):
            raise TransferError(_no_variable(task.name, why, backend, adapter))
        languages.append(language)
    for backend in task.targets:
        language, adapter = await adapter_of(services, backend)
        await make_sure(services, backend, adapter)
        if why := adapter.refuses_name(task.new_name):
            made = _possible_name(task.new_name, adapter)
            raise TransferError(
                f"{task.new_name!r} {why}, so it cannot be a variable in {backend}; another name can, as in "
                f"{made}={task.name}."
            )
        new_languages.append(language)
    return languages, new_languages


def _no_variable(name: str, why: str, backend: str, adapter: Language) -> str:
    """Return what to say about a name that no variable of a source has: it may be an expression."""
    words = [word for word in WORD.findall(name) if not adapter.refuses_name(word)]
    if not words or not EXPRESSION.search(name):
        return f"{name!r} {why}, so there is no such variable in {backend}."
    if name.strip("${}") == words[0]:
        return f"{name!r} {why}: -i and -o take names only. Name {words[0]}."
    # The variable that the expression is about is not to be overwritten.
    made = words[-1] if words[-1] != words[0] else _possible_name(name, adapter)
    statement = getattr(adapter, "assignment", "{name} = {value}").format(name=made, value=name)
    return f"{name!r} {why}: -i and -o take names only. Run `{statement}` in {backend}, and name {made}."


def _possible_name(name: str, adapter: Language) -> str:
    """Return a name like one that a language does not have."""
    plain = "_".join(PART.findall(name)) or "x"
    made = (plain, f"{plain}_", f"x{plain}", f"x_{plain}")
    return next((each for each in made if not adapter.refuses_name(each)), "x")


async def _export(
    services: ValueServices, departures: Iterable[Departure], passing: Passing, progress: Progress
) -> None:
    """Let values leave a backend, one after the other; TransferError if it gives no answer."""
    for crossing, end in departures:
        adapter = adapter_in(end)
        code = adapter.export_code(end.name, await services.files(end.backend).path(end.folder))
        path = await run(services, end.backend, adapter, code, end.folder)
        path.rename(path.with_name(MANIFEST))
        if not await passing.takes(crossing):
            await carry(services.files(end.backend), services.here, end.folder, (DATA,), progress)


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


async def _send(services: ValueServices, arrivals: Iterable[Arrival], passing: Passing, progress: Progress) -> None:
    """Copy what was written for one backend to where it looks for it; TransferError."""
    for crossing, number in arrivals:
        end = crossing.targets[number]
        written = [each.name for each in os.scandir(end.folder) if each.is_file(follow_symlinks=False)]
        names = [name for name in written if name != MANIFEST]
        await carry(services.here, services.files(end.backend), end.folder, names, progress)
        await passing.go_on(end, progress)


async def _import(services: ValueServices, arrivals: Sequence[Arrival], *, is_trial: bool) -> None:
    """Set variables of one backend, or let it try; TransferError for all that cannot be set."""
    ends = [crossing.targets[number] for crossing, number in arrivals]
    backend, folder, adapter = ends[0].backend, ends[0].folder, adapter_in(ends[0])
    values = [Incoming(end.name, await services.files(backend).path(end.folder)) for end in ends]
    answer = await ask(services, backend, adapter, adapter.import_code(values, is_trial=is_trial), folder)
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
