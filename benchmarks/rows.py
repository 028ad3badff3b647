"""The rows of the table: what they are called, in which unit, and which goal they have."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "B", "x", ""]


@dataclass(frozen=True, slots=True)
class Goal:
    """What Multi is to reach."""

    limit: float
    of: str = ""
    """The contender that the limit is a multiple of; empty: it is in the row's unit."""
    at_least: bool = False
    """A rate, which is the inverse of the time, reaches the limit."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row; its values are in seconds, bytes, multiples of a message, or counts."""

    title: str
    unit: Unit = "s"
    goal: Goal | None = None
    is_rate: bool = False
    """Ratios are of rates, not of times."""


def _alone(limit: float) -> Goal:
    return Goal(limit, "alone")


def _proxy(limit: float) -> Goal:
    return Goal(limit, "proxy")


ROWS: dict[str, Row] = {
    "round_trip": Row("round trip of the cell `1`", goal=_proxy(1.05)),
    "round_trip_header": Row("the same with a header line", goal=_proxy(1.05)),
    "round_trip_alternating": Row("alternating between two IPythons", goal=_alone(1.5)),
    "round_trip_ir": Row("round trip of `1` in R"),
    "round_trip_bash": Row("round trip of `:` in bash"),
    "throughput": Row("20,000 small outputs, rate", goal=Goal(0.97, "alone", at_least=True), is_rate=True),
    "lost_or_late": Row("of these lost, late or out of order", "", Goal(0)),
    "cpu_message": Row("CPU of the front per forwarded message", goal=Goal(80e-6)),
    "cpu_cell": Row("CPU of the front per cell", goal=Goal(1.4e-3)),
}
