"""Cells on their way: each takes its steps, one after the other, on the backend that its text names."""

from functools import partial

from ..actions import CancelJob, CancelTimer, SetTimer, StartJob, StoreInput
from ..backend import Backend, BackendState
from ..cells.cell import Cell, is_urgent, parse
from ..cells.transfers import Copy
from ..errors import HeaderError, MultiError
from ..guard import Guard
from ..hooks import Hooks
from ..outbox import Outbox
from ..protocol.rewrite import ABORTED
from ..protocol.wire import Message
from ..request import Body, CellRequest, Ready, Request, Step, Track
from ..requests import Requests, cell_reply
from ..state import State
from .delivery import CellExchange, Delivery
from .lanes import Lanes
from .starts import Starts

SLOW_COPY_SECONDS = 10.0
SLOW_COPY = "slow copy"
"""Timers, by the cell that waits."""

CELL = "cell"
"""Jobs, by the cell that they are for."""


class Execution:
    """Runs the cells whose turn has come."""

    def __init__(
        self, state: State, outbox: Outbox, requests: Requests, hooks: Hooks, lanes: Lanes, starts: Starts
    ) -> None:
        """Take what cells are run with."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._hooks = hooks
        self._lanes = lanes
        self._starts = starts
        self._delivery = Delivery(state, outbox, requests, hooks)
        self._guard = Guard(outbox, requests, self.fail)

    # From its arrival to its first step.

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
            # It has no number yet; front-ends show 0 as none.
            self._requests.answer(request, cell_reply(request, {"status": ABORTED}))
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
        is_bare = isinstance(cell, Cell) and cell.is_bare
        if request.stores_history and code.strip() and not is_bare:
            self._state.count += 1
            self._outbox.add(StoreInput(self._state.count, code))
        request.count = self._state.count
        if not request.silent:
            self._outbox.publish(request, "execute_input", {"code": code, "execution_count": request.count})
        if self._state.holds_starts:
            if request.silent:
                self._succeed(request)
                return
            self._starts.begin()
        error = None if request.silent else self._take_config_error()
        if error is not None:
            self.fail(request, error)
        elif isinstance(cell, MultiError):
            self.fail(request, cell)
        else:
            request.cell = cell
            request.track = Track(self._steps(request, cell))
            self._take_step(request)

    def _parse(self, code: str) -> Cell | MultiError:
        """Return a cell in parts, or what is wrong with it."""
        try:
            return parse(code, self._state.names, self._state.default)
        except MultiError as error:
            return error

    def _take_config_error(self) -> MultiError | None:
        """Return what is wrong with the config file, for the first cell; the later ones use the built-in config."""
        error, self._state.config_error = self._state.config_error, None
        return error

    def _steps(self, request: CellRequest, cell: Cell) -> tuple[Step, ...]:
        steps: list[Step] = [*cell.commands]
        if cell.needs_backend:
            backend = self._target(request, cell)
            steps.append(Ready(backend))
            if cell.imports:
                steps.append(Copy(cell.imports))
            if cell.has_body:
                steps += [Ready(transfer.target) for transfer in cell.exports]
                steps.append(Body(backend))
        if cell.exports:
            steps.append(Copy(cell.exports))
        return tuple(steps)

    def _target(self, request: CellRequest, cell: Cell) -> str:
        """Return where a body runs; front-ends send silent Python of their own, which no `%%use` may misdirect."""
        if cell.target is not None:
            return cell.target
        return self._state.config.default if request.silent else self._state.default

    # Step by step.

    def _take_step(self, request: CellRequest) -> None:
        """Take the step that a cell is at; after the last one it is over."""
        match request.track.step:
            case None:
                self._succeed(request)
            case Ready(backend):
                self._await(request, self._state.backends[backend])
            case Body(backend):
                self._deliver(request, self._state.backends[backend])
            case job:
                request.track.job = job
                if isinstance(job, Copy):
                    self._outbox.add(SetTimer((SLOW_COPY, request.id), SLOW_COPY_SECONDS))
                self._outbox.add(StartJob((CELL, request.id), job))

    def _next_step(self, request: CellRequest) -> None:
        request.track.position += 1
        self._take_step(request)

    def job_done(self, request_id: str, outcome: object) -> None:
        """Go on after a command that has shown a MIME bundle, or nothing, or failed; or after variables were copied."""
        request = self._requests.get(request_id)
        if not isinstance(request, CellRequest):
            return
        job, request.track.job = request.track.job, None
        if isinstance(job, Copy):
            self._outbox.add(CancelTimer((SLOW_COPY, request.id)))
        if isinstance(outcome, MultiError):
            self.fail(request, outcome)
            return
        if outcome is not None:
            self._outbox.publish(request, "display_data", {"data": outcome, "metadata": {}, "transient": {}})
        self._next_step(request)

    def _await(self, request: CellRequest, backend: Backend) -> None:
        """Go on if a backend is ready, else start it and wait for it."""
        if backend.state is BackendState.READY:
            self._next_step(request)
        else:
            self._starts.wait(request, backend)

    def started(self, backend: Backend) -> None:
        """Go on with the cells that have waited for a backend."""
        for request in self._starts.take_waiting(backend):
            self._guard(partial(self._next_step, request), request)

    def backend_ended(self, backend: Backend, error: MultiError) -> None:
        """Fail the cells that wait for a backend or copy from or to it."""
        for request in self._starts.take_waiting(backend):
            self._guard(partial(self.fail, request, error), request)
        for request in self._requests.cells():
            if isinstance(request.track.job, Copy) and request.track.job.involves(backend.name):
                self._guard(partial(self.fail, request, error), request)

    # At the child.

    def _deliver(self, request: CellRequest, backend: Backend) -> None:
        """Send a cell's body to its backend."""
        try:
            self._delivery.send(request, backend, self)
        except HeaderError as error:
            self.fail(request, error)

    def child_replied(self, exchange: CellExchange, reply: Message) -> None:
        """Take a child's reply: the notebook gets it at once, or when the steps after the body are done."""
        request, content = exchange.cell_request, reply.content()
        message = self._delivery.reply_to_front(exchange, reply)
        if content.get("status") != "ok":
            self._failed(request)
        elif request.track.has_more:
            request.track.reply = message
            return
        else:
            self._succeeded(request)
        self._outbox.forward_reply(request, message)

    def child_is_done(self, exchange: CellExchange) -> None:
        """Go on when a child has sent all that it has for a cell: the error of a later step comes after that."""
        request = exchange.cell_request
        if request.reply_sent:
            self._requests.finish(request)
        else:
            self._next_step(request)

    # The end.

    def _succeed(self, request: CellRequest) -> None:
        """End a cell whose steps are done."""
        self._succeeded(request)
        if (reply := request.track.reply) is not None:
            self._outbox.forward_reply(request, reply)
        else:
            self._outbox.reply(request, cell_reply(request, {"status": "ok"}))
        self._requests.finish(request)

    def _succeeded(self, request: CellRequest) -> None:
        """Let a cell's `%%use` take effect."""
        if request.cell is not None and request.cell.new_default is not None:
            self._state.default = request.cell.new_default

    def fail(self, request: Request, error: MultiError) -> None:
        """End a request with an error of Multi's own; a cell that fails so aborts what is queued behind it."""
        if isinstance(request, CellRequest):
            self._failed(request)
            if request.track.job is not None:
                self._outbox.add(CancelJob((CELL, request.id)))
                self._outbox.add(CancelTimer((SLOW_COPY, request.id)))
        self._requests.fail(request, error)

    def _failed(self, request: CellRequest) -> None:
        if request.stops_on_error and self._lanes.is_running(request):
            self._lanes.abort(request.subshell)

    def slow_copy_timer(self, request_id: str) -> None:
        """Report under a cell what it waits for."""
        request = self._requests.get(request_id)
        if isinstance(request, CellRequest) and isinstance(request.track.job, Copy):
            copy = request.track.job
            busy = [name for name in self._state.backends if copy.involves(name) and self._state.is_busy(name)]
            what = f"Still waiting for {busy[0]}, which is busy, to copy" if busy else "Still copying"
            self._outbox.note(request, f"{what} {copy.text}; interrupt the cell to give up.")
