"""The script of a job. There is nothing secret in it: schedulers store scripts, and show them."""

import json
import shlex
from collections.abc import Sequence

from ..command import agent_source, boot_line

LINGER_SECONDS = 60
"""For so long a job lasts whose Python cannot begin, so that a relay that joins it finds out why."""


def script(python: str, name: str, keep: float, each: Sequence[str] = (), rank: str = "") -> bytes:
    """Return the script that starts keepers for those that know its name, until nobody has wanted one for `keep` s.

    In a job of several tasks the words of `each` run a command as each of them, and `rank` tells them apart.
    """
    request = json.dumps({"do": "serve", "name": name, "keep": keep, "token": "", "rank": rank})
    boot = boot_line(python)
    if each:
        boot = shlex.join((*each, "sh", "-c", boot))
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
