"""Answers and events of Multi's own in the Debug Adapter Protocol, and what changes in a child's answers."""

from collections.abc import Callable

from ...protocol.wire import Json
from .source_files import HASH_METHOD, Naming, SourceFiles, path_in

DEBUG_INFO: Json = {"type": "request", "seq": 0, "command": "debugInfo", "arguments": {}}

NO_DEBUGGER = "No backend with a debugger is configured."

EMPTY_BODIES: dict[str, Json] = {
    "inspectVariables": {"variables": []},
    "modules": {"modules": [], "totalModules": 0},
    "scopes": {"scopes": []},
    "setBreakpoints": {"breakpoints": []},
    "stackTrace": {"stackFrames": [], "totalFrames": 0},
    "threads": {"threads": []},
    "variables": {"variables": []},
}
"""What JupyterLab 4.6 reads in an answer without checking its `success`."""


def response(request: Json, body: Json) -> Json:
    """Return the content of a debug_reply to the content of a debug_request."""
    seq, command = request.get("seq"), request.get("command")
    return {"type": "response", "request_seq": seq, "success": True, "command": command, "body": body}


def failure(request: Json, text: str, naming: Naming) -> Json:
    """Return the content of a debug_reply that says why there is none better."""
    command = str(request.get("command"))
    body = debug_info(naming, False, {}) if command == "debugInfo" else EMPTY_BODIES.get(command, {})
    return {**response(request, body), "success": False, "message": text}


def event(name: str, body: Json) -> Json:
    """Return the content of a debug_event."""
    return {"seq": 0, "type": "event", "event": name, "body": body}


def debug_info(naming: Naming, is_started: bool, breakpoints: dict[str, list[Json]]) -> Json:
    """Return the body of an answer to `debugInfo` for a kernel that does not run."""
    return {
        "isStarted": is_started,
        **names(naming),
        "breakpoints": [{"source": path, "breakpoints": lines} for path, lines in breakpoints.items()],
        "stoppedThreads": [],
        "richRendering": True,
        "exceptionPaths": [],
        "copyToGlobals": True,
    }


def names(naming: Naming) -> Json:
    """Return those members of `debugInfo` that say how the files of cells are named."""
    return {
        "hashMethod": HASH_METHOD,
        "hashSeed": naming.seed,
        "tmpFilePrefix": naming.prefix,
        "tmpFileSuffix": naming.suffix,
    }


def _dump_cell(body: Json, arguments: Json, sources: SourceFiles) -> Json:
    return {**body, "sourcePath": sources.to_front(str(body.get("sourcePath"))).path}


def _source(body: Json, arguments: Json, sources: SourceFiles) -> Json:
    """Show a cell as it was typed, since the lines of its frames are those."""
    code = sources.to_child(path_in(arguments)).code
    return body if code is None or "content" not in body else {**body, "content": code}


def _located(body: Json, arguments: Json, sources: SourceFiles) -> Json:
    return sources.to_front_in(body, sources.to_child(path_in(arguments)).cut)


def _debug_info(body: Json, arguments: Json, sources: SourceFiles) -> Json:
    return {**sources.to_front_in(body), **names(sources.front)}


TO_FRONT: dict[str, Callable[[Json, Json, SourceFiles], Json]] = {
    "breakpointLocations": _located,
    "debugInfo": _debug_info,
    "dumpCell": _dump_cell,
    "exceptionInfo": _located,
    "gotoTargets": _located,
    "scopes": _located,
    "setBreakpoints": _located,
    "source": _source,
    "stackTrace": _located,
}
"""Command -> the body of a child's answer, and the request's arguments -> the body as the notebook gets it.

What is not in it has no sources, or only such as users' values may have too, which are no business of Multi's.
"""

EVENTS_WITH_SOURCES = ("breakpoint", "loadedSource", "output")
