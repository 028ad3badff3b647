"""Web servers as a user starts them, and what they answer."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.kernel import PATIENCE
from tests.e2e.processes import Stopwatch


@contextmanager
def open_server(
    folder: Path, module: str, *options: str, ready: str, env: dict[str, str] | None = None
) -> Iterator[str]:
    """Start `python -m module` in a folder; the value is the address that its log names after the words of `ready`.

    Whatever it says is in the file server.log of the folder.
    """
    log = folder / "server.log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=folder,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(folder), **(env or {})},
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stderr is not None
        text = ""
        for line in process.stderr:
            said.write(line)
            text += line
            if found := re.search(rf"{ready}.*?(http://[^/\s]+)", text, re.DOTALL):
                break
        else:
            raise RuntimeError(f"the server has ended: {text}")
        reader = threading.Thread(target=said.writelines, args=(process.stderr,))
        reader.start()
        try:
            wait_until_listening(found.group(1))
            yield found.group(1)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
            reader.join()


def wait_until_listening(url: str) -> None:
    """Wait until a server accepts connections, as jupyter_server does only after it has said where; TimeoutError."""
    port = int(url.rpartition(":")[2])
    watch = Stopwatch()
    while watch.seconds < PATIENCE:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(url)


def free_port() -> int:
    """Return a port that nobody listens on now; for servers that do not say which one they have chosen."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def get(url: str) -> str:
    """Return what a server answers to GET; TimeoutError if it takes too long."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        return str(response.read().decode("utf-8"))


def post(url: str, content: object) -> Any:
    """Return the JSON that a server answers to a POST of JSON."""
    request = urllib.request.Request(url, json.dumps(content).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)
