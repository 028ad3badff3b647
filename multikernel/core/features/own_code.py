"""Code of Multi's own that runs in children besides the cells."""

from dataclasses import dataclass

from ..actions import OwnCodeEnded
from ..backend import Backend
from ..errors import MultiError
from ..exchange import Exchange
from ..feature import Feature
from ..outbox import Outbox
from ..protocol.wire import Message, WireError
from ..spine import Spine


class OwnCode(Feature):
    """Runs code silently, and tells by a key what its outcome was."""

    def __init__(self, spine: Spine) -> None:
        """Take the spine."""
        self._outbox = spine.outbox
        self._exchanges = spine.exchanges

    def run(self, backend: Backend, key: int, code: str) -> None:
        """Let a child run code when it gets to it; the outcome is an OwnCodeEnded with the key."""
        content = {"code": code, "silent": True, "store_history": False, "allow_stdin": False, "user_expressions": {}}
        message = self._outbox.composer.message("execute_request", content)
        self._exchanges.send(OwnRun(message.id, backend.name, outbox=self._outbox, outcome_key=key), "shell", message)


@dataclass(slots=True, eq=False, kw_only=True)
class OwnRun(Exchange):
    """Code of Multi's own at a child.

    It is over when reply and idle are both here: IRkernel 1.3.2 aborts what it gets between the reply to an interrupted
    run and its idle.
    """

    outbox: Outbox
    outcome_key: int
    outcome: str = ""
    """The error in the child's reply, or nothing."""
    is_begun: bool = True
    is_interruptible: bool = True

    @property
    def reply_type(self) -> str:
        """`msg_type` of the reply."""
        return "execute_reply"

    def replied(self, reply: Message) -> None:
        """Note how it went."""
        self.outcome = _error_in(reply)

    def over(self) -> None:
        """Tell the outcome."""
        self.outbox.add(OwnCodeEnded(self.outcome_key, self.outcome))

    def failed(self, error: MultiError) -> None:
        """Tell why there is no outcome."""
        self.outbox.add(OwnCodeEnded(self.outcome_key, error))


def _error_in(reply: Message) -> str:
    """Return the error in an execute_reply; empty: none."""
    try:
        content = reply.content()
    except WireError as error:
        return f"its reply cannot be read: {error}"
    return "" if content.get("status") == "ok" else f"{content.get('ename', '')}: {content.get('evalue', '')}"
