"""Completion: Tab after `pri`."""

from functools import partial

from ..client import Client, RequestFailed
from ..contenders import CONTENDERS, Workshop
from ..measuring import Rows, in_turn

ROUNDS = 40
WARM_UP = 3


def measure(workshop: Workshop) -> Rows:
    """With nothing else to do, and while a cell runs on another backend."""
    with workshop.open(*CONTENDERS) as field, workshop.start("multi") as busy:
        busy.get_ready("%%other\nimport time")
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
    """Ask for completions and return the seconds; RequestFailed if `print` is not among them."""
    answer = client.ask("complete_request", {"code": "pri", "cursor_pos": 3})
    if b'"print' not in answer.reply:
        raise RequestFailed(f"completed in another way: {answer.reply[:100]!r}")
    return answer.seconds
