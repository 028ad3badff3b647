"""What is said to the front in a kernel's place, where the connection has lost what the kernel said."""

import logging
from collections.abc import Callable

from .....core.actions import Channel
from .....core.errors import BackendLost
from .....core.protocol.wire import EMPTY, Composer, Frame, Json
from .request import Request

log = logging.getLogger(__name__)


class Answers:
    """Messages that look as if the kernel had sent them."""

    def __init__(
        self,
        backend: str,
        composer: Composer,
        received: Callable[[Channel, list[Frame]], None],
        undelivered: Callable[[Request, str], None],
    ) -> None:
        """Take what gets messages (header, parent header, metadata, content), and why others were given up."""
        self._backend, self._composer = backend, composer
        self._received, self._undelivered = received, undelivered

    def add_line(self, request: Request, what: str) -> None:
        """Add a line about the connection to the outputs of a cell."""
        if request.type == "execute_request":
            text = f"the connection to {self._backend} {what}\n"
            self._say("iopub", "stream", {"name": "stderr", "text": text}, request)

    def too_large(self, request: Request) -> None:
        """End a request at which the connection broke."""
        self._fail(
            request,
            f"broke at this message of {max(len(request.data) / 1e6, 0.1):.1f} MB; most Jupyter servers take 10 MB at "
            f"most (`websocket_max_message_size` in their `tornado_settings`)",
        )

    def in_doubt(self, request: Request) -> None:
        """End a request that may have run."""
        what = "broke just then, so this may have run there or not: look, and run it again if it has not"
        self._fail(request, what)

    def lost(self, request: Request, *, is_idle: bool) -> None:
        """End a request that has run; `is_idle` if the kernel has not ended it, and yet has nothing to do."""
        if is_idle:
            what = f"{self._backend} is not at this any longer, and has not said how it ended; was it restarted there?"
            self._end(request, what)
            return
        what = "broke, and the server has not kept how this ended, nor its last outputs: look whether all is done"
        self._fail(request, what)

    def _fail(self, request: Request, what: str) -> None:
        self._end(request, f"the connection to {self._backend} {what}.")

    def _end(self, request: Request, text: str) -> None:
        log.warning("%s: %s", request.type, text, extra={"backend": self._backend})
        if not request.owes:
            self._undelivered(request, text)
            return
        error = BackendLost(text).content()
        if request.type == "execute_request":
            self._say("iopub", "error", error, request)
        reply = f"{request.type.removesuffix('_request')}_reply"
        self._say(request.channel, reply, {"status": "error", "execution_count": 0, **error}, request)
        self._say("iopub", "status", {"execution_state": "idle"}, request)

    def _say(self, channel: Channel, msg_type: str, content: Json, request: Request) -> None:
        message = self._composer.message(msg_type, content, request.as_parent())
        self._received(channel, [message.header_frame, message.parent_frame, EMPTY, message.content_frame])
