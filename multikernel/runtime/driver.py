"""Performs what the router decides, and tells it what happens; owns the task group in which every backend lives.

An exception in an action, a job, a timer or a backend's task is logged and ends the request that it belongs to, and
nothing else.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, ParamSpec, assert_never

import anyio
from anyio.abc import TaskGroup

from ..core import actions
from ..core.actions import Action, Channel, Job, JobKey, TimerKey
from ..core.errors import BackendError, BackendStartError, BackendStopped, InternalError, Interrupted, MultiError
from ..core.protocol.wire import Identities, Message
from ..core.router import Router
from ..trace.records import Way
from .backend.backend_task import BackendTask, import_open_child
from .backend.child import Child
from .backend.launch_context import LaunchContext
from .backend.output import Outputs
from .front.front import Front
from .front.history import HistoryFile
from .own_code import OwnCode

P = ParamSpec("P")
Report = Callable[[int, int], None]
"""Gets how many bytes of a copy are on another machine, and how many there will be."""
DoJob = Callable[[Job, Report], Coroutine[Any, Any, object]]

log = logging.getLogger(__name__)


class Driver:
    """The runtime around one router."""

    def __init__(
        self,
        router: Router,
        tasks: TaskGroup,
        front: Front,
        launch_context: LaunchContext,
        outputs: Outputs,
        history: HistoryFile,
        own_code: OwnCode,
    ) -> None:
        """Take the router, the task group that every backend lives in, and what actions are performed on."""
        self._router = router
        self._tasks = tasks
        self._front = front
        self._launch_context = launch_context
        self._outputs = outputs
        self._history = history
        self._own_code = own_code
        self.backend_tasks: dict[str, BackendTask] = {}
        """By backend, its last one."""
        self._timers: dict[TimerKey, asyncio.TimerHandle] = {}
        self._jobs: dict[JobKey, anyio.CancelScope] = {}

    def serve(self, do_job: DoJob) -> None:
        """Serve the notebook, with what does jobs; the default backend starts in the background."""
        self._do_job = do_job
        self._front.serve(self._from_front, lambda: self.perform(self._router.advance()))
        self.perform(self._router.begin())

    def end(self) -> None:
        """End all that lives in the task group: the children, then the front."""
        self._tasks.cancel_scope.cancel()

    def interrupt_all(self) -> None:
        """Do as the interrupt button does."""
        self.decide(self._router.interrupt_all)

    def child(self, backend: str) -> Child | None:
        """Return the channels of a backend's process, if it has one."""
        task = self.backend_tasks.get(backend)
        return None if task is None or task.ended.is_set() else task.child

    # Events.

    def decide(self, event: Callable[P, list[Action]], *arguments: P.args, **options: P.kwargs) -> None:
        """Let the router decide on what may end a cell; one that fails aborts everything that has arrived."""
        self._front.read_shell()
        self.perform(event(*arguments, **options))

    def _from_front(self, channel: Channel, client: Identities, message: Message) -> None:
        if channel == "control":
            # An interrupt aborts what was received before it, on whichever socket.
            self._front.read_shell()
        self.perform(self._router.from_front(channel, client, message))

    def _from_backend(self, backend: str, channel: Channel, message: Message) -> None:
        if channel == "iopub":
            self.perform(self._router.from_backend(backend, channel, message))
        else:
            self.decide(self._router.from_backend, backend, channel, message)

    # Actions.

    def perform(self, todo: Sequence[Action]) -> None:
        """Perform actions in order; none of them waits. What follows from one that fails comes behind them all."""
        failed: list[tuple[Action, Exception]] = []
        for action in todo:
            try:
                self._perform(action)
            except Exception as error:
                failed.append((action, error))
        for action, why in failed:
            self.perform(self._consequences(action, why))

    def _perform(self, action: Action) -> None:
        match action:
            case actions.ToFront(channel, message, client):
                self._front.send(channel, message, client)
            case actions.ToBackend(backend, channel, message):
                if (child := self.child(backend)) is None:
                    raise BackendError(f"{backend} is not running.")
                child.send(channel, message)
            case actions.SetTimer(key, seconds):
                self._cancel_timer(key)
                self._timers[key] = asyncio.get_running_loop().call_later(seconds, self._timer, key)
            case actions.CancelTimer(key):
                self._cancel_timer(key)
            case actions.Start(backend):
                before, task = self.backend_tasks.get(backend), BackendTask()
                self._start(self._live, backend, task, before)
                self.backend_tasks[backend] = task
            case actions.Stop(backend, keeps_job):
                self._stop(backend)
                if not keeps_job:
                    self._launch_context.let_go(backend)
            case actions.Signal(backend):
                self._start(self._signal, backend)
            case actions.StartJob(key, job):
                job_scope = anyio.CancelScope()
                self._start(self._job, key, job, job_scope)
                self._jobs[key] = job_scope
            case actions.CancelJob(key):
                if (scope := self._jobs.get(key)) is not None:
                    scope.cancel()
            case actions.OwnCodeEnded(key, outcome):
                self._own_code.ended(key, outcome)
            case actions.StoreInput(count, code):
                self._history.add(count, code)
            case actions.Shutdown():
                self.end()
            case actions.Log(text, backend, is_bug):
                log.log(logging.ERROR if is_bug else logging.INFO, "%s", text, extra={"backend": backend})
                if backend:
                    self._outputs[backend].note(text)
            case actions.Drop(channel, message, why, backend):
                way: Way = "backend -> front" if backend else "notebook -> front"
                log.debug("a %s on %s is dropped: %s", message.type, channel, why, extra={"backend": backend})
                self._launch_context.trace.dropped(way, channel, why, backend, message)
            case _:
                assert_never(action)

    def _consequences(self, action: Action, error: Exception) -> list[Action]:
        """Tell the router of an action that has failed, as far as a request depends on it."""
        if not isinstance(error, MultiError):
            log.error("%s failed", type(action).__name__, exc_info=error)
        reason = error if isinstance(error, MultiError) else InternalError(error)
        match action:
            case actions.ToBackend(backend, channel, message):
                self._launch_context.trace.dropped("front -> backend", channel, str(reason), backend, message)
                return self._router.undeliverable(backend, message, reason)
            case actions.Start(backend):
                return self._router.start_failed(backend, reason)
            case actions.StartJob(key):
                return self._router.job_done(key, reason)
            case _:
                return []

    def _start(self, task: Callable[P, Coroutine[Any, Any, None]], *arguments: P.args, **options: P.kwargs) -> None:
        """Start a task; an exception in it is logged, since it would end all others."""

        async def survive() -> None:
            try:
                await task(*arguments, **options)
            except Exception:
                log.exception("a task failed")

        self._tasks.start_soon(survive)

    # Timers.

    def _timer(self, key: TimerKey) -> None:
        """Tell of a timer that has run out, unless what has just arrived cancels it or sets it again."""
        handle = self._timers[key]
        self._front.read_shell()
        if self._timers.get(key) is handle:
            del self._timers[key]
            self.perform(self._router.timer(key))

    def _cancel_timer(self, key: TimerKey) -> None:
        if (handle := self._timers.pop(key, None)) is not None:
            handle.cancel()

    # Backends.

    async def _live(self, backend: str, task: BackendTask, before: BackendTask | None) -> None:
        """Keep a process of a backend, from its start to its end, after the one before has ended."""
        config = self._router.state.config.backends[backend]
        try:
            with task.scope:
                if before is not None:
                    await before.ended.wait()
                output = self._outputs[backend]
                deliver = partial(self._from_backend, backend)
                connection = partial(self._connection, backend, task)
                progress = partial(self._progress, backend, task)
                open_child = await anyio.to_thread.run_sync(import_open_child)
                foresee = self._front.foresee
                life = open_child(config, self._launch_context, output, deliver, connection, progress, foresee)
                async with life as task.child:
                    self._tell(task, self._router.ready, backend, task.child.kernel_info, task.child.startup_error)
                    task.settled.set()
                    how = await task.child.wait_for_end()
                    self._tell(task, self._router.died, backend, how)
        except MultiError as error:
            self._fail(backend, task, error)
        except Exception as error:
            log.exception("it cannot go on", extra={"backend": backend})
            self._fail(backend, task, BackendStartError(f"{backend} cannot go on: {error}"))
        finally:
            task.settled.set()
            task.ended.set()

    def _connection(self, backend: str, task: BackendTask, why: str) -> None:
        """Tell that a backend's connection is lost, and why, or that it is back."""
        if why:
            task.lost_at = task.lost_at or anyio.current_time()
            self._tell(task, self._router.lost, backend, why)
        else:
            task.lost_at = 0.0
            self._tell(task, self._router.back, backend)

    def _progress(self, backend: str, task: BackendTask, text: str, is_shown: bool) -> None:
        """Tell how far a backend's start has come, and whether cells are to show it."""
        self._tell(task, self._router.progress, backend, text, is_shown)

    def _tell(
        self, task: BackendTask, event: Callable[P, list[Action]], *arguments: P.args, **options: P.kwargs
    ) -> None:
        """Tell of a backend's process, unless it was stopped, maybe by what has just arrived."""
        self._front.read_shell()
        if not task.scope.cancel_called:
            self.perform(event(*arguments, **options))

    def _fail(self, backend: str, task: BackendTask, error: MultiError) -> None:
        task.error = error
        self._tell(task, self._router.start_failed, backend, error)

    def _stop(self, backend: str) -> None:
        task = self.backend_tasks.get(backend)
        if task is None:
            return
        task.error = BackendStopped(f"{backend} was stopped while it was starting.")
        task.scope.cancel()
        if task.child is not None:
            task.child.close()

    async def _signal(self, backend: str) -> None:
        child = self.child(backend)
        if child is None:
            return
        try:
            await child.signal()
        except Exception as error:
            log.warning("it cannot be interrupted: %s", error, extra={"backend": backend})
            self.decide(self._router.interrupt_failed, backend, f"{type(error).__name__}: {error}")

    # Jobs.

    def _carried(self, key: JobKey, scope: anyio.CancelScope, done: int, total: int) -> None:
        """Tell how far a copy is, unless it was cancelled."""
        if not scope.cancel_called:
            self.decide(self._router.carried, key, done, total)

    async def _job(self, key: JobKey, job: Job, scope: anyio.CancelScope) -> None:
        outcome: object = Interrupted(f"{job.text} was interrupted.")
        try:
            with scope:
                outcome = await self._do_job(job, partial(self._carried, key, scope))
            if scope.cancelled_caught:
                await self._own_code.let_end()
        except MultiError as error:
            outcome = error
        except Exception as error:
            log.exception("%s failed", job.text)
            outcome = InternalError(error)
        if self._jobs.get(key) is scope:
            del self._jobs[key]
            self.decide(self._router.job_done, key, outcome)
