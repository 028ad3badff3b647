"""Web servers as a user starts them, and what they answer."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.kernel import PATIENCE
from tests.e2e.processes import Stopwatch


@contextmanager
def open_server(
    folder: Path, module: str, *options: str, port_option: str = "--port", env: dict[str, str] | None = None
) -> Iterator[str]:
    """Start `python -m module` in a folder; the value is the address that it answers at.

    Whatever it says is in the file server.log of the folder.
    """
    port, log = free_port(), folder / "server.log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            [sys.executable, "-m", module, *options, f"{port_option}={port}"],
            cwd=folder,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(folder), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        ) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_answered(url, process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_answered(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server answers requests, whatever it answers; RuntimeError, with its log, if it never does.

    Servers have different words for being ready, and some say them before they listen.
    """
    watch = Stopwatch()
    while watch.seconds < PATIENCE and process.poll() is None:
        try:
            get(url)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"no answer from {url}: {log.read_text('utf-8')}")


def free_port() -> int:
    """Return a port that nobody listens on now."""
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
