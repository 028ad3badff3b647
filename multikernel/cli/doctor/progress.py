"""The last line of a terminal: which places and backends are being tried."""

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
        """Take the number of attempts."""
        self._total = total
        self._ended = 0
        self._tried: list[str] = []
        self._is_shown = sys.stderr.isatty()

    def started(self, subject: str) -> None:
        """Add an attempt to the line, by what it is about."""
        self._tried.append(subject)
        self._show()

    @contextmanager
    def ended(self, subject: str) -> Iterator[None]:
        """Take an attempt off the line, which is erased within the context."""
        self._tried.remove(subject)
        self._ended += 1
        self.erase()
        yield
        self._show()

    def erase(self) -> None:
        """Erase the line; the next change shows it again."""
        self._write(ERASE)

    def _show(self) -> None:
        if self._tried:
            line = f"{self._ended} of {self._total} done; trying {', '.join(self._tried)}"
            # A line that wraps could not be erased.
            self._write(ERASE + shorten(printable(line), shutil.get_terminal_size().columns - 1))

    def _write(self, text: str) -> None:
        if self._is_shown:
            sys.stderr.write(text)
            sys.stderr.flush()
