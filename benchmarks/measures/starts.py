"""Starts of fresh processes."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from ..contenders import CONTENDERS, Workshop
from ..measuring import Rows, Series, in_turn

ROUNDS = 2
SIDE_BY_SIDE = 8


def measure(workshop: Workshop) -> Rows:
    """kernel_info and the first Python cell from process start."""
    first_cell: Series = {name: [] for name in CONTENDERS if workshop.has(name)}

    def start(name: str) -> float:
        with workshop.start(name) as running:
            answered = running.try_to(lambda: running.client.get_ready(running.start))
            running.run(running.cell("1"))
            first_cell[name].append(time.perf_counter() - running.start)
            return answered

    answered = in_turn(ROUNDS, {name: partial(start, name) for name in first_cell})
    # For the proxy, this is just another request to the child.
    del answered["proxy"]
    return {"start_kernel_info": answered, "start_first_cell": first_cell}


def measure_lazy(workshop: Workshop) -> Rows:
    """The first R cell of a running Multi, compared with starting R alone."""

    def alone() -> float:
        with workshop.start("alone", kernel="ir") as running:
            return running.get_ready("1")

    def lazily(name: str, cell: str) -> float:
        with workshop.open(name) as field:
            return field[name].run(cell)

    if not workshop.has_kernel("ir"):
        return {}
    actions: dict[str, Callable[[], float]] = {"alone": alone, "multi": partial(lazily, "multi", "%%r\n1")}
    if workshop.has("allthekernels"):
        actions["allthekernels"] = partial(lazily, "allthekernels", ">ir\n1")
    return {"start_lazy_r": in_turn(ROUNDS, actions)}


def measure_side_by_side(workshop: Workshop) -> Rows:
    """Eight IPythons at once."""

    def alone() -> float:
        with ExitStack() as stack:
            started = [stack.enter_context(workshop.start("alone")) for _ in range(SIDE_BY_SIDE)]
            return max(running.client.get_ready(started[0].start) for running in started)

    def multi() -> float:
        names = " ".join(f"p{number}" for number in range(1, SIDE_BY_SIDE + 1))
        with workshop.open("multi") as field:
            return field["multi"].run(f"%%start {names}")

    return {"start_side_by_side": in_turn(1, {"alone": alone, "multi": multi})}
