"""The comm `multikernel`: front-ends see on it what the backends do, and steer them.

The front answers it itself, before any queue. A whole snapshot goes out on every change, but not more often than
every 100 ms; where nothing happens, nothing is sent and no timer runs, since a message counts as activity and would
keep jupyter_server from culling an idle kernel.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ...actions import SetTimer
from ...backend import Backend
from ...errors import MultiError
from ...feature import CommTarget, Feature
from ...protocol.wire import EMPTY, Json, Message
from ...request import Request
from ...spine import Spine
from .moments import Moments
from .questions import ANSWERED, Asker, Questions
from .snapshot import snapshot

TARGET = "multikernel"

CHANGED_SECONDS = 0.1
CHANGED = "panel"
"""Timers, about nothing."""


@dataclass(slots=True)
class Watcher:
    """A comm that is open."""

    parent: Message
    """Its comm_open, without the content."""
    last: Json
    """What it has been sent."""


class Panel(Feature):
    """Sends snapshots, and answers questions."""

    def __init__(self, spine: Spine, commands: tuple[str, ...]) -> None:
        """Take the names of all commands."""
        self._spine = spine
        self._commands = commands
        error = spine.state.config_error
        self._config_error = "" if error is None else str(error)
        self._moments = Moments(spine.outbox.composer.now)
        self._questions = Questions(spine, self._tell)
        self._watchers: dict[str, Watcher] = {}
        """By comm."""
        self._is_due = False
        """A look at what has changed will follow."""
        self._has_looked = False
        """This event is that look."""

    def comm_targets(self) -> Mapping[str, CommTarget]:
        """Be one."""
        return {TARGET: self}

    def timers(self) -> Mapping[str, Callable[[str], None]]:
        """Take the moment to look at what has changed."""
        return {CHANGED: self._look}

    def jobs(self) -> Mapping[str, Callable[[str, object], None]]:
        """Take answers."""
        return {ANSWERED: self._questions.done}

    # The comm.

    def opened(self, request: Request, comm_id: str) -> None:
        """Send the first snapshot."""
        parent = _without_content(request)
        self._watchers[comm_id] = Watcher(parent, now := self._snapshot())
        self._send(parent, comm_id, now)

    def received(self, request: Request, comm_id: str) -> None:
        """Take a question."""
        self._questions.take(comm_id, _without_content(request), request.content.get("data"))

    def closed(self, comm_id: str) -> None:
        """Send nothing more."""
        del self._watchers[comm_id]

    def _tell(self, asker: Asker, answer: Json) -> None:
        if asker.comm_id in self._watchers:
            self._send(asker.parent, asker.comm_id, answer)

    def _send(self, parent: Message, comm_id: str, data: Json) -> None:
        self._spine.outbox.publish_under(parent, "comm_msg", {"comm_id": comm_id, "data": data})

    # What changes.

    def settle(self) -> None:
        """See to it that somebody looks at what an event has changed, if anybody wants to know."""
        if self._has_looked:
            self._has_looked = False
        elif self._watchers and not self._is_due:
            self._is_due = True
            self._spine.outbox.add(SetTimer((CHANGED, ""), CHANGED_SECONDS))

    def _look(self, about: str) -> None:
        self._is_due, self._has_looked = False, True
        now = self._snapshot()
        for comm_id, watcher in self._watchers.items():
            if now != watcher.last:
                watcher.last = now
                self._send(watcher.parent, comm_id, now)

    def _snapshot(self) -> Json:
        return snapshot(self._spine, self._commands, self._config_error, self._moments)

    # Backends.

    def cell_sent(self, backend: Backend, code: str, text: str) -> None:
        """Note when, and ask the child nothing more."""
        self._moments.cell_sent(backend.name)
        self._questions.cell_sent(backend.name)

    def starting(self, backend: Backend) -> None:
        """Note when."""
        self._moments.state_changed(backend.name)

    def ready(self, backend: Backend) -> None:
        """Note when."""
        self._moments.state_changed(backend.name)

    def lost(self, backend: Backend) -> None:
        """Note when."""
        self._moments.state_changed(backend.name)

    def back(self, backend: Backend) -> None:
        """Note when."""
        self._moments.state_changed(backend.name)

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Note when."""
        self._moments.state_changed(backend.name)


def _without_content(request: Request) -> Message:
    return replace(request.message, content_frame=EMPTY, buffers=())
