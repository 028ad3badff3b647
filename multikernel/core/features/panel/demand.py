"""Whether a backend can be asked about its variables now, in front of no cell."""

from collections.abc import Collection, Iterator

from ...backend import BackendState
from ...cells.cell import Cell
from ...cells.parser import parse
from ...cells.transfers import Copy
from ...errors import MultiError
from ...request import CellRequest
from ...spine import Spine
from .snapshot import transfers

BUSY = "busy"

MOST_READ = 100
"""Queued cells that are read, some 20 µs each; behind more than these, every backend counts as busy."""


def why_not(spine: Spine, name: str) -> str:
    """Return why a backend cannot be asked now; empty: it can."""
    backend = spine.state.backends[name]
    if backend.lost:
        return f"{name} cannot be reached now ({backend.lost})."
    if backend.state is not BackendState.READY:
        return f"{name} is {backend.state}."
    return BUSY if _is_at_work(spine, name) or _is_queued_for(spine, name) else ""


def _is_at_work(spine: Spine, name: str) -> bool:
    """Whether cells that have begun run on a backend, are going to, or copy from or to it now."""
    parts = (part for request in spine.requests.cells() for part in request.parts)
    is_at_an_end = any(name in copy.backends for _, copy in transfers(spine))
    return is_at_an_end or any(part.backend == name and not part.has_ended for part in parts)


def _is_queued_for(spine: Spine, name: str) -> bool:
    """Whether cells that wait for their turn have to do with a backend, as far as their texts tell."""
    state, requests = spine.state, spine.requests.cells()
    queued = [each for lane in spine.lanes.queued().values() for each in lane if isinstance(each, CellRequest)]
    if len(queued) > MOST_READ:
        return True
    cells = list(_read(spine, queued))
    begun = [request.cell for request in requests if request.cell is not None]
    used = {cell.new_default for cell in (*begun, *cells) if cell.new_default is not None}
    return any(name in _backends_of(cell, {state.default, state.config.default} | used) for cell in cells)


def _read(spine: Spine, queued: Collection[CellRequest]) -> Iterator[Cell]:
    for request in queued:
        code = request.content.get("code")
        try:
            yield parse(code if isinstance(code, str) else "", spine.state.names, spine.state.default)
        except MultiError:
            # It will be refused.
            continue


def _backends_of(cell: Cell, defaults: Collection[str]) -> set[str]:
    """Return the backends that a cell has to do with, where each of some may be the default by then."""
    found: set[str] = set()
    for body in cell.bodies:
        found.update(body.targets or defaults, Copy((*body.imports, *body.exports)).backends)
    return found
