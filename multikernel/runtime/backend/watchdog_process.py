"""The watchdog's process: at the end of its stdin, the front has ended; then it ends what is left.

It gets a line for each process group that has begun (`+123`) or ended (`-123`), and as arguments the directories to
remove. It runs as a program of its own, and imports no more than it needs, since it starts with every front.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress


def watch(lines: Iterable[bytes], directories: Sequence[str]) -> None:
    """Read to the end, then kill the groups that are left and remove the directories."""
    groups: set[int] = set()
    for line in lines:
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
    watch(sys.stdin.buffer, sys.argv[1:])
