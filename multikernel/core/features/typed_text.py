"""The text of cells as it was typed, in what children send about it: tracebacks, and the cells that come next.

A child has a cell's header lines as comments, or not at all.
"""

from collections.abc import Mapping
from functools import partial

from ..actions import Channel
from ..backend import Backend
from ..cells.child_text import child_text
from ..cells.parser import has_header
from ..exchange import NotebookExchange
from ..feature import Feature, Rule
from ..protocol.restored import with_header_lines, with_next_input
from ..protocol.wire import Message
from ..spine import Spine


class TypedText(Feature):
    """Puts header lines back."""

    def __init__(self, spine: Spine) -> None:
        """Take the names that header lines may use."""
        self._names = spine.state.names

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Put them back in errors and replies."""
        return {("iopub", "error"): self._error, ("shell", "execute_reply"): self._reply}

    def _error(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message:
        cell = exchange.cell if exchange is not None else None
        if cell is None or not cell.header_lines:
            return message
        return with_header_lines(message, child_text(cell, backend.profile).typed)

    def _reply(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message:
        if exchange is None or exchange.cell is None or not exchange.cell.header_lines:
            return message
        cell = exchange.cell
        below = str(exchange.request.content["code"])[len(cell.code) :]
        known = partial(has_header, names=self._names)
        message = with_next_input(message, cell.above, below, cell.header_of_next, known)
        return with_header_lines(message, child_text(cell, backend.profile).typed)
