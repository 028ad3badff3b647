"""What Multi itself asks a child's debugger."""

from collections.abc import Callable
from dataclasses import dataclass

from ...errors import MultiError
from ...exchange import Exchange, Phase
from ...protocol.wire import Message


@dataclass(slots=True, eq=False, kw_only=True)
class DebugExchange(Exchange):
    """A debug_request of Multi's own."""

    answered: Callable[[Message], None]
    done: Callable[[], None]
    phase: Phase = Phase.OWES_REPLY

    @property
    def reply_type(self) -> str:
        """`msg_type` of the reply."""
        return "debug_reply"

    def replied(self, reply: Message) -> None:
        """Pass the answer on."""
        self.answered(reply)

    def over(self) -> None:
        """Let go on what waits for the answer."""
        self.done()

    def failed(self, error: MultiError) -> None:
        """Do nothing: the debugger hears of a child that has gone."""
