"""Ends the children when the front has been killed: the front's end of a pipe to watchdog_process.py.

IRkernel, deno and xeus-python live on forever when the process that started them gets SIGKILL. The watchdog is told of
every child's start and end (process ids are used again), and lives in a session of its own, since a server kills the
front's whole process group.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from . import watchdog_process

CLOSE_SECONDS = 2.0

log = logging.getLogger(__name__)


class Watchdog:
    """The front's end of the pipe, and the process at the other end; one that has ended is replaced.

    Where no process can be started, this goes on without one, and tries again with the next child that starts or ends.
    """

    def __init__(self, *directories: str) -> None:
        """Start the process; it removes these directories in the end."""
        self._directories = directories
        self._groups: set[int] = set()
        self._commands: list[bytes] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    def started(self, process_group: int) -> None:
        """Tell of a child's start."""
        self._groups.add(process_group)
        self._tell(b"+%d\n" % process_group)

    def ended(self, process_group: int) -> None:
        """Tell of a child's end."""
        self._groups.discard(process_group)
        self._tell(b"-%d\n" % process_group)

    def at_end(self, argv: Sequence[str], stdin: str) -> None:
        """Have a command run when the front has ended, if the file that it gets as stdin is there then."""
        line = b"!%s\n" % json.dumps([stdin, *argv]).encode("ascii")
        if line not in self._commands:
            self._commands.append(line)
            self._tell(line)

    def close(self) -> None:
        """End the pipe, and wait until the process has ended; one that cannot go on now ends later, by itself."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(CLOSE_SECONDS)
        self._process = None

    def _tell(self, line: bytes) -> None:
        try:
            if self._process is not None:
                self._write(line)
                return
        except BrokenPipeError:
            self.close()
        self._start()

    def _start(self) -> None:
        """Start the process, if that is possible, and tell of all children."""
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", watchdog_process.__file__, *self._directories],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._write(b"".join(b"+%d\n" % group for group in self._groups) + b"".join(self._commands))
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("no watchdog could be started, so children would outlive a front that is killed: %s", error)

    def _write(self, text: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        os.write(self._process.stdin.fileno(), text)
