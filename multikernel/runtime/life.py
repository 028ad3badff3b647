"""One life of a backend."""

from dataclasses import dataclass, field

import anyio

from ..core.errors import MultiError
from .child import Child


@dataclass(slots=True)
class Life:
    """One life of a backend, from Start to the end of its process."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    settled: anyio.Event = field(default_factory=anyio.Event)
    """It is ready, or will never be."""
    ended: anyio.Event = field(default_factory=anyio.Event)
    child: Child | None = None
    error: MultiError | None = None
