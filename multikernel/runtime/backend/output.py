"""What a backend's processes write to stdout and stderr: the last of it, kept in memory.

It goes through a pipe of our own, never to the parent's; nothing is left on disk and a flood costs no memory. What a
process wrote stays when the next one has started, so that it can be asked for why the one before ended.
"""

import asyncio
import logging
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

KEPT = 64 * 1024
"""Bytes."""

READS_PER_TURN = 4
"""After so many, of KEPT bytes each, others get their turn: a process may write as fast as it is read."""

LINES_SHOWN = 10
"""Lines of it that an error shows."""

ABOUT_THE_TRANSPORT = re.compile(r"\[\w+\] WARNING \| Kernel is running over TCP without encryption\.")
"""The start of the warning that kernels built on ipykernel 7.3 or later log when they start on tcp, as Multi chose."""

Report = Callable[[str], None]

log = logging.getLogger(__name__)


class Output:
    """The last KEPT bytes of a backend's stdout and stderr, interleaved as they came, and what was noted meanwhile."""

    def __init__(self) -> None:
        """Begin with nothing, and no pipe."""
        self._log, self._said = bytearray(), bytearray()
        self._read_end = -1
        self._is_open = False

    @contextmanager
    def write_end(self) -> Iterator[int]:
        """Lend the file descriptor of a new pipe to a process, then close it; OSError if no pipe can be had."""
        read_end, write_end = os.pipe()
        try:
            self.read_from(read_end)
            yield write_end
        finally:
            os.close(write_end)

    def read_from(self, read_end: int) -> None:
        """Read a process's pipe on the running loop, to its end, and close it then; OSError if it cannot be read."""
        self.begin()
        self._loop = asyncio.get_running_loop()
        try:
            os.set_blocking(read_end, False)
            self._loop.add_reader(read_end, self._read)
        except OSError:
            os.close(read_end)
            raise
        self._read_end = read_end
        self._is_open = True

    def begin(self) -> None:
        """Begin with what the next process writes, which comes to `add` and not through a pipe."""
        self.close()
        self._said.clear()

    def add(self, data: bytes) -> None:
        """Keep what a process elsewhere wrote."""
        _keep(self._log, data)
        _keep(self._said, data)

    def lines(self) -> list[str]:
        """Return all lines that are kept, without the blank ones."""
        self._read()
        return _lines(self._log)

    def last_lines(self) -> list[str]:
        """Return the last lines that the last process itself wrote, for an error to show.

        A warning about the transport is left out: the user neither chose it nor is it why the process ended.
        """
        self._read()
        return [line for line in _lines(self._said) if not ABOUT_THE_TRANSPORT.match(line)][-LINES_SHOWN:]

    def note(self, text: str) -> None:
        """Add a line that the child sent elsewhere, or that Multi itself adds."""
        self._read()
        line_break = "" if self._log.endswith(b"\n") else "\n"
        _keep(self._log, f"{line_break}{text.rstrip()}\n".encode("utf-8", "replace"))

    def close(self) -> None:
        """Stop reading; what has been kept stays."""
        self._read()
        if self._is_open:
            self._end()

    def _read(self) -> None:
        for _ in range(READS_PER_TURN):
            if not self._is_open:
                return
            try:
                data = os.read(self._read_end, KEPT)
            except BlockingIOError:
                return
            except OSError:
                # The loop would call this forever.
                data = b""
            if not data:
                self._end()
                return
            self.add(data)

    def _end(self) -> None:
        self._is_open = False
        self._loop.remove_reader(self._read_end)
        os.close(self._read_end)


class Outputs(defaultdict[str, Output]):
    """By backend, what its processes wrote."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__(Output)

    def last_lines(self, backend: str) -> list[str]:
        """Return the last lines that a backend's last process wrote; none if it never ran."""
        return self[backend].last_lines()


def report_to(output: Output, backend: str) -> Report:
    """Return what writes a line to the front's log and to the backend's own, which `%%log` shows."""

    def report(text: str) -> None:
        log.warning("%s", text, extra={"backend": backend})
        output.note(text)

    return report


def _keep(kept: bytearray, data: bytes) -> None:
    kept += data
    del kept[:-KEPT]


def _lines(kept: bytearray) -> list[str]:
    return [line for line in kept.decode("utf-8", "replace").splitlines() if line.strip()]
