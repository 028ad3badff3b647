"""The watchdog's process: at the end of its stdin, the front has ended; then it ends what is left.

It gets a line for each process group that has begun (`+123`) or ended (`-123`), one for each command that ends what is
elsewhere (`!["FILE FOR ITS STDIN", "ssh", …]`, run if that file is there), and as arguments the directories to
remove. It runs as a program of its own, and imports no more than it needs, since it starts with every front.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

COMMAND_SECONDS = 30.0
"""For all commands, which run side by side."""


def watch(lines: Iterable[bytes], directories: Sequence[str]) -> None:
    """Read to the end, then kill the groups that are left and remove the directories."""
    groups: set[int] = set()
    commands: list[bytes] = []
    for line in lines:
        if line.startswith(b"!"):
            commands.append(line[1:])
            continue
        group = int(line[1:])
        if line.startswith(b"+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    if commands:
        run(commands)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


def run(commands: Iterable[bytes]) -> None:
    """Run commands, and end those that take too long."""
    import json
    import subprocess
    import time

    running = []
    for command in commands:
        stdin, *argv = json.loads(command)
        with suppress(OSError), open(stdin, "rb") as file:
            quiet = subprocess.DEVNULL
            running.append(
                subprocess.Popen(argv, stdin=file, stdout=quiet, stderr=quiet, cwd="/", start_new_session=True)
            )
    until = time.monotonic() + COMMAND_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    watch(sys.stdin.buffer, sys.argv[1:])
