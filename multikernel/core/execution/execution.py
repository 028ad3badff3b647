"""Cells on their way, from their arrival to their end; what is done for each is in `tracks`."""

from ..actions import StoreInput
from ..backend import Backend
from ..cells.cell import Cell
from ..cells.parser import is_urgent, parse
from ..errors import HeaderError, MultiError
from ..guard import Guard
from ..hooks import Hooks
from ..outbox import Outbox
from ..request import CellRequest, Request
from ..requests import Requests
from ..state import State
from .answers import Answers
from .delivery import Delivery
from .lanes import Lanes
from .plan import plan
from .starts import Starts
from .tracks import Tracks


class Execution:
    """Runs the cells whose turn has come."""

    def __init__(
        self, state: State, outbox: Outbox, requests: Requests, hooks: Hooks, lanes: Lanes, starts: Starts
    ) -> None:
        """Take what cells are run with."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._lanes = lanes
        self._starts = starts
        self._answers = answers = Answers(state, outbox, requests, lanes)
        delivery = Delivery(state, outbox, requests, hooks)
        guard = Guard(outbox, requests, self.fail)
        self.tracks = Tracks(state, outbox, requests, lanes, delivery, starts, answers, guard)
        self._begun = 0

    def arrive(self, request: CellRequest) -> None:
        """Queue a cell; one of commands with `--now` does not wait for its turn."""
        if self._is_urgent(request):
            self._run(request)
        else:
            self._lanes.append(request, request.subshell)

    def _is_urgent(self, request: CellRequest) -> bool:
        code = request.content.get("code")
        return isinstance(code, str) and is_urgent(code, self._state.names, self._state.default)

    def begin(self, request: CellRequest) -> None:
        """Run a cell whose turn has come."""
        if request.is_aborted:
            self._answers.aborted(request)
            return
        self._lanes.begin(request)
        self._run(request)

    def _run(self, request: CellRequest) -> None:
        code = request.content.get("code")
        self._outbox.busy(request)
        if not isinstance(code, str):
            self.fail(request, HeaderError("The code of this execute_request is not text."))
            return
        cell = self._parse(code)
        self._count(request, code, cell)
        if not request.silent:
            self._outbox.publish(request, "execute_input", {"code": code, "execution_count": request.count})
        if self._state.holds_starts:
            if request.silent:
                self._answers.finish(request)
                return
            self._starts.begin()
        error = None if request.silent else self._take_config_error()
        if error is not None:
            self.fail(request, error)
        elif isinstance(cell, MultiError):
            self.fail(request, cell)
        else:
            self._take_steps(request, cell)

    def _parse(self, code: str) -> Cell | MultiError:
        """Return a cell in parts, or what is wrong with it."""
        try:
            return parse(code, self._state.names, self._state.default)
        except MultiError as error:
            return error

    def _count(self, request: CellRequest, code: str, cell: Cell | MultiError) -> None:
        """Give a cell its number; below `%%parts` each part has one, and the cell that of the last."""
        is_bare = isinstance(cell, Cell) and cell.is_bare
        if request.stores_history and code.strip() and not is_bare:
            self._state.count += max(1, len(cell.bodies)) if isinstance(cell, Cell) else 1
            self._outbox.add(StoreInput(self._state.count, code))
        request.count = self._state.count

    def _take_config_error(self) -> MultiError | None:
        """Return what is wrong with the config file, for the first cell; the later ones use the built-in config."""
        error, self._state.config_error = self._state.config_error, None
        return error

    def _take_steps(self, request: CellRequest, cell: Cell) -> None:
        self._begun += 1
        request.cell, request.serial = cell, self._begun
        steps = plan(request, cell, self._state)
        self._state.turns.enter(request)
        self.tracks.begin(request, steps)

    def wake(self) -> bool:
        """Go on with a cell that has waited for others, and say whether there was one."""
        return self.tracks.wake()

    def progress(self, backend: Backend) -> None:
        """Show how far a start has come, if that is worth a line."""
        self._starts.show(backend)

    def started(self, backend: Backend) -> None:
        """Go on with the cells that have waited for a backend."""
        self.tracks.started(backend)

    def backend_ended(self, backend: Backend, error: MultiError) -> None:
        """Fail the cells that need a backend which has gone."""
        self.tracks.backend_ended(backend, error)

    def fail(self, request: Request, error: MultiError) -> None:
        """End a request with an error of Multi's own; a cell that fails so aborts what is queued behind it."""
        if isinstance(request, CellRequest):
            self.tracks.drop(request)
            self._answers.fail(request, error)
        else:
            self._requests.fail(request, error)
