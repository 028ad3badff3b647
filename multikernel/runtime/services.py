"""What commands, and what copies values, ask of the runtime: `core.services` over one driver."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import anyio

from ..core.backend import BackendState
from ..core.errors import TransferError
from ..core.protocol.wire import Json
from ..core.router import Router
from ..core.services import Connection, Files, Process, Services, Variable
from ..core.state import State
from .backend.backend_task import BackendTask
from .backend.launch_context import LaunchContext
from .backend.output import Outputs
from .driver import Driver
from .files_here import FilesHere
from .own_code import OwnCode
from .value_folders import value_folder

if TYPE_CHECKING:
    from .usage import Usage


ListVariables = Callable[[Services, str], Coroutine[Any, Any, Sequence[Variable]]]
ShowVariable = Callable[[Services, str, str], Coroutine[Any, Any, Json]]


class RuntimeServices:
    """The services of one front."""

    def __init__(
        self,
        router: Router,
        driver: Driver,
        launch_context: LaunchContext,
        outputs: Outputs,
        own_code: OwnCode,
        list_variables: ListVariables,
        show_variable: ShowVariable,
    ) -> None:
        """Take what they ask."""
        self.here: Files = FilesHere()
        self._list_variables = list_variables
        self._show_variable = show_variable
        self._router = router
        self._driver = driver
        self._launch_context = launch_context
        self._outputs = outputs
        self._own_code = own_code

    @property
    def state(self) -> State:
        """All that is known of backends."""
        return self._router.state

    @cached_property
    def _usage(self) -> "Usage":
        from .usage import Usage

        return Usage()

    async def processes(self) -> Mapping[str, Process]:
        """Return the processes of the backends that run, with their memory."""
        children = {backend: self._driver.child(backend) for backend in self.state.backends}
        running = {backend: child.pid for backend, child in children.items() if child is not None and child.pid}
        return await asyncio.wrap_future(self._usage.processes(running))

    async def usage(self) -> Json:
        """Return the content of a usage_reply."""
        return await asyncio.wrap_future(self._usage.measure())

    def connection(self, backend: str) -> Connection | None:
        """Return how a backend is reached; None for one that does not run."""
        task, child = self._driver.backend_tasks.get(backend), self._driver.child(backend)
        if task is None or child is None:
            return None
        return Connection(child.link.where, anyio.current_time() - task.lost_at if task.lost_at else None)

    def output(self, backend: str) -> Sequence[str]:
        """Return the last lines that a backend's process wrote to stdout and stderr."""
        return self._outputs[backend].lines()

    async def start(self, backends: Sequence[str]) -> None:
        """Start backends side by side and wait until all are ready."""
        for backend in backends:
            self._driver.perform(self._router.start(backend))
        for backend in backends:
            task = self._driver.backend_tasks.get(backend)
            if task is not None:
                await task.settled.wait()
                if task.error is not None:
                    raise task.error

    async def stop(self, backends: Sequence[str], *, keeps_jobs: bool = False) -> None:
        """Stop backends side by side and wait until their processes have ended."""
        running: list[BackendTask] = [
            task for backend in backends if (task := self._driver.backend_tasks.get(backend)) is not None
        ]
        for backend in backends:
            self._driver.decide(self._router.stop, backend, keeps_job=keeps_jobs)
        for task in running:
            await task.ended.wait()

    async def variables(self, backend: str) -> Sequence[Variable]:
        """Return the variables in a backend that runs."""
        return await self._list_variables(self, backend)

    async def preview(self, backend: str, variable: str) -> Json:
        """Return the beginning of a variable's value."""
        return await self._show_variable(self, backend, variable)

    def interrupt(self, backend: str) -> None:
        """Interrupt a backend, if it has something to do."""
        self._driver.perform(self._router.interrupt(backend))

    async def language(self, backend: str) -> str:
        """Return the language of a backend that runs, in lower case."""
        known = self.state.backends[backend]
        if known.state is BackendState.STARTING:
            await self.start([backend])
        if known.state is not BackendState.READY or self._driver.child(backend) is None:
            raise TransferError(f"{backend} is not running, so it has no variables.")
        return known.language

    async def run_silently(self, backend: str, code: str) -> str:
        """Run code of Multi's own when a backend gets to it; return the error that it ends with, or nothing."""
        if self.state.backends[backend].state is not BackendState.READY:
            raise TransferError(f"{backend} is no longer running.")
        return await self._own_code.outcome(
            lambda key: self._driver.perform(self._router.run_silently(backend, key, code))
        )

    def files(self, backend: str) -> Files:
        """Return the files of a backend that runs."""
        child = self._driver.child(backend)
        return self.here if child is None or child.link.files is None else child.link.files

    def shares_files(self, backend: str) -> bool | None:
        """Return whether the files of a backend that runs can be reached; None if it has yet to be asked."""
        child = self._driver.child(backend)
        return child is None or child.link.files is not None or child.link.shares_files

    def note_sharing(self, backend: str, shares_files: bool) -> None:
        """Note what a backend has said."""
        if (child := self._driver.child(backend)) is not None:
            child.link.shares_files = shares_files

    @asynccontextmanager
    async def value_folder(self, source: str) -> AsyncIterator[str]:
        """Make a private folder for the values of a backend; it is removed with all that is in it on leaving.

        So is what stands for it elsewhere.
        """
        child = self._driver.child(source)
        memory, disk = self._launch_context.memory, self._launch_context.directory
        async with value_folder(memory, disk, 0 if child is None else child.pid) as folder:
            try:
                yield folder
            finally:
                for task in self._driver.backend_tasks.values():
                    if task.child is not None and task.child.link.files is not None:
                        task.child.link.files.forget(folder)
