"""Stays on a node for as long as a batch job lasts, and starts keepers there.

What a relay starts itself would end with its job step.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from .folders import listen_in
from .keeper import LONELY, fork_keeper

REQUEST_SECONDS = 5.0


def serve(folder: str, keep: float) -> None:
    """Start keepers for those that connect to the socket in a folder, until nobody has wanted one for `keep` seconds.

    It ends with an exit code other than 0 if it cannot begin.
    """
    # A keeper that fails to do so could not say it.
    import zmq  # noqa: F401

    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
    listener = listen_in(folder)
    if listener is None:
        sys.exit(f"{folder} is somebody else's")
    warden = Warden(listener, keep)
    try:
        warden.run()
    finally:
        listener.close()
        warden.wait_for_keepers()
        shutil.rmtree(folder, ignore_errors=True)


class Warden:
    """Keepers, and the socket that they are asked for through."""

    def __init__(self, listener: socket.socket, keep: float) -> None:
        """Take a socket that listens; `keep` is in seconds."""
        self._listener, self._keep = listener, keep
        self._keepers: dict[int, int] = {}
        """The pipe that a keeper's guard holds until it ends -> its process id."""
        self._until = time.monotonic() + keep

    def run(self) -> None:
        """Serve until the end."""
        while self._keepers or time.monotonic() < self._until:
            seconds = None if self._keepers else self._until - time.monotonic()
            for each in select.select([self._listener.fileno(), *self._keepers], [], [], seconds)[0]:
                if each in self._keepers:
                    self._ended(each)
                else:
                    self._take()

    def wait_for_keepers(self) -> None:
        """Wait until all have ended; what ends the job has told them."""
        for pid in self._keepers.values():
            os.waitpid(pid, 0)

    def _take(self) -> None:
        connection, _ = self._listener.accept()
        with connection, suppress(OSError, ValueError):
            connection.settimeout(REQUEST_SECONDS)
            with connection.makefile("rb") as lines:
                self._start(json.loads(lines.readline()), connection)
            connection.sendall(b"\n")

    def _start(self, request: dict[str, Any], connection: socket.socket) -> None:
        folder = request["folder"]
        listener = listen_in(folder)
        if listener is None:
            # It was asked for before, and the answer was lost.
            return
        read_end, write_end = os.pipe()
        try:
            pid = fork_keeper(
                listener, folder, request["spec"], request["keep"], self._listener, connection, report=write_end
            )
        finally:
            os.close(write_end)
            listener.close()
        self._keepers[read_end] = pid

    def _ended(self, pipe: int) -> None:
        """Note that a keeper has ended, or is about to since nobody wants it."""
        is_lonely = os.read(pipe, len(LONELY)) == LONELY
        os.close(pipe)
        os.waitpid(self._keepers.pop(pipe), 0)
        self._until = time.monotonic() + (0 if is_lonely else self._keep)
