"""Provisioners that others wrote start kernels elsewhere; here, elsewhere is this machine, by way of sshd."""

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from .kernel import Kernel, open_kernel
from .lacking import lacking
from .processes import left_of
from .sshd import open_sshd


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder with a short path, for ssh's sockets."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def need_package(name: str) -> None:
    """Skip the test if a package is not installed; in CI that is a failure."""
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        lacking(name)


def interrupt(kernel: Kernel, backend: str) -> None:
    """Interrupt a cell, and see that the kernel goes on."""
    msg_id = kernel.begin(f"%%{backend}\nkept = 41; print('go', flush=True)\nimport time; time.sleep(100)")
    kernel.interrupt()
    assert kernel.wait(msg_id).content["ename"] == "KeyboardInterrupt"
    assert kernel.run(f"%%{backend}\nkept + 1").result == "42"


def process_of(kernel: Kernel, backend: str) -> psutil.Process:
    """Return the process of a backend's kernel."""
    result = kernel.run(f"%%{backend}\nimport os; os.getpid()").result
    assert result is not None
    return psutil.Process(int(result))


def test_sshpyk(folder: Path) -> None:
    need_package("sshpyk")
    with open_sshd(folder) as config:
        options = {
            "ssh_host_alias": "here",
            "ssh_config": str(config),
            "remote_python": sys.executable,
            "remote_kernel_name": "python3",
        }
        stanza = {"provisioner_name": "sshpyk-provisioner", "config": options}
        spec = {"argv": [], "display_name": "far", "language": "python", "interrupt_mode": "message"}
        kernel_json = folder / "kernels" / "far" / "kernel.json"
        kernel_json.parent.mkdir(parents=True)
        kernel_json.write_text(json.dumps({**spec, "metadata": {"kernel_provisioner": stanza}}))
        with open_kernel("multi", env={"JUPYTER_PATH": str(folder)}) as kernel:
            interrupt(kernel, "far")
            process = process_of(kernel, "far")
            died = kernel.run("%%far\nimport os, signal; os.kill(os.getpid(), signal.SIGKILL)")
            assert died.content["ename"] == "BackendDied"
            assert died.seconds < 10
            again = process_of(kernel, "far")
            assert again != process
            kernel.run("%%stop far")
            assert left_of([process, again], seconds=10) == []


@pytest.mark.long
def test_gateway_provisioners(folder: Path) -> None:
    need_package("gateway_provisioners")
    installer = [sys.executable, "-m", "gateway_provisioners.cli.ssh_specapp", "install"]
    options = ["--prefix", str(folder), "--kernel-name", "far", "--remote-hosts", "localhost"]
    subprocess.run([*installer, *options], check=True, capture_output=True)
    environment = {
        "JUPYTER_PATH": str(folder / "share" / "jupyter"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        # Root may not start any.
        "KERNEL_USERNAME": "somebody",
        "GP_KERNEL_LOG_DIR": str(folder),
    }
    with open_kernel("multi", env=environment) as kernel:
        interrupt(kernel, "far")
        process = process_of(kernel, "far")
        keys = "import json, ipykernel; 'curve_publickey' in json.load(open(ipykernel.get_connection_file()))"
        assert kernel.run(f"%%far\n{keys}").result == "True"
        kernel.run("%%stop far")
        # What launches kernels on its own host, in place of ssh, takes 30 s to end.
        assert left_of([process], seconds=40) == []
