"""A trivial cell: its round trip, and the front's CPU time."""

from ..contenders import CONTENDERS, Workshop
from ..measuring import Rows, cpu_seconds, in_turn, seconds_of

ROUNDS = 150
WARM_UP = 10


def measure(workshop: Workshop) -> Rows:
    """The cell `1`: alone, with a header line, and alternating between two IPythons."""
    with workshop.open(*CONTENDERS) as field, workshop.start("multi") as alternating:
        alternating.get_ready("%%other\n0")
        names = ["main", "other"]

        def alternate() -> float:
            names.reverse()
            return alternating.client.run(f"%%{names[0]}\n1").seconds

        actions = seconds_of(field, "1")
        multi = field["multi"].client
        in_turn(WARM_UP, {**actions, "alternating": alternate})
        before = {name: cpu_seconds(running.front) for name, running in field.items()}
        series = in_turn(ROUNDS, {**actions, "alternating": alternate})
        cpu = {name: [(cpu_seconds(field[name].front) - before[name]) / ROUNDS] for name in field if name != "alone"}
        header = in_turn(
            ROUNDS,
            {name: actions[name] for name in ("alone", "proxy")} | {"multi": lambda: multi.run("%%main\n1").seconds},
        )
    turns = series.pop("alternating")
    return {
        "round_trip": series,
        "round_trip_header": header,
        "round_trip_alternating": {"alone": series["alone"], "proxy": series["proxy"], "multi": turns},
        "cpu_cell": cpu,
    }


def measure_other_kernels(workshop: Workshop) -> Rows:
    """A trivial cell in R and in bash."""
    rows: Rows = {}
    for kernel, code, rounds in (("ir", "1", 50), ("bash", ":", 8)):
        if workshop.has_kernel(kernel):
            with workshop.open("alone", "proxy", "multi", "allthekernels", kernel=kernel, first_cell=code) as field:
                rows[f"round_trip_{kernel}"] = in_turn(rounds, seconds_of(field, code))
    return rows
