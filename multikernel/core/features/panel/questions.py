"""What front-ends ask for, done by the code of the commands; nothing in a question is run as code.

What is asked about variables runs in the child. So it is asked only while no cell is at that backend or waits for it,
one question after the other, and a cell that comes meanwhile ends the wait for an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from ...actions import CancelJob, FrontEndQuestion, JobKey, StartJob
from ...errors import MultiError
from ...protocol.wire import Json, Message
from ...spine import Spine
from ...wording import did_you_mean, nearest, quote
from .demand import BUSY, why_not

STEERING = ("start", "stop", "restart", "interrupt")
"""For one backend, or all of a group."""
LOOKING = ("variables", "preview")
"""These run something in the child."""
ALL = (*STEERING, "log", "memory", *LOOKING)

ANSWERED = "panel"
"""Jobs, by the question."""

LONGEST = 200
"""Code points of an id and of a name."""
LARGEST = 1 << 53
"""What JavaScript can count to."""
MOST_OPEN = 100
"""Questions that have no answer yet."""


class BadQuestionError(MultiError):
    """A question that has no answer."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who has asked."""

    comm_id: str
    id: str | int | None
    """What the front-end calls its question; None where that is not clear."""
    parent: Message
    """Its comm_msg, without the content."""


@dataclass(slots=True, eq=False)
class Question:
    """A question that has no answer yet."""

    job: FrontEndQuestion
    key: JobKey
    askers: list[Asker]
    """Several may have asked the same."""


class Questions:
    """Asks, and answers whoever has asked."""

    def __init__(self, spine: Spine, tell: Callable[[Asker, Json], None]) -> None:
        """Take what sends an answer."""
        self._spine = spine
        self._tell = tell
        self._numbers = count()
        self._open: dict[JobKey, Question] = {}
        """What is being done."""
        self._looks: dict[str, list[Question]] = {name: [] for name in spine.state.backends}
        """By backend, what it is asked about its variables, one after the other; the first is being done."""

    def take(self, comm_id: str, parent: Message, data: object) -> None:
        """Take a question, which may be anything at all."""
        content: Json = data if isinstance(data, dict) else {}
        asker = Asker(comm_id, _id_in(content), parent)
        try:
            self._ask(asker, self._read(asker, content))
        except MultiError as error:
            self._tell(asker, _refusal(asker, str(error)))

    def _read(self, asker: Asker, content: Json) -> FrontEndQuestion:
        """Return what is to be done; BadQuestionError, BackendNotFound."""
        do, name, variable = (_text_in(content, key) for key in ("do", "backend", "name"))
        names = self._spine.state.names
        if asker.id is None:
            raise BadQuestionError("A question needs an id: a whole number, or a text that is not long.")
        if do not in ALL:
            meant = did_you_mean(nearest(do, ALL))
            raise BadQuestionError(f"There is no {quote(do)} to do{meant}: there are {', '.join(ALL)}.")
        if not name:
            raise BadQuestionError(f"To {do}, name a backend.")
        if do in STEERING:
            return FrontEndQuestion(do, names.resolve_all([name]))
        if do == "preview" and not variable:
            raise BadQuestionError("For a preview, name a variable.")
        return FrontEndQuestion(do, (names.resolve(name),), variable if do == "preview" else "")

    def _ask(self, asker: Asker, job: FrontEndQuestion) -> None:
        looks = self._looks[job.backends[0]] if job.do in LOOKING else []
        for question in looks:
            if question.job == job:
                question.askers.append(asker)
                return
        if len(self._open) + sum(map(len, self._looks.values())) >= MOST_OPEN:
            raise BadQuestionError("Too many questions have no answer yet.")
        question = Question(job, (ANSWERED, f"question {next(self._numbers)}"), [asker])
        if job.do not in LOOKING:
            self._do(question)
            return
        looks.append(question)
        if looks[0] is question:
            self._next(job.backends[0])

    def _next(self, name: str) -> None:
        """Ask a child what is next, or say to all why not."""
        if reason := why_not(self._spine, name):
            self._give_up(name, reason)
        elif self._looks[name]:
            self._do(self._looks[name][0])

    def _do(self, question: Question) -> None:
        self._open[question.key] = question
        self._spine.outbox.add(StartJob(question.key, question.job))

    def done(self, about: str, outcome: object) -> None:
        """Answer a question, unless that has been done, and ask what has waited for that."""
        question = self._open.pop((ANSWERED, about), None)
        if question is None:
            return
        for asker in question.askers:
            self._tell(asker, _answer(asker, outcome))
        if question.job.do in LOOKING:
            (name,) = question.job.backends
            self._looks[name].remove(question)
            self._next(name)

    def cell_sent(self, name: str) -> None:
        """Let nothing be asked of a backend behind a cell."""
        if self._looks[name]:
            key = self._looks[name][0].key
            self._spine.outbox.add(CancelJob(key))
            del self._open[key]
            self._give_up(name, BUSY)

    def _give_up(self, name: str, reason: str) -> None:
        looks, self._looks[name] = self._looks[name], []
        for question in looks:
            for asker in question.askers:
                self._tell(asker, _refusal(asker, reason))


def _answer(asker: Asker, outcome: object) -> Json:
    return {"id": asker.id, "ok": True, **outcome} if isinstance(outcome, dict) else _refusal(asker, str(outcome))


def _refusal(asker: Asker, reason: str) -> Json:
    return {"id": asker.id, "error": reason}


def _id_in(content: Json) -> str | int | None:
    found = content.get("id")
    if isinstance(found, str) and len(found) <= LONGEST:
        return found
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < LARGEST else None


def _text_in(content: Json, key: str) -> str:
    """Return a text that is not too long to be one of ours, or the empty string."""
    found = content.get(key)
    return found if isinstance(found, str) and len(found) <= LONGEST else ""
