"""Starts backends as the kernel does, several at once, and ends each as soon as it is ready.

The one place where a subcommand meets the runtime.
"""

import os
import secrets
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import anyio

from ...config.kernelspecs import kernel_spec_manager
from ...config.settings import check_may_start
from ...core.config import BackendConfig
from ...core.errors import MultiError
from ...core.protocol.wire import Composer
from ...runtime.backend.ipc import LONGEST_IPC_PATH
from ...runtime.backend.launch import open_child
from ...runtime.backend.launch_context import LaunchContext
from ...runtime.backend.output import Output
from ...runtime.backend.watchdog import Watchdog
from ...runtime.folders import make_private_folder
from ...runtime.sockets import open_context
from ...trace.watchers import Trace

AT_ONCE = 8
"""How many backends start at the same time: most of them wait for a disk or a timeout, and all of them take memory."""

SOCKET_IN_FOLDER = "multikernel-1234567-abcdefgh/01234567"
"""As long as the longest path of a child's socket below Jupyter's runtime folder."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How one backend's start went."""

    backend: str
    seconds: float
    transport: str = ""
    """ipc or tcp; empty if it did not start."""
    kernel: str = ""
    """Implementation and version from its kernel_info."""
    startup_error: str = ""
    """What the configured startup code raised."""
    error: str = ""
    """Why it did not start, in a sentence or two."""
    last_line: str = ""
    """The last line that its process wrote, if it did not start."""


class Observer(Protocol):
    """Hears of each start as it happens; what it raises ends all of them."""

    def started(self, backend: str) -> None:
        """Hear that a backend is starting."""

    def ended(self, probe: Probe) -> None:
        """Hear how a backend's start went."""


def is_too_long_for_ipc(runtime_folder: Path) -> bool:
    """Whether a child's socket in Jupyter's runtime folder would have too long a path, which leaves only tcp."""
    return len(os.fsencode(runtime_folder / SOCKET_IN_FOLDER)) > LONGEST_IPC_PATH


def probe_all(backends: Iterable[BackendConfig], runtime_folder: Path, observer: Observer) -> None:
    """Start backends with their env, cwd and startup code, as a cell would.

    Raises OSError if the runtime folder cannot be used, what the observer raises, and KeyboardInterrupt for Ctrl-C. By
    then every process has ended.
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
        launch_context = LaunchContext(
            context, directory, "doctor.json", kernel_spec_manager, watchdog, composer, trace, check_may_start
        )
        try:
            anyio.run(_probe_all, backends, launch_context, observer)
        except ExceptionGroup as group:
            error: Exception = group
            while isinstance(error, ExceptionGroup):
                error = error.exceptions[0]
            raise error from None


async def _probe_all(backends: Iterable[BackendConfig], launch_context: LaunchContext, observer: Observer) -> None:
    """Probe backends, AT_ONCE at a time; KeyboardInterrupt, once all have ended, if Ctrl-C was pressed meanwhile.

    asyncio's own handling of Ctrl-C would cut a shielded launch short and leave a process that nobody knows.
    """
    limiter = anyio.CapacityLimiter(AT_ONCE)
    async with anyio.create_task_group() as listening:
        with anyio.open_signal_receiver(signal.SIGINT) as presses, anyio.CancelScope() as probing:
            listening.start_soon(_cancel_at_ctrl_c, presses, probing)
            async with anyio.create_task_group() as tasks:
                for backend in backends:
                    tasks.start_soon(_probe, backend, launch_context, observer, limiter)
        listening.cancel_scope.cancel()
    if probing.cancel_called:
        raise KeyboardInterrupt


async def _cancel_at_ctrl_c(presses: AsyncIterator[signal.Signals], probing: anyio.CancelScope) -> None:
    """End the starts at the first Ctrl-C, this process at the second; then the watchdog ends the kernels."""
    async for _ in presses:
        if probing.cancel_called:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        probing.cancel()


async def _probe(
    backend: BackendConfig, launch_context: LaunchContext, observer: Observer, limiter: anyio.CapacityLimiter
) -> None:
    async with limiter:
        observer.started(backend.name)
        probe = await _start_and_end(backend, launch_context)
    observer.ended(probe)


async def _start_and_end(backend: BackendConfig, launch_context: LaunchContext) -> Probe:
    begin = time.monotonic()
    try:
        async with open_child(backend, launch_context, Output(), lambda channel, message: None) as child:
            seconds = time.monotonic() - begin
            info = child.kernel_info
            kernel = f"{info.get('implementation')} {info.get('implementation_version')}"
            return Probe(backend.name, seconds, child.link.transport, kernel, child.startup_error)
    except MultiError as error:
        last_line = error.details[-1] if error.details else ""
        return Probe(backend.name, time.monotonic() - begin, error=str(error), last_line=last_line)
    except Exception as error:
        # One backend that breaks Multi itself is a finding, too.
        return Probe(backend.name, time.monotonic() - begin, error=f"{type(error).__name__}: {error}")
