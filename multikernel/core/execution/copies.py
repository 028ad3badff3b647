"""What cells are told of values on their way that take long: one line, which is renewed in place."""

from collections.abc import Callable, Mapping

from ..actions import CancelTimer, SetTimer
from ..cells.transfers import Copy
from ..outbox import Line, Outbox
from ..request import Track
from ..state import State

SHOWN_SECONDS = 2.0
"""From then on it is shown how far a copy between machines is."""
SLOW_SECONDS = 10.0
SHOWN, SLOW = "copy shown", "slow copy"
"""Timers, by the track that waits."""

MB = 1e6


class Copies:
    """The tracks that wait for a copy, and what their cells have been told."""

    def __init__(self, state: State, outbox: Outbox) -> None:
        """Take what it looks at and tells with."""
        self._state, self._outbox = state, outbox
        self._tracks: dict[str, Track] = {}
        self._lines: dict[str, Line] = {}
        """Those that may be shown by now."""

    def timers(self) -> Mapping[str, Callable[[str], None]]:
        """Take the moments at which a copy takes long."""
        return {SHOWN: self._shown, SLOW: self._slow}

    def begin(self, track: Track) -> None:
        """Know of a copy."""
        self._tracks[track.key] = track
        self._outbox.add(SetTimer((SHOWN, track.key), SHOWN_SECONDS))
        self._outbox.add(SetTimer((SLOW, track.key), SLOW_SECONDS))

    def end(self, track: Track) -> None:
        """Forget it, if there was one."""
        if self._tracks.pop(track.key, None) is not None:
            track.carried = None
            self._outbox.add(CancelTimer((SHOWN, track.key)))
            self._outbox.add(CancelTimer((SLOW, track.key)))
            if (line := self._lines.pop(track.key, None)) is not None:
                line.end()

    def carried(self, key: str, done: int, total: int) -> None:
        """Note how many bytes have got from one machine to another, of how many in all."""
        if (track := self._tracks.get(key)) is not None:
            track.carried = done, total
            self._show(track)

    def _shown(self, key: str) -> None:
        if (track := self._tracks.get(key)) is not None:
            self._lines[key] = self._outbox.line(track.request)
            self._show(track)

    def _show(self, track: Track) -> None:
        line = self._lines.get(track.key)
        if line is not None and track.carried is not None and track.carried[1] >= MB and isinstance(track.job, Copy):
            done, total = (f"{size / MB:.0f}" for size in track.carried)
            line.show(f"Copying {track.job.text}: {done} of {total} MB")

    def _slow(self, key: str) -> None:
        """Report under a cell what it waits for, unless it shows how far the copy is."""
        track = self._tracks.get(key)
        if track is not None and track.carried is None and isinstance(track.job, Copy):
            busy = " and ".join(name for name in track.job.backends if self._state.is_busy(name))
            doing = f"waiting for {busy}, which is busy, to copy" if busy else "copying"
            self._outbox.note(track.request, f"Still {doing} {track.job.text}; interrupt the cell to give up.")
