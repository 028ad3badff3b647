"""What a command may ask of the runtime."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .state import State


@dataclass(frozen=True, slots=True)
class Process:
    """A child's process, with what it has started."""

    pid: int
    memory: int
    """Bytes of resident memory, children included."""


class Ports(Protocol):
    """The runtime, as commands see it."""

    @property
    def state(self) -> State:
        """All that is known of backends; to look at."""

    async def processes(self) -> Mapping[str, Process]:
        """Return the backends' processes, by backend; none for those that do not run."""

    def output(self, backend: str) -> Sequence[str]:
        """Return the last lines that a backend's process wrote to stdout and stderr."""

    async def start(self, backends: Sequence[str]) -> None:
        """Start backends side by side and wait until all are ready; BackendStartError for the first that does not."""

    async def stop(self, backends: Sequence[str]) -> None:
        """Stop backends side by side and wait until their processes have ended."""

    def interrupt(self, backend: str) -> None:
        """Interrupt a backend, if it has something to do."""
