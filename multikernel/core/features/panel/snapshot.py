"""What front-ends show of the backends: one JSON object that has all of it, so that none of them has to keep count."""

from collections import Counter
from datetime import datetime

from ...backend import Backend
from ...exchange import NotebookExchange
from ...kernels.table import language_info
from ...protocol.wire import Json
from ...request import CellRequest
from ...spine import Spine
from .demand import transfers, waiting
from .moments import Moments

VERSION = 1
"""Of what is said on the comm."""


def snapshot(spine: Spine, commands: tuple[str, ...], config_error: str, moments: Moments) -> Json:
    """Return what there is now; docs/comm.md describes it."""
    state, waits = spine.state, waiting(spine)
    return {
        "version": VERSION,
        "default": state.default,
        "configured": state.config.default,
        "file": state.config.file or "",
        "error": config_error,
        "commands": list(commands),
        "backends": [_backend(spine, backend, moments, waits) for backend in state.backends.values()],
        "transfers": [
            {
                "text": copy.text,
                "backends": list(copy.backends),
                "cell": request.id,
                "done": None if carried is None else carried[0],
                "total": None if carried is None else carried[1],
            }
            for request, copy, carried in transfers(spine)
        ],
    }


def _backend(spine: Spine, backend: Backend, moments: Moments, waits: Counter[str]) -> Json:
    name, config = backend.name, backend.config
    group = spine.state.config.groups.get(config.group or "")
    cell = _cell(spine, backend)
    since = moments.of_state if cell is None else moments.of_cell
    return {
        "name": name,
        "aliases": list(config.aliases),
        "group": config.group,
        "groupAliases": [] if group is None else list(group.aliases),
        "kernelspec": config.kernel,
        "language": backend.stated_language,
        "mimetype": _mimetype(backend),
        "place": "" if config.place is None else config.place.name,
        "state": backend.state.value if cell is None else "busy",
        "since": datetime.fromisoformat(since[name]).timestamp() if name in since else None,
        "progress": backend.progress,
        "lost": backend.lost,
        "cell": cell,
        "waiting": waits[name],
        "cells": backend.cells_run,
    }


def _mimetype(backend: Backend) -> str:
    """Return what a kernel itself reports, or before its first start what is known of its language."""
    reported = backend.kernel_info.get("language_info")
    mimetype = reported.get("mimetype") if isinstance(reported, dict) else None
    return mimetype if isinstance(mimetype, str) else str(language_info(backend.stated_language)["mimetype"])


def _cell(spine: Spine, backend: Backend) -> Json | None:
    """Return the cell that a child is at, the newest if there are several."""
    for exchange in reversed(spine.exchanges.of(backend.name)):
        if isinstance(exchange, NotebookExchange) and isinstance(exchange.request, CellRequest):
            return {
                "id": exchange.request.id,
                "count": exchange.origin.count if exchange.request.stores_history else None,
            }
    return None
