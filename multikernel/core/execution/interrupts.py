"""The interrupt button: stops what runs, aborts what was received before it, and helps where a child does not react."""

from ..actions import CancelCommand, CancelTimer, SetTimer, Signal, Stop, ToBackend
from ..backend import Backend
from ..errors import BackendRestarted, Interrupted, MultiError
from ..lifecycle import Lives
from ..request import CellRequest, Request
from ..state import State
from .execution import Execution
from .flight import Flight

NO_EFFECT_SECONDS = 10.0


class Interrupts:
    """What each press of the button does, and what follows where it has no effect."""

    def __init__(self, state: State, flight: Flight, execution: Execution, lives: Lives) -> None:
        """Take the state and the parts that an interrupt acts on."""
        self._state = state
        self._outbox = state.outbox
        self._flight = flight
        self._execution = execution
        self._lives = lives
        self._pressed: dict[str, set[str]] = {}
        """Backend -> the requests that it was asked to interrupt."""

    def press(self) -> None:
        """Interrupt every backend that is busy, and no other."""
        self._execution.abort_queued()
        for backend in self._state.backends.values():
            self.interrupt(backend)
        for request in list(self._state.in_flight.values()):
            if isinstance(request, CellRequest) and request.busy and (request.task is not None or not request.backend):
                self._give_up(request)

    def interrupt(self, backend: Backend) -> None:
        """Interrupt a backend that is busy; restart it where it cannot be interrupted or did not react last time."""
        if not self._is_busy(backend):
            return
        if backend.is_deaf:
            self._restart(
                backend,
                BackendRestarted(
                    f"{backend.name} did not react to the interrupt, so it was restarted: it is new and empty."
                ),
            )
            return
        if backend.interrupt_mode == "restart":
            text = f"{backend.name} cannot be interrupted, so it was restarted: it is new and empty."
            self._restart(backend, BackendRestarted(text))
            return
        if backend.interrupt_mode == "message":
            request = self._outbox.composer.message("interrupt_request", {})
            self._outbox.add(ToBackend(backend.name, "control", request))
        else:
            self._outbox.add(Signal(backend.name))
        if backend.name not in self._pressed:
            self._pressed[backend.name] = {request.id for request in self._reachable(backend)}
            self._outbox.add(SetTimer(("interrupt", backend.name), NO_EFFECT_SECONDS))

    def no_effect_timer(self, backend: Backend) -> None:
        """Say so under the cell that goes on, and let the next press restart the backend."""
        pressed = self._pressed.get(backend.name, set())
        for request in self._state.requests_of(backend.name):
            if request.id in pressed:
                backend.is_deaf = True
                if isinstance(request, CellRequest):
                    self._outbox.note(
                        request,
                        f"{backend.name} has not reacted to the interrupt for {NO_EFFECT_SECONDS:.0f} s; "
                        f"interrupt again to restart it.",
                    )

    def settle(self) -> None:
        """Forget the presses that have had their effect; called at the end of every event."""
        for name, pressed in list(self._pressed.items()):
            if not any(request.id in pressed for request in self._state.requests_of(name)):
                del self._pressed[name]
                self._state.backends[name].is_deaf = False
                self._outbox.add(CancelTimer(("interrupt", name)))

    def _is_busy(self, backend: Backend) -> bool:
        """Whether a child has begun something; a question that it may never answer does not count."""
        return any(r.busy for r in self._reachable(backend)) or self._state.silent_runs.is_asked(backend.name)

    def _reachable(self, backend: Backend) -> list[Request]:
        """Return what an interrupt can end: nothing in a child's subshells, since signals go to the main thread."""
        beside = self._state.subshells.is_twin
        held = {request.id for request in self._state.copying(backend.name)}
        requests = (r for r in self._state.requests_of(backend.name) if r.id not in held)
        return [r for r in requests if not beside(r.subshell, backend)]

    def _restart(self, backend: Backend, error: MultiError) -> None:
        self._lives.end(backend, error)
        self._outbox.add(Stop(backend.name))
        self._execution.start(backend)

    def _give_up(self, running: CellRequest) -> None:
        """End a cell that no child has yet: it waits for a start, which is given up, or a command runs."""
        for backend in self._state.backends.values():
            if running in backend.waiting:
                self._lives.start_failed(backend, Interrupted(f"Interrupted while {backend.name} was starting."))
                self._outbox.add(Stop(backend.name))
                return
        self._outbox.add(CancelCommand(running.id))
