"""One life of a backend."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import anyio

from ...core.config import BackendConfig
from ...core.errors import MultiError
from .child import Child, Deliver, Foresee, ReportConnection
from .launch_context import LaunchContext
from .output import Output
from .start import ReportProgress

OpenChild = Callable[
    [BackendConfig, LaunchContext, Output, Deliver, ReportConnection, ReportProgress, Foresee],
    AbstractAsyncContextManager[Child],
]


@dataclass(slots=True)
class BackendTask:
    """One life of a backend, from Start to the end of its process."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    settled: anyio.Event = field(default_factory=anyio.Event)
    """It is ready, or will never be."""
    ended: anyio.Event = field(default_factory=anyio.Event)
    child: Child | None = None
    error: MultiError | None = None
    lost_at: float = 0.0
    """When its connection was lost, on the loop's clock; 0 while it is there."""


def import_open_child() -> OpenChild:
    """Import what starts a child: jupyter_client takes as long as all that the front needs before it can answer."""
    from .launch import open_child

    return open_child
