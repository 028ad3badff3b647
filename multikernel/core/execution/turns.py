"""Whose turn it is at each backend: bodies run there in the order in which their cells began.

Only what came earlier is ever waited for, so no two cells wait for each other. A subshell's cells wait for nothing in
the main shell, and nothing there waits for them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from ..request import Body, CellRequest, Move, Part, Track, WaitFor

Held = Body | Move | WaitFor
"""The steps that come after what other cells do."""


@dataclass(slots=True)
class Turns:
    """The parts that have begun and are not over, by backend and subshell, and what waits for them."""

    _parts: defaultdict[tuple[str, str], dict[Part, CellRequest]] = field(default_factory=lambda: defaultdict(dict))
    _waiting: dict[Track, Held] = field(default_factory=dict)
    """By track the step that waits, the oldest first."""

    def enter(self, request: CellRequest) -> None:
        """Let what a cell runs come after all that has begun before."""
        for part in request.parts:
            self._parts[part.backend, request.subshell][part] = request

    def _before(self, track: Track, step: Held) -> list[CellRequest]:
        """Return the cells that a step has to come after, the oldest first; its own may be among them."""
        subshell = track.request.subshell
        match step:
            case Body(part):
                return self._earlier(part, (part.backend,), subshell)
            case Move(copy, part):
                return self._earlier(part, copy.backends, subshell)
            case waiting:
                found = [
                    request
                    for part, request in self.in_background()
                    if request.serial < track.request.serial
                    and (not waiting.backends or part.backend in waiting.backends)
                ]
                return list(dict.fromkeys(found))

    def _earlier(self, part: Part, backends: Collection[str], subshell: str) -> list[CellRequest]:
        found = []
        for backend in backends:
            parts = self._parts[backend, subshell]
            for other in [other for other, request in parts.items() if other.has_ended or request.is_over]:
                del parts[other]
            found += [request for other, request in parts.items() if other.order < part.order]
        return sorted(dict.fromkeys(found), key=lambda request: request.serial)

    def in_background(self) -> list[tuple[Part, CellRequest]]:
        """Return what runs or waits in the background, in order."""
        found = [
            (part, request)
            for parts in self._parts.values()
            for part, request in parts.items()
            if request.is_in_background and not (part.has_ended or request.is_over)
        ]
        return sorted(found, key=lambda each: each[0].order)

    def hold(self, track: Track, step: Held) -> list[CellRequest]:
        """Let a track wait for the cells that its step has to come after, if there are any, and return these."""
        before = self._before(track, step)
        if before:
            self._waiting[track] = step
        return before

    def waits(self, track: Track) -> bool:
        """Whether a track waits."""
        return track in self._waiting

    def give_up(self, track: Track) -> None:
        """Let a track no longer wait."""
        self._waiting.pop(track, None)

    def take_free(self) -> Track | None:
        """Return a track that has nothing to wait for any more, the oldest first."""
        if not self._waiting:
            return None
        track = next((track for track, step in self._waiting.items() if not self._before(track, step)), None)
        if track is not None:
            del self._waiting[track]
        return track

    def waiting_for(self, backend: str) -> list[Track]:
        """Return what waits and is to run something at a backend."""
        return [
            track
            for track, step in self._waiting.items()
            if not isinstance(step, WaitFor) and any(part.backend == backend for part in track.parts_left)
        ]
