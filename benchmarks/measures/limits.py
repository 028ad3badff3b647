"""How near Multi is to what is possible: beside a proxy in Python that only checks and signs."""

from functools import partial

from ..contenders import Workshop
from ..measuring import Rows, cpu_seconds, in_turn, seconds_of
from .large import CASES, SETUP

ROUNDS = 100
WARM_UP = 10
LARGE_ROUNDS = 9
LARGE = ("output_20mb", "result_20mb")


def measure(workshop: Workshop) -> Rows:
    """A trivial cell, its CPU time, and 20 MB as an output and as a result."""
    with workshop.open("alone", "signing", "multi") as field:
        actions = seconds_of(field, "1")
        in_turn(WARM_UP, actions)
        before = {name: cpu_seconds(running.front) for name, running in field.items()}
        rows: Rows = {"limit_round_trip": in_turn(ROUNDS, actions)}
        after = {name: cpu_seconds(running.front) for name, running in field.items()}
        rows["limit_cpu"] = {name: [(after[name] - before[name]) / ROUNDS] for name in ("signing", "multi")}
        for running in field.values():
            running.run(SETUP)
        for case in CASES:
            if case.key in LARGE:
                runs = {name: partial(running.run, case.code, outputs=1) for name, running in field.items()}
                rows[f"limit_{case.key}"] = in_turn(LARGE_ROUNDS, runs)
    return rows
