"""Completion: Tab after the beginning of a name that only the child knows."""

from functools import partial

from ..client import Client, RequestFailed
from ..contenders import CONTENDERS, Workshop
from ..measuring import Rows, in_turn

NAME = "benchmark_of_completion"
BEGINNING = "benchmark_of_c"
ROUNDS = 40
WARM_UP = 3


def measure(workshop: Workshop) -> Rows:
    """While nothing else happens, and while a cell runs on another backend."""
    with workshop.open(*CONTENDERS, first_cell=f"{NAME} = 1") as field, workshop.start("multi") as busy:
        busy.get_ready(f"{NAME} = 1")
        busy.client.run("%%other\nimport time")
        busy.client.begin("%%other\ntime.sleep(1000)")
        actions = {name: partial(running.try_to, partial(complete, running.client)) for name, running in field.items()}
        in_turn(WARM_UP, actions | {"busy": partial(complete, busy.client)})
        series = in_turn(ROUNDS, actions | {"busy": partial(complete, busy.client)})
    while_busy = {
        "alone": series["alone"],
        "proxy": series["proxy"],
        "multi": series.pop("busy"),
        "idle": series["multi"],
    }
    return {"completion": series, "completion_busy": while_busy}


def complete(client: Client) -> float:
    """Request completions and return the seconds; RequestFailed if the child's are missing."""
    answer = client.ask("complete_request", {"code": BEGINNING, "cursor_pos": len(BEGINNING)})
    if NAME.encode() not in answer.reply:
        raise RequestFailed(f"unexpected completions: {answer.reply[:100]!r}")
    return answer.seconds
