"""The actions of the event at hand, and the messages that Multi itself sends."""

from dataclasses import dataclass, field
from traceback import format_exception

from .actions import Action, Channel, Drop, Log, ToFront
from .errors import MultiError
from .protocol.rewrite import Origin
from .protocol.wire import Composer, Json, Message, encode
from .request import CellRequest, Request

BUSY, IDLE = (encode({"execution_state": state}) for state in ("busy", "idle"))
WITHOUT_STATUS = ("debug_request", "kernel_info_request")
"""Requests whose statuses front-ends do not take for the kernel's."""


@dataclass(slots=True)
class Outbox:
    """Collects actions in the order in which they are to be performed.

    What goes to the notebook comes last in each event: a child can already work while the notebook is told so.
    """

    composer: Composer
    _actions: list[Action] = field(default_factory=list)
    _to_front: list[Action] = field(default_factory=list)
    _busy_cells: dict[str, Request] = field(default_factory=dict)
    _lines: list["Line"] = field(default_factory=list)

    def add(self, action: Action) -> None:
        """Append an action."""
        self._actions.append(action)

    def take(self) -> list[Action]:
        """Return what has been collected, and begin with nothing."""
        actions = self._actions + self._to_front
        self._actions, self._to_front = [], []
        return actions

    def log(self, text: str, backend: str = "") -> None:
        """Write a line to the log."""
        self.add(Log(text, backend))

    def bug(self, error: BaseException) -> None:
        """Write the traceback of a bug of Multi's own to the log."""
        self.add(Log("".join(format_exception(error)), is_bug=True))

    def drop(self, channel: Channel, message: Message, why: str, backend: str = "") -> None:
        """Report why a message goes no further."""
        self.add(Drop(channel, message, why, backend))

    def publish(self, request: Request, msg_type: str, content: Json) -> None:
        """Publish a message under a request."""
        self.publish_under(request.message, msg_type, content)

    def publish_under(self, parent: Message, msg_type: str, content: Json) -> None:
        """Publish a message under one of the notebook's, whose request may be over."""
        self._to_front.append(ToFront("iopub", self.composer.message(msg_type, content, parent)))

    def publish_unasked(self, msg_type: str, content: Json) -> None:
        """Publish a message that belongs to no request."""
        self._to_front.append(ToFront("iopub", self.composer.message(msg_type, content)))

    def forward(self, channel: Channel, message: Message, origin: Origin) -> None:
        """Send a child's message on to the notebook, under the notebook's own header."""
        message = self.composer.forward(message, origin.header_frame)
        self._to_front.append(ToFront(channel, message, () if channel == "iopub" else origin.client))

    def forward_marked(self, backend: str, channel: Channel, message: Message, origin: Origin) -> None:
        """Send a child's message on, with marks that tell who speaks where several run the cell at once."""
        if origin.marks is None:
            self.forward(channel, message, origin)
            return
        is_output = channel == "iopub"
        for each in (
            origin.marks.mark(backend, message, self._stream)
            if is_output
            else origin.marks.flush(backend, self._stream)
        ):
            self.forward("iopub", each, origin)
        if not is_output:
            self.forward(channel, message, origin)

    def finish_marked(self, request: Request, origin: Origin) -> None:
        """Send on what is held of a child's outputs, which is done with a cell."""
        if origin.marks is not None:
            for each in origin.marks.finish(origin.backend, self._stream):
                self.forward("iopub", each, origin)

    def _stream(self, content: Json) -> Message:
        return self.composer.message("stream", content)

    def forward_reply(self, request: Request, message: Message) -> None:
        """Send a child's reply on to the client that asked."""
        request.reply_sent = True
        message = self.composer.forward(message, request.message.header_frame)
        self._to_front.append(ToFront(request.channel, message, request.client))

    def busy(self, request: Request) -> None:
        """Publish that a request's turn has come, once."""
        if not request.busy_sent:
            request.busy_sent = True
            if isinstance(request, CellRequest):
                self._busy_cells[request.id] = request
            self._publish_status(request, BUSY)

    def idle(self, request: Request) -> None:
        """Publish that all of a request's outputs are there.

        Front-ends and jupyter_server take the last status, whatever its parent, for the kernel's; so where a cell still
        runs, its busy follows. Those of some requests they do not.
        """
        request.is_over = True
        self._busy_cells.pop(request.id, None)
        self._publish_status(request, IDLE)
        if self._busy_cells and request.type not in WITHOUT_STATUS:
            self._publish_status(next(iter(self._busy_cells.values())), BUSY)

    def _publish_status(self, request: Request, content_frame: bytes) -> None:
        self._to_front.append(ToFront("iopub", self.composer.encoded("status", content_frame, request.message)))

    def reply(self, request: Request, content: Json) -> None:
        """Answer a request, once; a type without reply gets none."""
        if request.reply_sent or not request.reply_type:
            return
        request.reply_sent = True
        message = self.composer.message(request.reply_type, content, request.message)
        self._to_front.append(ToFront(request.channel, message, request.client))

    def error(self, request: Request, error: MultiError) -> None:
        """Publish an error under a cell."""
        self.publish(request, "error", error.content())

    def line(self, request: Request) -> "Line":
        """Return a line of Multi's own under a cell, on stderr, which is renewed in place."""
        line = Line(self, request)
        self._lines.append(line)
        return line

    def forget_line(self, line: "Line") -> None:
        """Know that a line is not renewed any more."""
        self._lines.remove(line)

    def note(self, request: Request, text: str) -> None:
        """Publish a line of Multi's own under a cell, on stderr."""
        for line in self._lines:
            if line.request is request:
                line.leave()
        self.publish(request, "stream", {"name": "stderr", "text": f"{text}\n"})


class Line:
    """A line that a newer one takes the place of, by a carriage return: notebooks and terminals do so."""

    def __init__(self, outbox: Outbox, request: Request) -> None:
        """Take whose line it is."""
        self.request = request
        self._outbox = outbox
        self._last = ""

    def show(self, text: str) -> None:
        """Show a text in place of the last one."""
        if text != self._last.rstrip():
            begin, self._last = "\r" if self._last else "", text.ljust(len(self._last))
            self._publish(begin + self._last)

    def leave(self) -> None:
        """Let the last text stay, if there was one; the next one has a line of its own."""
        if self._last:
            self._last = ""
            self._publish("\n")

    def end(self) -> None:
        """Let the last text stay, for good."""
        self.leave()
        self._outbox.forget_line(self)

    def _publish(self, text: str) -> None:
        self._outbox.publish(self.request, "stream", {"name": "stderr", "text": text})
