"""Which backends cells want, and whether one can be asked about its variables now, in front of none of them."""

from collections import Counter
from collections.abc import Collection, Iterator

from ...backend import BackendState
from ...cells.cell import Cell
from ...cells.parser import parse
from ...cells.transfers import Copy
from ...errors import MultiError
from ...request import CellRequest
from ...spine import Spine

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
    is_at_an_end = any(name in copy.backends for _, copy, _ in transfers(spine))
    return is_at_an_end or any(part.backend == name and not part.has_ended for part in parts)


def _is_queued_for(spine: Spine, name: str) -> bool:
    """Whether cells that wait for their turn have to do with a backend, as far as their texts tell.

    Those without a header may get any default that another cell makes before them.
    """
    queued = _queued(spine)
    if len(queued) > MOST_READ:
        return True
    cells = list(_read(spine, queued))
    begun = [request.cell for request in spine.requests.cells() if request.cell is not None]
    used = {cell.new_default for cell in (*begun, *cells) if cell.new_default is not None}
    defaults = {spine.state.default, spine.state.config.default} | used
    return any(name in _backends_of(cell, defaults) for cell in cells)


def waiting(spine: Spine) -> Counter[str]:
    """Return by backend how many cells wait for it, as far as the texts of the next ones tell."""
    waits: Counter[str] = Counter()
    for request in spine.requests.cells():
        sent = [part for part in request.parts if spine.exchanges.find(part.backend, request.id) is not None]
        waits.update({part.backend for part in request.parts if not (part.has_ended or part in sent)})
    default = spine.state.default
    for cell in _read(spine, _queued(spine)[:MOST_READ]):
        default = cell.new_default or default
        waits.update({target for body in cell.bodies for target in body.targets or (default,)})
    return waits


def transfers(spine: Spine) -> list[tuple[CellRequest, Copy, tuple[int, int] | None]]:
    """Return what is being copied, with the cell that it is for and how far it is."""
    return [
        (request, track.job, track.carried)
        for request in spine.requests.cells()
        for track in request.tracks
        if isinstance(track.job, Copy)
    ]


def _queued(spine: Spine) -> list[CellRequest]:
    return [each for lane in spine.lanes.queued().values() for each in lane if isinstance(each, CellRequest)]


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
