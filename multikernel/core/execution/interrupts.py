"""The interrupt button: stops what runs, aborts what was received before it, and helps where a child does not react."""

from ..actions import CancelTimer, SetTimer, Signal, Stop, ToBackend
from ..backend import Backend
from ..errors import BackendLost, BackendRestarted, BackendStopped, Interrupted, MultiError
from ..exchange import Exchange
from ..exchanges import Exchanges
from ..hooks import Hooks
from ..lifecycle import Lifecycle
from ..outbox import Outbox
from ..request import CellRequest
from ..requests import Requests
from ..state import State
from .delivery import CellExchange
from .lanes import Lanes
from .starts import Starts
from .tracks import Tracks

NO_EFFECT_SECONDS = 10.0
NO_EFFECT = "interrupt"
"""Timers, by the backend that was interrupted."""


class Interrupts:
    """What each press of the button does, and what follows where it has no effect."""

    def __init__(
        self,
        state: State,
        outbox: Outbox,
        requests: Requests,
        exchanges: Exchanges,
        lanes: Lanes,
        starts: Starts,
        tracks: Tracks,
        lifecycle: Lifecycle,
        hooks: Hooks,
    ) -> None:
        """Take what an interrupt acts on."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._exchanges = exchanges
        self._lanes = lanes
        self._starts = starts
        self._tracks = tracks
        self._lifecycle = lifecycle
        self._hooks = hooks
        self._pressed: dict[str, set[Exchange]] = {}
        """Backend -> what it was asked to interrupt."""
        self._held: set[str] = set()
        """Backends whose interrupt waits until they can be reached."""

    def press(self) -> None:
        """Interrupt the cell that the others wait for, or what runs in the background if there is none."""
        self._lanes.abort()
        begun = [cell for cell in self._requests.cells() if cell.tracks]
        spared = [cell for cell in begun if cell.is_in_background]
        if all(cell.is_in_background or cell.subshell for cell in begun):
            spared = []
        for backend in self._state.backends.values():
            if not self._works_for(backend, spared):
                self.interrupt(backend)
        for cell in begun:
            if cell not in spared:
                self._give_up(cell)
        for feature in self._hooks.features:
            feature.interrupted()

    def _works_for(self, backend: Backend, cells: list[CellRequest]) -> bool:
        """Whether a backend is busy with some cells alone; code of Multi's own that copies variables is of a cell."""
        begun = [exchange for exchange in self._exchanges.of(backend.name) if exchange.is_begun]
        runs = {each.track.request for each in begun if isinstance(each, CellExchange)}
        if any(exchange.request is None for exchange in begun):
            runs.update(self._tracks.copying(backend))
        is_cells_alone = all(isinstance(each, CellExchange) or each.request is None for each in begun)
        return bool(runs) and is_cells_alone and runs.issubset(cells)

    def interrupt(self, backend: Backend) -> None:
        """Interrupt a backend that is busy; restart it where it cannot be interrupted or did not react last time."""
        reachable = [exchange for exchange in self._exchanges.of(backend.name) if exchange.is_interruptible]
        if not any(exchange.is_begun for exchange in reachable):
            return
        if backend.lost:
            self._interrupt_lost(backend, reachable)
            return
        if backend.ignores_interrupts and backend.is_attached:
            text = f"{backend.name} did not react to the interrupt, so it was detached; it may still be at this."
            self._lifecycle.end(backend, BackendStopped(text))
            self._outbox.add(Stop(backend.name))
            return
        if backend.ignores_interrupts:
            text = f"{backend.name} did not react to the interrupt, so it was restarted: it is new and empty."
            self._restart(backend, BackendRestarted(text))
            return
        if backend.interrupt_mode == "restart":
            text = f"{backend.name} cannot be interrupted, so it was restarted: it is new and empty."
            self._restart(backend, BackendRestarted(text))
            return
        for exchange in reachable:
            exchange.is_interrupted = exchange.is_interrupted or exchange.is_begun
        if backend.interrupt_mode == "message":
            request = self._outbox.composer.message("interrupt_request", {})
            self._outbox.add(ToBackend(backend.name, "control", request))
        else:
            self._outbox.add(Signal(backend.name))
        if backend.name not in self._pressed:
            self._pressed[backend.name] = set(reachable)
            self._outbox.add(SetTimer((NO_EFFECT, backend.name), NO_EFFECT_SECONDS))

    def _interrupt_lost(self, backend: Backend, reachable: list[Exchange]) -> None:
        """Let the interrupt wait for the connection, and say so; the second one gives the backend up."""
        name, why = backend.name, backend.lost
        if name in self._held:
            text = f"{name} cannot be reached ({why}), so it was given up; the next cell for it starts it again, empty."
            self._lifecycle.end(backend, BackendLost(text))
            self._outbox.add(Stop(name))
            return
        self._held.add(name)
        text = f"{name} cannot be reached ({why}); the interrupt waits until it can. Interrupt again to give up."
        for exchange in reachable:
            if isinstance(exchange, CellExchange):
                self._outbox.note(exchange.request, text)

    def lost(self, backend: Backend) -> None:
        """Do not take it for a child's fault that it does not react while it cannot be reached."""
        backend.ignores_interrupts = False
        if backend.name in self._pressed:
            self._outbox.add(CancelTimer((NO_EFFECT, backend.name)))

    def back(self, backend: Backend) -> None:
        """Send the interrupt that has waited; one that was sent before has some time once more."""
        if backend.name in self._held:
            self._held.discard(backend.name)
            self.interrupt(backend)
        elif backend.name in self._pressed:
            self._outbox.add(SetTimer((NO_EFFECT, backend.name), NO_EFFECT_SECONDS))

    def no_effect_timer(self, name: str) -> None:
        """Report it under the cell that goes on, and let the next press restart the backend."""
        backend = self._state.backends[name]
        for exchange in self._pressed.get(name, set()).intersection(self._exchanges.of(name)):
            backend.ignores_interrupts = True
            if isinstance(exchange, CellExchange):
                self._outbox.note(
                    exchange.request,
                    f"{name} has not reacted to the interrupt for {NO_EFFECT_SECONDS:.0f} s; "
                    f"interrupt again to {'detach' if backend.is_attached else 'restart'} it.",
                )

    def failed(self, backend: Backend, why: str) -> None:
        """Report under its cells that a backend could not be interrupted, and let the next press restart it."""
        for exchange in self._pressed.get(backend.name, set()):
            backend.ignores_interrupts = True
            if isinstance(exchange, CellExchange):
                text = f"{backend.name} could not be interrupted ({why}); interrupt again to restart it."
                self._outbox.note(exchange.request, text)

    def settle(self) -> None:
        """Forget the presses that have had their effect; called at the end of every event."""
        if not (self._pressed or self._held):
            return
        for name, pressed in list(self._pressed.items()):
            if pressed.isdisjoint(self._exchanges.of(name)):
                del self._pressed[name]
                self._state.backends[name].ignores_interrupts = False
                self._outbox.add(CancelTimer((NO_EFFECT, name)))
        self._held = {name for name in self._held if self._state.backends[name].lost}

    def _restart(self, backend: Backend, error: MultiError) -> None:
        self._lifecycle.end(backend, error)
        self._outbox.add(Stop(backend.name, keeps_job=True))
        self._starts.start(backend)

    def _give_up(self, cell: CellRequest) -> None:
        """End what no child does for a cell: a start that it waits for is given up, a job is cancelled."""
        for backend in self._tracks.give_up(cell):
            self._lifecycle.end(backend, Interrupted(f"Interrupted while {backend.name} was starting."))
            self._outbox.add(Stop(backend.name, keeps_job=True))
