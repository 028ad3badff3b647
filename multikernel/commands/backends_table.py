"""%%backends: a table of all backends, as text and as HTML."""

from ..core.backend import Backend
from ..core.errors import HeaderError
from ..core.protocol.wire import Json
from ..core.services import Connection, Process, Services
from ..core.state import State
from .command import Arguments
from .tables import as_html, as_text

COLUMNS = ("backend", "aliases", "kernelspec", "language", "place", "state", "pid", "memory", "cells")
NUMBERS = frozenset({"pid", "memory", "cells"})


async def backends(services: Services, arguments: Arguments) -> Json | None:
    """Show every backend, with the default one marked, and the config file in use."""
    if arguments:
        raise HeaderError("%%backends takes no arguments.")
    processes = await services.processes()
    backends = services.state.backends.values()
    rows = [_row(services, each, processes.get(each.name), services.connection(each.name)) for each in backends]
    columns: tuple[str, ...] = COLUMNS
    if not any(each.config.place for each in backends):
        # Most people have one machine.
        place = COLUMNS.index("place")
        columns, *rows = [(*row[:place], *row[place + 1 :]) for row in (COLUMNS, *rows)]
    caption = "\n".join(
        [f"* default; {services.state.config.source}", *_in_background(services.state), *_hidden(services)]
    )
    return {"text/plain": as_text(columns, rows, caption), "text/html": as_html(columns, rows, caption, NUMBERS)}


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


def _row(
    services: Services, backend: Backend, process: Process | None, connection: Connection | None
) -> tuple[str, ...]:
    mark = " *" if backend.name == services.state.default else ""
    host, _, pid = ("" if connection is None else connection.where).rpartition(":")
    return (
        backend.name + mark,
        ", ".join(backend.config.aliases),
        backend.config.kernel,
        backend.language,
        _place(backend, host),
        _state(backend, connection),
        pid if process is None else str(process.pid),
        "" if process is None else f"{process.memory / 1e6:.0f} MB",
        str(backend.cells_run),
    )


def _place(backend: Backend, host: str) -> str:
    """Return where a backend runs, with the host's own name for itself where it has another."""
    name = "" if backend.config.place is None else backend.config.place.name
    return f"{name} ({host})" if name and host not in ("", name) else name


def _state(backend: Backend, connection: Connection | None) -> str:
    if backend.shows_progress:
        return backend.progress
    if connection is None or connection.lost_seconds is None:
        return backend.state
    return f"lost {_duration(connection.lost_seconds)}"


def _duration(seconds: float) -> str:
    """Return a time as people read it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
