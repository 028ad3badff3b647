"""What a child sends, on its way to the notebook: only what belongs to a request that was sent to it counts."""

from functools import partial

from .actions import Channel
from .backend import Backend
from .errors import InternalError
from .exchange import Exchange, NotebookExchange
from .exchanges import Exchanges
from .guard import Guard
from .hooks import Hooks
from .outbox import Outbox
from .protocol.rewrite import Origin, to_front
from .protocol.wire import Message, WireError
from .request import COMM_TYPES, CellRequest

KEPT_FROM_FRONT = frozenset({"execute_input", "iopub_welcome", "shutdown_reply"})
"""What a child sends that the front sends itself."""


OUTPUTS = frozenset({"stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"})
"""What a child sends that nothing waits for but the notebook."""

ABOUT_ITSELF = KEPT_FROM_FRONT | {"error"}
"""What a child publishes of a request's own; the rest may be of a cell before it."""


class Relay:
    """Sends a child's messages on under the notebook's own headers, and draws the consequences."""

    def __init__(self, outbox: Outbox, exchanges: Exchanges, hooks: Hooks, guard: Guard) -> None:
        """Take where messages go, and what they concern."""
        self._outbox = outbox
        self._exchanges = exchanges
        self._hooks = hooks
        self._guard = guard

    def take(self, backend: Backend, channel: Channel, message: Message) -> bool:
        """Take a message of a child, and return whether something may have to follow, as not from an output."""
        backend.messages_heard += 1
        exchange = self._exchanges.find(backend.name, message.parent_id)
        try:
            return self._take(backend, channel, message, exchange)
        except WireError as error:
            self._outbox.drop(channel, message, f"it cannot be read: {error}", backend.name)
        except Exception as error:
            self._guard.caught(error, None)
            if exchange is not None and not (exchange.request is not None and exchange.request.is_over):
                # Else what the child still sends for it would end its request a second time.
                self._guard(partial(self._exchanges.fail, exchange, InternalError(error)), exchange.request)
        return True

    def _take(self, backend: Backend, channel: Channel, message: Message, exchange: Exchange | None) -> bool:
        if message.type == "stream" and self._exchanges.is_mark(backend, message):
            return True
        if exchange is not None and not isinstance(exchange, NotebookExchange):
            self._for_multi(backend, channel, message, exchange)
            return True
        origin = exchange.origin if exchange is not None else self._exchanges.origin(backend.name, message.parent_id)
        if origin is None:
            self._unasked(backend, channel, message)
        elif channel == "iopub":
            return self._published(backend, message, origin, exchange)
        elif channel == "stdin":
            self._on_stdin(backend, message, origin, exchange)
        elif exchange is not None:
            self._reply(backend, channel, message, exchange)
        elif not self._hooks.replied_late(message, origin):
            self._outbox.drop(channel, message, "nobody waits for it", backend.name)
        return True

    def _published(self, backend: Backend, message: Message, origin: Origin, exchange: NotebookExchange | None) -> bool:
        has_begun = exchange is not None and not exchange.is_begun
        if exchange is not None and has_begun:
            exchange.is_begun = True
            if exchange.request.type in COMM_TYPES and message.type != "status":
                self._exchanges.is_concurrent(exchange)
            self._outbox.busy(exchange.request)
        if message.type == "status":
            if exchange is not None and message.says_idle():
                if isinstance(exchange.request, CellRequest):
                    self._hooks.cell_idle(exchange)
                self._exchanges.idle(exchange)
        elif message.type not in KEPT_FROM_FRONT:
            self._forward(backend, "iopub", message, origin, exchange)
        return has_begun or message.type not in OUTPUTS

    def _on_stdin(self, backend: Backend, message: Message, origin: Origin, exchange: NotebookExchange | None) -> None:
        if message.type == "input_request":
            self._forward(backend, "stdin", message, origin, exchange)
        else:
            self._outbox.drop("stdin", message, "it is not an input_request", backend.name)

    def _forward(
        self, backend: Backend, channel: Channel, message: Message, origin: Origin, exchange: NotebookExchange | None
    ) -> None:
        """Send a message on as the rules for its type have it; a rule that keeps it says why."""
        rule = self._hooks.to_front.get((channel, message.type))
        changed = message if rule is None else rule(backend, message, exchange)
        if changed is not None:
            self._outbox.forward_marked(backend.name, channel, to_front(changed, origin), origin)

    def _reply(self, backend: Backend, channel: Channel, message: Message, exchange: NotebookExchange) -> None:
        if message.type != exchange.reply_type:
            self._outbox.drop(channel, message, f"it is not a reply to {exchange.what}", backend.name)
        elif not exchange.awaits_reply:
            self._outbox.drop(channel, message, "nobody waits for it", backend.name)
        else:
            exchange.is_begun = True
            self._outbox.busy(exchange.request)
            rule = self._hooks.to_front.get((channel, message.type))
            changed = message if rule is None else rule(backend, message, exchange)
            self._exchanges.replied(exchange, message if changed is None else changed)

    def _for_multi(self, backend: Backend, channel: Channel, message: Message, exchange: Exchange) -> None:
        """Take what a child sends for a request of Multi's own."""
        if channel != "iopub" and message.type == exchange.reply_type:
            self._exchanges.replied(exchange, message)
        elif channel == "iopub" and message.type == "status":
            if message.says_idle():
                self._exchanges.idle(exchange)
        elif (origin := self._origin_of_earlier(backend, channel, message)) is not None:
            self._forward(backend, "iopub", message, origin, None)
        else:
            self._unasked(backend, channel, message)

    def _origin_of_earlier(self, backend: Backend, channel: Channel, message: Message) -> Origin | None:
        """Return where an output belongs that a child has sent under a request of Multi's own, if it is a cell's."""
        if channel != "iopub" or message.type in ABOUT_ITSELF:
            return None
        return self._exchanges.origin(backend.name, message.parent_id)

    def _unasked(self, backend: Backend, channel: Channel, message: Message) -> None:
        """Drop what belongs to no request of the notebook, unless it may be sent unasked; log its text."""
        rule = self._hooks.unasked.get(message.type) if channel == "iopub" else None
        if rule is not None and (changed := rule(backend, message)) is not None:
            self._outbox.forward("iopub", changed, Origin(backend.name, b"{}"))
            return
        if message.type == "stream":
            self._outbox.log(str(message.content().get("text")), backend.name)
        why = "its parent is not a request of this backend" if message.parent_id else "no parent"
        self._outbox.drop(channel, message, why, backend.name)
