"""The rows of the table: their titles, units and goals."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "B", "x", ""]


@dataclass(frozen=True, slots=True)
class Goal:
    """What Multi should reach."""

    limit: float
    of: str = ""
    """The contender that the limit is a multiple of; if empty, the limit is in the row's unit."""
    at_least: bool = False
    """The limit is a lower one, for a rate, the inverse of the time."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row; its values are in seconds, bytes, multiples of a message, or counts."""

    title: str
    unit: Unit = "s"
    goal: Goal | None = None
    is_rate: bool = False
    """Ratios are ratios of rates, not of times."""


def _alone(limit: float) -> Goal:
    return Goal(limit, "alone")


def _proxy(limit: float) -> Goal:
    return Goal(limit, "proxy")


REFERENCES = {
    "idle": "Multi idle",
    "one": "one backend",
    "signing": "a proxy that checks and signs",
    "csv": "CSV by pandas and read.csv",
    "fread": "CSV by pyarrow and data.table",
    "arrow": "pyarrow alone",
    "text": "source text, SoS's way",
    "trip": "round trip in R",
    "local": "a local backend",
    "tunnel": "ssh's tunnels",
    "far": "few backends there",
    "direct": "ipyparallel's DirectView",
    "first": "the same at the beginning",
    "scp": "scp, the same bytes",
}
"""What goals can refer to besides contenders."""

ROWS: dict[str, Row] = {
    "round_trip": Row("round trip of the cell `1`", goal=_alone(1.1)),
    "round_trip_header": Row("round trip with a header line", goal=_alone(1.1)),
    "round_trip_alternating": Row("round trip, alternating between two IPythons", goal=_alone(1.15)),
    "round_trip_ir": Row("round trip of `1` in R"),
    "round_trip_bash": Row("round trip of `:` in bash"),
    "throughput": Row("20,000 small outputs, rate", goal=Goal(0.97, "alone", at_least=True), is_rate=True),
    "lost_or_late": Row("… of them lost, late or out of order", "", Goal(0)),
    "output_20mb": Row("one 20 MB output", goal=_alone(1.25)),
    "output_200mb": Row("one 200 MB output", goal=_alone(1.25)),
    "buffer_100mb": Row("a 100 MB binary buffer of a comm", goal=_proxy(1.05)),
    "result_20mb": Row("a 20 MB execute_result", goal=_alone(1.25)),
    "result_20mb_counted": Row("a 20 MB execute_result with its counter changed", goal=_alone(1.25)),
    "output_20mb_memory": Row("peak extra memory of the front: 20 MB output", "x", Goal(1.1)),
    "output_200mb_memory": Row("… 200 MB output", "x", Goal(1.1)),
    "buffer_100mb_memory": Row("… 100 MB buffer", "x", Goal(1.1)),
    "result_20mb_memory": Row("… 20 MB execute_result", "x", Goal(1.1)),
    "result_20mb_counted_memory": Row("… 20 MB execute_result with its counter changed", "x", Goal(2.1)),
    "cpu_message": Row("CPU of the front per forwarded message", goal=Goal(90e-6)),
    "cpu_cell": Row("CPU of the front per cell", goal=Goal(1.1e-3)),
    "limit_round_trip": Row("near the limit: round trip of the cell `1`", goal=Goal(1.05, "signing")),
    "limit_cpu": Row("… CPU of the front per cell", goal=Goal(1.6, "signing")),
    "limit_output_20mb": Row("… one 20 MB output", goal=Goal(1.05, "signing")),
    "limit_result_20mb": Row("… a 20 MB execute_result", goal=Goal(1.05, "signing")),
    "start_kernel_info": Row("kernel_info from process start", goal=_alone(0.65)),
    "start_first_cell": Row("first Python cell from process start", goal=_alone(1.2)),
    "start_lazy_r": Row("first R cell, which starts R", goal=_alone(1.1)),
    "start_side_by_side": Row("start of 8 backends side by side", goal=_alone(1.1)),
    "completion": Row("completion", goal=_proxy(1.05)),
    "completion_busy": Row("completion while another backend is busy", goal=Goal(1.05, "idle")),
    "memory_idle": Row("memory of the front, idle", "B", Goal(45e6)),
    "memory_messages": Row("… after 100,000 messages", "B"),
    "memory_messages_growth": Row("… growth from the first to the second half", "B", Goal(5e6)),
    "lost_or_late_floods": Row("… of them lost, late or out of order", "", Goal(0)),
    "memory_cells": Row("… after 200 cells with 1 MB outputs", "B"),
    "memory_cells_growth": Row("… growth over the last 150 of them", "B", Goal(5e6)),
    "many_1": Row("round trip with 1 backend started", goal=Goal(1.05, "one")),
    "many_4": Row("round trip with 4 backends started", goal=Goal(1.05, "one")),
    "many_16": Row("round trip with 16 backends started", goal=Goal(1.05, "one")),
    "many_32": Row("round trip with 32 backends started", goal=Goal(1.05, "one")),
    "at_once_broadcast": Row("four backends that sleep 1 s, as a broadcast", goal=_alone(1.15)),
    "at_once_parts": Row("… as parts in the background", goal=_alone(1.15)),
    "at_once_compute": Row("two backends that compute at once", goal=_alone(1.11)),
    "elsewhere_cell": Row("round trip of `1` on another host"),
    "elsewhere_cell_on_top": Row("… on top of that of a local backend", goal=Goal(5e-3)),
    "elsewhere_start": Row("first cell on another host, on top of a login and a local one", goal=Goal(0.5)),
    "elsewhere_wait": Row("what other backends wait at most meanwhile", goal=Goal(0.05)),
    "elsewhere_20mb": Row("one 20 MB output from another host", goal=Goal(1.3, "tunnel")),
    "elsewhere_32": Row("round trip of `1` there with 32 backends started", goal=Goal(1.05, "far")),
    "server_cell": Row("round trip of `1` on a Jupyter server of this machine", goal=Goal(25e-3)),
    "workers": Row("1e7 doubles scattered, doubled and gathered, 8 workers in Slurm jobs", goal=Goal(1, "direct")),
    "growth_cells": Row("round trip after 11,500 cells, as a multiple of the child alone", "x", Goal(1.05, "first")),
    "growth_cells_memory": Row("… growth of the front's memory over them", "B", Goal(30e6)),
    "growth_cells_flat": Row("… over the last 1,000 of them", "B", Goal(1e6)),
    "growth_comms": Row("round trip with 1,000 open comms, as a multiple of the child alone", "x", Goal(1.05, "first")),
    "growth_comms_memory": Row("… growth of the front's memory with the second 1,000 comms", "B", Goal(1e6)),
    "growth_restarts": Row("growth of the front's memory over 80 restarts of a backend", "B", Goal(2e6)),
    "growth_restarts_files": Row("… of its open files", "", Goal(0)),
    "growth_unread": Row("memory for a client that leaves 400 MB of outputs unread", "B", Goal(220e6)),
    "growth_unread_wait": Row("… round trip of other clients meanwhile", goal=Goal(1.05, "first")),
    "growth_week": Row("growth of the front's memory over a week in which nothing is run", "B", Goal(1e6)),
    "growth_week_files": Row("… of its open files", "", Goal(0)),
    "between_multi": Row("100 MB frame to Python on another host", goal=Goal(1.5, "scp")),
    "between_r": Row("… to R there", goal=Goal(1.5, "scp")),
    "between_back": Row("… from Python there", goal=Goal(1.5, "scp")),
    "between_other": Row("… from one Python there to another, through this host"),
    "between_memory": Row("peak extra memory of the front while 1 GB goes past it", "B", Goal(64e6)),
    "between_wait": Row("round trip of `1` there while 1 GB goes to another backend there", goal=Goal(0.1)),
    "value_frame": Row("1e6 x 5 frame from Python to R and back", goal=Goal(0.1, "csv")),
    "value_frame_arrow": Row("… compared with pyarrow writing and reading the same columns", goal=Goal(2, "arrow")),
    "value_array": Row("8 MB array from Python to R", goal=Goal(0.05, "text")),
    "value_integer": Row("what `-i n` (an integer) adds to a cell in R", goal=Goal(3, "trip")),
    "value_mixed_to_r": Row("mixed 1e6 x 5 frame from Python to R", goal=Goal(1, "fread")),
    "value_mixed_to_python": Row("… and from R to Python", goal=Goal(1, "fread")),
    "value_texts_to_r": Row("5e6 different texts from Python to R", goal=Goal(1, "fread")),
    "value_texts_to_python": Row("… and from R to Python", goal=Goal(2, "fread")),
    "value_numbers_to_r": Row("1e7 x 3 numbers from Python to R", goal=Goal(0.15, "fread")),
    "value_numbers_to_python": Row("… and from R to Python", goal=Goal(0.15, "fread")),
    "value_mixed_memory_r": Row(
        "peak extra memory of R for a mixed 1e6 x 5 frame from Python, its first", "x", Goal(1.3)
    ),
    "value_mixed_memory_python": Row("… of Python when it gets them from R", "x", Goal(1.3)),
    "value_texts_memory_r": Row("… for 5e6 different texts", "x", Goal(1.3)),
    "value_texts_memory_python": Row("… of Python when it gets them from R", "x", Goal(1.3)),
    "value_numbers_memory_r": Row("… for 1e7 x 3 numbers", "x", Goal(1.3)),
    "value_numbers_memory_python": Row("… of Python when it gets them from R", "x", Goal(1.3)),
    "value_memory_front": Row("peak extra memory for a 1 GB frame: front", "x", Goal(1.3)),
    "value_memory_python": Row("… Python, the source", "x", Goal(1.3)),
    "value_memory_r": Row("… R, the target", "x", Goal(1.3)),
}
