"""The script of a job. There is nothing secret in it: schedulers store scripts, and show them."""

import json
import shlex

from ......core.engines import ENGINES, at_cluster, words
from ......core.places import JobPlace
from ..command import agent_source, boot_line

LINGER_SECONDS = 60
"""For so long a job lasts whose Python cannot begin, so that a relay that joins it finds out why."""


def script(place: JobPlace, name: str, tasks: int = 1) -> bytes:
    """Return the script that starts keepers for those that know its name, until nobody has wanted one for `keep` s.

    In a job of several tasks each of them does so, under a name of its own.
    """
    engine, boot, rank = ENGINES[place.engine], boot_line(place.python), ""
    if tasks > 1 and engine.tasks is not None:
        boot = shlex.join((*words(engine.tasks.each, tasks=str(tasks)), "sh", "-c", boot))
        rank = engine.tasks.rank
    request = json.dumps({"do": "serve", "name": name, "keep": place.keep, "token": "", "rank": rank})
    lines = [
        "#!/bin/sh",
        # Python ends by itself when the job is ended, and cleans up.
        "trap exit TERM",
        f"({boot}) <<'END' && exit",
        agent_source().decode("ascii").rstrip(),
        request,
        "END",
        f"sleep {LINGER_SECONDS} & wait",
        "",
    ]
    return "\n".join(lines).encode()


def task_name(name: str, rank: int) -> str:
    """Return the name of what a task of a script's job runs."""
    return f"{name}{rank:04x}"


def joining(place: JobPlace, cluster: str, number: str, node: str, rank: int | None, tasks: int) -> list[str]:
    """Return the command that runs a relay in a job: on its node, or beside the task of a rank."""
    engine, boot = ENGINES[place.engine], boot_line(place.python)
    if rank is None or engine.tasks is None:
        command = words(engine.join, number=number, node=node, script=boot)
    else:
        command = words(engine.tasks.join, number=number, script=boot, rank=str(rank), tasks=str(tasks))
    return at_cluster(engine, cluster, command)
