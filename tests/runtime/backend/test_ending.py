"""A process is ended step by step, and no step is left out because another one fails."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from jupyter_client.manager import AsyncKernelManager

from multikernel.runtime.backend import ending
from multikernel.runtime.backend.ending import end_process, process_group
from multikernel.runtime.backend.watchdog import Watchdog

pytestmark = pytest.mark.anyio

STEPS = ["interrupt_kernel", "request_shutdown", "finish_shutdown", "cleanup_resources"]


class FakeProvisioner:
    """A provisioner whose process has a group."""

    def __init__(self, pgid: int | None) -> None:
        self.pgid = pgid

    def get_shutdown_wait_time(self, recommended: float) -> float:
        return 0.1


class FakeManager:
    """A manager that notes what it is asked to do, and fails where it is told to."""

    def __init__(self, connection_file: Path, group: int | None, failing: dict[str, BaseException | None]) -> None:
        self.connection_file = str(connection_file)
        self.provisioner: Any = FakeProvisioner(group)
        self.has_kernel = True
        self.shutdown_wait_time = 0.1
        self.taken: list[str] = []
        self._failing = failing

    def __getattr__(self, step: str) -> Any:
        async def take() -> None:
            self.taken.append(step)
            if step in self._failing:
                error = self._failing[step]
                if error is None:
                    await anyio.sleep_forever()
                else:
                    raise error

        return take

    async def end(self, watchdog: "FakeWatchdog") -> list[str]:
        """End the process; return what is reported."""
        reports: list[str] = []
        await end_process(cast(AsyncKernelManager, self), cast(Watchdog, watchdog), reports.append)
        return reports


class FakeWatchdog:
    """Notes which groups have ended."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def ended(self, group: int) -> None:
        self.told.append(group)


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """Return a process that leads a group, and lives until it is killed."""
    argv = [sys.executable, "-c", "input()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True) as process:
        yield process
        process.kill()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a step that hangs be given up soon."""
    monkeypatch.setattr(ending, "STEP_SECONDS", 0.05)
    monkeypatch.setattr(ending, "KILL_SECONDS", 0.05)


@pytest.mark.parametrize("failing", STEPS)
@pytest.mark.parametrize("error", [PermissionError(1, "Operation not permitted"), ValueError("no"), None], ids=repr)
async def test_a_step_that_fails_or_hangs_is_reported_and_all_others_are_taken(
    tmp_path: Path, process: "subprocess.Popen[bytes]", failing: str, error: Exception | None
) -> None:
    connection_file = tmp_path / "connection.json"
    connection_file.write_text("{}")
    manager, watchdog = FakeManager(connection_file, process.pid, {failing: error}), FakeWatchdog()
    (report,) = await manager.end(watchdog)
    assert report.endswith(f"{type(error).__name__}: {error}" if error is not None else " s")
    assert manager.taken == STEPS
    assert not connection_file.exists()
    assert process.wait(10) == -signal.SIGKILL
    assert watchdog.told == [process.pid]


async def test_a_process_is_killed_whatever_interrupts_the_front(
    tmp_path: Path, process: "subprocess.Popen[bytes]"
) -> None:
    manager = FakeManager(tmp_path / "none.json", process.pid, {"request_shutdown": KeyboardInterrupt()})
    watchdog = FakeWatchdog()
    with pytest.raises(KeyboardInterrupt):
        await manager.end(watchdog)
    assert process.wait(10) == -signal.SIGKILL
    assert watchdog.told == [process.pid]


async def test_ending_cannot_be_cancelled(tmp_path: Path, process: "subprocess.Popen[bytes]") -> None:
    manager, watchdog = FakeManager(tmp_path / "none.json", process.pid, {}), FakeWatchdog()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await manager.end(watchdog)
    assert manager.taken == STEPS
    assert watchdog.told == [process.pid]


async def test_what_was_never_launched_is_only_cleaned_up_after(tmp_path: Path) -> None:
    manager, watchdog = FakeManager(tmp_path / "none.json", None, {}), FakeWatchdog()
    manager.has_kernel, manager.provisioner = False, None
    assert await manager.end(watchdog) == []
    assert manager.taken == ["cleanup_resources"]
    assert watchdog.told == []


async def test_a_group_that_is_the_front_s_own_is_not_killed(tmp_path: Path) -> None:
    manager = FakeManager(tmp_path / "none.json", os.getpgrp(), {})
    assert process_group(cast(AsyncKernelManager, manager)) is None


async def test_a_group_that_has_ended_is_no_error(tmp_path: Path, process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    watchdog = FakeWatchdog()
    assert await FakeManager(tmp_path / "none.json", process.pid, {}).end(watchdog) == []
    assert watchdog.told == [process.pid]
