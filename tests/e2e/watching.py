"""`multikernel trace` as a process, and the lines that it prints."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

from .kernel import PATIENCE


class Watch:
    """A running `multikernel trace`."""

    def __init__(self, runtime: Path, *arguments: str) -> None:
        """Start it."""
        self.introduction = ""
        self.lines: list[str] = []
        """What it has printed below the heading, as far as it was waited for."""
        self._new: Queue[str | None] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "multikernel", "trace", *arguments],
            env={**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def begin(self) -> None:
        """Wait until it watches."""
        self.introduction = self._next()
        assert self._next().startswith("time ")

    def until(self, text: str) -> list[str]:
        """Wait for a line that has this in it, and return all lines so far; queue.Empty if none comes."""
        while not self.lines or text not in self.lines[-1]:
            self.lines.append(self._next())
        return self.lines

    def _next(self) -> str:
        """Wait for a line; AssertionError, with what the process said, if it has ended."""
        line = self._new.get(timeout=PATIENCE)
        assert self.process.stderr is not None
        assert line is not None, self.process.stderr.read()
        return line

    def stop(self) -> None:
        """Stop the process, so that it does not read."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let the process read again."""
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> str:
        """Wait until it ends by itself with exit code 0, and return what it said on stderr."""
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        assert self.process.wait(timeout=PATIENCE) == 0, said
        self._reader.join()
        while line := self._new.get():
            self.lines.append(line)
        return said

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._new.put(line.rstrip("\n"))
        self._new.put(None)


@contextmanager
def watching(runtime: Path, *arguments: str) -> Iterator[Watch]:
    """Watch the Multi of a runtime directory."""
    watch = Watch(runtime, *arguments)
    try:
        watch.begin()
        yield watch
    finally:
        watch.close()


def story(lines: list[str], *channels: str) -> list[str]:
    """Return `way type` of each message on these channels, statuses with their state; of one that is dropped, why."""
    told = []
    for line in lines:
        way, channel, msg_type = line[13:34].strip(), line[35:42].strip(), line[43:66].strip()
        if channel in channels:
            told.append(f"{way} {msg_type}" + (" dropped" if "dropped: " in line else ""))
    return told


def ids(lines: list[str], way_and_type: str) -> tuple[str, str]:
    """Return the id and the parent of the last message of a way and type."""
    (line,) = [line for line in lines if story([line], line[35:42].strip()) == [way_and_type]][-1:]
    return line[67:77].strip(), line[78:88].strip()
