"""Starts backends one after another as the kernel does, and ends each as soon as it is ready: for `multikernel doctor`.

The one place where a subcommand meets the runtime.
"""

import os
import secrets
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio

from .config.kernelspecs import kernel_spec_manager
from .core.config import BackendConfig
from .core.errors import MultiError
from .core.protocol.wire import Composer
from .runtime.backend.ipc import LONGEST_IPC_PATH
from .runtime.backend.launch import open_child
from .runtime.backend.launch_context import LaunchContext
from .runtime.backend.output import Output
from .runtime.backend.watchdog import Watchdog
from .runtime.folders import make_private_folder
from .runtime.sockets import open_context
from .trace.watchers import Trace

SOCKET_IN_FOLDER = "multikernel-1234567-abcdefgh/01234567"
"""As long as the path of a child's socket below Jupyter's runtime folder is at most."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a backend's start went."""

    backend: str
    seconds: float
    transport: str = ""
    """ipc or tcp; empty if it did not start."""
    kernel: str = ""
    """Implementation and version, as its kernel_info has them."""
    startup_error: str = ""
    """What the configured startup code raised."""
    error: str = ""
    """Why it did not start, in a sentence or two."""
    last_line: str = ""
    """What its process wrote last, if it did not start."""


def is_too_long_for_ipc(runtime_folder: Path) -> bool:
    """Whether the path of a child's socket in Jupyter's runtime folder would be too long, so that it has to be tcp."""
    return len(os.fsencode(runtime_folder / SOCKET_IN_FOLDER)) > LONGEST_IPC_PATH


def start_each(backends: Iterable[BackendConfig], runtime_folder: Path) -> Iterator[Trial]:
    """Start backends one by one; OSError if the runtime folder cannot be used.

    Their env, cwd and startup code count, as for a cell.
    """
    make_private_folder(runtime_folder)
    composer = Composer(secrets.token_hex(16), lambda: datetime.now(UTC).isoformat())
    with (
        tempfile.TemporaryDirectory(
            prefix="multikernel-doctor-", dir=runtime_folder, ignore_cleanup_errors=True
        ) as directory,
        closing(Watchdog(directory)) as watchdog,
        open_context(linger=0) as context,
    ):
        trace = Trace(composer.session)
        launch_context = LaunchContext(context, directory, kernel_spec_manager, watchdog, composer, trace)
        for backend in backends:
            yield anyio.run(_start, backend, launch_context)


async def _start(backend: BackendConfig, launch_context: LaunchContext) -> Trial:
    """Start a backend and end it; KeyboardInterrupt once it has ended, if Ctrl-C was pressed meanwhile.

    asyncio's own way with Ctrl-C would break off a launch that is shielded, and leave a process that nobody knows.
    """
    trial = None
    async with anyio.create_task_group() as tasks:
        with anyio.open_signal_receiver(signal.SIGINT) as presses:
            tasks.start_soon(_cancel_at_once, presses, tasks.cancel_scope)
            trial = await _try(backend, launch_context)
            tasks.cancel_scope.cancel()
    if trial is None:
        raise KeyboardInterrupt
    return trial


async def _cancel_at_once(presses: AsyncIterator[signal.Signals], scope: anyio.CancelScope) -> None:
    async for _ in presses:
        scope.cancel()


async def _try(backend: BackendConfig, launch_context: LaunchContext) -> Trial:
    begin = time.monotonic()
    try:
        async with open_child(backend, launch_context, Output(), lambda channel, message: None) as child:
            seconds = time.monotonic() - begin
            info = child.kernel_info
            kernel = f"{info.get('implementation')} {info.get('implementation_version')}"
            return Trial(backend.name, seconds, child.transport, kernel, child.startup_error)
    except Exception as error:
        # Whatever a kernelspec, its provisioner or the system raises concerns this backend alone.
        seconds = time.monotonic() - begin
        if isinstance(error, MultiError):
            return Trial(backend.name, seconds, error=str(error), last_line="".join(error.details[-1:]))
        return Trial(backend.name, seconds, error=f"{type(error).__name__}: {error}")
