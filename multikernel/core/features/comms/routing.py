"""Comm messages of the notebook: to the backend that owns the comm, at once, whatever cells are running."""

from ...backend import BackendState
from ...cells.cell import parse
from ...errors import MultiError
from ...execution.execution import Execution
from ...execution.flight import Flight
from ...request import CellRequest, Request
from ...state import State
from .checks import CommChecks
from .registry import WIDGET_CONTROL_TARGET


class CommRouting:
    """Sends comm messages on; a comm_open waits for the cells that may register its target."""

    def __init__(self, state: State, flight: Flight, execution: Execution, checks: CommChecks) -> None:
        """Take the state, the queue in which a comm_open may have to wait, and who asks what became of it."""
        self._state = state
        self._flight = flight
        self._execution = execution
        self._checks = checks

    def arrive(self, request: Request) -> None:
        """Send a comm message on, or queue it behind what it depends on."""
        if (subshell := self._waits_in(request)) is not None:
            self._execution.arrive(request, subshell)
        else:
            self.route(request)

    def route(self, request: Request) -> None:
        """Send a comm message to its backend; one that has none is over at once."""
        if request.type == "comm_open":
            self._open(request)
            return
        comm_id = request.content.get("comm_id")
        owner = self._state.comms.owner(comm_id) if isinstance(comm_id, str) else None
        if owner is None:
            self._flight.answer(request, {})
            return
        if request.type == "comm_close":
            self._state.comms.closed(str(comm_id), owner)
        self._flight.send(request, self._state.backends[owner], "shell")

    def _open(self, request: Request) -> None:
        comm_id, target = request.content.get("comm_id"), request.content.get("target_name")
        name = self._target_backend(target)
        if not (isinstance(comm_id, str) and isinstance(target, str) and name is not None):
            self._refuse(request)
        elif self._state.comms.opened(comm_id, name, target):
            backend = self._state.backends[name]
            self._flight.send(request, backend, "shell")
            self._checks.opened(request, backend)
        else:
            self._refuse(request)

    def _target_backend(self, target: object) -> str | None:
        """Return the backend for a new comm: the default one if it runs; for widget control the only one with widgets.

        Where several have widgets, JupyterLab asks each widget for its state as soon as its comm is closed.
        """
        default = self._state.default
        if target == WIDGET_CONTROL_TARGET:
            owners = self._state.comms.widget_backends()
            name = owners.pop() if len(owners) == 1 else None
        else:
            name = default
        if name is None or self._state.backends[name].state is not BackendState.READY:
            return None
        return name

    def _refuse(self, request: Request) -> None:
        """Close a comm that nobody opens at the other end."""
        outbox = self._state.outbox
        outbox.busy(request)
        if isinstance(comm_id := request.content.get("comm_id"), str):
            outbox.publish(request, "comm_close", {"comm_id": comm_id, "data": {}})
        self._flight.finish(request)

    def _waits_in(self, request: Request) -> str | None:
        """Return the subshell where what it needs is queued: a cell that may register its target, or its comm_open."""
        for subshell, queued in self._execution.queued().items():
            for other in queued:
                if self._depends(request, other) and (subshell == request.subshell or request.type != "comm_open"):
                    return subshell
        return None

    def _depends(self, request: Request, queued: Request) -> bool:
        if request.type == "comm_open":
            return isinstance(queued, CellRequest) and self._is_for_default(queued)
        is_of_comm = not isinstance(queued, CellRequest)
        return is_of_comm and queued.content.get("comm_id") == request.content.get("comm_id")

    def _is_for_default(self, request: CellRequest) -> bool:
        """Whether a queued cell will run on the backend that is the default now, as far as its text says."""
        code = request.content.get("code")
        try:
            cell = parse(code if isinstance(code, str) else "", self._state.names, self._state.default)
        except MultiError:
            return False
        return cell.target in (None, self._state.default)
