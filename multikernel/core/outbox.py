"""The actions of the event at hand, and the messages that Multi itself says."""

from dataclasses import dataclass, field

from .actions import Action, Channel, Drop, Log, ToFront
from .errors import MultiError
from .protocol.rewrite import Origin
from .protocol.wire import Composer, Json, Message
from .request import CellRequest, Request

BUSY: Json = {"execution_state": "busy"}


@dataclass(slots=True)
class Outbox:
    """Collects actions in the order in which they are to be performed."""

    composer: Composer
    _actions: list[Action] = field(default_factory=list)
    _busy_cells: set[str] = field(default_factory=set)

    def add(self, action: Action) -> None:
        """Append an action."""
        self._actions.append(action)

    def take(self) -> list[Action]:
        """Return what has been collected, and begin anew."""
        actions, self._actions = self._actions, []
        return actions

    def log(self, text: str, backend: str = "") -> None:
        """Write a line to the log."""
        self.add(Log(text, backend))

    def drop(self, channel: Channel, message: Message, why: str, backend: str = "") -> None:
        """Say why a message goes no further."""
        self.add(Drop(channel, message, why, backend))

    def publish(self, request: Request, msg_type: str, content: Json) -> None:
        """Publish a message under a request."""
        self.add(ToFront("iopub", self.composer.message(msg_type, content, request.message)))

    def forward(self, channel: Channel, message: Message, origin: Origin) -> None:
        """Send a child's message on to the notebook, under the notebook's own header."""
        message = self.composer.forward(message, origin.header_frame)
        self.add(ToFront(channel, message, () if channel == "iopub" else origin.client))

    def busy(self, request: Request) -> None:
        """Publish that a request's turn has come, once."""
        if not request.busy:
            request.busy = True
            if isinstance(request, CellRequest):
                self._busy_cells.add(request.id)
            self.publish(request, "status", BUSY)

    def idle(self, request: Request) -> None:
        """Publish that all of a request's outputs are there.

        Front-ends and jupyter_server take the last status, whatever its parent, for the kernel's; so where another cell
        still runs, busy follows, of no request.
        """
        self._busy_cells.discard(request.id)
        self.publish(request, "status", {"execution_state": "idle"})
        if self._busy_cells:
            self.add(ToFront("iopub", self.composer.message("status", BUSY)))

    def reply(self, request: Request, content: Json) -> None:
        """Answer a request, once; a type without reply gets none."""
        if request.replied or not request.reply_type:
            return
        request.replied = True
        message = self.composer.message(request.reply_type, content, request.message)
        self.add(ToFront(request.channel, message, request.client))

    def error(self, request: Request, error: MultiError) -> None:
        """Publish an error under a cell."""
        self.publish(request, "error", error.content())

    def note(self, request: Request, text: str) -> None:
        """Publish a line of Multi's own under a cell, on stderr."""
        self.publish(request, "stream", {"name": "stderr", "text": f"{text}\n"})
