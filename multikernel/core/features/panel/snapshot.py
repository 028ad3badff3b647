"""All that a front-end shows of the backends, in one message; labextension/src/kernel/snapshot.ts has its type."""

from ...backend import Backend, BackendState
from ...kernels.table import language_info
from ...protocol.wire import Json
from ...request import CellRequest
from ...state import State

VERSION = 1


def snapshot(state: State) -> Json:
    """Return what there is to show now."""
    return {
        "version": VERSION,
        "default": state.default,
        "configured": state.config.default,
        "file": state.config.file or "",
        "error": "" if state.config_error is None else str(state.config_error),
        "commands": sorted(state.names.commands),
        "backends": [_backend(state, backend) for backend in state.backends.values()],
        "transfers": [],
    }


def _backend(state: State, backend: Backend) -> Json:
    group = state.config.groups.get(backend.config.group or "")
    language = state.names.languages.get(backend.name, "")
    reported = backend.kernel_info.get("language_info")
    info = reported if isinstance(reported, dict) else language_info(language)
    return {
        "name": backend.name,
        "aliases": list(backend.config.aliases),
        "kernelspec": backend.config.kernel,
        "language": language,
        "mimetype": info.get("mimetype", ""),
        "place": "",
        "group": backend.config.group,
        "groupAliases": [] if group is None else list(group.aliases),
        "state": shown_state(state, backend),
        "progress": "",
        "cells": backend.cells_run,
    }


def shown_state(state: State, backend: Backend) -> str:
    """Return `stopped`, `starting`, `ready`, or `busy` while it runs a cell; other requests take no time."""
    is_ready = backend.state is BackendState.READY
    runs = is_ready and any(isinstance(each.request, CellRequest) for each in state.exchanges.of(backend.name))
    return "busy" if runs else str(backend.state)
