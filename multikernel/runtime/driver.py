"""Performs what the router decides; owns the task group in which every backend lives."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any, ParamSpec, assert_never

import anyio
from anyio.abc import TaskGroup

from ..core import actions
from ..core.actions import Action, Channel, Task, TimerKey
from ..core.backend import BackendState
from ..core.errors import BackendStartError, BackendStopped, Interrupted, MultiError, TransferError
from ..core.protocol.wire import Identities, Json, Message
from ..core.router import Router
from ..core.services import Process, Services, Variable
from ..core.state import State
from ..trace.records import Way
from .backend.backend_task import BackendTask, import_open_child
from .backend.launch_context import LaunchContext
from .backend.output import Outputs
from .front.front import Front
from .front.history import HistoryFile
from .value_folders import value_folder
from .waiting import Waiting

if TYPE_CHECKING:
    from .usage import Usage

P = ParamSpec("P")
RunTask = Callable[[Services, Task], Coroutine[Any, Any, Json | None]]
ListVariables = Callable[[Services, str], Coroutine[Any, Any, Sequence[Variable]]]

log = logging.getLogger(__name__)


class Driver:
    """The runtime around one router; it is also the `Services` of the commands."""

    def __init__(
        self,
        router: Router,
        tasks: TaskGroup,
        front: Front,
        launch_context: LaunchContext,
        outputs: Outputs,
        history: HistoryFile,
        run_task: RunTask,
        list_variables: ListVariables,
    ) -> None:
        """Take the router, the task group that every backend lives in, and what knows commands and languages."""
        self._router = router
        self._tasks = tasks
        self._front = front
        self._surroundings = launch_context
        self._outputs = outputs
        self._history = history
        self._run_task = run_task
        self._list_variables = list_variables
        self._waiting = Waiting()
        self._lives: dict[str, BackendTask] = {}
        self._timers: dict[TimerKey, asyncio.TimerHandle] = {}
        self._command_scopes: dict[str, anyio.CancelScope] = {}

    def serve(self) -> None:
        """Serve the notebook; the default backend starts in the background."""
        self._front.serve(self._from_front, lambda: self.perform(self._router.advance()))
        self.perform(self._router.begin())

    def perform(self, todo: Sequence[Action]) -> None:
        """Perform actions in order; none of them waits.

        What goes to the notebook comes last: a child can already work while the notebook is told that it does.
        """
        if len(todo) > 1:
            todo = sorted(todo, key=lambda action: isinstance(action, actions.ToFront))
        for action in todo:
            self._perform(action)

    def interrupt_all(self) -> None:
        """Do as the interrupt button does."""
        self._decide(self._router.interrupt_all)

    def _decide(self, event: Callable[P, list[Action]], *arguments: P.args, **options: P.kwargs) -> None:
        """Let the router decide on what may end a cell; one that fails aborts everything that has arrived."""
        self._front.read_shell()
        self.perform(event(*arguments, **options))

    def end(self) -> None:
        """End all that lives in the task group: the children, then the front."""
        self._tasks.cancel_scope.cancel()

    def _perform(self, action: Action) -> None:
        match action:
            case actions.ToFront(channel, message, client):
                self._front.send(channel, message, client)
            case actions.ToBackend(backend, channel, message):
                life = self._lives.get(backend)
                if life is not None and life.child is not None:
                    life.child.send(channel, message)
            case actions.SetTimer(key, seconds):
                self._cancel_timer(key)
                self._timers[key] = asyncio.get_running_loop().call_later(seconds, self._timer, key)
            case actions.CancelTimer(key):
                self._cancel_timer(key)
            case actions.Start(backend):
                before, life = self._lives.get(backend), BackendTask()
                self._lives[backend] = life
                self._tasks.start_soon(self._live, backend, life, before)
            case actions.Stop(backend):
                self._stop(backend)
            case actions.Signal(backend):
                life = self._lives.get(backend)
                if life is not None and life.child is not None:
                    self._tasks.start_soon(life.child.signal)
            case actions.RunCommand(request_id, task):
                self._command_scopes[request_id] = anyio.CancelScope()
                self._tasks.start_soon(self._command, request_id, task)
            case actions.CancelCommand(request_id):
                if (scope := self._command_scopes.get(request_id)) is not None:
                    scope.cancel()
            case actions.RunEnded(key, outcome):
                self._waiting.ended(key, outcome)
            case actions.StoreInput(count, code):
                self._history.add(count, code)
            case actions.FindHistory(request_id, query):
                self._tasks.start_soon(self._find_history, request_id, query)
            case actions.MeasureUsage(request_id):
                self._tasks.start_soon(self._measure_usage, request_id)
            case actions.Shutdown():
                self.end()
            case actions.Log(text, backend):
                log.info("%s", text, extra={"backend": backend})
                if backend:
                    self._outputs[backend].note(text)
            case actions.Drop(channel, message, why, backend):
                way: Way = "backend -> front" if backend else "notebook -> front"
                log.debug("a %s on %s is dropped: %s", message.type, channel, why, extra={"backend": backend})
                self._surroundings.trace.dropped(way, channel, why, backend, message)
            case _:
                assert_never(action)

    def _from_front(self, channel: Channel, client: Identities, message: Message) -> None:
        if channel == "control":
            # An interrupt aborts what was received before it, on whichever socket.
            self._front.read_shell()
        self.perform(self._router.from_front(channel, client, message))

    def _from_backend(self, backend: str, channel: Channel, message: Message) -> None:
        if channel == "iopub":
            self.perform(self._router.from_backend(backend, channel, message))
        else:
            self._decide(self._router.from_backend, backend, channel, message)

    def _timer(self, key: TimerKey) -> None:
        self._timers.pop(key, None)
        self._decide(self._router.timer, key)

    def _cancel_timer(self, key: TimerKey) -> None:
        if (handle := self._timers.pop(key, None)) is not None:
            handle.cancel()

    async def _live(self, backend: str, life: BackendTask, before: BackendTask | None) -> None:
        """Live one life of a backend, after the one before has ended."""
        config = self._router.state.config.backends[backend]
        try:
            with life.scope:
                if before is not None:
                    await before.ended.wait()
                output = self._outputs[backend]
                deliver = lambda channel, message: self._from_backend(backend, channel, message)  # noqa: E731
                open_child = await anyio.to_thread.run_sync(import_open_child)
                async with open_child(config, self._surroundings, output, deliver) as life.child:
                    self._decide(self._router.ready, backend, life.child.kernel_info, life.child.startup_error)
                    life.settled.set()
                    how = await life.child.wait_for_end()
                    life.child.close()
                    self._decide(self._router.died, backend, how)
        except MultiError as error:
            self._end_life(backend, life, error)
        except Exception as error:
            log.exception("it cannot go on", extra={"backend": backend})
            self._end_life(backend, life, BackendStartError(f"{backend} cannot go on: {error}"))
        finally:
            life.settled.set()
            life.ended.set()

    def _end_life(self, backend: str, life: BackendTask, error: MultiError) -> None:
        """Report a life that has failed, unless it was stopped meanwhile and the router thinks of the next one."""
        if not life.scope.cancel_called:
            life.error = error
            self._decide(self._router.start_failed, backend, error)

    def _stop(self, backend: str) -> None:
        life = self._lives.get(backend)
        if life is None:
            return
        if life.child is not None:
            life.child.close()
        life.error = BackendStopped(f"{backend} was stopped while it was starting.")
        life.scope.cancel()

    async def _command(self, request_id: str, task: Task) -> None:
        outcome: Json | MultiError | None = Interrupted(f"{task.text} was interrupted.")
        with self._command_scopes[request_id]:
            try:
                outcome = await self._run_task(self, task)
            except MultiError as error:
                outcome = error
            except Exception as error:
                log.exception("%s cannot go on", task.text)
                outcome = MultiError(f"{task.text} cannot go on: {error}")
        if self._command_scopes.pop(request_id).cancelled_caught:
            await self._waiting.let_end()
        self._decide(self._router.command_done, request_id, outcome)

    async def _find_history(self, request_id: str, query: Json) -> None:
        entries = await asyncio.wrap_future(self._history.find(query))
        self.perform(self._router.history_found(request_id, entries))

    @cached_property
    def _usage(self) -> "Usage":
        from .usage import Usage

        return Usage()

    async def _measure_usage(self, request_id: str) -> None:
        usage = await asyncio.wrap_future(self._usage.measure())
        self.perform(self._router.usage_measured(request_id, usage))

    @property
    def state(self) -> State:
        """All that is known of backends."""
        return self._router.state

    async def processes(self) -> Mapping[str, Process]:
        """Return the processes of the backends that run, with their memory."""
        running = {
            backend: life.child.pid
            for backend, life in self._lives.items()
            if life.child is not None and life.child.pid and not life.ended.is_set()
        }
        return await asyncio.wrap_future(self._usage.processes(running))

    def output(self, backend: str) -> Sequence[str]:
        """Return the last lines that a backend's process wrote to stdout and stderr."""
        return self._outputs[backend].lines()

    async def start(self, backends: Sequence[str]) -> None:
        """Start backends side by side and wait until all are ready."""
        for backend in backends:
            self.perform(self._router.start(backend))
        for backend in backends:
            life = self._lives.get(backend)
            if life is not None:
                await life.settled.wait()
                if life.error is not None:
                    raise life.error

    async def stop(self, backends: Sequence[str]) -> None:
        """Stop backends side by side and wait until their processes have ended."""
        lives = [self._lives[backend] for backend in backends if backend in self._lives]
        for backend in backends:
            self._decide(self._router.stop, backend)
        for life in lives:
            await life.ended.wait()

    async def language(self, backend: str) -> str:
        """Return the language of a backend that runs, in lower case."""
        known = self.state.backends[backend]
        if known.state is BackendState.STARTING:
            await self.start([backend])
        if known.state is not BackendState.READY:
            raise TransferError(f"{backend} is not running, so it has no variables.")
        return self.state.names.languages.get(backend, "")

    async def run_silently(self, backend: str, code: str) -> str:
        """Run code of Multi's own when a backend gets to it; return the error that it ends with, or nothing."""
        if self.state.backends[backend].state is not BackendState.READY:
            raise TransferError(f"{backend} is not running any more.")
        return await self._waiting.outcome(lambda key: self.perform(self._router.run_silently(backend, key, code)))

    def value_folder(self, source: str) -> AbstractAsyncContextManager[str]:
        """Make a private folder for the values of a backend; it is removed with all that is in it on leaving."""
        life = self._lives.get(source)
        pid = life.child.pid if life is not None and life.child is not None else 0
        return value_folder(self._surroundings.memory, self._surroundings.directory, pid)

    async def variables(self, backend: str) -> Sequence[Variable]:
        """Return the variables in a backend that runs."""
        return await self._list_variables(self, backend)

    def interrupt(self, backend: str) -> None:
        """Interrupt a backend, if it has something to do."""
        self.perform(self._router.interrupt(backend))
