"""Asks a child about comms where its messages do not say enough: a comm_info_request of Multi's own, on the same shell.

Two things are seen in nothing else. A kernel that has no comms answers a comm_open as one that has opened it: busy and
idle (bash_kernel 0.10, deno 2.9); so each comm_open is followed by the question which comms there are. And ipykernel
7.4 handles a comm message while an async cell runs without saying busy and idle for it; what has not been begun when
that cell ends is over when a question that was asked after it is.
"""

from dataclasses import dataclass, field

from ...backend import Backend
from ...execution.flight import Flight
from ...protocol.wire import Json, Message
from ...request import COMM_TYPES, Request
from ...state import State


@dataclass(slots=True)
class Question:
    """A comm_info_request to a child."""

    backend: str
    requests: list[Request]
    """The comm messages that it is about; the child had been sent them before."""
    reply: Json | None = None
    is_idle: bool = False


@dataclass(slots=True)
class CommChecks:
    """The questions that are on their way."""

    _state: State
    _flight: Flight
    _asked: dict[str, Question] = field(default_factory=dict)

    def opened(self, request: Request, backend: Backend) -> None:
        """Ask whether the comm is there that a child has just been asked to open."""
        self._ask(request.subshell, backend, [request])

    def cell_over(self, cell: Request, backend: Backend) -> None:
        """Ask behind the comm messages that a child has not begun at the end of a cell, if there are any."""
        requests = self._state.requests_of(backend.name)
        waiting = [request for request in requests if request.type in COMM_TYPES and not request.busy]
        if waiting:
            self._ask(cell.subshell, backend, waiting)

    def replied(self, backend: str, reply: Message) -> None:
        """Take a child's comm_info_reply."""
        if (question := self._asked.get(reply.parent_id)) is not None:
            question.reply = reply.content()
            self._settle(reply.parent_id, question)

    def status(self, backend: str, status: Message) -> None:
        """End what a child has not begun, though it has come past it."""
        question = self._asked.get(status.parent_id)
        if question is not None and status.says_idle():
            question.is_idle = True
            for request in question.requests:
                if not (request.busy or request.done):
                    self._flight.answer(request, {})
            self._settle(status.parent_id, question)

    def forget_backend(self, backend: str) -> None:
        """Forget what a child was asked that is no more."""
        self._asked = {key: question for key, question in self._asked.items() if question.backend != backend}

    def _ask(self, subshell: str, backend: Backend, requests: list[Request]) -> None:
        message = self._state.outbox.composer.question(backend.name, "comm_info_request", {})
        self._asked[message.id] = Question(backend.name, requests)
        self._state.subshells.send(subshell, backend, "shell", message)

    def _settle(self, message_id: str, question: Question) -> None:
        """Judge the comm_opens, when all that the child says about them is there: iopub keeps its order."""
        if question.reply is None or not question.is_idle:
            return
        del self._asked[message_id]
        for request in question.requests:
            if request.type == "comm_open":
                self._judge(request, question.backend, question.reply.get("comms"))

    def _judge(self, request: Request, backend: str, comms: object) -> None:
        """Close a comm that is not among those of a child; IRkernel 1.3.2 does not list them as specified."""
        comm_id = str(request.content["comm_id"])
        if isinstance(comms, dict) and comm_id not in comms and self._state.comms.owner(comm_id) == backend:
            self._state.comms.closed(comm_id, backend)
            self._state.outbox.publish(request, "comm_close", {"comm_id": comm_id, "data": {}})
        if not request.done:
            self._flight.child_replied(request)
