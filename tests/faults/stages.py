"""What a backend is doing when a fault strikes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import psutil

from ..e2e.kernel import Answer, Kernel
from ..e2e.processes import child_of
from .arena import Arena
from .subjects import SUBJECTS

COMM_MESSAGES = 300

PATIENCE = 30.0
"""Seconds after which a case gives up."""


@dataclass(frozen=True)
class Moment:
    """A backend at a stage, ready to be struck."""

    arena: Arena
    backend: str
    stage: str
    process: psutil.Process
    waiting: list[str] = field(default_factory=list)
    """Requests that are to end, by msg_id, in the order in which they were sent."""
    has_reply: bool = True
    """Whether they are answered; otherwise they have an idle and no reply."""

    @property
    def kernel(self) -> Kernel:
        """The client."""
        return self.arena.kernel

    def ends(self, *, patience: float = PATIENCE) -> list[Answer]:
        """Wait until all that waits has ended."""
        return [self.kernel.wait(msg_id, has_reply=self.has_reply, patience=patience) for msg_id in self.waiting]


@contextmanager
def starting(arena: Arena, backend: str, plan: str = "") -> Iterator[Moment]:
    """A cell waits for the backend, whose process has just begun, and does what is planned before it is the kernel."""
    arena.kernel.run(f"%%stop {backend}")
    arena.plan(backend, plan)
    msg_id = arena.kernel.client.execute(f"%%{backend}\n{SUBJECTS[backend].hello}")
    yield Moment(arena, backend, "starting", arena.next_process(), [msg_id])


@contextmanager
def ready(arena: Arena, backend: str, stage: str = "running") -> Iterator[Moment]:
    """The backend has nothing to do; the fault is a cell, or begins one."""
    yield Moment(arena, backend, stage, child_of(arena.kernel, backend))


@contextmanager
def idle(arena: Arena, backend: str) -> Iterator[Moment]:
    """The backend has a variable, and nothing to do."""
    arena.kernel.run(f"%%{backend}\n{SUBJECTS[backend].keep}")
    yield Moment(arena, backend, "idle", child_of(arena.kernel, backend))


@contextmanager
def running(arena: Arena, backend: str) -> Iterator[Moment]:
    """A cell runs that does not end by itself."""
    process = child_of(arena.kernel, backend)
    msg_id = arena.kernel.begin(f"%%{backend}\n{SUBJECTS[backend].endless}")
    yield Moment(arena, backend, "running", process, [msg_id])


@contextmanager
def asking(arena: Arena, backend: str) -> Iterator[Moment]:
    """A cell waits for a line of the user."""
    process = child_of(arena.kernel, backend)
    msg_id = arena.kernel.client.execute(f"%%{backend}\n{SUBJECTS[backend].ask}", allow_stdin=True)
    arena.kernel.question()
    yield Moment(arena, backend, "in input()", process, [msg_id])


@contextmanager
def storm(arena: Arena, backend: str) -> Iterator[Moment]:
    """Comm messages go back and forth, and the first is back."""
    kernel = arena.kernel
    process = child_of(kernel, backend)
    kernel.run(f"%%{backend}\n{SUBJECTS[backend].comm}")
    kernel.run(f"%%use {backend}")
    comm = {"comm_id": uuid4().hex}
    kernel.wait(kernel.send("comm_open", {**comm, "target_name": "echo", "data": {}}), has_reply=False)
    messages = [kernel.send("comm_msg", {**comm, "data": {"n": n}}) for n in range(COMM_MESSAGES)]
    kernel.until("comm_msg", messages[0])
    yield Moment(arena, backend, "in a comm storm", process, messages, has_reply=False)
    kernel.run("%%use witness")


@contextmanager
def stopping(arena: Arena, backend: str) -> Iterator[Moment]:
    """`%%stop` has begun to shut it down."""
    process = child_of(arena.kernel, backend)
    msg_id = arena.kernel.client.execute(f"%%stop {backend}")
    arena.kernel.until("execute_input", msg_id)
    yield Moment(arena, backend, "shutting down", process, [msg_id])


STAGES: dict[str, Callable[[Arena, str], AbstractContextManager[Moment]]] = {
    "starting": starting,
    "idle": idle,
    "running": running,
    "in input()": asking,
    "in a comm storm": storm,
    "shutting down": stopping,
}


def can_reach(backend: str, stage: str) -> bool:
    """Whether there is such a stage in the life of this kernel."""
    subject = SUBJECTS[backend]
    return {"in input()": subject.ask != "", "in a comm storm": subject.comm != ""}.get(stage, True)
