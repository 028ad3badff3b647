"""A `%%` line that the kernel does not know as a magic: one line below the cell says what it may have meant."""

from collections.abc import Mapping

from ..actions import Channel
from ..backend import Backend
from ..cells.hints import hint_for
from ..exchange import NotebookExchange
from ..feature import Feature, Rule
from ..protocol.wire import Message
from ..request import CellRequest, Request
from ..spine import Spine


class UnknownMagics(Feature):
    """Reads what a child says of cells whose first line is a `%%` line that is not Multi's."""

    def __init__(self, spine: Spine) -> None:
        """Begin without hints."""
        self._names = spine.state.names
        self._outbox = spine.outbox
        self._hints: dict[str, str] = {}
        """By the cell, until it ends."""

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Read errors, and streams: xeus-python 0.19 reports an unknown magic on stderr."""
        return {("iopub", "error"): self._read, ("iopub", "stream"): self._read}

    def _read(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message:
        request = None if exchange is None else exchange.request
        if isinstance(request, CellRequest) and request.cell is not None and request.cell.foreign is not None:
            hint = hint_for(request.cell.foreign.name, message.content(), self._names)
            if hint is not None:
                self._hints[request.id] = hint
        return message

    def cell_idle(self, exchange: NotebookExchange) -> None:
        """Publish the hint below all that the child has published for the cell."""
        if (hint := self._hints.pop(exchange.request.id, None)) is not None:
            self._outbox.note(exchange.request, hint)

    def over(self, request: Request) -> None:
        """Forget the hint of a cell whose child was never idle."""
        self._hints.pop(request.id, None)
