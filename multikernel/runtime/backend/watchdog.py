"""Ends the children when the front has been killed: a process of its own that waits on a pipe.

IRkernel, deno and xeus-python stay for ever when the process that started them gets SIGKILL. The watchdog is told of
every child's start and end (process ids are used again), and lives in a session of its own, since a server kills the
front's whole process group. The end of the pipe is the end of the front: it kills the process groups that are left
and removes the private directories.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress


class Watchdog:
    """The front's end of the pipe, and the process at the other end; one that has been killed is replaced."""

    def __init__(self, *directories: str) -> None:
        """Start the process; it removes these directories in the end."""
        self._directories = directories
        self._groups: set[int] = set()
        self._process = self._start()

    def started(self, process_group: int) -> None:
        """Tell of a child's start."""
        self._groups.add(process_group)
        self._tell(b"+%d\n" % process_group)

    def ended(self, process_group: int) -> None:
        """Tell of a child's end."""
        self._groups.discard(process_group)
        self._tell(b"-%d\n" % process_group)

    def close(self) -> None:
        """End the pipe, and wait until the process has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: bytes) -> None:
        try:
            self._write(line)
        except BrokenPipeError:
            self.close()
            self._process = self._start()
            for group in self._groups:
                self._write(b"+%d\n" % group)

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        os.write(self._process.stdin.fileno(), line)

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, *self._directories],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def watch(directories: Sequence[str]) -> None:
    """Read the pipe to its end, then end what is left."""
    groups: set[int] = set()
    for line in sys.stdin.buffer:
        group = int(line[1:])
        if line.startswith(b"+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    watch(sys.argv[1:])
