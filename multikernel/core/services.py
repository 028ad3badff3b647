"""What a command, and what copies values, may ask of the runtime."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from .protocol.wire import Json
from .state import State


@dataclass(frozen=True, slots=True)
class Process:
    """A child's process, with what it has started."""

    pid: int
    memory: int
    """Bytes of resident memory, children included."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How a backend that runs is reached."""

    where: str
    """Host and process there, as `gpu1:4711`; empty on this machine."""
    lost_seconds: float | None
    """For how long it has not been reachable; None while it is."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a child's user."""

    name: str
    kind: str
    """Its type, in the words of its language."""
    shape: str
    """As `3 x 2`; empty where it has none."""
    size: int | None
    """Bytes, where the language knows."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file."""

    size: int
    """Bytes."""
    pieces: AsyncIterator[bytes]
    """All of it, once; TransferError if it cannot be read to its end."""


class Files(Protocol):
    """The files of values, where a backend looks for them: in folders, each of which stands for one of this machine.

    What is read or written may be cancelled at any moment, and then leaves nothing half done.
    """

    async def path(self, folder: str) -> str:
        """Return the path, as the backend sees it, of what stands for a folder of this machine; TransferError."""

    def open(self, folder: str, name: str) -> AbstractAsyncContextManager[Content | None]:
        """Open a file that the backend has written, until the context is left; None if there is none. TransferError."""

    async def write(self, folder: str, name: str, content: Content) -> None:
        """Write a file, in place of one that is there; TransferError."""

    def forget(self, folder: str) -> None:
        """Remove what stands for a folder, and for those in it."""


class ValueServices(Protocol):
    """The runtime, as what copies values sees it."""

    async def language(self, backend: str) -> str:
        """Return the language of a backend that runs, in lower case.

        One that is starting is waited for. Raises TransferError for one that is stopped.
        """

    async def run_silently(self, backend: str, code: str) -> str:
        """Run code of Multi's own silently, when a backend gets to it; return the error that it ends with, or nothing.

        Raises a MultiError if the backend ends meanwhile.
        """

    @property
    def here(self) -> Files:
        """The files of this machine."""

    def files(self, backend: str) -> Files:
        """Return the files of a backend that runs: `here` itself for one that sees those of this machine."""

    def shares_files(self, backend: str) -> bool | None:
        """Return whether the files of a backend that runs can be reached; None if it has yet to be asked."""

    def note_sharing(self, backend: str, shares_files: bool) -> None:
        """Note what a backend has said."""

    def value_folder(self, source: str) -> AbstractAsyncContextManager[str]:
        """Make a private folder for the values of a backend; it is removed with all that is in it on leaving."""


class Services(ValueServices, Protocol):
    """The runtime, as commands see it."""

    @property
    def state(self) -> State:
        """All that is known of backends; to look at."""

    async def processes(self) -> Mapping[str, Process]:
        """Return the backends' processes, by backend; none for those that do not run."""

    def connection(self, backend: str) -> Connection | None:
        """Return how a backend is reached; None for one that does not run."""

    def output(self, backend: str) -> Sequence[str]:
        """Return the last lines that a backend's process wrote to stdout and stderr."""

    async def start(self, backends: Sequence[str]) -> None:
        """Start backends side by side and wait until all are ready; BackendStartError for the first that does not."""

    async def stop(self, backends: Sequence[str], *, keeps_jobs: bool = False) -> None:
        """Stop backends side by side and wait until their processes have ended.

        Their batch jobs end, too, unless the next processes are to run in them.
        """

    async def variables(self, backend: str) -> Sequence[Variable]:
        """Return the variables in a backend that runs, in its order; TransferError if it cannot be asked."""

    async def preview(self, backend: str, variable: str) -> Json:
        """Return the beginning of a variable's value: `preview` in `languages.preview`; TransferError if it cannot."""

    def interrupt(self, backend: str) -> None:
        """Interrupt a backend, if it has something to do."""
