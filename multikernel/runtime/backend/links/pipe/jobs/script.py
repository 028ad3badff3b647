"""The script of a job. There is nothing secret in it: schedulers store scripts, and show them."""

import json

from ..command import agent_source, boot_line

LINGER_SECONDS = 60
"""For so long a job lasts whose Python cannot begin, so that a relay that joins it finds out why."""


def script(python: str, name: str, keep: float) -> bytes:
    """Return the script that starts keepers for those that know its name, until nobody has wanted one for `keep` s."""
    request = json.dumps({"do": "serve", "name": name, "keep": keep, "token": ""})
    lines = [
        "#!/bin/sh",
        # Python ends by itself when the job is ended, and cleans up.
        "trap exit TERM",
        f"({boot_line(python)}) <<'END' && exit",
        agent_source().decode("ascii").rstrip(),
        request,
        "END",
        f"sleep {LINGER_SECONDS} & wait",
        "",
    ]
    return "\n".join(lines).encode()
