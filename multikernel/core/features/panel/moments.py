"""Since when each backend has been in its state, and at its cell."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Moments:
    """Dates by backend."""

    now: Callable[[], str]
    """Returns the date and time in ISO 8601."""
    of_state: dict[str, str] = field(default_factory=dict)
    """When it was begun to be started, was ready, was lost, was back, ended; nothing for one that has never run."""
    of_cell: dict[str, str] = field(default_factory=dict)
    """When it was sent its last cell."""

    def state_changed(self, backend: str) -> None:
        """Note when."""
        self.of_state[backend] = self.now()

    def cell_sent(self, backend: str) -> None:
        """Note when."""
        self.of_cell[backend] = self.now()
