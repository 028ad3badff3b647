"""A cell's body on its way to a child, and the child's reply on its way back."""

from dataclasses import dataclass, replace
from typing import Protocol

from ..actions import ToBackend
from ..backend import Backend
from ..cells.cell import Cell
from ..cells.child_text import child_text
from ..cells.parser import refuse_unknown_header
from ..errors import MultiError
from ..exchange import NotebookExchange
from ..hooks import Hooks
from ..kernels import ipython, r
from ..outbox import Outbox
from ..protocol.rewrite import Origin, to_front
from ..protocol.wire import Json, Message, decode, encode
from ..request import CellRequest, Part, Track
from ..requests import Requests
from ..state import State


class CellRunner(Protocol):
    """What continues a cell when its child has answered."""

    def child_replied(self, exchange: "CellExchange", reply: Message) -> None:
        """Take the child's reply."""

    def child_is_done(self, exchange: "CellExchange") -> None:
        """The child has sent all that it has for the part."""

    def child_failed(self, exchange: "CellExchange", error: MultiError) -> None:
        """The child will not do it, or not all of it."""


class Delivery:
    """Sends bodies as the texts that their children are to get."""

    def __init__(self, state: State, outbox: Outbox, requests: Requests, hooks: Hooks) -> None:
        """Take what bodies are sent with."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._hooks = hooks

    def send(self, track: Track, part: Part, runner: CellRunner) -> None:
        """Send a part to its child, which is ready; HeaderError for one that would mean something else there."""
        request, cell, backend = track.request, part.cell, self._state.backends[part.backend]
        refuse_unknown_header(cell, backend.name, backend.profile, self._state.names)
        if not request.silent:
            for notice in backend.take_notices():
                self._outbox.note(request, notice)
        self._set_plot_options(backend, cell)
        backend.cells_run += 1
        text = child_text(cell, backend.profile)
        self._hooks.cell_sent(backend, cell.code, text.text)
        header = request.message.header_frame
        origin = Origin(backend.name, header, request.client, part.count, text.shift, marks=part.marks)
        exchange = CellExchange(
            request.id,
            backend.name,
            is_begun=True,
            request=request,
            origin=origin,
            cell=cell,
            track=track,
            part=part,
            runner=runner,
        )
        message = self._message(request, part, text.text)
        self._requests.open(exchange, backend, self._numbered(message, exchange, backend))

    def _message(self, request: CellRequest, part: Part, text: str) -> Message:
        """Return what the child gets; no two messages to it may be the same, or ipykernel takes one for a replay."""
        message = request.message
        if request.is_plain:
            return message if text == part.cell.code else message.with_content(code=text)
        last = [other for other in request.parts if other.cell.has_body][-1]
        expressions: Json = {} if part is last else {"user_expressions": {}}
        metadata = {**decode(message.metadata_frame), "multikernel_part": part.order[1]}
        return replace(message.with_content(code=text, **expressions), metadata_frame=encode(metadata))

    def _numbered(self, message: Message, exchange: "CellExchange", backend: Backend) -> Message:
        """Return the message with the number that it is to have at a child which is behind."""
        request, count = exchange.track.request, exchange.part.count
        counts = request.stores_history and not request.subshell
        follows = backend.profile.follows_counter and not backend.is_attached
        if not (counts and follows and backend.next_count < count):
            return message
        backend.next_count = count
        return replace(message, metadata_frame=ipython.numbered(message.metadata_frame, count))

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

    def reply_to_front(self, exchange: "CellExchange", reply: Message, content: Json) -> Message:
        """Return a child's reply, whose content has been decoded, as the notebook gets it, and learn from it."""
        count = content.get("execution_count")
        if isinstance(count, int):
            self._state.backends[exchange.backend].next_count = count + 1
        is_right = type(count) is int and count == exchange.origin.count and content.get("status") == "ok"
        return reply if is_right else to_front(reply, exchange.origin)


@dataclass(slots=True, eq=False, kw_only=True)
class CellExchange(NotebookExchange):
    """A part of a cell at the child that runs it."""

    track: Track
    part: Part
    runner: CellRunner

    def replied(self, reply: Message) -> None:
        """Go on with the cell."""
        self.runner.child_replied(self, reply)

    def over(self) -> None:
        """Go on with the cell."""
        self.runner.child_is_done(self)

    def failed(self, error: MultiError) -> None:
        """Go on with the cell, or end it with the error."""
        self.runner.child_failed(self, error)
