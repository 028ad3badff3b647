"""What front-ends show of the backends: one JSON object that has all of it, so that none of them has to keep count."""

from collections.abc import Mapping

from ...backend import Backend
from ...cells.transfers import Copy
from ...exchange import NotebookExchange
from ...kernels.table import language_info
from ...protocol.wire import Json
from ...request import CellRequest
from ...spine import Spine
from .moments import Moments


def snapshot(spine: Spine, commands: tuple[str, ...], config_error: str, moments: Moments) -> Json:
    """Return what there is now; docs/comm.md describes it."""
    state = spine.state
    return {
        "version": state.version,
        "default": state.default,
        "configured": state.config.default,
        "config": {"file": state.config.file, "error": config_error or None},
        "commands": list(commands),
        "backends": [_backend(spine, backend, moments) for backend in state.backends.values()],
        "transfers": [_transfer(request, copy) for request, copy in transfers(spine)],
        "queued": sum(isinstance(each, CellRequest) for lane in spine.lanes.queued().values() for each in lane),
    }


def transfers(spine: Spine) -> list[tuple[CellRequest, Copy]]:
    """Return what is being copied, with the cell that it is for."""
    return [
        (request, track.job)
        for request in spine.requests.cells()
        for track in request.tracks
        if isinstance(track.job, Copy)
    ]


def _transfer(request: CellRequest, copy: Copy) -> Json:
    return {"text": copy.text, "backends": list(copy.backends), "cell": request.id}


def _backend(spine: Spine, backend: Backend, moments: Moments) -> Json:
    config = backend.config
    group = spine.state.config.groups.get(config.group or "")
    return {
        "name": backend.name,
        "aliases": list(config.aliases),
        "group": config.group,
        "group_aliases": [] if group is None else list(group.aliases),
        "kernelspec": config.kernel,
        "language": backend.stated_language,
        "mimetype": _mimetype(backend),
        "place": None if config.place is None else config.place.name,
        "state": backend.state.value,
        "since": moments.of_state.get(backend.name),
        "lost": backend.lost or None,
        "cell": _cell(spine, backend, moments.of_cell),
        "cells_run": backend.cells_run,
    }


def _mimetype(backend: Backend) -> str:
    """Return what a kernel itself reports, or before its first start what is known of its language."""
    reported = backend.kernel_info.get("language_info")
    mimetype = reported.get("mimetype") if isinstance(reported, dict) else None
    return mimetype if isinstance(mimetype, str) else str(language_info(backend.stated_language)["mimetype"])


def _cell(spine: Spine, backend: Backend, since: Mapping[str, str]) -> Json | None:
    """Return the cell that a child is at, the newest if there are several."""
    for exchange in reversed(spine.exchanges.of(backend.name)):
        if isinstance(exchange, NotebookExchange) and isinstance(exchange.request, CellRequest):
            count = exchange.origin.count if exchange.request.stores_history else None
            return {"id": exchange.request.id, "count": count, "since": since[backend.name]}
    return None
