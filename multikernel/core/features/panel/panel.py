"""The front-end's comm: it is told of every change, and asks for what the commands do.

Nothing is sent unless something has changed, so that a server that ends idle kernels still does; and nothing that a
front-end sends is run as code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...actions import DescribeVariables, Job, MeasureMemory, SetTimer, StartJob
from ...backend import BackendState
from ...bounded import Bounded
from ...cells.lines import HeaderLine
from ...errors import MultiError
from ...feature import CommTarget, Feature
from ...protocol.wire import Json
from ...request import Request
from ...spine import Spine
from .snapshot import shown_state, snapshot

TARGET = "multikernel"
PANEL = "panel"
"""The timer that limits how often front-ends are told, and the jobs, by the request that they are for."""
PAUSE = 0.1
"""Seconds in which changes are told of together."""
KEPT = 16
"""Front-ends that went away without a word are forgotten when so many others have come."""
COMMANDS = ("start", "stop", "restart", "interrupt", "log")
BUSY = "busy"
"""The error where a backend could be asked only behind a cell."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a front-end waits for."""

    comm_id: str
    id: str
    answer: Callable[[object], Json]
    """Takes what the job has returned."""


class Panel(Feature):
    """Tells front-ends about the backends, and does what they ask."""

    def __init__(self, spine: Spine) -> None:
        """Begin without front-ends."""
        self._state = spine.state
        self._outbox = spine.outbox
        self._watchers: Bounded[str, Request] = Bounded(KEPT)
        """The comm_open of each comm."""
        self._questions: dict[str, Question] = {}
        self._told: object = None
        self._is_due = False

    def comm_targets(self) -> Mapping[str, CommTarget]:
        """Answer the comm that the extension opens."""
        return {TARGET: self}

    def timers(self) -> Mapping[str, Callable[[str], None]]:
        """Tell what has changed meanwhile."""
        return {PANEL: self._tell_all}

    def jobs(self) -> Mapping[str, Callable[[str, object], None]]:
        """Take what was asked for."""
        return {PANEL: self._answered}

    def opened(self, request: Request, comm_id: str) -> None:
        """Tell a new front-end all."""
        self._watchers[comm_id] = request
        self._told = self._changing()
        self._send(comm_id, snapshot(self._state))

    def closed(self, comm_id: str) -> None:
        """Forget a front-end."""
        self._watchers.pop(comm_id, None)

    def received(self, request: Request, comm_id: str) -> None:
        """Take a question."""
        data = request.content.get("data")
        data = data if isinstance(data, dict) else {}
        question_id, what, backend = (data.get(key) for key in ("id", "do", "backend"))
        if not isinstance(question_id, str):
            return
        if not isinstance(backend, str) or backend not in self._state.backends:
            self._send(comm_id, {"id": question_id, "error": f"There is no backend {backend!r}."})
        elif what == "variables" and not self._is_free(backend):
            self._send(comm_id, {"id": question_id, "error": BUSY})
        elif (asked := _job(what, backend)) is None:
            self._send(comm_id, {"id": question_id, "error": f"{what!r} cannot be asked."})
        else:
            job, answer = asked
            self._questions[request.id] = Question(comm_id, question_id, answer)
            self._outbox.add(StartJob((PANEL, request.id), job))

    def settled(self) -> None:
        """Tell all front-ends soon, if what they show has changed."""
        if not self._watchers:
            return
        now = self._changing()
        if now != self._told:
            self._told = now
            if not self._is_due:
                self._is_due = True
                self._outbox.add(SetTimer((PANEL, ""), PAUSE))

    def _changing(self) -> object:
        """Return what a snapshot depends on, which is faster to compare."""
        state = self._state
        backends = [
            (shown_state(state, each), each.cells_run, id(each.kernel_info)) for each in state.backends.values()
        ]
        return state.default, state.config_error, backends

    def _is_free(self, backend: str) -> bool:
        is_ready = self._state.backends[backend].state is BackendState.READY
        return is_ready and not self._state.is_busy(backend)

    def _tell_all(self, about: str) -> None:
        self._is_due = False
        content = snapshot(self._state)
        for comm_id in list(self._watchers):
            self._send(comm_id, content)

    def _answered(self, request_id: str, outcome: object) -> None:
        question = self._questions.pop(request_id)
        answer = {"error": str(outcome)} if isinstance(outcome, MultiError) else question.answer(outcome)
        self._send(question.comm_id, {"id": question.id, **answer})

    def _send(self, comm_id: str, data: Json) -> None:
        """Send under the header of the comm_open, as a child's late output is."""
        if (request := self._watchers.get(comm_id)) is not None:
            self._outbox.publish(request, "comm_msg", {"comm_id": comm_id, "data": data})


def _job(what: object, backend: str) -> tuple[Job, Callable[[object], Json]] | None:
    """Return what to do for a question, and how its outcome is told; None for what cannot be asked."""
    if what in COMMANDS:
        return HeaderLine(str(what), (backend,), 0, 0), _text
    if what == "variables":
        return DescribeVariables(backend), lambda outcome: {"ok": True, "variables": outcome}
    if what == "memory":
        return MeasureMemory(backend), lambda outcome: {"ok": True, "bytes": outcome}
    return None


def _text(outcome: object) -> Json:
    """Return what a command shows as text, if anything."""
    return {"ok": True, "text": outcome.get("text/plain", "") if isinstance(outcome, dict) else ""}
