"""A start that fails or is cancelled leaves no process, whatever its kernelspec's provisioner does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from multikernel.core.config import BackendConfig
from multikernel.core.errors import BackendNotFound, BackendStartError
from multikernel.core.protocol.wire import Composer
from multikernel.runtime.backend.launch import open_child
from multikernel.runtime.backend.launch_context import LaunchContext
from multikernel.runtime.backend.output import Output
from multikernel.runtime.backend.prelaunch import Prelaunched
from multikernel.runtime.backend.watchdog import Watchdog
from multikernel.runtime.folders import child_connection_file
from multikernel.runtime.sockets import open_context
from multikernel.trace.watchers import Trace

pytestmark = pytest.mark.anyio

IPYKERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
WAITS = [sys.executable, "-c", "input()", "{connection_file}"]


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
    specs = {name: (IPYKERNEL, {"kernel_provisioner": {"provisioner_name": name}}) for name in PROVISIONERS}
    unknown = {"kernel_provisioner": {"provisioner_name": "nobody-s"}}
    for name, (argv, metadata) in {**specs, "waits": (WAITS, {}), "unknown": (WAITS, unknown)}.items():
        folder = tmp_path / "kernels" / name
        folder.mkdir(parents=True)
        spec = {"argv": argv, "display_name": name, "language": "none", "metadata": metadata}
        (folder / "kernel.json").write_text(json.dumps(spec))
    for name, provisioner in PROVISIONERS.items():
        entry = EntryPoint(name, f"{__name__}:{provisioner.__name__}", KernelProvisionerFactory.GROUP_NAME)
        monkeypatch.setitem(KernelProvisionerFactory.instance().provisioners, name, entry)
    directory = tmp_path / "private"
    directory.mkdir(0o700)
    before = children()
    with closing(Watchdog()) as watchdog, open_context(linger=0) as zmq_context:
        composer = Composer("own", lambda: "2026-01-01T00:00:00Z")
        specs_found = KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")], ensure_native_kernel=False)
        yield LaunchContext(
            zmq_context,
            str(directory),
            "kernel-1.json",
            lambda: specs_found,
            watchdog,
            composer,
            Trace("own"),
            lambda config: None,
        )
        assert watchdog._groups == set()
    assert list(directory.iterdir()) == []
    assert children() == before


def children() -> set[int]:
    """Return the processes that this one has started."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


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
