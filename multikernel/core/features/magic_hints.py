"""A line below a cell whose `%%` line is neither Multi's nor known to its kernel: what it may have meant."""

from collections.abc import Mapping

from ..actions import Channel
from ..backend import Backend
from ..cells.hints import hint_for
from ..exchange import NotebookExchange
from ..feature import Feature, Rule
from ..protocol.wire import Message
from ..request import Request
from ..spine import Spine


class MagicHints(Feature):
    """Looks at what children write about cells with such a line, and adds the hint when the child is done."""

    def __init__(self, spine: Spine) -> None:
        """Begin with no hints."""
        self._names = spine.state.names
        self._outbox = spine.outbox
        self._hints: dict[str, str] = {}
        """By cell, until its child is idle."""

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Look at what children write: IPython reports an unknown magic on stderr, and not as an error."""
        return {("iopub", "stream"): self._written}

    def _written(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message:
        cell = exchange.cell if exchange is not None else None
        if exchange is not None and cell is not None and cell.foreign is not None:
            hint = hint_for(cell.foreign.name, message.content(), self._names)
            if hint is not None and not exchange.request.content.get("silent"):
                self._hints[exchange.request.id] = hint
        return message

    def cell_idle(self, exchange: NotebookExchange) -> None:
        """Add the hint below all that the child has published."""
        if (hint := self._hints.pop(exchange.request.id, None)) is not None:
            self._outbox.note(exchange.request, hint)

    def over(self, request: Request) -> None:
        """Forget a cell whose child has died."""
        self._hints.pop(request.id, None)
