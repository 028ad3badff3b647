"""What `make bench` does at the moment, and how long the rest will take."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import mean


class Progress:
    """Measures to take, each in a run; those of later runs take as long as they have taken so far."""

    def __init__(self, takes: Sequence[tuple[int, str]], clock: Callable[[], float] = time.perf_counter) -> None:
        """Take the numbers of the runs and the names of the measures, in order."""
        self._left = list(takes)
        self._count = len(takes)
        self._clock = clock
        self._begin = clock()
        self._seconds: dict[str, list[float]] = {}

    @contextmanager
    def of(self, run: int, name: str) -> Iterator[None]:
        """Print which measure begins, and note how long it takes."""
        print(self.line(run, name), file=sys.stderr)
        begin = self._clock()
        yield
        self._seconds.setdefault(name, []).append(self._clock() - begin)
        self._left.pop(0)

    def line(self, run: int, name: str) -> str:
        """Return a line such as `[14/66] run 2: memory; 9 min so far, about 31 min left`."""
        place = self._count - len(self._left) + 1
        so_far = self._clock() - self._begin
        names = [left for _, left in self._left]
        known = [mean(self._seconds[left]) for left in names if left in self._seconds]
        is_known = len(known) == len(names)
        left = f"about {sum(known) / 60:.0f} min left" if is_known else f"{len(names)} measures left"
        return f"[{place}/{self._count}] run {run}: {name}; {so_far / 60:.0f} min so far, {left}"
