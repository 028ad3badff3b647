"""Serves the notebook, on one event loop: puts all parts together that the default backend's launch did not need."""

import asyncio
import logging
import os
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import assert_never

import anyio
import zmq
from anyio.abc import TaskGroup

from . import __version__
from .commands import TABLE, command_help
from .commands.questions import answer
from .config.kernelspecs import kernel_spec_manager
from .config.settings import Settings, check_may_start, history_file
from .core.actions import FindHistory, FrontEndQuestion, Job, ListVariables, MeasureUsage
from .core.cells.lines import HeaderLine
from .core.cells.transfers import Check, Copy, Gather, Scatter, Transfer
from .core.errors import StartError
from .core.protocol.wire import Composer, Json
from .core.router import Router
from .core.services import Services, Variable
from .runtime.backend.launch_context import LaunchContext
from .runtime.backend.output import Outputs
from .runtime.backend.prelaunch import Prelaunched
from .runtime.backend.watchdog import Watchdog
from .runtime.driver import Driver, Report
from .runtime.front.connection import Connection
from .runtime.front.front import Front
from .runtime.front.history import HistoryFile
from .runtime.own_code import OwnCode
from .runtime.services import RuntimeServices
from .runtime.sockets import open_context
from .trace.socket import TraceSocket
from .trace.watchers import Trace, TraceFile

PARENT_SECONDS = 1.0

TAB_SECONDS = 0.3
"""How long Tab waits for a list of variables."""

log = logging.getLogger(__name__)

Tasks = Sequence[Transfer | Scatter | Gather]
CheckAll = Callable[[Services, Tasks], Awaitable[None]]
CopyAll = Callable[[Services, Tasks, Report], Awaitable[None]]


def serve(
    connection: Connection,
    settings: Settings,
    directory: str,
    memory: str | None,
    watchdog: Watchdog,
    prelaunched: dict[str, Prelaunched],
) -> None:
    """Serve the notebook until the front is told to end; StartError if it cannot listen."""
    composer = Composer(secrets.token_hex(16), lambda: datetime.now(UTC).isoformat())
    outputs = Outputs()
    router = Router(
        settings.config,
        settings.kernelspecs,
        composer,
        command_help(),
        outputs.last_lines,
        __version__,
        settings.error,
        settings.came_with_notebook,
        connection.ports(),
    )
    with closing(_open_trace(composer.session)) as trace, open_context(linger=0) as context:
        launch_context = LaunchContext(
            context,
            directory,
            connection.name,
            kernel_spec_manager,
            watchdog,
            composer,
            trace,
            check_may_start,
            prelaunched,
            memory,
        )
        anyio.run(_serve, router, connection, launch_context, outputs)


def _open_trace(session: str) -> Trace:
    """Return the trace; it begins with a log file if the environment names one."""
    trace = Trace(session)
    if path := os.environ.get("MULTIKERNEL_TRACE"):
        try:
            trace.add(TraceFile(path, wants_content=os.environ.get("MULTIKERNEL_TRACE_CONTENT") == "1"))
        except OSError as error:
            log.warning("MULTIKERNEL_TRACE is ignored: %s", error)
    return trace


async def _serve(
    router: Router,
    connection: Connection,
    launch_context: LaunchContext,
    outputs: Outputs,
) -> None:
    own_code = OwnCode()
    with (
        open_context() as context,
        closing(_bind(context, connection, launch_context)) as front,
        closing(HistoryFile(history_file())) as history,
    ):
        async with (
            _outliving_tasks() as outliving,
            TraceSocket(launch_context.trace, launch_context.directory),
            anyio.create_task_group() as tasks,
        ):
            launch_context = replace(launch_context, tasks=outliving)
            driver = Driver(router, tasks, front, launch_context, outputs, history, own_code)
            services = RuntimeServices(router, driver, launch_context, outputs, own_code, _list_variables, _preview)
            driver.serve(partial(_do_job, services, history))
            tasks.start_soon(_watch_signals, driver)
            tasks.start_soon(_watch_parent, driver)
        await front.drain()


@asynccontextmanager
async def _outliving_tasks() -> AsyncIterator[TaskGroup]:
    """Open a task group whose tasks are cancelled when all else has ended."""
    async with anyio.create_task_group() as tasks:
        yield tasks
        tasks.cancel_scope.cancel()


def _bind(context: "zmq.Context[zmq.Socket[bytes]]", connection: Connection, launch_context: LaunchContext) -> Front:
    try:
        front = Front(context, connection, launch_context.composer, launch_context.trace)
    except zmq.ZMQError as error:
        raise StartError(f"A port of the connection file cannot be bound: {error}") from None
    how = "encrypted (CurveZMQ)" if connection.encryption() else "not encrypted"
    log.info("multikernel %s listens to the notebook over %s, %s", __version__, connection.info["transport"], how)
    return front


# Adapters are imported when a value first wants to cross: the front answers so much sooner. A thread does so, since it
# takes longer than the loop may be held up.


async def _do_job(services: RuntimeServices, history: HistoryFile, job: Job, report: Report) -> object:
    match job:
        case HeaderLine():
            return await TABLE[job.name.lower()].run(services, job.operands)
        case Check(transfers):
            check = await anyio.to_thread.run_sync(_import_check)
            await check(services, transfers)
            return None
        case Copy(transfers):
            copy_all = await anyio.to_thread.run_sync(_import_copy_all)
            await copy_all(services, transfers, report)
            return None
        case FindHistory(query):
            return await asyncio.wrap_future(history.find(query))
        case MeasureUsage():
            return await services.usage()
        case ListVariables(backend):
            return await _names_of_variables(services, backend)
        case FrontEndQuestion():
            return await answer(services, job)
        case _:
            assert_never(job)


async def _names_of_variables(services: RuntimeServices, backend: str) -> Sequence[str] | None:
    """Return the names of the variables in a backend for Tab, or None if it does not answer at once."""
    with anyio.move_on_after(TAB_SECONDS):
        return [variable.name for variable in await services.variables(backend) if variable.name != "..."]
    return None


async def _list_variables(services: Services, backend: str) -> Sequence[Variable]:
    list_variables = await anyio.to_thread.run_sync(_import_list_variables)
    return await list_variables(services, backend)


async def _preview(services: Services, backend: str, variable: str) -> Json:
    preview = await anyio.to_thread.run_sync(_import_preview)
    return await preview(services, backend, variable)


def _import_check() -> CheckAll:
    from .languages.transfer import check

    return check


def _import_copy_all() -> CopyAll:
    from .languages.transfer import copy_all

    return copy_all


def _import_list_variables() -> Callable[[Services, str], Awaitable[Sequence[Variable]]]:
    from .languages.variables import list_variables

    return list_variables


def _import_preview() -> Callable[[Services, str, str], Awaitable[Json]]:
    from .languages.preview import preview

    return preview


async def _watch_signals(driver: Driver) -> None:
    """End in order on SIGTERM and SIGHUP; SIGINT is the interrupt button's signal.

    A handler is set, not SIG_IGN, which children would inherit.
    """
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGHUP, signal.SIGINT) as signals:
        async for received in signals:
            if received == signal.SIGINT:
                driver.interrupt_all()
            else:
                driver.end()


async def _watch_parent(driver: Driver) -> None:
    """End when the process that started the front has ended without saying so (`JPY_PARENT_PID` of jupyter_client).

    It may have ended before this begins; then init is the parent already, though it has started nothing.
    """
    server = os.environ.get("JPY_PARENT_PID")
    if server is None:
        return
    parent = os.getppid()
    while os.getppid() == parent and (parent != 1 or server == "1"):
        await anyio.sleep(PARENT_SECONDS)
    driver.end()
