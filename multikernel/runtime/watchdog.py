"""Ends the children when the front has been killed: a process of its own that waits on a pipe.

IRkernel, deno and xeus-python stay for ever when the process that started them gets SIGKILL. The watchdog is told of
every child's start and end (process ids are used again), and lives in a session of its own, since a server kills the
front's whole process group. The end of the pipe is the end of the front: it kills the process groups that are left
and removes the private directory.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Watchdog:
    """The front's end of the pipe."""

    def __init__(self, pipe: int) -> None:
        """Take the file descriptor to write to."""
        self._pipe = pipe

    def started(self, process_group: int) -> None:
        """Tell of a child's start."""
        os.write(self._pipe, b"+%d\n" % process_group)

    def ended(self, process_group: int) -> None:
        """Tell of a child's end."""
        os.write(self._pipe, b"-%d\n" % process_group)


@contextmanager
def open_watchdog(directory: str) -> Iterator[Watchdog]:
    """Start the watchdog process; on leaving it removes `directory` and ends."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, directory],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        assert process.stdin is not None
        yield Watchdog(process.stdin.fileno())


def watch(directory: str) -> None:
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
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    watch(sys.argv[1])
