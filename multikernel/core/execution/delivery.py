"""A cell's body on its way to a child, and the child's reply on its way back."""

from dataclasses import dataclass
from typing import Protocol

from ..actions import ToBackend
from ..backend import Backend
from ..cells.cell import Cell, refuse_unknown_header
from ..cells.child_text import child_text
from ..errors import MultiError
from ..exchange import NotebookExchange
from ..hooks import Hooks
from ..kernels import ipython, r
from ..outbox import Outbox
from ..protocol.rewrite import Origin, to_front
from ..protocol.wire import Message
from ..request import CellRequest, Request
from ..requests import Requests
from ..state import State


class CellRunner(Protocol):
    """What continues a cell when its child has answered."""

    def child_replied(self, exchange: "CellExchange", reply: Message) -> None:
        """Take the child's reply."""

    def child_is_done(self, exchange: "CellExchange") -> None:
        """The child has sent all that it has for the cell."""

    def fail(self, request: Request, error: MultiError) -> None:
        """End the cell with an error."""


class Delivery:
    """Sends bodies as the texts that their children are to get."""

    def __init__(self, state: State, outbox: Outbox, requests: Requests, hooks: Hooks) -> None:
        """Take what bodies are sent with."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._hooks = hooks

    def send(self, request: CellRequest, backend: Backend, runner: CellRunner) -> None:
        """Send a cell to a child that is ready; HeaderError for one that would mean something else there."""
        cell = request.cell
        assert cell is not None
        refuse_unknown_header(cell, backend.name, backend.profile, self._state.names)
        if not request.silent:
            for notice in backend.take_notices():
                self._outbox.note(request, notice)
        counts = request.stores_history and not request.subshell
        if counts and backend.profile.follows_counter and backend.next_count < request.count:
            self._move_counter(backend, request.count)
        self._set_plot_options(backend, cell)
        backend.cells_run += 1
        text = child_text(cell, backend.profile)
        self._hooks.cell_sent(backend, cell.code, text.text)
        message = request.message if text.text == cell.code else request.message.with_content(code=text.text)
        header = request.message.header_frame
        origin = Origin(backend.name, header, request.client, request.count, text.shift)
        exchange = CellExchange(request.id, backend.name, is_begun=True, request=request, origin=origin, runner=runner)
        self._requests.open(exchange, backend, message)

    def _move_counter(self, backend: Backend, count: int) -> None:
        comm_open = self._outbox.composer.message("comm_open", {})
        self._outbox.add(
            ToBackend(backend.name, "shell", comm_open.with_content(**ipython.move_on(comm_open.id, count)))
        )
        backend.next_count = count

    def _set_plot_options(self, backend: Backend, cell: Cell) -> None:
        """Set how big a cell's plots are, and put back what the cell before has set, whatever became of that one."""
        if backend.has_plot_options:
            self._run_silently(backend, r.RESET)
        if cell.plot:
            self._run_silently(backend, r.plot_options(cell.plot))
        backend.has_plot_options = bool(cell.plot)

    def _run_silently(self, backend: Backend, code: str) -> None:
        content = {"code": code, "silent": True, "store_history": False, "allow_stdin": False, "stop_on_error": False}
        self._outbox.add(ToBackend(backend.name, "shell", self._outbox.composer.message("execute_request", content)))

    def reply_to_front(self, exchange: "CellExchange", reply: Message) -> Message:
        """Return a child's reply as the notebook gets it, and learn from it."""
        count = reply.content().get("execution_count")
        if isinstance(count, int):
            self._state.backends[exchange.backend].next_count = count + 1
        return to_front(reply, exchange.origin)


@dataclass(slots=True, eq=False, kw_only=True)
class CellExchange(NotebookExchange):
    """A cell at the child that runs its body."""

    runner: CellRunner

    @property
    def cell_request(self) -> CellRequest:
        """The cell."""
        assert isinstance(self.request, CellRequest)
        return self.request

    def replied(self, reply: Message) -> None:
        """Go on with the cell."""
        self.runner.child_replied(self, reply)

    def over(self) -> None:
        """Go on with the cell."""
        self.runner.child_is_done(self)

    def failed(self, error: MultiError) -> None:
        """End the cell with an error, unless the notebook has its reply."""
        if self.request.reply_sent:
            self.runner.child_is_done(self)
        else:
            self.runner.fail(self.request, error)
