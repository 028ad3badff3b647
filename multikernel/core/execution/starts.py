"""Backends that start, and the cells that wait for them."""

from ..actions import CancelTimer, SetTimer, Start
from ..backend import Backend, BackendState
from ..outbox import Outbox
from ..request import CellRequest
from ..state import State

SLOW_START_SECONDS = 10.0
SLOW_START = "slow start"
"""Timers, by the cell that waits."""


class Starts:
    """Starts backends when they are first needed."""

    def __init__(self, state: State, outbox: Outbox) -> None:
        """Take the backends, and where actions go."""
        self._state = state
        self._outbox = outbox
        self._waiting: dict[str, list[CellRequest]] = {name: [] for name in state.backends}

    def begin(self) -> None:
        """Start the default backend and the eager ones."""
        self._state.holds_starts = False
        for backend in self._state.backends.values():
            if backend.name == self._state.config.default or backend.config.start == "eager":
                self.start(backend)

    def start(self, backend: Backend) -> None:
        """Start a backend that is stopped."""
        if backend.state is BackendState.STOPPED:
            backend.starting()
            self._outbox.add(Start(backend.name))

    def wait(self, request: CellRequest, backend: Backend) -> None:
        """Start a backend, and let a cell wait for it."""
        self._waiting[backend.name].append(request)
        self._outbox.add(SetTimer((SLOW_START, request.id), SLOW_START_SECONDS))
        self.start(backend)

    def take_waiting(self, backend: Backend) -> list[CellRequest]:
        """Return the cells that have waited for a backend; they no longer do."""
        waiting, self._waiting[backend.name] = self._waiting[backend.name], []
        for request in waiting:
            self._outbox.add(CancelTimer((SLOW_START, request.id)))
        return waiting

    def waited_for(self, request_id: str) -> tuple[CellRequest, Backend] | None:
        """Return a cell that waits, and the backend that it waits for."""
        for name, cells in self._waiting.items():
            for request in cells:
                if request.id == request_id:
                    return request, self._state.backends[name]
        return None

    def slow_timer(self, request_id: str) -> None:
        """Report under a cell that its backend is still starting."""
        if (waiting := self.waited_for(request_id)) is not None:
            request, backend = waiting
            self._outbox.note(request, f"{backend.name} is still starting; interrupt the cell to give up.")
