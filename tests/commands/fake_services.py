"""A runtime that does nothing but record what it is asked for."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from multikernel.commands import TABLE
from multikernel.core.config import Config, Kernelspec
from multikernel.core.errors import TransferError
from multikernel.core.protocol.wire import Composer, Json
from multikernel.core.router import Router
from multikernel.core.services import Connection, Files, Process, Variable
from multikernel.core.state import State

from ..core.desk import KERNEL_INFO, KERNELSPECS, configured


class FakeServices:
    """Three backends, of which python3 is running."""

    def __init__(self, config: Config | None = None, kernelspecs: dict[str, Kernelspec] | None = None) -> None:
        """Take a config; default: python3, ir and bash."""
        three = configured("python3", "ir", "bash", aliases={"python3": ("py",)})
        config = config or replace(three, is_of_kernelspecs=True)
        kernelspecs = KERNELSPECS if kernelspecs is None else kernelspecs
        self.router = Router(
            config, kernelspecs, Composer("s", lambda: ""), dict.fromkeys(TABLE, ""), lambda name: (), "0.1.0"
        )
        self.router.start("python3")
        self.router.ready("python3", KERNEL_INFO["python3"])
        self.asked: list[tuple[str, ...]] = []
        self.outputs: dict[str, list[str]] = {}
        self.connections: dict[str, Connection] = {}
        self.variables_of: dict[str, list[Variable]] = {}

    @property
    def state(self) -> State:
        """The state of the backends."""
        return self.router.state

    async def processes(self) -> dict[str, Process]:
        """Return a process for each backend that is ready."""
        ready = (name for name, backend in self.state.backends.items() if backend.state == "ready")
        return {name: Process(4711, 54_400_000) for name in ready}

    def connection(self, backend: str) -> Connection | None:
        """Return what the test has set."""
        return self.connections.get(backend)

    def output(self, backend: str) -> Sequence[str]:
        """Return what the test has set."""
        return self.outputs.get(backend, ())

    async def start(self, backends: Sequence[str]) -> None:
        """Record it."""
        self.asked.append(("start", *backends))

    async def stop(self, backends: Sequence[str], *, keeps_jobs: bool = False) -> None:
        """Record it."""
        self.asked.append(("stop", *backends))

    def interrupt(self, backend: str) -> None:
        """Record it."""
        self.asked.append(("interrupt", backend))

    async def language(self, backend: str) -> str:
        """Not used by commands."""
        raise NotImplementedError

    async def run_silently(self, backend: str, code: str) -> str:
        """Not used by commands."""
        raise NotImplementedError

    @property
    def here(self) -> Files:
        """Not used by commands."""
        raise NotImplementedError

    def files(self, backend: str) -> Files:
        """Not used by commands."""
        raise NotImplementedError

    def shares_files(self, backend: str) -> bool | None:
        """Not used by commands."""
        raise NotImplementedError

    def note_sharing(self, backend: str, shares_files: bool) -> None:
        """Not used by commands."""
        raise NotImplementedError

    def value_folder(self, source: str) -> AbstractAsyncContextManager[str]:
        """Not used by commands."""
        raise NotImplementedError

    async def variables(self, backend: str) -> Sequence[Variable]:
        """Return what the test has set; TransferError if it has set nothing."""
        if backend not in self.variables_of:
            raise TransferError(f"{backend} has no adapter.")
        return self.variables_of[backend]

    async def preview(self, backend: str, variable: str) -> Json:
        """Return what tells what was asked."""
        return {"rows": [[backend, variable]]}

    async def run(self, line: str) -> Json | None:
        """Run a command, given as in a header line."""
        name, *arguments = line.split()
        return await TABLE[name].run(self, tuple(arguments))

    async def text(self, line: str) -> str:
        """Run a command, and return the text that it shows."""
        shown = await self.run(line)
        assert shown is not None
        return str(shown["text/plain"])
