"""What is being done for cells: each track takes its steps one after the other, and a cell is over when all tracks are.

A plain cell has one track. A broadcast branches into one for each child, and a part in the background forks off one.
"""

from collections.abc import Iterable
from functools import partial

from ..actions import CancelJob, StartJob
from ..backend import Backend, BackendState
from ..cells.lines import HeaderLine
from ..cells.transfers import Check, Copy
from ..errors import BackendDied, BackendStopped, Interrupted, MultiError
from ..guard import Guard
from ..outbox import Outbox
from ..request import AtOnce, Body, CellRequest, Detach, Fork, Move, Part, Ready, Step, Track, WaitFor
from ..requests import Requests
from ..state import State
from .answers import Answers
from .bodies import Bodies
from .copies import Copies
from .delivery import Delivery
from .lanes import Lanes
from .starts import Starts

CELL = "cell"
"""Jobs, by the track that they are for."""


class Tracks:
    """Takes the steps of the cells that have begun."""

    def __init__(
        self,
        state: State,
        outbox: Outbox,
        requests: Requests,
        lanes: Lanes,
        delivery: Delivery,
        starts: Starts,
        answers: Answers,
        guard: Guard,
    ) -> None:
        """Take what steps need."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._lanes = lanes
        self._starts = starts
        self._turns = state.turns
        self._answers = answers
        self._guard = guard
        self.copies = Copies(state, outbox)
        self._bodies = Bodies(state, outbox, requests, delivery, starts, state.turns, answers, self)

    def begin(self, request: CellRequest, steps: tuple[Step, ...], parent: Track | None = None) -> None:
        """Take the first of some steps of a cell."""
        number = request.tracks_made
        request.tracks_made += 1
        track = Track(request, f"{request.id}#{number}" if number else request.id, steps, parent)
        request.tracks.append(track)
        self._go_on(track)

    # Step by step.

    def next_step(self, track: Track) -> None:
        """Go on after a step that had to wait."""
        track.position += 1
        self._go_on(track)

    def _go_on(self, track: Track) -> None:
        """Take steps up to one that has to wait for something; after the last one the track is over."""
        while not track.request.is_over and self._take(track):
            track.position += 1

    def _take(self, track: Track) -> bool:
        """Take the step that a track is at, and return whether that was all of it."""
        match track.step:
            case None:
                self.over(track)
            case HeaderLine() | Check() as job:
                self._do(track, job)
            case Ready(backends):
                return self._is_ready(track, backends)
            case Body() as body:
                self._bodies.run(track, body)
            case Move() as move:
                self._move(track, move)
            case WaitFor() as wait:
                return not self._turns.hold(track, wait)
            case Detach():
                track.request.is_in_background = True
                self._lanes.let_pass(track.request)
                return True
            case AtOnce(branches):
                track.branches_left = len(branches)
                for steps in branches:
                    self.begin(track.request, steps, track)
            case Fork(steps):
                self.begin(track.request, steps)
                return True
            case end:
                return self._may_go_on(track, end.parts)
        return False

    def _may_go_on(self, track: Track, parts: tuple[Part, ...]) -> bool:
        """Whether the next part may begin, now that these are over; the track ends where it may not."""
        for part in parts:
            part.end()
        request = track.request
        if track.has_more and request.failures:
            self.over(track)
            return False
        if track.has_more and request.is_stopped:
            self.fail(track, Interrupted("Interrupted before the next part began."))
            return False
        return True

    def over(self, track: Track) -> None:
        """End a track, and go on with what has waited for it."""
        track.end()
        for part in track.parts_left:
            part.end()
        request, parent = track.request, track.parent
        request.tracks.remove(track)
        if parent is not None:
            parent.branches_left -= 1
            if track.has_failed:
                parent.note_failure()
            if not parent.branches_left:
                if parent.has_failed:
                    self.over(parent)
                else:
                    self.next_step(parent)
        elif not request.tracks:
            self._answers.finish(request)

    def fail(self, track: Track, error: MultiError) -> None:
        """End a track with an error of Multi's own."""
        if track.has_ended or track.request.is_over:
            return
        self._answers.failed(track.request, error, track.step.part if isinstance(track.step, Body) else None)
        track.note_failure()
        self._let_go(track)
        self.over(track)

    def _let_go(self, track: Track) -> None:
        """Wait for nothing any more."""
        self._starts.give_up(track)
        self._turns.give_up(track)
        if track.job is not None:
            self._outbox.add(CancelJob((CELL, track.key)))
            self.copies.end(track)
            track.job = None

    def drop(self, request: CellRequest) -> None:
        """Do nothing more for a cell that has its answer."""
        for track in request.tracks:
            track.end()
            self._let_go(track)
        request.tracks.clear()

    # Other cells.

    def wake(self) -> bool:
        """Go on with one that other cells have held up, and say whether there was one."""
        track = self._turns.take_free()
        if track is not None:
            self._guard(partial(self._go_on, track), track.request)
        return track is not None

    # Jobs.

    def _do(self, track: Track, job: HeaderLine | Check | Copy) -> None:
        track.job = job
        self._outbox.add(StartJob((CELL, track.key), job))

    def _move(self, track: Track, step: Move) -> None:
        """Copy variables; a cell in the background that still works where they are is waited for."""
        copy = step.copy
        if before := self._turns.hold(track, step):
            others = [f"[{request.count}]" for request in before if request is not track.request]
            if others:
                self._outbox.note(
                    track.request, f"Waiting for {', '.join(others)} in the background, before {copy.text} is copied."
                )
        elif self._is_ready(track, copy.targets):
            self.copies.begin(track)
            self._do(track, copy)

    def job_done(self, key: str, outcome: object) -> None:
        """Go on after a command that has shown a MIME bundle, or nothing, or failed; or after variables were copied."""
        track = self._find(key)
        if track is None or track.job is None:
            return
        self.copies.end(track)
        track.job = None
        if isinstance(outcome, MultiError):
            self.fail(track, outcome)
            return
        if outcome is not None:
            self._outbox.publish(track.request, "display_data", {"data": outcome, "metadata": {}, "transient": {}})
        self.next_step(track)

    def copying(self, backend: Backend) -> list[CellRequest]:
        """Return the cells for which variables are copied from or to a backend."""
        return [track.request for track in self._copying(backend)]

    def _copying(self, backend: Backend) -> list[Track]:
        tracks = [track for request in self._requests.cells() for track in request.tracks]
        return [track for track in tracks if isinstance(track.job, Copy) and backend.name in track.job.backends]

    def _find(self, key: str) -> Track | None:
        request = self._requests.get(key) or self._requests.get(key.rpartition("#")[0])
        tracks = request.tracks if isinstance(request, CellRequest) else ()
        return next((track for track in tracks if track.key == key), None)

    # Backends.

    def _is_ready(self, track: Track, backends: Iterable[str]) -> bool:
        """Whether backends are ready, which are started side by side and waited for if they are not."""
        found = [self._state.backends[name] for name in backends]
        missing = [backend for backend in found if not backend.takes_cells]
        if missing:
            self._starts.wait(track, missing)
        return not missing

    def started(self, backend: Backend) -> None:
        """Go on with what has waited for a backend, and does not wait for another."""
        for track in self._starts.take_waiting(backend):
            if not self._starts.waited_for(track):
                self._guard(partial(self._go_on, track), track.request)

    def leaving_timer(self, name: str) -> None:
        """Go on with what waits for a child to end that has been asked to, and does not."""
        backend = self._state.backends[name]
        if backend.is_leaving and backend.state is BackendState.READY:
            backend.stays()
            self.started(backend)

    def backend_ended(self, backend: Backend, error: MultiError) -> None:
        """Fail what waits for a backend or copies from or to it.

        What waits for its turn there runs on a new one after a death, and so does what has waited for the end; one that
        is stopped takes all with it.
        """
        tracks = self._copying(backend)
        if backend.is_leaving and isinstance(error, BackendDied):
            self._starts.go_on(backend)
        else:
            tracks += self._starts.take_waiting(backend)
        if isinstance(error, BackendStopped):
            tracks += self._turns.waiting_for(backend.name)
        for track in tracks:
            self._guard(partial(self.fail, track, error), track.request)

    # Interrupts.

    def give_up(self, request: CellRequest) -> list[Backend]:
        """End what no child does for a cell, and return the backends whose starts it alone has waited for."""
        request.is_stopped = True
        starts: dict[str, Backend] = {}
        for track in list(request.tracks):
            if starting := self._starts.waited_for(track):
                alone = [backend for backend in starting if self._waits_alone(request, backend)]
                starts.update((backend.name, backend) for backend in alone)
                if not alone:
                    names = " and ".join(backend.name for backend in starting)
                    self.fail(track, Interrupted(f"Interrupted while waiting for {names} to start."))
            elif self._turns.waits(track):
                self.fail(track, Interrupted("Interrupted while it waited for cells in the background."))
            elif track.job is not None:
                self._outbox.add(CancelJob((CELL, track.key)))
        return list(starts.values())

    def _waits_alone(self, request: CellRequest, backend: Backend) -> bool:
        return all(track.request is request for track in self._starts.waiting(backend))
