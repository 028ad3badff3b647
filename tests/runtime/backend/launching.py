"""What the launch of children needs: kernelspecs, provisioners, and a context that leaves nothing behind."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from multikernel.core.protocol.wire import Composer
from multikernel.runtime.backend.launch_context import LaunchContext
from multikernel.runtime.backend.watchdog import Watchdog
from multikernel.runtime.sockets import open_context
from multikernel.trace.watchers import Trace

IPYKERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
WAITS = [sys.executable, "-c", "input()", "{connection_file}"]


def write_kernelspec(folder: Path, name: str, argv: list[str], **metadata: object) -> None:
    """Put a kernelspec where `launch_context` looks for it."""
    spec = folder / "kernels" / name
    spec.mkdir(parents=True)
    content = {"argv": argv, "display_name": name, "language": "none", "metadata": metadata}
    (spec / "kernel.json").write_text(json.dumps(content))


def install_provisioner(monkeypatch: pytest.MonkeyPatch, name: str, provisioner: type[KernelProvisionerBase]) -> None:
    """Let kernelspecs name a provisioner."""
    value = f"{provisioner.__module__}:{provisioner.__name__}"
    entry = EntryPoint(name, value, KernelProvisionerFactory.GROUP_NAME)
    monkeypatch.setitem(KernelProvisionerFactory.instance().provisioners, name, entry)


@contextmanager
def launch_context(folder: Path) -> Iterator[LaunchContext]:
    """Yield what children need; no process and no file may be left in the end."""
    directory = folder / "private"
    directory.mkdir(0o700)
    before = _children()
    with closing(Watchdog()) as watchdog, open_context(linger=0) as zmq_context:
        composer = Composer("own", lambda: "2026-01-01T00:00:00Z")
        specs_found = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
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
    assert _children() == before


def _children() -> set[int]:
    """Return the processes that this one has started."""
    return {child.pid for child in psutil.Process().children(recursive=True)}
