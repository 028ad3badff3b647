"""%%backends: a table of all backends, as text and as HTML."""

from ..core.backend import Backend
from ..core.errors import HeaderError
from ..core.protocol.wire import Json
from ..core.services import Process, Services
from ..core.state import State
from .command import Arguments
from .tables import as_html, as_text

COLUMNS = ("backend", "aliases", "kernelspec", "language", "state", "pid", "memory", "cells")
NUMBERS = frozenset({"pid", "memory", "cells"})


async def backends(services: Services, arguments: Arguments) -> Json | None:
    """Show every backend, with the default one marked, and the config file in use."""
    if arguments:
        raise HeaderError("%%backends takes no arguments.")
    processes = await services.processes()
    rows = [_row(services, backend, processes.get(backend.name)) for backend in services.state.backends.values()]
    source = services.state.config.file or "no multikernel.yaml: every installed kernelspec is a backend"
    caption = "\n".join([f"* default; {source}", *_in_background(services.state), *_hidden(services)])
    return {"text/plain": as_text(COLUMNS, rows, caption), "text/html": as_html(COLUMNS, rows, caption, NUMBERS)}


def _in_background(state: State) -> list[str]:
    """Return a line on the cells in the background, if there are any."""
    cells = []
    for part, request in state.turns.in_background():
        does = "waits for" if state.exchanges.find(part.backend, request.id) is None else "runs on"
        cells.append(f"[{request.count}] {does} {part.backend}")
    return [f"In the background: {', '.join(cells)}."] if cells else []


def _hidden(services: Services) -> list[str]:
    """Return a line on the default backend's own magics that backends hide, if there are any."""
    state = services.state
    hidden = sorted(state.backends[state.default].profile.known_magics & set(state.names.all()))
    if not hidden:
        return []
    magics = ", ".join(f"%%{name}" for name in hidden)
    return [
        f"These backends hide magics of {state.default} with the same name: {magics}. To run the magic, put "
        f"%%{state.default} on the line above it."
    ]


def _row(services: Services, backend: Backend, process: Process | None) -> tuple[str, ...]:
    mark = " *" if backend.name == services.state.default else ""
    return (
        backend.name + mark,
        ", ".join(backend.config.aliases),
        backend.config.kernel,
        backend.language,
        backend.state,
        "" if process is None else str(process.pid),
        "" if process is None else f"{process.memory / 1e6:.0f} MB",
        str(backend.cells_run),
    )
