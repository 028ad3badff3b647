"""The benchmarks run, and their report is computed right; what they measure is asserted nowhere."""

import itertools
import math
import time
from pathlib import Path

import pytest

from benchmarks import hurried, report
from benchmarks.contenders import Workshop
from benchmarks.measures import round_trip
from benchmarks.measuring import Rows
from benchmarks.progress import Progress
from benchmarks.rows import ROWS

RUNS: list[Rows] = [
    {"round_trip": {"alone": [1.0, 2.0, 4.0], "proxy": [1.0, 2.0, 4.0], "multi": [2.0, 3.0, 5.0]}},
    {"round_trip": {"alone": [2.0], "proxy": [2.0], "multi": [2.0], "sos": [math.nan]}},
    {"round_trip": {"alone": [3.0], "proxy": [3.0], "multi": [9.0]}},
]


pytestmark = pytest.mark.filterwarnings("ignore:Passing unrecognized arguments to super.KernelSpec:DeprecationWarning")


def test_a_contender_that_is_ended_leaves_nothing_in_memory(tmp_path: Path) -> None:
    with Workshop(tmp_path, peers={}).start("multi") as running:
        running.get_ready()
        (folder,) = Path("/dev/shm").glob(f"multikernel-{running.front.pid}-*")
    assert not folder.exists()


def test_a_round_trip_is_measured_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(round_trip, "ROUNDS", 2)
    rows = round_trip.measure(Workshop(tmp_path, peers={}))
    assert set(rows) == {"round_trip", "round_trip_header", "round_trip_alternating", "cpu_cell"}
    for key in ("round_trip", "round_trip_header", "round_trip_alternating"):
        assert {name: len(values) for name, values in rows[key].items()} == {"alone": 2, "proxy": 2, "multi": 2}
    head, _, *lines = report.table([rows]).splitlines()
    assert [line.count("|") for line in lines] == [head.count("|")] * 4
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == [ROWS[key].title for key in rows]


def test_the_time_that_is_left_is_told_as_soon_as_it_is_known() -> None:
    clock = itertools.accumulate(itertools.repeat(30.0), initial=0.0)
    progress = Progress([(1, "large"), (1, "growth"), (2, "large")], lambda: next(clock))
    lines = [progress.line(1, "large")]
    with progress.of(1, "large"):
        pass
    with progress.of(1, "growth"):
        pass
    lines.append(progress.line(2, "large"))
    assert lines == [
        "[1/3] run 1: large; 0 min so far, 3 measures left",
        "[3/3] run 2: large; 4 min so far, about 0 min left",
    ]


def test_a_clock_in_a_hurry_does_not_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(times) / 1000)
    seen = []
    for _ in range(3):
        seen += [hurried.now(), hurried.now()]
        hurried.switch()
    gaps = [later - earlier for earlier, later in itertools.pairwise(seen)]
    assert min(gaps) > 0
    assert gaps[2] > 0.001 * hurried.FACTOR
    assert max(gaps[0], gaps[4]) < 0.01


def test_a_figure_is_the_median_over_the_runs_of_the_medians_of_paired_ratios() -> None:
    assert report.figure(RUNS, "round_trip", "multi", "alone") == report.Figure(1.5, 1.0, 3.0)
    assert report.figure(RUNS, "round_trip", "multi") == report.Figure(3.0, 2.0, 9.0)


def test_what_was_not_measured_is_a_gap() -> None:
    assert report.figure(RUNS, "round_trip", "sos", "alone") is None
    assert report.figure(RUNS, "throughput", "multi") is None
    assert "throughput" not in report.table(RUNS)


def test_a_rate_is_the_inverse_of_the_time() -> None:
    runs: list[Rows] = [{"throughput": {"alone": [4.0], "multi": [5.0]}}]
    assert report.figure(runs, "throughput", "multi", "alone") == report.Figure(0.8, 0.8, 0.8)
    goal = ROWS["throughput"].goal
    assert goal is not None
    assert report.reaches(runs, "throughput", goal) is False


@pytest.mark.parametrize(
    ("row", "proxy", "multi", "reached"),
    [
        ("round_trip_alternating", 1.05, 1.14, True),
        ("round_trip_alternating", 1.05, 1.16, False),
        ("round_trip_alternating", 1.6, 1.65, True),
        ("round_trip_alternating", 1.6, 1.7, False),
        ("throughput", 1.0, 1.02, True),
        ("throughput", 1.0, 1.06, False),
        ("throughput", 1.2, 1.25, True),
        ("throughput", 1.2, 1.3, False),
    ],
)
def test_a_goal_that_the_c_proxy_misses_gives_way_to_the_proxy_plus_5_percent(
    row: str, proxy: float, multi: float, reached: bool
) -> None:
    runs: list[Rows] = [{row: {"alone": [1.0], "proxy": [proxy], "multi": [multi]}}]
    goal = ROWS[row].goal
    assert goal is not None
    assert report.reaches(runs, row, goal) is reached


def test_a_ratio_to_what_has_no_column_stands_with_the_goal() -> None:
    runs: list[Rows] = [{"value_array": {"multi": [1.0, 2.0], "text": [100.0, 100.0]}}]
    assert report.table(runs).endswith("| yes: 0.015 |")


def test_the_table_of_a_page_is_replaced_and_the_rest_stays() -> None:
    machine = {"cpus": "2", "system": "Linux", "python": "3.11.7"}
    page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    written = report.with_table(page, RUNS, machine)
    new = f"{report.table(RUNS)}\n\n3 runs, 2 CPUs, Linux, Python 3.11.7."
    assert written == f"before\n{report.BEGIN}\n\n{new}\n\n{report.END}\nafter\n"
    assert report.with_table(written, RUNS, machine) == written
