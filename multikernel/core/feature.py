"""What the spine asks of a feature, such as comms, the debugger or history.

A feature is an object that takes part where one of these members says so; each has a default that does nothing. The
router alone knows which features there are, and no feature knows another. What a feature works with is in `spine`.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from .actions import Channel
from .backend import Backend
from .errors import MultiError
from .exchange import NotebookExchange
from .protocol.rewrite import Origin
from .protocol.wire import Identities, Json, Message
from .request import Request

Handler = Callable[[Request], None]
"""Takes a request of the notebook, and sees to it that it gets its answer."""

Rule = Callable[[Backend, Message, NotebookExchange | None], Message | None]
"""Takes a child's message on its way to the notebook, and its exchange where that is open; returns what goes out, if
anything does."""


class CommTarget(Protocol):
    """What answers a comm that the notebook opens to Multi itself; busy and idle are taken care of."""

    def opened(self, request: Request, comm_id: str) -> None:
        """Take a comm_open."""

    def received(self, request: Request, comm_id: str) -> None:
        """Take a comm_msg."""

    def closed(self, comm_id: str) -> None:
        """The notebook has closed it."""


class Feature:
    """A feature that does nothing; real ones override what they need."""

    supported_features: tuple[str, ...] = ()
    """What it adds to `supported_features` of kernel_info."""

    def requests(self) -> Mapping[str, Handler]:
        """Return, by message type, the handlers of the notebook's requests on shell and control."""
        return {}

    def queued(self) -> Mapping[str, Handler]:
        """Return, by message type, what takes a request of this feature that was queued, when its turn comes."""
        return {}

    def failures(self) -> Mapping[str, Callable[[Request, MultiError], Json]]:
        """Return, by request type, what to answer where a child cannot; else it is an error reply."""
        return {}

    def stdin(self) -> Mapping[str, Callable[[Identities, Message], None]]:
        """Return, by message type, what takes the notebook's messages on stdin."""
        return {}

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Return, by channel and message type, the rules for what a child sends for a request of the notebook."""
        return {}

    def unasked(self) -> Mapping[str, Callable[[Backend, Message], Message | None]]:
        """Return, by message type, the rules for what a child publishes for no request of the notebook."""
        return {}

    def timers(self) -> Mapping[str, Callable[[str], None]]:
        """Return, by its kind, what takes a timer that has run out, with what it is about."""
        return {}

    def jobs(self) -> Mapping[str, Callable[[str, object], None]]:
        """Return, by its kind, what takes the outcome of a job, with what it is about."""
        return {}

    def comm_targets(self) -> Mapping[str, CommTarget]:
        """Return, by name, the comm targets that Multi itself answers."""
        return {}

    def accepts(self, request: Request) -> bool:
        """Whether a request may be handled; a feature that says no has answered it."""
        return True

    def carry(self, subshell: str, backend: Backend, channel: Channel, message: Message) -> bool:
        """Send a message into a child's subshell; False where that is not this feature's business."""
        return False

    def is_beside_main_thread(self, request: Request, backend: Backend) -> bool:
        """Whether a child runs a request where no signal reaches it."""
        return False

    def cell_sent(self, backend: Backend, code: str, text: str) -> None:
        """Note that a child has been sent a cell, as this text."""

    def cell_idle(self, exchange: NotebookExchange) -> None:
        """Note that a child has gone idle after a cell."""

    def replied_late(self, message: Message, origin: Origin) -> bool:
        """Take a reply to a request that is over; False where that is not this feature's business."""
        return False

    def over(self, request: Request) -> None:
        """Note that a request is over."""

    def starting(self, backend: Backend) -> None:
        """Note that a child is on its way."""

    def is_preparing(self, backend: Backend) -> bool:
        """Whether a child that is up has to be told something before its cells; then call `lifecycle.resume`."""
        return False

    def ready(self, backend: Backend) -> None:
        """Note that a child runs cells from now on."""

    def interrupted(self) -> None:
        """Note that the user has pressed the interrupt button."""

    def lost(self, backend: Backend) -> None:
        """Note that a child cannot be reached; what is sent to it arrives when it can be again."""

    def back(self, backend: Backend) -> None:
        """Note that a child that was lost can be reached again."""

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Note that a child has gone, and why."""

    def settle(self) -> None:
        """Act on what an event has led to; called at the end of each, so it has to be quick."""
