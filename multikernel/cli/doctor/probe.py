"""Tries places, and starts backends as the kernel does, several at once, and ends each as soon as it is ready.

The one place where a subcommand meets the runtime.
"""

import os
import secrets
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import anyio

from ...config.kernelspecs import kernel_spec_manager
from ...config.settings import check_may_start
from ...core.config import BackendConfig
from ...core.errors import MultiError
from ...core.places import AttachedPlace, JobPlace, RunPlace, ServerPlace, SshPlace
from ...core.protocol.wire import Composer
from ...runtime.backend.ipc import LONGEST_IPC_PATH
from ...runtime.backend.launch import open_child
from ...runtime.backend.launch_context import LaunchContext
from ...runtime.backend.links.pipe.jobs.opening import new_queue
from ...runtime.backend.links.pipe.probe import probe
from ...runtime.backend.links.server.probe import probe as probe_server
from ...runtime.backend.output import Output
from ...runtime.backend.watchdog import Watchdog
from ...runtime.folders import make_private_folder
from ...runtime.sockets import open_context
from ...trace.watchers import Trace

AT_ONCE = 8
"""How many attempts run at the same time: most of them wait for a disk or a timeout, and all of them take memory."""

PLACE_SECONDS = 30.0
"""How long a place may take to answer; ssh itself gives up on a host after 10 s."""

SOCKET_IN_FOLDER = "multikernel-1234567-abcdefgh/01234567"
"""As long as the longest path of a child's socket below Jupyter's runtime folder."""

TriedPlace = SshPlace | RunPlace | JobPlace | AttachedPlace | ServerPlace


@dataclass(frozen=True, slots=True)
class Found:
    """What came of an attempt."""

    transport: str = ""
    """ipc, tcp, ssh …; empty if no kernel was reached."""
    kernel: str = ""
    """Implementation and version from its kernel_info."""
    startup_error: str = ""
    """What the configured startup code raised."""
    error: str = ""
    """Why it failed, in a sentence or two."""
    last_line: str = ""
    """The last line that a backend's process wrote, if it did not start."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How the start of a backend, or a try of a place, went."""

    subject: str
    """Its name."""
    seconds: float
    found: Found


class Observer(Protocol):
    """Hears of each attempt as it happens; what it raises ends all of them."""

    def started(self, subject: str) -> None:
        """Hear that something is being tried."""

    def ended(self, probe: Probe) -> None:
        """Hear how that went."""


Attempt = Callable[[], Awaitable[Found]]


def is_too_long_for_ipc(runtime_folder: Path) -> bool:
    """Whether a child's socket in Jupyter's runtime folder would have too long a path, which leaves only tcp."""
    return len(os.fsencode(runtime_folder / SOCKET_IN_FOLDER)) > LONGEST_IPC_PATH


def probe_all(
    places: Sequence[TriedPlace], backends: Sequence[BackendConfig], runtime_folder: Path, observer: Observer
) -> None:
    """Try places, then start backends with their env, cwd and startup code, as a cell would.

    A backend at a place that does not answer is left out. Raises OSError if the runtime folder cannot be used, what the
    observer raises, and KeyboardInterrupt for Ctrl-C. By then every process has ended.
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
            anyio.run(_probe_all, places, backends, launch_context, observer)
        except ExceptionGroup as group:
            error: Exception = group
            while isinstance(error, ExceptionGroup):
                error = error.exceptions[0]
            raise error from None


async def _probe_all(
    places: Sequence[TriedPlace], backends: Sequence[BackendConfig], launch_context: LaunchContext, observer: Observer
) -> None:
    """Probe all; KeyboardInterrupt, once all have ended, if Ctrl-C was pressed meanwhile.

    asyncio's own handling of Ctrl-C would cut a shielded launch short and leave a process that nobody knows.
    """
    async with anyio.create_task_group() as outliving:
        context = replace(launch_context, tasks=outliving)
        with anyio.open_signal_receiver(signal.SIGINT) as presses, anyio.CancelScope() as probing:
            outliving.start_soon(_cancel_at_ctrl_c, presses, probing)
            answers = await _each(
                {f"place {each.name}": partial(_try_place, each, context) for each in places}, observer
            )
            failed = [place for place, answer in zip(places, answers, strict=True) if answer.error]
            left = [each for each in backends if each.place not in failed]
            await _each({f"backend {each.name}": partial(_start_and_end, each, context) for each in left}, observer)
        outliving.cancel_scope.cancel()
    if probing.cancel_called:
        raise KeyboardInterrupt


async def _cancel_at_ctrl_c(presses: AsyncIterator[signal.Signals], probing: anyio.CancelScope) -> None:
    """End the attempts at the first Ctrl-C, this process at the second; then the watchdog ends the kernels."""
    async for _ in presses:
        if probing.cancel_called:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        probing.cancel()


async def _each(attempts: Mapping[str, Attempt], observer: Observer) -> list[Found]:
    """Make attempts, given by what they are about, AT_ONCE at a time; return what came of each."""
    limiter = anyio.CapacityLimiter(AT_ONCE)
    found = dict.fromkeys(attempts, Found())

    async def make(subject: str, attempt: Attempt) -> None:
        async with limiter:
            observer.started(subject)
            begin = time.monotonic()
            try:
                found[subject] = await attempt()
            except MultiError as error:
                found[subject] = Found(error=str(error), last_line=error.details[-1] if error.details else "")
            except Exception as error:
                # One that breaks Multi itself is a finding, too.
                found[subject] = Found(error=f"{type(error).__name__}: {error}")
        observer.ended(Probe(subject, time.monotonic() - begin, found[subject]))

    async with anyio.create_task_group() as tasks:
        for subject, attempt in attempts.items():
            tasks.start_soon(make, subject, attempt)
    return list(found.values())


async def _start_and_end(backend: BackendConfig, launch_context: LaunchContext) -> Found:
    """Start a backend, or connect to its kernel; whatever that raises."""
    async with open_child(backend, launch_context, Output(), lambda channel, message: None) as child:
        info = child.kernel_info
        kernel = f"{info.get('implementation')} {info.get('implementation_version')}"
        return Found(child.link.transport, kernel, child.startup_error)


async def _try_place(place: TriedPlace, launch_context: LaunchContext) -> Found:
    """Ask at a place for what a kernel there needs, or connect to an attached kernel.

    A scheduler is asked whether it would take a job: one that is submitted may wait for hours.
    """
    if isinstance(place, AttachedPlace):
        attached = BackendConfig(place.name, "", interrupt="message", timeout=PLACE_SECONDS, place=place)
        return await _start_and_end(attached, launch_context)
    with anyio.move_on_after(PLACE_SECONDS):
        match place:
            case JobPlace():
                error = await new_queue(place, launch_context).check()
            case ServerPlace():
                error = await probe_server(place)
            case _:
                error = await probe(place)
        return Found(error=error.removeprefix(f"{place.name}: "))
    return Found(error=f"it did not answer within {PLACE_SECONDS:g} s")
