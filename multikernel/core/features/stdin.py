"""What children ask the user: `input_request` and `input_reply` (messaging spec, "stdin").

Front-ends show one question at a time, so a client gets the next backend's when it has answered the one before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..actions import Channel, ToBackend
from ..backend import Backend
from ..errors import MultiError
from ..exchange import NotebookExchange
from ..feature import Feature, Rule
from ..protocol.rewrite import Origin
from ..protocol.wire import Identities, Message
from ..request import CellRequest, Request
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


@dataclass(frozen=True, slots=True)
class HeldQuestion:
    """An `input_request` that is not sent to its client yet."""

    message: Message
    pending: PendingInput
    origin: Origin


class Stdin(Feature):
    """Passes each `input_reply` to the child that asked."""

    def __init__(self, spine: Spine) -> None:
        """Begin with nothing asked."""
        self._outbox = spine.outbox
        self._pending: dict[str, PendingInput] = {}
        """By the msg_id of the `input_request`."""
        self._held: list[HeldQuestion] = []
        """The oldest first."""

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
        if self._pending.get(message.id, asked).backend != backend.name:
            self._outbox.drop("stdin", message, "another backend asks under this id", backend.name)
            return None
        if _is_beside_others(exchange):
            message = message.with_content(prompt=f"{backend.name}: {message.content().get('prompt', '')}")
        if self._is_asked_by_another(asked):
            self._held.append(HeldQuestion(message, asked, exchange.origin))
            return None
        self._pending[message.id] = asked
        return message

    def _is_asked_by_another(self, asked: PendingInput) -> bool:
        """Whether a client has a question of another backend to answer."""
        return any(one.client == asked.client and one.backend != asked.backend for one in self._pending.values())

    def _ask_next(self) -> None:
        """Ask what has been held, where its client has nothing else to answer any more."""
        for held in list(self._held):
            if not self._is_asked_by_another(held.pending):
                self._held.remove(held)
                self._pending[held.message.id] = held.pending
                self._outbox.forward("stdin", held.message, held.origin)

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
        self._ask_next()

    def over(self, request: Request) -> None:
        """Forget what a cell that is over has asked."""
        if self._pending:
            self._keep(lambda asked: asked.request_id != request.id)

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Forget what a child that has gone has asked."""
        self._keep(lambda asked: asked.backend != backend.name)

    def _keep(self, is_kept: Callable[[PendingInput], bool]) -> None:
        self._pending = {key: asked for key, asked in self._pending.items() if is_kept(asked)}
        self._held = [held for held in self._held if is_kept(held.pending)]
        self._ask_next()


def _is_beside_others(exchange: NotebookExchange) -> bool:
    """Whether other cells or other backends may ask at the same time, so that a question has to say whose it is."""
    request, cell = exchange.request, exchange.cell
    is_in_background = isinstance(request, CellRequest) and request.is_in_background
    return is_in_background or exchange.origin.marks is not None or (cell is not None and cell.is_in_background)
