"""What cells are told whose backend cannot be reached.

A child elsewhere goes on while the connection to it is broken; what it sends, and what is sent to it, arrives when it
can be reached again. So a cell simply waits; the note says what for.
"""

from collections.abc import Callable, Iterator, Mapping

from ..actions import CancelTimer, SetTimer
from ..backend import Backend
from ..cells.transfers import Copy
from ..errors import MultiError
from ..exchange import NotebookExchange
from ..feature import Feature
from ..request import CellRequest
from ..spine import Spine

LOST_SECONDS = 10.0
"""How long a cell waits for a backend that cannot be reached before it says so."""
LOST = "lost"
"""Timers, by the backend."""


class Connections(Feature):
    """Adds a line to the cells that wait for a lost backend."""

    def __init__(self, spine: Spine) -> None:
        """Take the spine."""
        self._state = spine.state
        self._outbox = spine.outbox
        self._exchanges = spine.exchanges
        self._requests = spine.requests
        self._told: dict[str, set[str]] = {}
        """By lost backend, the msg_ids of the cells that the line has been added to."""
        self._logged: set[str] = set()
        """Those that have been lost for long; a short break is not worth a line."""

    def timers(self) -> Mapping[str, Callable[[str], None]]:
        """Take the end of the wait."""
        return {LOST: self._still_lost}

    def lost(self, backend: Backend) -> None:
        """Give the connection some time to come back."""
        self._told[backend.name] = set()
        self._outbox.add(SetTimer((LOST, backend.name), LOST_SECONDS))

    def cell_sent(self, backend: Backend, code: str, text: str) -> None:
        """Let a cell that comes while its backend is lost wait as long for the line as the others."""
        if backend.lost:
            self._outbox.add(SetTimer((LOST, backend.name), LOST_SECONDS))

    def back(self, backend: Backend) -> None:
        """Forget it."""
        if backend.name in self._logged:
            self._outbox.log(f"{backend.name} can be reached again.", backend.name)
        self._forget(backend)

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Forget it, if it was lost."""
        if backend.name in self._told:
            self._forget(backend)

    def _forget(self, backend: Backend) -> None:
        del self._told[backend.name]
        self._logged.discard(backend.name)
        self._outbox.add(CancelTimer((LOST, backend.name)))

    def _still_lost(self, name: str) -> None:
        told, why = self._told[name], self._state.backends[name].lost
        if name not in self._logged:
            self._logged.add(name)
            self._outbox.log(f"{name} cannot be reached: {why}", name)
        for request in self._waiting(name):
            if request.id not in told:
                told.add(request.id)
                self._outbox.note(
                    request, f"{name} cannot be reached ({why}); the cell goes on when it can, and nothing is lost."
                )

    def _waiting(self, name: str) -> Iterator[CellRequest]:
        """Return the cells that run there, and those that copy from or to there."""
        for exchange in self._exchanges.of(name):
            request = exchange.request if isinstance(exchange, NotebookExchange) else None
            if isinstance(request, CellRequest) and not request.silent:
                yield request
        for cell in self._requests.cells():
            if any(isinstance(track.job, Copy) and name in track.job.backends for track in cell.tracks):
                yield cell
