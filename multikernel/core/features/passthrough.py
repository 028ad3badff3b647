"""Requests of types that Multi does not know: for the current backend, as they are."""

from ..actions import Channel
from ..backend import BackendState
from ..bounded import Bounded
from ..feature import Feature
from ..protocol.rewrite import Origin
from ..protocol.wire import Message
from ..request import Request
from ..spine import Spine

UNANSWERED_KEPT = 1000
"""Requests whose replies, if any come, still find their way."""


class Passthrough(Feature):
    """Sends on what nothing else handles."""

    def __init__(self, spine: Spine) -> None:
        """Begin with nothing sent."""
        self._spine = spine
        self._unanswered: Bounded[str, Channel] = Bounded(UNANSWERED_KEPT)
        """msg_id -> the channel that a reply belongs on."""

    def handle(self, request: Request) -> None:
        """Send a request to the current backend, if that runs.

        Nobody knows whether its type has a reply, so idle does not wait for one; one that comes is sent on.
        """
        state, requests = self._spine.state, self._spine.requests
        backend = state.backends[state.default]
        if backend.state is BackendState.READY:
            self._unanswered[request.id] = request.channel
            exchange = requests.send(request, backend, channel=request.channel)
            self._spine.exchanges.close(exchange)
        self._spine.outbox.busy(request)
        requests.finish(request)

    def replied_late(self, message: Message, origin: Origin) -> bool:
        """Send a reply on, once."""
        channel = self._unanswered.pop(message.parent_id, None)
        if channel is None:
            return False
        self._spine.outbox.forward(channel, message, origin)
        return True
