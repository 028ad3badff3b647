"""Whose turn it is at each backend: bodies run there in the order in which their cells began.

Only what came earlier is ever waited for, so no two cells wait for each other. A subshell's cells wait for nothing in
the main shell, and nothing there waits for them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from ..request import Body, CellRequest, Move, Part, Track, WaitFor


@dataclass(slots=True)
class Turns:
    """The parts that have begun and are not over, by backend and subshell, and what waits for them."""

    _parts: defaultdict[tuple[str, str], dict[Part, CellRequest]] = field(default_factory=lambda: defaultdict(dict))
    _waiting: list[Track] = field(default_factory=list)

    def enter(self, request: CellRequest) -> None:
        """Let what a cell runs come after all that has begun before."""
        for part in request.parts:
            self._parts[part.backend, request.subshell][part] = request

    def before(self, track: Track) -> list[CellRequest]:
        """Return the cells that the step of a track has to come after, the oldest first; its own may be among them."""
        subshell = track.request.subshell
        match track.step:
            case Body(part):
                return self._earlier(part, (part.backend,), subshell)
            case Move(copy, part):
                return self._earlier(part, copy.backends, subshell)
            case WaitFor(backends):
                found = [
                    request
                    for part, request in self.in_background()
                    if request.serial < track.request.serial and (not backends or part.backend in backends)
                ]
                return list(dict.fromkeys(found))
            case _:
                return []

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

    def hold(self, track: Track) -> list[CellRequest]:
        """Let a track wait for the cells that its step has to come after, if there are any, and return these."""
        before = self.before(track)
        if before:
            self._waiting.append(track)
        return before

    def waits(self, track: Track) -> bool:
        """Whether a track waits."""
        return track in self._waiting

    def give_up(self, track: Track) -> None:
        """Let a track no longer wait."""
        if track in self._waiting:
            self._waiting.remove(track)

    def take_free(self) -> Track | None:
        """Return a track that has nothing to wait for any more, the oldest first."""
        track = next((track for track in self._waiting if not self.before(track)), None)
        if track is not None:
            self._waiting.remove(track)
        return track

    def waiting_for(self, backend: str) -> list[Track]:
        """Return what waits and is to run something at a backend."""
        return [
            track
            for track in self._waiting
            if not isinstance(track.step, WaitFor) and any(part.backend == backend for part in track.parts_left)
        ]
