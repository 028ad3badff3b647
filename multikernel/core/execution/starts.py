"""Backends that start, and the cells that wait for them."""

from collections.abc import Iterable

from ..actions import CancelTimer, SetTimer, Start
from ..backend import Backend, BackendState
from ..hooks import Hooks
from ..outbox import Outbox
from ..request import Track
from ..state import State

SLOW_START_SECONDS = 10.0
SLOW_START = "slow start"
"""Timers, by the cell that waits."""

LEAVING_SECONDS = 5.0
"""How long a child may take to end that has been asked to; ipykernel 7 takes up to one second."""
LEAVING = "leaving"
"""Timers, by the backend that is about to end."""


class Starts:
    """Starts backends when they are first needed."""

    def __init__(self, state: State, outbox: Outbox, hooks: Hooks) -> None:
        """Take the backends, where actions go, and the features that hear of starts."""
        self._state = state
        self._outbox = outbox
        self._hooks = hooks
        self._waiting: dict[str, list[Track]] = {name: [] for name in state.backends}
        self._displays: set[str] = set()
        """The lines below cells that show how far a start is, by display id."""

    def begin(self) -> None:
        """Start the default backend and the eager ones."""
        self._state.holds_starts = False
        for backend in self._state.backends.values():
            if backend.name == self._state.config.default or backend.config.start == "eager":
                self.start(backend)

    def start(self, backend: Backend) -> None:
        """Start a backend that is stopped."""
        if backend.state is BackendState.STOPPED:
            backend.starting()
            self._outbox.add(Start(backend.name))
            self._hooks.starting(backend)

    def wait(self, track: Track, backends: Iterable[Backend]) -> None:
        """Start backends side by side, and let a cell wait for them."""
        self._outbox.add(SetTimer((SLOW_START, track.key), SLOW_START_SECONDS))
        for backend in backends:
            self._waiting[backend.name].append(track)
            self.start(backend)
            self.show(backend)

    def show(self, backend: Backend) -> None:
        """Show below the cells that wait for a backend how far its start is: one line, which is renewed in place."""
        if not backend.shows_progress:
            return
        for track in self._waiting[backend.name]:
            display = _display(track, backend.name)
            msg_type = "update_display_data" if display in self._displays else "display_data"
            self._displays.add(display)
            content = {"data": {"text/plain": backend.progress}, "metadata": {}, "transient": {"display_id": display}}
            self._outbox.publish(track.request, msg_type, content)

    def leave(self, backend: Backend) -> None:
        """Let what comes next wait for a new child, since this one is about to end; but not for long."""
        backend.leaving()
        self._outbox.add(SetTimer((LEAVING, backend.name), LEAVING_SECONDS))

    def go_on(self, backend: Backend) -> None:
        """Start a new child for what has waited for the last one to end, if anything has."""
        if self._waiting[backend.name]:
            self.start(backend)

    def take_waiting(self, backend: Backend) -> list[Track]:
        """Return what has waited for a backend; it no longer does, but may wait for others."""
        waiting, self._waiting[backend.name] = self._waiting[backend.name], []
        for track in waiting:
            self._displays.discard(_display(track, backend.name))
            if not self.waited_for(track):
                self._outbox.add(CancelTimer((SLOW_START, track.key)))
        return waiting

    def give_up(self, track: Track) -> None:
        """Let a cell no longer wait."""
        if backends := self.waited_for(track):
            for backend in backends:
                self._waiting[backend.name].remove(track)
                self._displays.discard(_display(track, backend.name))
            self._outbox.add(CancelTimer((SLOW_START, track.key)))

    def waited_for(self, track: Track) -> list[Backend]:
        """Return the backends that a cell waits for."""
        return [self._state.backends[name] for name, tracks in self._waiting.items() if track in tracks]

    def waiting(self, backend: Backend) -> list[Track]:
        """Return what waits for a backend."""
        return list(self._waiting[backend.name])

    def slow_timer(self, key: str) -> None:
        """Report under a cell that its backend is still starting."""
        for name, tracks in self._waiting.items():
            for track in tracks:
                if track.key == key and not self._is_shown(track, name):
                    self._outbox.note(track.request, f"{name} is still starting; interrupt the cell to give up.")

    def _is_shown(self, track: Track, name: str) -> bool:
        """Whether a line below a cell shows the start of a backend, or of others of its group: they may share a job."""
        group = self._state.backends[name].config.group
        others = {name} | {each.name for each in self._state.backends.values() if group and each.config.group == group}
        return any(_display(track, other) in self._displays for other in others)


def _display(track: Track, backend: str) -> str:
    """Return the display id of the line below a cell that shows a backend's start."""
    return f"{track.request.id}-{backend}"
