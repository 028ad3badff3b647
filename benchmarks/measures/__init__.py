"""The measures: each returns results for some rows of rows.ROWS."""

from collections.abc import Callable

from ..contenders import Workshop
from ..measuring import Rows
from . import (
    at_once,
    completion,
    elsewhere,
    growth,
    large,
    limits,
    many,
    memory,
    round_trip,
    server,
    starts,
    throughput,
    value_memory,
    value_speed,
    values,
)

MEASURES: dict[str, Callable[[Workshop], Rows]] = {
    "round_trip": round_trip.measure,
    "other_kernels": round_trip.measure_other_kernels,
    "throughput": throughput.measure,
    "large": large.measure,
    "limits": limits.measure,
    "start": starts.measure,
    "lazy_start": starts.measure_lazy,
    "side_by_side": starts.measure_side_by_side,
    "at_once": at_once.measure,
    "completion": completion.measure,
    "memory": memory.measure,
    "many": many.measure,
    "values": values.measure,
    "value_speed": value_speed.measure,
    "value_memory": value_memory.measure,
    "elsewhere": elsewhere.measure,
    "growth": growth.measure,
    "server": server.measure,
}

ONCE = frozenset({"growth", "limits"})
"""Those that are in the first run only: they have many rounds in it."""
