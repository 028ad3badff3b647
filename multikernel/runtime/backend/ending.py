"""Ends a backend's process. Every step is taken, even if those before have failed.

jupyter_client's `shutdown_kernel` (8.10) takes the same steps, but stops at the first that fails: a kernel that runs
under sudo refuses SIGINT, so it would never be asked to shut down.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress

import anyio
from jupyter_client.manager import AsyncKernelManager

from ..folders import remove_connection_file
from .output import Report
from .watchdog import Watchdog

SHUTDOWN_SECONDS = 1.6
"""A child has half of it to end by itself, the other half after SIGTERM; then SIGKILL."""

STEP_SECONDS = 1.0
"""How long a provisioner may take to send a signal, or to clean up."""

REMOTE_STEP_SECONDS = 5.0
"""How long one may take that is not this machine's."""

KILL_SECONDS = 5.0
"""How long the manager waits for a process after SIGKILL."""


def process_group(manager: AsyncKernelManager) -> int | None:
    """Return the process group of a manager's process, unless it has none of its own."""
    group = getattr(manager.provisioner, "pgid", None)
    return None if group is None or group == os.getpgrp() else int(group)


async def end_process(manager: AsyncKernelManager, watchdog: Watchdog, report: Report) -> None:
    """End a manager's process and what is left of its process group, and remove its files; `report` what fails.

    It waits no longer than the provisioner allows, and cannot be cancelled.
    """
    with ExitStack() as certain:
        if (group := process_group(manager)) is not None:
            certain.callback(watchdog.ended, group)
            certain.callback(_kill, group)
        await _shut_down(manager, report, STEP_SECONDS, STEP_SECONDS)


async def end_elsewhere(manager: AsyncKernelManager, report: Report) -> None:
    """End a kernel that its provisioner has put elsewhere; process groups of its host mean nothing on this one."""
    cleanup_seconds = seconds_to_end(manager, report, REMOTE_STEP_SECONDS)
    await _shut_down(manager, report, REMOTE_STEP_SECONDS, cleanup_seconds)


async def abandon_launch(manager: AsyncKernelManager, report: Report) -> None:
    """Kill what a launch that has failed, or was cancelled, may have started elsewhere; it may be far from a kernel."""
    cleanup_seconds = seconds_to_end(manager, report, REMOTE_STEP_SECONDS)
    if manager.provisioner is not None:
        await _take(report, "kill", REMOTE_STEP_SECONDS, manager.provisioner.kill)
    await _take(report, "clean up after", cleanup_seconds, manager.cleanup_resources)
    _remove(manager.connection_file)


async def _shut_down(manager: AsyncKernelManager, report: Report, step_seconds: float, cleanup_seconds: float) -> None:
    with ExitStack() as certain:
        # A manager removes only what it has written itself, and not what it could only begin to write on a full disk.
        certain.callback(_remove, manager.connection_file)
        # Provisioners look at it, as `shutdown_kernel` sets it.
        manager.shutting_down = True
        if manager.has_kernel:
            await _take(report, "interrupt", step_seconds, manager.interrupt_kernel)
            await _take(report, "ask to shut down", step_seconds, manager.request_shutdown)
            await _take(report, "end", seconds_to_end(manager, report, step_seconds), manager.finish_shutdown)
        await _take(report, "clean up after", cleanup_seconds, manager.cleanup_resources)


def seconds_to_end(manager: AsyncKernelManager, report: Report, step_seconds: float) -> float:
    """Return how long a process may take to end: some need more time, since a job has to leave its queue."""
    wanted = float(manager.shutdown_wait_time)
    if manager.provisioner is not None:
        try:
            wanted = float(manager.provisioner.get_shutdown_wait_time(recommended=wanted))
        except Exception as error:
            report(f"cannot ask how long the process takes to end: {type(error).__name__}: {error}")
    return wanted + KILL_SECONDS + step_seconds


async def _take(report: Report, what: str, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
    """Take one step; what a provisioner raises may be anything."""
    try:
        with anyio.CancelScope(shield=True), anyio.fail_after(seconds):
            await step()
    except TimeoutError:
        report(f"cannot {what} the process: no response within {seconds:g} s")
    except Exception as error:
        report(f"cannot {what} the process: {type(error).__name__}: {error}")


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _remove(connection_file: str) -> None:
    with suppress(OSError):
        remove_connection_file(connection_file)
