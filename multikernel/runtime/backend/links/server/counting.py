"""Which messages of a kernel are missing, by what its headers say.

Kernels of ipykernel's kind number their messages: jupyter_client's Session (8.10) counts what it makes, and `msg_id` is
session, process and number. So a gap is what has not come. It may have gone to somebody else, such as the replies to
what a server asks a kernel when it connects to it.
"""

import re

from .....core.protocol.wire import Frame

NUMBERED = re.compile(rb'"msg_id": ?"([^"]+_[0-9]+)_([0-9]{1,15})"')
"""In a header: what is the same for all messages of a process, and the number."""

MOST_MISSING = 100_000
"""A gap that is larger is none of a connection that broke."""


class Count:
    """The numbers of one kernel's messages."""

    def __init__(self) -> None:
        """Begin without any."""
        self._process = b""
        self._highest = 0
        self._missing: set[int] = set()
        self._known: frozenset[int] = frozenset()
        """Those that were missing before the connection broke last."""

    @property
    def is_kept(self) -> bool:
        """Whether the kernel numbers its messages."""
        return bool(self._process)

    def begin(self, header: Frame) -> None:
        """Take the header of a message that nobody but the kernel has sent."""
        if not self._process and (found := NUMBERED.search(header)):
            self._process, self._highest = found[1], int(found[2])

    def take(self, header: Frame) -> None:
        """Take the header of a message."""
        found = NUMBERED.search(header)
        if found is None or found[1] != self._process:
            return
        number = int(found[2])
        if number <= self._highest:
            self._missing.discard(number)
            return
        if number - self._highest < MOST_MISSING:
            self._missing.update(range(self._highest + 1, number))
        self._highest = number

    def broken(self) -> None:
        """Count what is missing from here: the connection has broken."""
        self._known = frozenset(self._missing)

    def missing(self) -> int:
        """Return how many messages have not come since the connection broke."""
        return len(self._missing - self._known)
