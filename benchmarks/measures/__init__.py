"""The measures: each returns rows of rows.ROWS."""

from collections.abc import Callable

from ..contenders import Workshop
from ..measuring import Rows
from . import round_trip, throughput

MEASURES: dict[str, Callable[[Workshop], Rows]] = {
    "round_trip": round_trip.measure,
    "other_kernels": round_trip.measure_other_kernels,
    "throughput": throughput.measure,
}
