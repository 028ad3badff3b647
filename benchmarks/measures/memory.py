"""Memory of the front: idle, after many messages, and after large ones."""

from collections.abc import Sequence

from ..contenders import CONTENDERS, Workshop
from ..measuring import Rows, resident_bytes
from .throughput import displays, missing

FLOOD = 20_000
FLOODS = 5
CELLS = 200
WARM_UP = 50
"""Cells after which buffers and caches have reached their size."""


def measure(workshop: Workshop) -> Rows:
    """100,000 messages in five cells, then 200 cells with outputs of 1 MB."""
    with workshop.open(*CONTENDERS) as field:
        fronts = {name: running.front for name, running in field.items() if name != "alone" and not running.failure}
        idle = {name: [resident_bytes(front)] for name, front in fronts.items()}
        multi, client = field["multi"].front, field["multi"].client
        lost, after_floods = 0, []
        for _ in range(FLOODS):
            lost += missing(client.run(displays(FLOOD)), FLOOD)
            after_floods.append(resident_bytes(multi))
        after_cells = []
        for _ in range(CELLS):
            client.run("print('x' * 1_000_000)")
            after_cells.append(resident_bytes(multi))
    return {
        "memory_idle": idle,
        "memory_messages": {"multi": [after_floods[-1]]},
        "memory_messages_growth": {"multi": [growth(after_floods)]},
        "lost_or_late_floods": {"multi": [lost]},
        "memory_cells": {"multi": [after_cells[-1]]},
        "memory_cells_growth": {"multi": [growth(after_cells[WARM_UP:])]},
    }


def growth(sizes: Sequence[float]) -> float:
    """Return the minimum of the second half minus that of the first, which no leak can escape.

    Single values vary by a few megabytes, since freed memory is returned late or never.
    """
    middle = len(sizes) // 2
    return min(sizes[middle:]) - min(sizes[:middle])
