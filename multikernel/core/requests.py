"""The requests in flight, as the notebook sees them: each gets one busy, one reply and one idle, whatever happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .actions import Channel
from .backend import Backend
from .errors import MultiError
from .exchange import NotebookExchange, Phase
from .exchanges import Exchanges
from .hooks import Hooks
from .outbox import Outbox
from .protocol.rewrite import Origin, OwnMatches, to_front
from .protocol.wire import Identities, Json, Message, WireError
from .request import CellRequest, Request


class Requests:
    """Answers requests, and sends them to children."""

    def __init__(self, outbox: Outbox, exchanges: Exchanges, hooks: Hooks) -> None:
        """Take where actions go, the children's side, and the features that hear of requests."""
        self._outbox = outbox
        self._exchanges = exchanges
        self._hooks = hooks
        self._in_flight: dict[str, Request] = {}

    def __contains__(self, msg_id: str) -> bool:
        """Whether a request is in flight."""
        return msg_id in self._in_flight

    def get(self, msg_id: str) -> Request | None:
        """Return a request that is in flight."""
        return self._in_flight.get(msg_id)

    def about(self, key: str) -> Request | None:
        """Return the request that a key of a timer or a job is about: it is followed by `@` a backend, or a number."""
        ids = (key, key.rpartition("@")[0], key.rpartition("#")[0])
        return next(filter(None, map(self.get, ids)), None)

    def all(self) -> list[Request]:
        """Return all that are in flight, the oldest first."""
        return list(self._in_flight.values())

    def cells(self) -> list[CellRequest]:
        """Return the cells that are in flight, the oldest first."""
        return [request for request in self._in_flight.values() if isinstance(request, CellRequest)]

    def receive(self, channel: Channel, client: Identities, message: Message) -> Request:
        """Make a request of a message that has just arrived; one whose content cannot be read has none."""
        kind = CellRequest if message.type == "execute_request" else Request
        try:
            content = message.content()
        except WireError:
            content = {}
        self._in_flight[message.id] = request = kind(message, channel, client, content)
        return request

    def send(
        self,
        request: Request,
        backend: Backend,
        message: Message | None = None,
        *,
        channel: Channel = "shell",
        shift: int = 0,
        own: OwnMatches | None = None,
    ) -> NotebookExchange:
        """Send a request to a child under the notebook's own header; `message` is what differs from the original."""
        origin = Origin(backend.name, request.message.header_frame, request.client, 0, shift, own)
        phase = Phase.OPEN if request.reply_type else Phase.OWES_IDLE
        exchange = RequestExchange(request.id, backend.name, phase, request=request, origin=origin, requests=self)
        self.open(exchange, backend, message or request.message, channel)
        return exchange

    def open(self, exchange: NotebookExchange, backend: Backend, message: Message, channel: Channel = "shell") -> None:
        """Send a request to a child, for an exchange that knows what follows from the answer."""
        request = exchange.request
        exchange.is_interruptible = not self._hooks.is_beside_main_thread(request, backend)
        subshell = None if request.message.header.get("subshell_id") is None else request.subshell
        self._exchanges.send(exchange, channel, message, subshell)

    def answer(self, request: Request, content: Json) -> None:
        """Answer a request without a child: busy, reply, idle."""
        self._outbox.busy(request)
        self._outbox.reply(request, content)
        self.finish(request)

    def answer_from_job(self, request_id: str, outcome: object, content_of: Callable[[Any], Json]) -> None:
        """Answer a request with what a job has found out for it, if it is still in flight."""
        request = self.get(request_id)
        if request is None:
            return
        if isinstance(outcome, MultiError):
            self.fail(request, outcome)
        else:
            self.answer(request, content_of(outcome))

    def fail(self, request: Request, error: MultiError) -> None:
        """End a request with an error of Multi's own."""
        self._outbox.busy(request)
        if isinstance(request, CellRequest):
            self._outbox.error(request, error)
            self._outbox.reply(request, cell_reply(request, {"status": "error", **error.content()}))
        elif (failure := self._hooks.failures.get(request.type)) is not None:
            self._outbox.reply(request, failure(request, error))
        else:
            self._outbox.reply(request, {"status": "error", **error.content()})
        self.finish(request)

    def finish(self, request: Request) -> None:
        """Publish idle: the last that the notebook hears of a request, except for late output."""
        self._outbox.idle(request)
        self._in_flight.pop(request.id, None)
        self._hooks.over(request)

    def cut_short(self, request: Request, error: MultiError) -> None:
        """End a request that could not even be failed: a reply and idle, and nobody is told."""
        self._outbox.reply(request, {"status": "error", **error.content()})
        self._outbox.idle(request)
        self._in_flight.pop(request.id, None)

    def forward_reply(self, exchange: NotebookExchange, reply: Message) -> None:
        """Send a child's reply on to the notebook."""
        self._outbox.forward_reply(exchange.request, to_front(reply, exchange.origin))


@dataclass(slots=True, eq=False, kw_only=True)
class RequestExchange(NotebookExchange):
    """A request other than a cell."""

    requests: Requests

    def replied(self, reply: Message) -> None:
        """Send the reply on."""
        self.requests.forward_reply(self, reply)

    def over(self) -> None:
        """End the request."""
        self.requests.finish(self.request)

    def failed(self, error: MultiError) -> None:
        """End the request with an error, unless the notebook has its reply."""
        if self.request.reply_sent:
            self.requests.finish(self.request)
        else:
            self.requests.fail(self.request, error)


def cell_reply(request: CellRequest, content: Json) -> Json:
    """Return the content of an execute_reply of Multi's own."""
    return {**content, "execution_count": request.count, "user_expressions": {}, "payload": []}
