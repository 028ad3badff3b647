"""Deletes the kernels of a front that was killed from a Jupyter server; a program of its own, which the watchdog runs.

It gets the server's address, the name of the variable with the token, and the kernels' ids, each with whether it is
known to have started, as JSON through its stdin.
"""

import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit

SECONDS = 25.0
"""How long a server is tried that does not answer; the watchdog ends this after 30."""

ANSWER_SECONDS = 10.0

PAUSE = 1.0

NOT_FOUND = 404


def delete(url: str, token_env: str, kernels: dict[str, bool]) -> None:
    """Delete kernels by their ids; one that is not known to have started may be there only after a while."""
    until = time.monotonic() + SECONDS
    token = os.environ.get(token_env, "").strip() if token_env else ""
    left = dict(kernels)
    while left and time.monotonic() < until:
        for kernel, has_started in list(left.items()):
            try:
                status = _ask(url, f"api/kernels/{kernel}", {"Authorization": f"token {token}"} if token else {})
            except (OSError, http.client.HTTPException):
                break
            if status < 500 and (has_started or status != NOT_FOUND):
                del left[kernel]
        if left:
            time.sleep(PAUSE)


def _ask(url: str, path: str, headers: dict[str, str]) -> int:
    """Return the status of the answer; a redirect is one like any other."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=ANSWER_SECONDS)
    try:
        connection.request("DELETE", f"{parts.path}{path}", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


if __name__ == "__main__":
    delete(**json.load(sys.stdin))
