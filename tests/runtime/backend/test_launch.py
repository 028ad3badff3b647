"""A start that fails or is cancelled leaves no process, whatever its kernelspec's provisioner does."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from multikernel.core.config import BackendConfig
from multikernel.core.errors import BackendNotFound, BackendStartError
from multikernel.runtime.backend.launch import open_child
from multikernel.runtime.backend.launch_context import LaunchContext
from multikernel.runtime.backend.output import Output
from multikernel.runtime.backend.prelaunch import Prelaunched
from multikernel.runtime.folders import child_connection_file

from .launching import IPYKERNEL, WAITS, install_provisioner, launch_context, write_kernelspec

pytestmark = pytest.mark.anyio


class Unsignalled(LocalProvisioner):
    """As of a kernel that runs under sudo: this user may not send it signals."""

    async def send_signal(self, signum: int) -> None:
        raise PermissionError(1, "Operation not permitted")


class HalfLaunched(LocalProvisioner):
    """Fails after it has launched the process."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        await super().launch_kernel(cmd, **kwargs)
        raise KeyError("the cluster has no such queue")


PROVISIONERS: dict[str, type[LocalProvisioner]] = {"unsignalled": Unsignalled, "half-launched": HalfLaunched}


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LaunchContext]:
    """Return what children need, with a kernelspec for each provisioner, and `waits`; no process may be left."""
    for name, provisioner in PROVISIONERS.items():
        install_provisioner(monkeypatch, name, provisioner)
        write_kernelspec(tmp_path, name, IPYKERNEL, kernel_provisioner={"provisioner_name": name})
    write_kernelspec(tmp_path, "waits", WAITS)
    write_kernelspec(tmp_path, "unknown", WAITS, kernel_provisioner={"provisioner_name": "nobody-s"})
    with launch_context(tmp_path) as context:
        yield context


async def test_a_kernel_that_cannot_be_signalled_shuts_down_as_it_is_asked(
    context: LaunchContext, caplog: pytest.LogCaptureFixture
) -> None:
    output = Output()
    async with open_child(BackendConfig("r", "unsignalled"), context, output, lambda *_: None) as child:
        process = psutil.Process(child.pid)
        with pytest.raises(PermissionError):
            await child.signal()
    assert not process.is_running()
    assert "cannot interrupt the process: PermissionError" in output.lines()[-1]


async def test_a_launch_that_fails_half_way_leaves_no_process(context: LaunchContext) -> None:
    with pytest.raises(BackendStartError, match="could not be started: 'the cluster has no such queue'"):
        async with open_child(BackendConfig("r", "half-launched"), context, Output(), lambda *_: None):
            pass


async def test_a_provisioner_that_is_not_installed_is_named(context: LaunchContext) -> None:
    with pytest.raises(BackendNotFound, match="'unknown' of r needs the provisioner 'nobody-s'; install it"):
        async with open_child(BackendConfig("r", "unknown"), context, Output(), lambda *_: None):
            pass


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 13, 34])
async def test_a_start_that_is_cancelled_leaves_no_process(context: LaunchContext, steps: int) -> None:
    async def start() -> None:
        async with open_child(BackendConfig("r", "waits"), context, Output(), lambda *_: None):
            pass

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(start)
        for _ in range(steps):
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()


async def test_a_watchdog_that_fails_does_not_keep_a_process(
    context: LaunchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(group: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(context.watchdog, "started", refuse)
    with pytest.raises(OSError, match="No space left"):
        async with open_child(BackendConfig("r", "waits"), context, Output(), lambda *_: None):
            pass


async def test_a_process_that_cannot_be_taken_over_is_ended(context: LaunchContext, tmp_path: Path) -> None:
    process = subprocess.Popen(WAITS, stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    read_end, write_end = os.pipe()
    with process.stdin, open(write_end):
        connection_file = child_connection_file(context.directory, context.connection_name)
        context.prelaunched["r"] = Prelaunched(process, connection_file, {}, read_end)
        with pytest.raises(BackendNotFound):
            async with open_child(BackendConfig("r", "uninstalled"), context, Output(), lambda *_: None):
                pass
        assert process.returncode == -signal.SIGKILL
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(read_end)
