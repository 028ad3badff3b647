"""What front-ends ask for on their comm: what the commands do, with JSON for an answer.

The kinds of questions, and which backends they may name, are in `core/features/panel/questions.py`.
"""

from collections.abc import Awaitable, Callable

from ..core.actions import FrontEndQuestion
from ..core.protocol.wire import Json
from ..core.services import Services
from .log import log
from .start_stop import interrupt, restart, start, stop


async def answer(services: Services, question: FrontEndQuestion) -> Json:
    """Return what the answer says besides `ok`; a MultiError says why there is none."""
    return await QUESTIONS[question.do](services, question)


async def _start(services: Services, question: FrontEndQuestion) -> Json:
    await start(services, question.backends)
    return {}


async def _stop(services: Services, question: FrontEndQuestion) -> Json:
    await stop(services, question.backends)
    return {}


async def _restart(services: Services, question: FrontEndQuestion) -> Json:
    await restart(services, question.backends)
    return {}


async def _interrupt(services: Services, question: FrontEndQuestion) -> Json:
    await interrupt(services, question.backends)
    return {}


async def _log(services: Services, question: FrontEndQuestion) -> Json:
    return {"text": (await log(services, question.backends) or {})["text/plain"]}


async def _memory(services: Services, question: FrontEndQuestion) -> Json:
    """Return the resident memory of a backend and what it has started, in bytes, if it runs here."""
    (backend,) = question.backends
    process = (await services.processes()).get(backend)
    return {"bytes": None if process is None else process.memory}


async def _variables(services: Services, question: FrontEndQuestion) -> Json:
    (backend,) = question.backends
    found = await services.variables(backend)
    rows = [{"name": each.name, "type": each.kind, "shape": each.shape, "size": each.size} for each in found]
    return {"variables": rows}


async def _preview(services: Services, question: FrontEndQuestion) -> Json:
    (backend,) = question.backends
    return await services.preview(backend, question.variable)


QUESTIONS: dict[str, Callable[[Services, FrontEndQuestion], Awaitable[Json]]] = {
    "start": _start,
    "stop": _stop,
    "restart": _restart,
    "interrupt": _interrupt,
    "log": _log,
    "memory": _memory,
    "variables": _variables,
    "preview": _preview,
}
