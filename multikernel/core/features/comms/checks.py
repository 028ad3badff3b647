"""What is asked of a child about comms, and what its answer means for the comm messages before it."""

from collections.abc import Callable
from dataclasses import dataclass

from ...errors import MultiError
from ...exchange import Exchange, NotebookExchange
from ...protocol.wire import Json, Message
from ...requests import RequestExchange
from ...spine import Spine


@dataclass(slots=True, eq=False, kw_only=True)
class CommOpening(RequestExchange):
    """A comm_open at a child: it has no reply, so the child's next list of comms stands for one."""

    comm_id: str
    judge: Callable[["CommOpening", Json], None]

    def replied(self, reply: Message) -> None:
        """Look whether the comm is there; IRkernel 1.3.2 does not list comms as specified."""
        comms = reply.content().get("comms")
        if isinstance(comms, dict):
            self.judge(self, comms)


@dataclass(slots=True, eq=False, kw_only=True)
class CommCheck(Exchange):
    """A comm_info_request of Multi's own, on the same shell as the comm messages that it is about."""

    waiting: list[NotebookExchange]
    """Comm messages that the child had been sent before."""
    spine: Spine
    reply: Message | None = None

    @property
    def reply_type(self) -> str:
        """`msg_type` of the reply."""
        return "comm_info_reply"

    def replied(self, reply: Message) -> None:
        """Keep the answer until idle: iopub keeps its order, so all that the child sent before it is here then."""
        reply.content()
        self.reply = reply

    def over(self) -> None:
        """Judge the comm_opens, and end what the child has not begun though it has come past it."""
        for exchange in self.waiting:
            if isinstance(exchange, CommOpening) and self.reply is not None:
                if exchange.awaits_reply:
                    self.spine.exchanges.replied(exchange, self.reply)
                else:
                    exchange.replied(self.reply)
            if not (exchange.is_begun or exchange.request.is_over):
                self.spine.exchanges.close(exchange)
                self.spine.requests.answer(exchange.request, {})

    def failed(self, error: MultiError) -> None:
        """Do without the answer."""
        self.over()
