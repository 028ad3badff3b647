"""How far the start of a backend is, and how long it may still take."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

import anyio

ReportProgress = Callable[[str, bool], None]
"""Called with how far a start has come, in words, and whether that is worth a line under the cell that waits."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start that goes on."""

    report: ReportProgress
    timeout: float
    """Seconds; what waits for others does not count."""
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    def goes_on(self, text: str) -> None:
        """Report what is done from now on; the time begins."""
        self.scope.deadline = min(self.scope.deadline, anyio.current_time() + self.timeout)
        self.report(text, False)

    def waits(self, text: str, is_shown: bool) -> None:
        """Report what is waited for that takes as long as it takes."""
        self.scope.deadline = inf
        self.report(text, is_shown)
