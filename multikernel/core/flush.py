"""What asks a child whether it has sent all that it has printed."""

from collections.abc import Callable
from dataclasses import dataclass

from .errors import MultiError
from .exchange import Exchange
from .protocol.wire import Composer, Message


@dataclass(slots=True, eq=False, kw_only=True)
class Flush(Exchange):
    """Code of Multi's own that prints its `message_id` behind what a cell has printed.

    It is over when reply and idle are both here, before or after what it has printed.
    """

    message: Message
    awaited_by: Exchange
    not_printed: Callable[[Exchange], None]

    @classmethod
    def of(cls, exchange: Exchange, code: str, composer: Composer, not_printed: Callable[[Exchange], None]) -> "Flush":
        """Return one that an exchange waits for; `code` prints a `{mark}`, and `not_printed` hears that it does not."""
        message = composer.message("execute_request", {})
        message = message.with_content(
            code=code.format(mark=message.id), silent=True, store_history=False, allow_stdin=False, user_expressions={}
        )
        return cls(message.id, exchange.backend, message=message, awaited_by=exchange, not_printed=not_printed)

    @property
    def reply_type(self) -> str:
        """`msg_type` of the reply."""
        return "execute_reply"

    def replied(self, reply: Message) -> None:
        """Expect no mark of code that has failed, as an interrupt makes it."""
        if reply.content().get("status") != "ok":
            self.not_printed(self.awaited_by)

    def over(self) -> None:
        """Nothing: what it has printed counts."""

    def failed(self, error: MultiError) -> None:
        """Expect no mark."""
        self.not_printed(self.awaited_by)
