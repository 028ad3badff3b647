"""What the front answers itself, at once and without a child: a table by message type."""

from collections.abc import Callable

from ..kernels.table import language_info
from ..protocol.wire import Json
from ..request import Request
from ..state import State
from .subshells.registry import FEATURE

PROTOCOL_VERSION = "5.5"


def kernel_info(state: State, request: Request) -> Json:
    """Describe Multi, in the language of the configured default backend.

    Front-ends ask once, so `%%use` does not change it; papermill translates parameters into this language. The
    children's `supported_features` are not copied: every kernel that is built on ipykernel claims a debugger, and
    front-ends ask before any child has started. Multi has subshells of its own, whatever the children have.
    """
    backend = state.backends[state.config.default]
    known = backend.kernel_info.get("language_info")
    language = backend.kernelspec.language if backend.kernelspec else ""
    has_debugger = any(other.sources is not None for other in state.backends.values())
    return {
        "status": "ok",
        "protocol_version": PROTOCOL_VERSION,
        "implementation": "multikernel",
        "implementation_version": state.version,
        "language_info": known if isinstance(known, dict) else language_info(language),
        "banner": f"Multi {state.version}: {', '.join(state.backends)}. %%help shows how to use them.",
        "help_links": [],
        "supported_features": [FEATURE, "debugger"] if has_debugger else [FEATURE],
    }


def comm_info(state: State, request: Request) -> Json:
    """List the open comms of all backends."""
    target = request.content.get("target_name")
    return {"status": "ok", "comms": state.comms.info(target if isinstance(target, str) and target else None)}


def connect(state: State, request: Request) -> Json:
    """Tell the front's own ports."""
    return {**state.ports, "status": "ok"}


ANSWERS: dict[str, Callable[[State, Request], Json]] = {
    "kernel_info_request": kernel_info,
    "comm_info_request": comm_info,
    "connect_request": connect,
}
