"""Made-up kernels, for what real ones do too seldom: hang or end while they are starting."""

import json
import socket
import sys
from pathlib import Path
from types import TracebackType

import psutil

PATIENCE = 20.0

SHOWN = {"python3": "python", "ir": "r", "deno": "typescript", "calysto_scheme": "scheme"}
"""Kernelspec -> the name that its backend has where there is no config, if that is another."""

CALLS_IN = """\
import os, socket, sys
connection = socket.create_connection(("127.0.0.1", {port}))
connection.sendall(b"%d\\n" % os.getpid())
{then}
"""


def write_kernelspec(folder: Path, name: str, *argv: str, language: str = "") -> None:
    """Put a kernelspec below a folder that JUPYTER_PATH names."""
    spec = folder / "kernels" / name
    spec.mkdir(parents=True)
    content = {"argv": argv, "display_name": name, "language": language}
    (spec / "kernel.json").write_text(json.dumps(content), "utf-8")


class Lobby:
    """Where processes of a made-up kernel call in as soon as they run."""

    def __init__(self) -> None:
        """Listen on a port of its own."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(PATIENCE)
        self._calls: list[socket.socket] = []

    def __enter__(self) -> "Lobby":
        """Return the lobby."""
        return self

    def __exit__(self, *exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Hang up."""
        for connection in (*self._calls, self._server):
            connection.close()

    def argv(self, then: str = "import time; time.sleep(1000)") -> list[str]:
        """Return the command line of a process that calls in and then does something; it never answers as a kernel."""
        return [sys.executable, "-c", self.code(then), "{connection_file}"]

    def code(self, then: str = "") -> str:
        """Return Python code that calls in and then does something."""
        return CALLS_IN.format(port=self._server.getsockname()[1], then=then)

    @property
    def port(self) -> int:
        """Where to call in, on 127.0.0.1."""
        return int(self._server.getsockname()[1])

    def next_process(self) -> psutil.Process:
        """Wait for the next process to call in and return it; TimeoutError if none does."""
        connection, _ = self._server.accept()
        self._calls.append(connection)
        connection.settimeout(PATIENCE)
        return psutil.Process(int(connection.recv(20)))
