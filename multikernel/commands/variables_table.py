"""%%vars: a table of the variables in the backends that run, as text and as HTML."""

from ..core.backend import BackendState
from ..core.errors import MultiError
from ..core.printable import printable
from ..core.protocol.wire import Json
from ..core.services import Services, Variable
from .command import Arguments
from .tables import as_html, as_text

COLUMNS = ("backend", "variable", "type", "shape", "size")
NUMBERS = frozenset({"size"})


async def vars_(services: Services, arguments: Arguments) -> Json | None:
    """Show the variables in the named backends, or in all; what is stopped is not started, what is busy not waited for.

    The caption names each backend that cannot be asked.
    """
    state = services.state
    if arguments:
        backends = list(state.names.resolve_all(arguments))
    else:
        backends = [name for name, backend in state.backends.items() if backend.state is not BackendState.STOPPED]
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    for backend in backends:
        variables = await _variables(services, backend)
        if isinstance(variables, str):
            notes.append(variables)
        else:
            rows += [_row(backend, variable) for variable in variables]
            notes += [] if variables else [f"{backend} has no variables."]
    caption = "\n".join(notes)
    return {"text/plain": as_text(COLUMNS, rows, caption), "text/html": as_html(COLUMNS, rows, caption, NUMBERS)}


async def _variables(services: Services, backend: str) -> list[Variable] | str:
    """Return the variables in a backend, or why they are not known."""
    known = services.state.backends[backend]
    match known.state:
        case BackendState.STOPPED:
            return f"{backend} is stopped."
        case BackendState.STARTING:
            return f"{backend} is starting."
    if known.lost:
        return f"{backend} cannot be reached now ({known.lost})."
    if services.state.is_busy(backend):
        return f"{backend} is busy."
    try:
        return list(await services.variables(backend))
    except MultiError as error:
        return str(error)


def _row(backend: str, variable: Variable) -> tuple[str, ...]:
    return (
        backend,
        printable(variable.name),
        printable(variable.kind),
        printable(variable.shape),
        _size(variable.size),
    )


def _size(size: int | None) -> str:
    """Return bytes as people read them."""
    if size is None:
        return ""
    amount, units = float(size), ["B", "kB", "MB", "GB"]
    while amount >= 1000 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:.0f} {units[0]}" if units[0] == "B" else f"{amount:.1f} {units[0]}"
