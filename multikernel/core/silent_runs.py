"""Code of Multi's own that runs in children beside the cells: what has been asked, and what came of it."""

from dataclasses import dataclass, field

from .actions import CancelTimer, RunEnded, SetTimer, ToBackend
from .backends import Backend
from .errors import BackendError, MultiError
from .outbox import Outbox
from .wire import Message, WireError

UNANSWERED_SECONDS = 5.0
"""How long a reply is waited for after its idle; an interrupt at an unlucky moment costs ipykernel 7.4 the reply."""


@dataclass(slots=True)
class SilentRuns:
    """The runs that children owe an answer for."""

    _outbox: Outbox
    _asked: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Question's msg_id -> backend, and the key of who waits."""

    def is_asked(self, backend: str) -> bool:
        """Whether a child runs such code, or will."""
        return any(asked == backend for asked, _ in self._asked.values())

    def ask(self, backend: Backend, key: int, code: str) -> None:
        """Let a child run code when it gets to it; what comes of it is a RunEnded with the key."""
        content = {"code": code, "silent": True, "store_history": False, "allow_stdin": False, "user_expressions": {}}
        message = self._outbox.composer.question(backend.name, "execute_request", content)
        self._asked[message.id] = (backend.name, key)
        self._outbox.add(ToBackend(backend.name, "shell", message))

    def replied(self, backend: str, reply: Message) -> None:
        """Take a child's execute_reply."""
        self._end(reply.parent_id, backend, _error_in(reply))

    def status(self, backend: str, status: Message) -> None:
        """Take a child's status."""
        asked, _ = self._asked.get(status.parent_id, ("", 0))
        if asked == backend and status.content().get("execution_state") == "idle":
            self._outbox.add(SetTimer(("silent run", status.parent_id), UNANSWERED_SECONDS))

    def unanswered_timer(self, question_id: str) -> None:
        """Wait no longer for the reply of a child that is idle."""
        backend, _ = self._asked[question_id]
        self._end(question_id, backend, BackendError(f"{backend} went idle without a reply to code of Multi's own."))

    def forget_backend(self, backend: str, error: MultiError) -> None:
        """End what a child was asked that is no more."""
        for question_id, (asked, _) in list(self._asked.items()):
            if asked == backend:
                self._end(question_id, backend, error)

    def _end(self, question_id: str, backend: str, outcome: str | MultiError) -> None:
        asked, key = self._asked.get(question_id, ("", 0))
        if asked == backend:
            del self._asked[question_id]
            self._outbox.add(CancelTimer(("silent run", question_id)))
            self._outbox.add(RunEnded(key, outcome))


def _error_in(reply: Message) -> str:
    """Return what an execute_reply says that went wrong; empty: nothing."""
    try:
        content = reply.content()
    except WireError as error:
        return f"its reply cannot be read: {error}"
    return "" if content.get("status") == "ok" else f"{content.get('ename', '')}: {content.get('evalue', '')}"
