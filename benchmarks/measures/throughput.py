"""Many small outputs: how fast they arrive, whether all of them do, and the front's CPU time for each."""

import json
import math
from itertools import pairwise

from ..client import Answer
from ..contenders import CONTENDERS, Running, Workshop
from ..measuring import Rows, cpu_seconds, in_turn

ROUNDS = 5
OUTPUTS = 4_000
"""Per cell, so that the contenders take turns until 20,000 have passed through each."""


class Flood:
    """The cells of one contender."""

    def __init__(self, running: Running) -> None:
        """Take a contender."""
        self._running = running
        self._cpu_before = cpu_seconds(running.front)
        self._cells = 0
        self._missing = 0

    def run(self) -> float:
        """Run a cell, count the missing outputs, and return the seconds."""
        return self._running.try_to(self._run)

    def missing(self) -> float:
        """Return how many outputs were lost, late or out of order."""
        return math.nan if self._running.failure else self._missing

    def cpu_per_message(self) -> float:
        """Return the front's CPU time per output so far."""
        used = cpu_seconds(self._running.front) - self._cpu_before
        return math.nan if self._running.failure else used / (self._cells * OUTPUTS)

    def _run(self) -> float:
        answer = self._running.client.run(displays(OUTPUTS))
        self._cells += 1
        self._missing += missing(answer, OUTPUTS)
        return answer.seconds


def measure(workshop: Workshop) -> Rows:
    """Five cells with 4,000 displays each."""
    with workshop.open(*CONTENDERS) as field:
        floods = {name: Flood(running) for name, running in field.items()}
        series = in_turn(ROUNDS, {name: flood.run for name, flood in floods.items()})
        return {
            "throughput": series,
            "lost_or_late": {name: [flood.missing()] for name, flood in floods.items()},
            "cpu_message": {name: [flood.cpu_per_message()] for name, flood in floods.items() if name != "alone"},
        }


def displays(count: int) -> str:
    """Return a cell with this many outputs."""
    return f"from IPython.display import display\nfor i in range({count}): display(i)"


def missing(answer: Answer, count: int) -> int:
    """Return how many of the outputs were missing at idle or out of order."""
    contents = [content for header, content in answer.outputs if b'"display_data"' in header]
    numbers = [int(json.loads(content)["data"]["text/plain"]) for content in contents]
    return count - len(numbers) + sum(after <= before for before, after in pairwise(numbers))
