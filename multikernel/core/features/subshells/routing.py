"""What the notebook asks about subshells (JEP 91), and what becomes of requests whose subshell is no more."""

from ...errors import UnknownSubshellError
from ...execution.execution import Execution
from ...execution.flight import Flight
from ...protocol.wire import Json, Message
from ...request import COMM_TYPES, CellRequest, Request
from ...state import State


class SubshellRouting:
    """Answers create, delete and list; the children hear of it only when something is to run there."""

    def __init__(self, state: State, flight: Flight, execution: Execution) -> None:
        """Take the state and the parts that have requests in subshells."""
        self._state = state
        self._subshells = state.subshells
        self._flight = flight
        self._execution = execution

    def is_known(self, request: Request) -> bool:
        """Whether a request is for the main shell or for a subshell that exists; any other is refused.

        A comm message is not: the close of the last comm comes with the end of its subshell, and may be overtaken.
        """
        if not request.subshell or request.subshell in self._subshells or request.type in COMM_TYPES:
            return True
        self._refuse(request)
        return False

    def create(self, request: Request) -> None:
        """Create a subshell at once, whatever the children do."""
        self._flight.answer(request, {"status": "ok", "subshell_id": self._subshells.create()})

    def list(self, request: Request) -> None:
        """List the subshells."""
        self._flight.answer(request, {"status": "ok", "subshell_id": self._subshells.names()})

    def delete(self, request: Request) -> None:
        """Delete a subshell; what had not begun in it is refused, as what comes later."""
        subshell = request.content.get("subshell_id")
        if not isinstance(subshell, str) or subshell not in self._subshells:
            self._flight.answer(request, {"status": "error", "evalue": unknown(str(subshell))})
            return
        for queued in self._execution.forget_subshell(subshell):
            if isinstance(queued, CellRequest):
                self._refuse(queued)
            else:
                self._execution.arrive(queued, "")
        self._subshells.delete(subshell)
        self._flight.answer(request, {"status": "ok"})

    def created(self, backend: str, reply: Message) -> None:
        """Take a child's create_subshell_reply."""
        self._subshells.created(reply.parent_id, reply.content())

    def deleted(self, backend: str, reply: Message) -> None:
        """Take a child's delete_subshell_reply: what it has not answered by now, it never will (ipykernel 7.4)."""
        if subshell := self._subshells.deleted(reply.parent_id):
            for request in self._state.requests_of(backend):
                if request.subshell == subshell:
                    self._refuse(request)

    def late_timer(self, request_id: str) -> None:
        """Do without a subshell that a child has not created in time."""
        self._subshells.created(request_id, {})

    def _refuse(self, request: Request) -> None:
        error = UnknownSubshellError(unknown(request.subshell))
        content: Json = {"status": "error", **error.content(), "traceback": []}
        self._flight.answer(request, content)


def unknown(subshell: str) -> str:
    """Return ipykernel's words for a subshell that does not exist."""
    return f"Unknown subshell_id {subshell!r}"
