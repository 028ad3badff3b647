"""What a child says, on its way to the notebook: only what belongs to a request that was sent to it counts."""

from collections.abc import Callable, Mapping

from .actions import Channel
from .backend import Backend
from .execution.execution import Execution
from .execution.flight import Flight
from .features.comms.checks import CommChecks
from .features.debugger.debugger import Debugging
from .protocol.rewrite import Origin, to_front
from .protocol.wire import Message, WireError, is_question_to
from .request import COMM_TYPES, CellRequest, Request
from .state import State

KEPT_FROM_FRONT = frozenset({"execute_input", "iopub_welcome", "shutdown_reply"})
"""What a child says that the front says itself."""

SPEAK_UNASKED = frozenset({"comm_msg", "debug_event", "stream"})
"""What counts without a request of the notebook."""


class Relay:
    """Sends a child's messages on under the notebook's own headers, and draws the consequences."""

    def __init__(
        self,
        state: State,
        flight: Flight,
        execution: Execution,
        debugging: Debugging,
        checks: CommChecks,
        answers: Mapping[str, Callable[[str, Message], None]],
    ) -> None:
        """Take the state that the router's parts share, and the parts that a child's words concern.

        `answers` are what takes the answers to questions of Multi's own, by their type.
        """
        self._state = state
        self._outbox = state.outbox
        self._flight = flight
        self._execution = execution
        self._debugging = debugging
        self._checks = checks
        self._answers = answers

    def take(self, backend: Backend, channel: Channel, message: Message) -> None:
        """Take a message of a child."""
        backend.messages_heard += 1
        request = self._state.in_flight.get(message.parent_id)
        if request is not None and request.backend != backend.name:
            request = None
        origin = request.origin if request is not None else self._state.origins.get(message.parent_id, backend.name)
        try:
            if origin is None:
                self._without_origin(backend, channel, message)
            elif channel == "iopub":
                self._iopub(backend, message, origin, request)
            elif channel == "stdin":
                self._input_request(backend, message, origin)
            else:
                self._reply(backend, channel, message, origin, request)
        except WireError as error:
            self._outbox.drop(channel, message, f"it cannot be read: {error}", backend.name)

    def _iopub(self, backend: Backend, message: Message, origin: Origin, request: Request | None) -> None:
        if request is not None:
            if not request.busy and request.type in COMM_TYPES and message.type != "status":
                self._flight.child_is_concurrent(request)
            self._outbox.busy(request)
        if message.type == "status":
            if request is not None and message.says_idle():
                if isinstance(request, CellRequest):
                    self._checks.cell_over(request, backend)
                self._flight.child_idle(request)
        elif message.type not in KEPT_FROM_FRONT:
            if message.type in ("comm_open", "comm_close") and not self._learn_comm(backend, message):
                self._outbox.drop("iopub", message, "the comm is not this backend's", backend.name)
                return
            if message.type == "execute_result" and isinstance(request, CellRequest) and request.stores_history:
                self._state.results.note(request.count, message.content_frame)
            if message.type == "debug_event":
                message = self._debugging.happened(backend, message)
            self._outbox.forward("iopub", to_front(message, origin), origin)

    def _learn_comm(self, backend: Backend, message: Message) -> bool:
        """Note a comm that a child opens or closes; False where the id is another backend's."""
        content = message.content()
        comm_id, target = str(content.get("comm_id")), str(content.get("target_name"))
        if message.type == "comm_close":
            owned = self._state.comms.owner(comm_id) == backend.name
            self._state.comms.closed(comm_id, backend.name)
            return owned
        return self._state.comms.opened(comm_id, backend.name, target)

    def _reply(
        self, backend: Backend, channel: Channel, message: Message, origin: Origin, request: Request | None
    ) -> None:
        if request is None and (unanswered := self._state.unanswered.pop(message.parent_id, None)) is not None:
            self._outbox.forward(unanswered, message, origin)
            return
        is_held = isinstance(request, CellRequest) and request.held_reply is not None
        if request is None or request.replied or is_held:
            self._outbox.drop(channel, message, "nobody waits for it", backend.name)
            return
        if message.type != request.reply_type:
            self._outbox.drop(channel, message, f"it is no reply to a {request.type}", backend.name)
            return
        self._outbox.busy(request)
        if isinstance(request, CellRequest):
            if self._execution.holds(request, message):
                return
            self._execution.replied(request, message.content())
        elif request.type == "debug_request":
            message = self._debugging.replied(backend, request, message)
        self._outbox.forward(request.channel, to_front(message, origin), origin)
        self._flight.child_replied(request)

    def _input_request(self, backend: Backend, message: Message, origin: Origin) -> None:
        if message.type != "input_request":
            self._outbox.drop("stdin", message, "it is no input_request", backend.name)
        elif not self._state.inputs.asked(backend.name, message, origin.client):
            self._outbox.drop("stdin", message, "another backend asks under this id", backend.name)
        else:
            self._outbox.forward("stdin", message, origin)

    def _without_origin(self, backend: Backend, channel: Channel, message: Message) -> None:
        """Drop what belongs to no request, but log its text; comms that are open may speak unasked, and a debugger."""
        if message.type in self._answers and is_question_to(backend.name, message.parent_id):
            self._answers[message.type](backend.name, message)
            return
        content = message.content() if message.type in SPEAK_UNASKED else {}
        if channel == "iopub" and message.type == "comm_msg":
            if self._state.comms.owner(str(content.get("comm_id"))) == backend.name:
                self._outbox.forward("iopub", message, Origin(backend.name, b"{}"))
                return
        elif channel == "iopub" and message.type == "debug_event":
            self._outbox.forward("iopub", self._debugging.happened(backend, message), Origin(backend.name, b"{}"))
            return
        elif message.type == "stream":
            self._outbox.log(str(content.get("text")), backend.name)
        why = "its parent is no request of this backend's" if message.parent_id else "no parent"
        self._outbox.drop(channel, message, why, backend.name)
