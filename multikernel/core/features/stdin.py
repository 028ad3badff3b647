"""What children ask the user: `input_request` and `input_reply` (messaging spec, "stdin")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..actions import Channel, ToBackend
from ..backend import Backend
from ..errors import MultiError
from ..exchange import NotebookExchange
from ..feature import Feature, Rule
from ..protocol.wire import Identities, Message
from ..request import Request
from ..spine import Spine


@dataclass(frozen=True, slots=True)
class PendingInput:
    """An `input_request` that the notebook has not answered yet."""

    backend: str
    header_frame: bytes
    """The child's own header of it, which becomes the parent header of the answer."""
    client: Identities
    request_id: str
    """The cell that asks."""


class Stdin(Feature):
    """Passes each `input_reply` to the child that asked."""

    def __init__(self, spine: Spine) -> None:
        """Begin with nothing asked."""
        self._outbox = spine.outbox
        self._pending: dict[str, PendingInput] = {}
        """By the msg_id of the `input_request`."""

    def stdin(self) -> Mapping[str, Callable[[Identities, Message], None]]:
        """Take the answers."""
        return {"input_reply": self._answered}

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Take note of what is asked."""
        return {("stdin", "input_request"): self._asked}

    def _asked(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message | None:
        """Note what a child asks; its id must not be another backend's: the answer may be a password.

        A request that is over gets no answer: a front-end has forgotten it.
        """
        if exchange is None:
            self._outbox.drop("stdin", message, "its request is over", backend.name)
            return None
        asked = PendingInput(backend.name, message.header_frame, exchange.origin.client, message.parent_id)
        if self._pending.setdefault(message.id, asked).backend != backend.name:
            self._outbox.drop("stdin", message, "another backend asks under this id", backend.name)
            return None
        return message

    def _answered(self, client: Identities, reply: Message) -> None:
        """Send an answer to the child that asked.

        It is found by its parent; a plain client's reply has none and answers what that client was asked last.
        """
        asked = [key for key, pending in self._pending.items() if pending.client == client]
        key = reply.parent_id or (asked[-1] if asked else "")
        if key not in asked:
            self._outbox.drop("stdin", reply, "no backend waits for it")
            return
        pending = self._pending.pop(key)
        self._outbox.add(ToBackend(pending.backend, "stdin", replace(reply, parent_frame=pending.header_frame)))

    def over(self, request: Request) -> None:
        """Forget what a cell that is over has asked."""
        if self._pending:
            self._pending = {key: one for key, one in self._pending.items() if one.request_id != request.id}

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Forget what a child that has gone has asked."""
        self._pending = {key: one for key, one in self._pending.items() if one.backend != backend.name}
