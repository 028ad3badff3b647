"""Code of Multi's own that runs in children beside the cells: what has been asked, and what came of it."""

from dataclasses import dataclass, field

from ..actions import CancelTimer, RunEnded, SetTimer, ToBackend
from ..backend import Backend
from ..errors import BackendError, MultiError
from ..outbox import Outbox
from ..protocol.wire import Message, WireError

HALF_SECONDS = 5.0
"""How long the reply is waited for after its idle, and the idle after the reply.

An interrupt at an unlucky moment costs ipykernel 7.4 the reply. IRkernel 1.3.2 aborts what it gets between the reply to
an interrupted run and its idle.
"""


@dataclass(slots=True)
class Run:
    """A run that a child owes an answer for."""

    backend: str
    key: int
    """Who waits for it."""
    outcome: str | None = None
    """The error in the child's reply, or nothing; None before it."""
    is_idle: bool = False


@dataclass(slots=True)
class SilentRuns:
    """The runs that are not over, by their questions' msg_ids."""

    _outbox: Outbox
    _runs: dict[str, Run] = field(default_factory=dict)

    def is_asked(self, backend: str) -> bool:
        """Whether a child runs such code, or will."""
        return any(run.backend == backend for run in self._runs.values())

    def ask(self, backend: Backend, key: int, code: str) -> None:
        """Let a child run code when it gets to it; what comes of it is a RunEnded with the key."""
        content = {"code": code, "silent": True, "store_history": False, "allow_stdin": False, "user_expressions": {}}
        message = self._outbox.composer.question(backend.name, "execute_request", content)
        self._runs[message.id] = Run(backend.name, key)
        self._outbox.add(ToBackend(backend.name, "shell", message))

    def replied(self, backend: str, reply: Message) -> None:
        """Take a child's execute_reply."""
        run = self._runs.get(reply.parent_id)
        if run is not None and run.backend == backend:
            run.outcome = _error_in(reply)
            self._settle(reply.parent_id, run)

    def status(self, backend: str, status: Message) -> None:
        """Take a child's status."""
        run = self._runs.get(status.parent_id)
        if run is not None and run.backend == backend and status.says_idle():
            run.is_idle = True
            self._settle(status.parent_id, run)

    def half_answered_timer(self, question_id: str) -> None:
        """Wait no longer for a child's other half."""
        run = self._runs[question_id]
        error = BackendError(f"{run.backend} went idle without a reply to code of Multi's own.")
        self._end(question_id, run, error if run.outcome is None else run.outcome)

    def forget_backend(self, backend: str, error: MultiError) -> None:
        """End what a child was asked that is no more."""
        for question_id, run in list(self._runs.items()):
            if run.backend == backend:
                self._end(question_id, run, error)

    def _settle(self, question_id: str, run: Run) -> None:
        if run.is_idle and run.outcome is not None:
            self._end(question_id, run, run.outcome)
        else:
            self._outbox.add(SetTimer(("silent run", question_id), HALF_SECONDS))

    def _end(self, question_id: str, run: Run, outcome: str | MultiError) -> None:
        del self._runs[question_id]
        self._outbox.add(CancelTimer(("silent run", question_id)))
        self._outbox.add(RunEnded(run.key, outcome))


def _error_in(reply: Message) -> str:
    """Return what an execute_reply says that went wrong; empty: nothing."""
    try:
        content = reply.content()
    except WireError as error:
        return f"its reply cannot be read: {error}"
    return "" if content.get("status") == "ok" else f"{content.get('ename', '')}: {content.get('evalue', '')}"
