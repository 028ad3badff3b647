"""What children run for cells: each part is sent when its turn at its backend has come, and its answer taken."""

from typing import Protocol

from ..backend import BackendState
from ..errors import BackendError, HeaderError, MultiError
from ..outbox import Outbox
from ..protocol.wire import Json, Message
from ..request import Body, CellRequest, Track
from ..requests import Requests
from ..state import State
from .answers import OK, Answers
from .delivery import CellExchange, Delivery
from .starts import Starts
from .turns import Turns


class Continuation(Protocol):
    """What becomes of a track when its child is done."""

    def next_step(self, track: Track) -> None:
        """Go on."""

    def over(self, track: Track) -> None:
        """End it."""

    def fail(self, track: Track, error: MultiError) -> None:
        """End it with an error of Multi's own."""

    def drop(self, request: CellRequest) -> None:
        """End all tracks of a cell that has its answer."""


class Bodies:
    """Runs the parts of cells at children."""

    def __init__(
        self,
        state: State,
        outbox: Outbox,
        requests: Requests,
        delivery: Delivery,
        starts: Starts,
        turns: Turns,
        answers: Answers,
        tracks: Continuation,
    ) -> None:
        """Take what parts are sent with, and what goes on when they are over."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._delivery = delivery
        self._starts = starts
        self._turns = turns
        self._answers = answers
        self._tracks = tracks

    def run(self, track: Track, body: Body) -> None:
        """Send a part to its child when its turn there has come; a child that has gone meanwhile is started again."""
        part = body.part
        backend = self._state.backends[part.backend]
        if self._turns.hold(track, body):
            return
        if not backend.takes_cells:
            self._starts.wait(track, [backend])
        elif any(other.is_doubtful and other.backend == part.backend for other in track.request.parts):
            text = f"{part.backend} has not finished an earlier part of this cell, so this one was not sent to it."
            self._tracks.fail(track, BackendError(text))
        else:
            try:
                self._delivery.send(track, part, self)
            except HeaderError as error:
                self._tracks.fail(track, error)

    def child_replied(self, exchange: CellExchange, reply: Message) -> None:
        """Take a child's reply: the notebook gets it at once, or when all that is done for the cell is done."""
        track, part, request = exchange.track, exchange.part, exchange.track.request
        if request.is_over:
            return
        content = reply.content()
        has_failed = content.get("status") != OK
        backend = self._state.backends[exchange.backend]
        if backend.profile.ends_on_exit and ends_kernel(content):
            self._starts.leave(backend)
        part.reply = self._delivery.reply_to_front(exchange, reply, content)
        if request.is_plain and (has_failed or not track.has_more):
            self._answers.forward(request, part.reply, content.get("status"))
        elif has_failed:
            self._answers.part_failed(request, part, part.reply.content())
            track.note_failure()

    def child_is_done(self, exchange: CellExchange) -> None:
        """Go on when a child has sent all that it has for a part: the error of a later step comes after that."""
        track, part, request = exchange.track, exchange.part, exchange.track.request
        self._outbox.finish_marked(exchange.request, exchange.origin)
        if request.is_over:
            return
        part.is_doubtful = exchange.is_made_up
        if not part.cell.exports:
            part.end()
        if request.reply_sent:
            self._tracks.drop(request)
            self._requests.finish(request)
        elif track.has_failed:
            self._tracks.over(track)
        else:
            self._tracks.next_step(track)

    def child_failed(self, exchange: CellExchange, error: MultiError) -> None:
        """End a part with an error, unless the notebook has its reply."""
        if exchange.track.request.reply_sent:
            self.child_is_done(exchange)
        else:
            self._outbox.finish_marked(exchange.request, exchange.origin)
            exchange.part.is_doubtful = self._state.backends[exchange.backend].state is BackendState.READY
            self._tracks.fail(exchange.track, error)


def ends_kernel(reply: Json) -> bool:
    """Whether a reply is that of a cell which ends its kernel, as `exit` does (messaging spec, "Payloads")."""
    payload = reply.get("payload")
    entries = payload if isinstance(payload, list) else []
    return any(
        isinstance(entry, dict) and entry.get("source") == "ask_exit" and not entry.get("keepkernel")
        for entry in entries
    )
