"""Lists the variables in a backend, for `%%vars`."""

from collections.abc import Callable, Sequence

import anyio

from ..core.errors import TransferError
from ..core.services import ValueServices, Variable
from .child_answer import adapter_of, ask
from .language import Code, Language
from .shared_files import make_sure
from .values.reader import Json

PATIENCE = 3.0
"""Seconds after which an idle backend that does not answer is reported to be busy."""


async def list_variables(services: ValueServices, backend: str) -> Sequence[Variable]:
    """Return the variables in a backend that runs; TransferError if it cannot be asked, or says nothing of use."""
    _, language = await adapter_of(services, backend)
    answer = await look(services, backend, language, language.variables_code)
    rows = answer.get("variables")
    if not isinstance(rows, list):
        raise TransferError(f"{backend} did not list its variables: {answer.get('failed', '')}")
    found = [_variable(row, backend) for row in rows]
    more, unlisted = answer.get("more"), answer.get("unlisted")
    if isinstance(more, int) and more > 0:
        found.append(Variable("...", f"{more} more", "", None))
    if isinstance(unlisted, str):
        found.append(Variable("...", unlisted, "", None))
    return found


async def look(services: ValueServices, backend: str, language: Language, code_in: Callable[[str], Code]) -> Json:
    """Run code that looks at variables and writes into a folder, and return the answer; TransferError if there is none.

    A backend that does not answer soon is reported to be busy.
    """
    with anyio.move_on_after(PATIENCE):
        await make_sure(services, backend, language)
        async with services.value_folder(backend) as folder:
            path = await services.files(backend).path(folder)
            return await ask(services, backend, language, code_in(path), folder)
    raise TransferError(f"{backend} is busy.")


def _variable(row: object, backend: str) -> Variable:
    match row:
        case [str(name), str(kind), str(shape), int() | float() | None as size]:
            return Variable(name, kind, shape, None if size is None or size < 0 else int(size))
        case _:
            raise TransferError(f"{backend} sent an invalid reply about its variables.")
