"""What is being done for cells: each track takes its steps one after the other, and a cell is over when all tracks are.

A plain cell has one track. A broadcast branches into one for each child, and a part in the background forks off one.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from ..actions import CancelJob, CancelTimer, SetTimer, StartJob
from ..backend import Backend, BackendState
from ..cells.lines import HeaderLine
from ..cells.transfers import Copy
from ..errors import BackendError, BackendStopped, HeaderError, Interrupted, MultiError
from ..guard import Guard
from ..outbox import Outbox
from ..protocol.wire import Message
from ..request import AtOnce, Body, CellRequest, Fork, Move, Next, Part, Ready, Step, Track, WaitFor
from ..requests import Requests
from ..state import State
from .answers import OK, Answers
from .delivery import CellExchange, Delivery
from .starts import Starts

SLOW_COPY_SECONDS = 10.0
SLOW_COPY = "slow copy"
"""Timers, by the track that waits."""

CELL = "cell"
"""Jobs, by the track that they are for."""


class Tracks:
    """Takes the steps of the cells that have begun."""

    def __init__(
        self,
        state: State,
        outbox: Outbox,
        requests: Requests,
        delivery: Delivery,
        starts: Starts,
        answers: Answers,
        guard: Guard,
    ) -> None:
        """Take what steps need."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._delivery = delivery
        self._starts = starts
        self._turns = state.turns
        self._answers = answers
        self._guard = guard

    def begin(self, request: CellRequest, steps: tuple[Step, ...], parent: Track | None = None) -> None:
        """Take the first of some steps of a cell."""
        number = request.tracks_made
        request.tracks_made += 1
        track = Track(request, f"{request.id}#{number}" if number else request.id, steps, parent)
        request.tracks.append(track)
        self._take_step(track)

    # Step by step.

    def _take_step(self, track: Track) -> None:
        """Take the step that a track is at; after the last one it is over."""
        match track.step:
            case None:
                self._over(track)
            case HeaderLine() as line:
                self._do(track, line)
            case Ready(backends):
                self._await(track, backends)
            case Body(part):
                self._run(track, part)
            case Move(copy):
                self._move(track, copy)
            case WaitFor():
                if self._turns.before(track):
                    self._turns.wait(track)
                else:
                    self._next_step(track)
            case AtOnce(branches):
                track.branches_left = len(branches)
                for steps in branches:
                    self.begin(track.request, steps, track)
            case Fork(steps):
                self.begin(track.request, steps)
                self._next_step(track)
            case Next(parts):
                self._end_parts(track, parts)

    def _next_step(self, track: Track) -> None:
        track.position += 1
        self._take_step(track)

    def _end_parts(self, track: Track, parts: tuple[Part, ...]) -> None:
        for part in parts:
            part.has_ended = True
        request = track.request
        if track.has_more and request.failures:
            self._over(track)
        elif track.has_more and request.is_stopped:
            self.fail(track, Interrupted("Interrupted before the next part began."))
        else:
            self._next_step(track)

    def _over(self, track: Track) -> None:
        """End a track, and go on with what has waited for it."""
        track.has_ended = True
        for part in parts_of(track.steps[track.position :]):
            part.has_ended = True
        request, parent = track.request, track.parent
        request.tracks.remove(track)
        if parent is not None:
            parent.branches_left -= 1
            parent.has_failed |= track.has_failed
            if not parent.branches_left:
                if parent.has_failed:
                    self._over(parent)
                else:
                    self._next_step(parent)
        elif not request.tracks:
            self._answers.finish(request)

    def fail(self, track: Track, error: MultiError) -> None:
        """End a track with an error of Multi's own."""
        if not track.has_ended:
            self._answers.failed(track.request, error)
            self._end_failed(track)

    def _end_failed(self, track: Track) -> None:
        track.has_failed = True
        self._let_go(track)
        self._over(track)

    def _let_go(self, track: Track) -> None:
        """Wait for nothing any more."""
        self._starts.give_up(track)
        self._turns.give_up(track)
        if track.job is not None:
            self._outbox.add(CancelJob((CELL, track.key)))
            self._outbox.add(CancelTimer((SLOW_COPY, track.key)))
            track.job = None

    def drop(self, request: CellRequest) -> None:
        """Do nothing more for a cell that has its answer."""
        for track in request.tracks:
            track.has_ended = True
            self._let_go(track)
        request.tracks.clear()

    # Other cells.

    def wake(self) -> bool:
        """Go on with one that other cells have held up, and say whether there was one."""
        track = self._turns.take_free()
        if track is not None:
            self._guard(partial(self._take_step, track), track.request)
        return track is not None

    # Jobs.

    def _do(self, track: Track, job: HeaderLine | Copy) -> None:
        track.job = job
        self._outbox.add(StartJob((CELL, track.key), job))

    def _move(self, track: Track, copy: Copy) -> None:
        """Copy variables; a cell in the background that still works where they are is waited for."""
        if before := self._turns.before(track):
            self._turns.wait(track)
            others = [f"[{request.count}]" for request in before if request is not track.request]
            if others:
                self._outbox.note(
                    track.request, f"Waiting for {', '.join(others)} in the background, before {copy.text} is copied."
                )
            return
        self._outbox.add(SetTimer((SLOW_COPY, track.key), SLOW_COPY_SECONDS))
        self._do(track, copy)

    def job_done(self, key: str, outcome: object) -> None:
        """Go on after a command that has shown a MIME bundle, or nothing, or failed; or after variables were copied."""
        track = self._find(key)
        if track is None or track.job is None:
            return
        job, track.job = track.job, None
        if isinstance(job, Copy):
            self._outbox.add(CancelTimer((SLOW_COPY, key)))
        if isinstance(outcome, MultiError):
            self.fail(track, outcome)
            return
        if outcome is not None:
            self._outbox.publish(track.request, "display_data", {"data": outcome, "metadata": {}, "transient": {}})
        self._next_step(track)

    def slow_copy_timer(self, key: str) -> None:
        """Report under a cell what it waits for."""
        track = self._find(key)
        if track is not None and isinstance(track.job, Copy):
            busy = " and ".join(name for name in track.job.backends if self._state.is_busy(name))
            doing = f"waiting for {busy}, which is busy, to copy" if busy else "copying"
            self._outbox.note(track.request, f"Still {doing} {track.job.text}; interrupt the cell to give up.")

    def _find(self, key: str) -> Track | None:
        request = self._requests.get(key) or self._requests.get(key.rpartition("#")[0])
        tracks = request.tracks if isinstance(request, CellRequest) else ()
        return next((track for track in tracks if track.key == key), None)

    # Backends.

    def _await(self, track: Track, backends: tuple[str, ...]) -> None:
        """Go on if backends are ready, else start them side by side and wait for them."""
        missing = [
            backend for name in backends if (backend := self._state.backends[name]).state is not BackendState.READY
        ]
        if missing:
            for backend in missing:
                self._starts.start(backend)
            self._starts.wait(track, missing[0])
        else:
            self._next_step(track)

    def started(self, backend: Backend) -> None:
        """Go on with what has waited for a backend."""
        for track in self._starts.take_waiting(backend):
            self._guard(partial(self._take_step, track), track.request)

    def backend_ended(self, backend: Backend, error: MultiError) -> None:
        """Fail what waits for a backend or copies from or to it.

        What waits for its turn there runs on a new one after a death; one that is stopped takes all with it.
        """
        for track in self._starts.take_waiting(backend):
            self._guard(partial(self.fail, track, error), track.request)
        for request in self._requests.cells():
            for track in list(request.tracks):
                if isinstance(track.job, Copy) and backend.name in track.job.backends:
                    self._guard(partial(self.fail, track, error), request)
        if isinstance(error, BackendStopped):
            for track in self._turns.waiting_for(backend.name):
                self._guard(partial(self.fail, track, error), track.request)

    # Children.

    def _run(self, track: Track, part: Part) -> None:
        """Send a part to its child when its turn there has come."""
        backend = self._state.backends[part.backend]
        if self._turns.before(track):
            self._turns.wait(track)
        elif backend.state is not BackendState.READY:
            self._starts.wait(track, backend)
        elif any(other.is_doubtful and other.backend == part.backend for other in track.request.parts):
            text = f"{part.backend} has not finished an earlier part of this cell, so this one was not sent to it."
            self.fail(track, BackendError(text))
        else:
            try:
                self._delivery.send(track, part, self)
            except HeaderError as error:
                self.fail(track, error)

    def child_replied(self, exchange: CellExchange, reply: Message) -> None:
        """Take a child's reply: the notebook gets it at once, or when all that is done for the cell is done."""
        track, part, request = exchange.track, exchange.part, exchange.track.request
        if request.is_over:
            return
        content = reply.content()
        has_failed = content.get("status") != OK
        part.reply = self._delivery.reply_to_front(exchange, reply)
        if request.is_plain and (has_failed or not track.has_more):
            self._answers.forward(request, part.reply, content.get("status"))
        elif has_failed:
            self._answers.part_failed(request, part, part.reply.content())
            track.has_failed = True

    def child_is_done(self, exchange: CellExchange) -> None:
        """Go on when a child has sent all that it has for a part: the error of a later step comes after that."""
        track, request = exchange.track, exchange.track.request
        if request.is_over:
            return
        self._outbox.finish_marked(exchange.backend, exchange.origin)
        exchange.part.is_doubtful = exchange.is_made_up
        if request.reply_sent:
            track.has_ended = True
            request.tracks.clear()
            self._requests.finish(request)
        elif track.has_failed:
            self._over(track)
        else:
            self._next_step(track)

    def child_failed(self, exchange: CellExchange, error: MultiError) -> None:
        """End a part with an error, unless the notebook has its reply."""
        if exchange.track.request.reply_sent:
            self.child_is_done(exchange)
        else:
            self._outbox.finish_marked(exchange.backend, exchange.origin)
            exchange.part.is_doubtful = exchange.is_made_up
            self.fail(exchange.track, error)

    # Interrupts.

    def give_up(self, request: CellRequest) -> list[Backend]:
        """End what no child does for a cell, and return the backends whose starts it alone has waited for."""
        request.is_stopped = True
        starts = []
        for track in list(request.tracks):
            if (backend := self._starts.waited_for(track)) is not None:
                if all(other.request is request for other in self._starts.waiting(backend)):
                    starts.append(backend)
                else:
                    self.fail(track, Interrupted(f"Interrupted while {backend.name} was starting."))
            elif self._turns.waits(track):
                self.fail(track, Interrupted("Interrupted while it waited for cells in the background."))
            elif track.job is not None:
                self._outbox.add(CancelJob((CELL, track.key)))
        return starts


def parts_of(steps: Iterable[Step]) -> Iterator[Part]:
    """Yield the parts that steps are about."""
    for step in steps:
        match step:
            case Body(part):
                yield part
            case Next(parts):
                yield from parts
            case AtOnce(branches):
                for branch in branches:
                    yield from parts_of(branch)
            case Fork(nested):
                yield from parts_of(nested)
