"""The last line of a terminal: which backends are starting."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ...core.printable import printable
from ...core.wording import shorten

ERASE = "\r\x1b[K"


class Progress:
    """A line on stderr, if that is a terminal; whoever prints something else erases it first."""

    def __init__(self, total: int) -> None:
        """Take the number of backends to start."""
        self._total = total
        self._ended = 0
        self._starting: list[str] = []
        self._is_shown = sys.stderr.isatty()

    def started(self, backend: str) -> None:
        """Add a backend to the line."""
        self._starting.append(backend)
        self._show()

    @contextmanager
    def ended(self, backend: str) -> Iterator[None]:
        """Take a backend off the line, which is erased within the context."""
        self._starting.remove(backend)
        self._ended += 1
        self.erase()
        yield
        self._show()

    def erase(self) -> None:
        """Erase the line; the next change shows it again."""
        self._write(ERASE)

    def _show(self) -> None:
        if self._starting:
            line = f"{self._ended} of {self._total} tried; starting {', '.join(self._starting)}"
            # A line that wraps could not be erased.
            self._write(ERASE + shorten(printable(line), shutil.get_terminal_size().columns - 1))

    def _write(self, text: str) -> None:
        if self._is_shown:
            sys.stderr.write(text)
            sys.stderr.flush()
