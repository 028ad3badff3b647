"""The queue of cells: they run one after another, each on the backend that its text names when its turn comes."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from ..actions import CancelTimer, RunCommand, SetTimer, Start, StoreInput, ToBackend
from ..backend import Backend, BackendState
from ..cells.cell import NOW, Cell, child_text, parse, refuse_unknown_header
from ..cells.transfers import Transfer
from ..errors import HeaderError, MultiError
from ..kernels import ipython
from ..protocol.rewrite import ABORTED
from ..protocol.wire import Json, Message
from ..request import CellRequest, Request
from ..state import State
from .flight import Flight

SLOW_START_SECONDS = 10.0


@dataclass(slots=True)
class Lane:
    """What runs in the main shell, or in one subshell, and what waits for that."""

    queue: deque[Request] = field(default_factory=deque)
    running: CellRequest | None = None


class Execution:
    """Cells, and the `comm_open`s that wait for them, in the order in which they came, subshell by subshell."""

    def __init__(self, state: State, flight: Flight) -> None:
        """Take the state that the router's parts share."""
        self._state = state
        self._outbox = state.outbox
        self._flight = flight
        self._lanes: defaultdict[str, Lane] = defaultdict(Lane)
        """By subshell; the empty string stands for the main shell."""

    def queued(self) -> dict[str, list[Request]]:
        """Return by subshell what waits for its turn, the oldest first."""
        return {subshell: list(lane.queue) for subshell, lane in self._lanes.items()}

    def arrive(self, request: Request, subshell: str | None = None) -> None:
        """Put a cell, or a comm message that has to come after cells, at the end of a subshell's queue, say its own."""
        if isinstance(request, CellRequest) and self._is_urgent(request):
            self._run(request)
        else:
            self._lanes[request.subshell if subshell is None else subshell].queue.append(request)

    def forget_subshell(self, subshell: str) -> list[Request]:
        """Return what has not begun in a subshell, and think of it no more."""
        lane = self._lanes.pop(subshell, Lane())
        return list(lane.queue)

    def _is_urgent(self, request: CellRequest) -> bool:
        """Whether a cell consists of commands, one of them with `--now`."""
        code = request.content.get("code")
        if not isinstance(code, str) or NOW not in code:
            return False
        try:
            return parse(code, self._state.names, self._state.default).is_urgent
        except MultiError:
            return False

    def next(self) -> Request | None:
        """Return a request whose turn has come and take it off its queue; None while cells run."""
        for lane in self._lanes.values():
            if lane.queue and (lane.running is None or lane.running.done):
                return lane.queue.popleft()
        return None

    def abort_queued(self, subshell: str = "") -> None:
        """Let everything that has been received so far be answered `aborted` when its turn comes."""
        for request in self._lanes[subshell].queue:
            if isinstance(request, CellRequest):
                request.aborted = True

    def begin(self, request: CellRequest) -> None:
        """Run a cell whose turn has come."""
        if request.aborted:
            self._flight.answer(request, {"status": ABORTED})
            return
        self._lanes[request.subshell].running = request
        self._run(request)

    def _run(self, request: CellRequest) -> None:
        code = request.content.get("code")
        self._outbox.busy(request)
        if not isinstance(code, str):
            self.fail(request, HeaderError("This execute_request has no text as its code."))
            return
        if request.stores_history and code.strip():
            self._state.count += 1
            self._outbox.add(StoreInput(self._state.count, code))
        request.count = self._state.count
        if not request.silent:
            self._outbox.publish(request, "execute_input", {"code": code, "execution_count": request.count})
        if self._state.holds_starts:
            if request.silent:
                self._end(request)
                return
            self.begin_starts()
        try:
            if not request.silent:
                self._refuse_config()
            request.cell = parse(code, self._state.names, self._state.default)
        except MultiError as error:
            self.fail(request, error)
            return
        self._continue(request, request.cell)

    def _continue(self, request: CellRequest, cell: Cell) -> None:
        """Run the cell's next command, else its body."""
        if request.commands_done < len(cell.commands):
            request.task = cell.commands[request.commands_done]
            self._outbox.add(RunCommand(request.id, request.task))
        elif cell.runs_body:
            self._route(request, self._state.backends[self._target(request, cell)])
        else:
            self._end(request)

    def _end(self, request: CellRequest) -> None:
        """End a cell that needs no child."""
        self._outbox.reply(request, self._flight.cell_reply(request, {"status": "ok"}))
        self._succeeded(request)
        self._flight.finish(request)

    def begin_starts(self) -> None:
        """Start the default backend and the eager ones."""
        self._state.holds_starts = False
        for backend in self._state.backends.values():
            if backend.name == self._state.config.default or backend.config.start == "eager":
                self.start(backend)

    def _refuse_config(self) -> None:
        """Let the first cell say what is wrong with the config file; the later ones use the built-in config."""
        error, self._state.config_error = self._state.config_error, None
        if error is not None:
            raise error

    def command_done(self, request: CellRequest, outcome: Json | MultiError | None) -> None:
        """Go on after a command that showed a MIME bundle, or nothing, or failed; or after a variable was copied."""
        cell, task, request.task = request.cell, request.task, None
        assert cell is not None
        if isinstance(task, Transfer):
            self._outbox.add(CancelTimer(("slow copy", request.id)))
        if isinstance(outcome, MultiError):
            self.fail(request, outcome)
        elif request.held_reply is not None:
            self._exported(request, cell, request.held_reply)
        elif isinstance(task, Transfer):
            request.imported += 1
            self._prepare(request, self._state.backends[task.target])
        else:
            if outcome is not None:
                self._outbox.publish(request, "display_data", {"data": outcome, "metadata": {}, "transient": {}})
            request.commands_done += 1
            self._continue(request, cell)

    def _exported(self, request: CellRequest, cell: Cell, reply: Message) -> None:
        """Copy the cell's next variable, else end it."""
        request.exported += 1
        if request.exported < len(cell.exports):
            self._flight.copy(request, cell.exports[request.exported])
        else:
            self.replied(request, reply.content())
            self._flight.release(request)

    def _target(self, request: CellRequest, cell: Cell) -> str:
        """Return where a body runs; front-ends send silent Python of their own, which no `%%use` may misdirect."""
        if cell.target is not None:
            return cell.target
        return self._state.config.default if request.silent else self._state.default

    def _route(self, request: CellRequest, backend: Backend) -> None:
        """Send a cell to a backend, which is started first if it has to be."""
        if backend.state is BackendState.READY:
            self._prepare(request, backend)
            return
        backend.waiting.append(request)
        self._outbox.add(SetTimer(("slow start", request.id), SLOW_START_SECONDS))
        self.start(backend)

    def start(self, backend: Backend) -> None:
        """Start a backend that is stopped."""
        if backend.state is BackendState.STOPPED:
            backend.state = BackendState.STARTING
            self._outbox.add(Start(backend.name))

    def started(self, backend: Backend) -> None:
        """Send what has been waiting for a backend."""
        waiting, backend.waiting = backend.waiting, []
        for request in waiting:
            self._outbox.add(CancelTimer(("slow start", request.id)))
            self._prepare(request, backend)

    def start_failed(self, backend: Backend, error: MultiError) -> None:
        """End what has been waiting for a backend that does not start."""
        waiting, backend.waiting = backend.waiting, []
        for request in waiting:
            self._outbox.add(CancelTimer(("slow start", request.id)))
            self.fail(request, error)

    def _prepare(self, request: CellRequest, backend: Backend) -> None:
        """Copy the next variable that a cell needs to its child, else send the cell."""
        assert request.cell is not None
        if request.imported < len(request.cell.imports):
            self._flight.copy(request, request.cell.imports[request.imported])
        else:
            self._deliver(request, backend)

    def _deliver(self, request: CellRequest, backend: Backend) -> None:
        """Send a cell to a child that is ready, as the text that this child is to get."""
        cell = request.cell
        assert cell is not None
        try:
            if not cell.header_lines:
                refuse_unknown_header(cell, backend.name, backend.profile, self._state.names)
        except HeaderError as error:
            self.fail(request, error)
            return
        self._tell_notices(request, backend)
        counts = request.stores_history and not request.subshell
        if counts and backend.profile.follows_counter and backend.next_count < request.count:
            self._move_counter(backend, request.count)
        backend.cells_run += 1
        text = child_text(cell, backend.profile)
        if backend.sources is not None:
            backend.sources.ran(cell.code, text.text)
        message = request.message if text.text == cell.code else request.message.with_content(code=text.text)
        self._flight.send(request, backend, "shell", message, text.shift)

    def _tell_notices(self, request: CellRequest, backend: Backend) -> None:
        if not request.silent:
            for notice in backend.notices:
                self._outbox.note(request, notice)
            backend.notices.clear()

    def _move_counter(self, backend: Backend, count: int) -> None:
        comm_open = self._outbox.composer.message("comm_open", {})
        self._outbox.add(
            ToBackend(backend.name, "shell", comm_open.with_content(**ipython.move_on(comm_open.id, count)))
        )
        backend.next_count = count

    def holds(self, request: CellRequest, reply: Message) -> bool:
        """Whether a child's reply waits here until the cell's variables have been copied: one that is no error."""
        if request.cell is None or not request.cell.exports or reply.content().get("status") != "ok":
            return False
        request.held_reply = reply
        self._flight.child_held(request)
        return True

    def replied(self, request: CellRequest, content: Json) -> None:
        """Draw the consequences of a child's execute_reply: the default changes, or what is queued is aborted."""
        child_count = content.get("execution_count")
        if isinstance(child_count, int):
            self._state.backends[request.backend].next_count = child_count + 1
        if content.get("status") == "ok":
            self._succeeded(request)
        else:
            self._failed(request)

    def _succeeded(self, request: CellRequest) -> None:
        """Let a cell's `%%use` take effect."""
        if request.cell is not None and request.cell.new_default is not None:
            self._state.default = request.cell.new_default

    def fail(self, request: Request, error: MultiError) -> None:
        """End a request with an error of Multi's own; a cell that fails so aborts what is queued."""
        self._flight.fail(request, error)
        if isinstance(request, CellRequest):
            self._failed(request)

    def _failed(self, request: CellRequest) -> None:
        lane = self._lanes.get(request.subshell)
        if request.stops_on_error and lane is not None and request is lane.running:
            self.abort_queued(request.subshell)

    def slow_start_timer(self, request_id: str) -> None:
        """Say under a cell that its backend is still starting."""
        for backend in self._state.backends.values():
            for request in backend.waiting:
                if request.id == request_id:
                    self._outbox.note(request, f"{backend.name} is still starting; interrupt the cell to give up.")
