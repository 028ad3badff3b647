"""A request in flight: sent to a child, answered, finished; or failed, when the child cannot.

A request is over when the child's reply and its idle are both there; they come on different sockets, in either
order. Until then the notebook does not hear idle, so that it has every output first.
"""

from ..actions import CancelCommand, CancelTimer, Channel, RunCommand, SetTimer, ToBackend
from ..backend import Backend
from ..cells.transfers import Transfer
from ..errors import BackendError, MultiError
from ..features.debugger import protocol as debug_protocol
from ..protocol.rewrite import Origin, OwnMatches, to_front
from ..protocol.wire import Json, Message
from ..request import CellRequest, Request
from ..state import State

HALF_ANSWERED_SECONDS = 5.0
"""How long a child may be silent between reply and idle before the missing one is made up."""

WITHOUT_REPLY = ("comm_msg", "comm_close")
"""What is over when its child is idle; a comm_open is when the child has also said which comms it has."""

SLOW_COPY_SECONDS = 10.0

LONGEST_HOLD_SECONDS = 10.0
"""How long idle is held at most for a child that goes on speaking."""

LONGEST_DELAY_SECONDS = 0.5
"""How long a pause of such a child may be at most."""

CONCURRENT_SECONDS = 0.05
"""How long after the first output of a comm message without a busy its idle is made up."""


class Flight:
    """Where requests are between the notebook and the children."""

    def __init__(self, state: State) -> None:
        """Take the state that the router's parts share."""
        self._state = state
        self._outbox = state.outbox
        self._heard: dict[str, int] = {}
        """Request id -> how many messages its child had said when the timer for its other half was set."""
        self._held: dict[str, tuple[int, float]] = {}
        """Request whose idle is held -> how many messages its child had said then, and for how many seconds in all."""

    def send(
        self,
        request: Request,
        backend: Backend,
        channel: Channel,
        message: Message | None = None,
        shift: int = 0,
        own: OwnMatches | None = None,
    ) -> None:
        """Send a request to a child under the notebook's own header; `message` is what differs from the original."""
        count = request.count if isinstance(request, CellRequest) else 0
        request.origin = Origin(backend.name, request.message.header_frame, request.client, count, shift, own)
        self._state.origins[request.id] = request.origin
        if request.message.header.get("subshell_id") is None:
            self._outbox.add(ToBackend(backend.name, channel, message or request.message))
        else:
            self._state.subshells.send(request.subshell, backend, channel, message or request.message)

    def answer(self, request: Request, content: Json) -> None:
        """Answer a request without a child: busy, reply, idle."""
        self._outbox.busy(request)
        self._outbox.reply(request, content)
        self.finish(request)

    def fail(self, request: Request, error: MultiError) -> None:
        """End a request that its child cannot end any more."""
        self._outbox.busy(request)
        if isinstance(request, CellRequest):
            if request.task is not None:
                self._outbox.add(CancelCommand(request.id))
                self._outbox.add(CancelTimer(("slow copy", request.id)))
            self._outbox.error(request, error)
            self._outbox.reply(request, self.cell_reply(request, {"status": "error", **error.content()}))
        else:
            self._outbox.reply(request, self._failed_answer(request, error))
        self.finish(request)

    def _failed_answer(self, request: Request, error: MultiError) -> Json:
        if request.type == "debug_request":
            return debug_protocol.failure(request.content, str(error), self._state.naming)
        return empty_answer(request) or {"status": "error", **error.content()}

    @staticmethod
    def cell_reply(request: CellRequest, content: Json) -> Json:
        """Return the content of an execute_reply of Multi's own."""
        return {**content, "execution_count": request.count, "user_expressions": {}, "payload": []}

    def child_idle(self, request: Request) -> None:
        """Note that the child has said idle."""
        request.idle_seen = True
        self._settle(request)

    def child_is_concurrent(self, request: Request) -> None:
        """Note that a child works on a comm message without saying busy, and so will not say idle (ipykernel 7.4)."""
        self._outbox.add(SetTimer(("idle delay", request.id), CONCURRENT_SECONDS))

    def child_held(self, request: Request) -> None:
        """Note that the child's reply is here, and waits."""
        self._settle(request)

    def child_replied(self, request: Request) -> None:
        """Note that the child's reply has gone out."""
        request.replied = True
        self._settle(request)

    def _settle(self, request: Request) -> None:
        if not (request.idle_seen and (self._has_reply(request) or request.type in WITHOUT_REPLY)):
            self._wait_for_other_half(request)
            return
        if self._state.backends[request.backend].profile.idle_delay:
            self._hold_idle(request, 0.0)
        else:
            self.over(request)

    def _hold_idle(self, request: Request, seconds: float) -> None:
        backend = self._state.backends[request.backend]
        delay = min(max(backend.profile.idle_delay, seconds), LONGEST_DELAY_SECONDS)
        self._held[request.id] = backend.messages_heard, seconds + delay
        self._outbox.add(SetTimer(("idle delay", request.id), delay))

    def idle_delay_timer(self, request: Request) -> None:
        """Finish a request that has been held; not as long as its child speaks, since outputs may still come.

        deno 2.9 sends an idle into the middle of 2,000 outputs. The longer it speaks, the longer a pause is waited for:
        in 100,000 outputs it made some of 0.07 s. Something that prints for ever is not waited for.
        """
        heard, seconds = self._held.get(request.id, (0, LONGEST_HOLD_SECONDS))
        if seconds < LONGEST_HOLD_SECONDS and heard != self._state.backends[request.backend].messages_heard:
            self._hold_idle(request, seconds)
        else:
            self.over(request)

    @staticmethod
    def _has_reply(request: Request) -> bool:
        """Whether the child's reply is here, or out."""
        return request.replied or (isinstance(request, CellRequest) and request.held_reply is not None)

    def over(self, request: Request) -> None:
        """Finish a request that its child has said all about; a cell whose variables are to be copied goes on to that.

        Not before: if that fails, the error comes after all outputs.
        """
        if isinstance(request, CellRequest) and request.held_reply is not None:
            if request.task is None and request.cell is not None:
                self._stop_waiting(request)
                self.copy(request, request.cell.exports[request.exported])
        else:
            self.finish(request)

    def copy(self, request: CellRequest, task: Transfer) -> None:
        """Copy a variable for a cell; it goes on with `Execution.command_done`."""
        request.task = task
        self._outbox.add(SetTimer(("slow copy", request.id), SLOW_COPY_SECONDS))
        self._outbox.add(RunCommand(request.id, task))

    def slow_copy_timer(self, request: Request) -> None:
        """Say under a cell what it waits for."""
        if isinstance(request, CellRequest) and isinstance(request.task, Transfer):
            task = request.task
            busy = [name for name in (task.source, task.target) if self._state.is_busy(name)]
            why = f"is still waiting for {busy[0]}, which is busy" if busy else "is still being copied"
            self._outbox.note(request, f"{task.text} {why}; interrupt the cell to give up.")

    def release(self, request: CellRequest) -> None:
        """Send the reply on that was held, and end the cell."""
        held, request.held_reply = request.held_reply, None
        assert held is not None
        assert request.origin is not None
        self._outbox.forward(request.channel, to_front(held, request.origin), request.origin)
        request.replied = True
        self.finish(request)

    def _wait_for_other_half(self, request: Request) -> None:
        self._heard[request.id] = self._state.backends[request.backend].messages_heard
        self._outbox.add(SetTimer(("half answered", request.id), HALF_ANSWERED_SECONDS))

    def half_answered_timer(self, request: Request) -> MultiError | None:
        """Make up the idle that a silent child owes, or return the error that stands for the reply it owes.

        A child that has spoken since gets more time.
        """
        backend = self._state.backends[request.backend]
        if self._heard[request.id] != backend.messages_heard:
            self._wait_for_other_half(request)
            return None
        if self._has_reply(request):
            self._outbox.log(f"{request.type} got no idle", backend.name)
            self.over(request)
            return None
        text = f"{backend.name} went idle without a reply to this {request.type}; what ran in it is still there."
        return BackendError(text, self._state.last_lines(backend.name))

    def finish(self, request: Request) -> None:
        """Publish idle: the last that the notebook hears of a request, but for late output."""
        self._outbox.idle(request)
        request.done = True
        self._state.in_flight.pop(request.id, None)
        self._stop_waiting(request)
        self._held.pop(request.id, None)
        self._state.inputs.forget(request.id)

    def _stop_waiting(self, request: Request) -> None:
        if self._heard.pop(request.id, None) is not None:
            self._outbox.add(CancelTimer(("half answered", request.id)))


def empty_answer(request: Request) -> Json:
    """Return the answer that says nothing, for a question that no child can be asked; empty if there is none."""
    match request.type:
        case "complete_request":
            position = request.content.get("cursor_pos", 0)
            return {
                "status": "ok",
                "matches": [],
                "cursor_start": position,
                "cursor_end": position,
                "metadata": {},
            }
        case "inspect_request":
            return {"status": "ok", "found": False, "data": {}, "metadata": {}}
        case "is_complete_request":
            return {"status": "unknown"}
        case _:
            return {}
