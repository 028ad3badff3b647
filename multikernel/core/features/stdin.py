"""Questions of children to the user: `input_request` and `input_reply` (messaging spec, "stdin")."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..protocol.wire import Identities, Message


@dataclass(frozen=True, slots=True)
class PendingInput:
    """An `input_request` that the notebook has not answered yet."""

    backend: str
    header_frame: bytes
    """The child's own header of it, which becomes the parent header of the answer."""
    client: Identities
    request_id: str
    """The cell that asks."""


class Inputs:
    """The pending questions, by the msg_id of their `input_request`."""

    def __init__(self) -> None:
        """Begin with none."""
        self._pending: dict[str, PendingInput] = {}

    def asked(self, backend: str, message: Message, client: Identities) -> bool:
        """Note a question of a child; False for an id that is another backend's: the answer may be a password."""
        asked = PendingInput(backend, message.header_frame, client, message.parent_id)
        return self._pending.setdefault(message.id, asked).backend == backend

    def answer(self, client: Identities, reply: Message) -> tuple[str, Message] | None:
        """Return the backend that a reply is for, and the reply as that gets it; None if nobody waits for it.

        It is found by its parent; a plain client's reply has none and answers the last question that it got.
        """
        if reply.type != "input_reply":
            return None
        asked = [key for key, pending in self._pending.items() if pending.client == client]
        key = reply.parent_id or (asked[-1] if asked else "")
        if key not in asked:
            return None
        pending = self._pending.pop(key)
        return pending.backend, replace(reply, parent_frame=pending.header_frame)

    def forget(self, request_id: str) -> None:
        """Drop the questions of a cell that is over."""
        self._keep(lambda pending: pending.request_id != request_id)

    def forget_backend(self, backend: str) -> None:
        """Drop the questions of a child that is no more."""
        self._keep(lambda pending: pending.backend != backend)

    def _keep(self, is_kept: Callable[[PendingInput], bool]) -> None:
        if self._pending:
            self._pending = {key: pending for key, pending in self._pending.items() if is_kept(pending)}
