"""The default backend's process, which is launched before the front is imported: the same as jupyter_client's."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from multikernel.config.kernelspecs import installed_kernelspecs
from multikernel.core.config import BackendConfig, Kernelspec
from multikernel.runtime.backend.prelaunch import prelaunch
from multikernel.runtime.backend.watchdog import Watchdog

from .kernel import PATIENCE, open_kernel
from .kernelspecs import Lobby, write_kernelspec

TELL = """\
import json, os, stat, sys
told = {
    "arguments": sys.argv[2:],
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "leads its session": os.getsid(0) == os.getpid() == os.getpgid(0),
    "stdin": [stat.S_IFMT(os.fstat(0).st_mode), os.read(0, 1).decode()],
    "one output": os.fstat(1) == os.fstat(2),
    "files": os.listdir("/dev/fd"),
    "connection": json.load(open(sys.argv[1])),
    "mode": stat.filemode(os.stat(sys.argv[1]).st_mode),
}
open(os.environ["TELL"], "w").write(json.dumps(told))
"""

ARGV = [
    "python3",
    "-m",
    "ipykernel_launcher",
    "{connection_file}",
    "~/in a home",
    "{prefix}/bin",
    "{nobody_knows}",
    "{}",
]


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_kernelspec(tmp_path, "python3", *ARGV, language="python")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("TELL", str(tmp_path / "told"))
    monkeypatch.setenv("PYTHONEXECUTABLE", "/nowhere")
    monkeypatch.setenv("JPY_SESSION_NAME", "a notebook")


@pytest.fixture
def in_place_of_ipykernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that takes what is to run as ipykernel: nothing else that speaks ipc gets a head start."""

    def run(code: str) -> None:
        (tmp_path / "ipykernel_launcher.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return run


def told(folder: Path, process: "subprocess.Popen[bytes]") -> dict[str, object]:
    """Return what a process has told, without what may be different each time."""
    process.wait(timeout=PATIENCE)
    said = json.loads((folder / "told").read_text())
    assert len(said["connection"].pop("key")) >= 32
    assert said["connection"].pop("ip").startswith(str(folder))
    return dict(said)


def test_it_is_what_jupyter_client_launches(tmp_path: Path, in_place_of_ipykernel: Callable[[str], None]) -> None:
    in_place_of_ipykernel(TELL)
    folder = tmp_path / "a folder"
    folder.mkdir()
    config = BackendConfig("python3", "python3", env={"MINE": "yes", "HOME": "/home/of/nobody"}, cwd=str(folder))
    with closing(Watchdog()) as watchdog:
        kernelspec = installed_kernelspecs()["python3"]
        with prelaunch(config, kernelspec, str(tmp_path), "kernel-1.json", watchdog) as started:
            ours = told(tmp_path, started["python3"].process)
    manager = KernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(),
        connection_file=str(tmp_path / "connection.json"),
        transport="ipc",
        ip=str(tmp_path / "socket"),
    )
    read_end, write_end = os.pipe()
    manager.start_kernel(stdout=write_end, stderr=write_end, cwd=config.cwd, env={**os.environ, **config.env})
    os.close(write_end)
    process: subprocess.Popen[bytes] = manager.provisioner.process  # type: ignore[union-attr]
    theirs = told(tmp_path, process)
    os.close(read_end)
    manager.cleanup_resources()
    assert ours == theirs


@pytest.mark.parametrize(
    "kernelspec",
    [
        None,
        Kernelspec("python3", "python", "Python"),
        Kernelspec("k", "k", "K", command=("/no/python", "-m", "ipykernel")),
    ],
)
def test_what_cannot_be_launched_is_not(tmp_path: Path, kernelspec: Kernelspec | None) -> None:
    before = psutil.Process().num_fds()
    with (
        closing(Watchdog()) as watchdog,
        prelaunch(BackendConfig("k", "k"), kernelspec, str(tmp_path), "kernel-1.json", watchdog) as started,
    ):
        assert started == {}
        assert psutil.Process().num_fds() == before + 1, "the pipe to the watchdog"
    assert list(tmp_path.glob("*.json")) == []


def test_one_that_nobody_takes_over_is_killed(tmp_path: Path, in_place_of_ipykernel: Callable[[str], None]) -> None:
    before = psutil.Process().num_fds()
    with Lobby() as lobby, closing(Watchdog()) as watchdog:
        in_place_of_ipykernel(lobby.code("os.system('sleep 1000')"))
        kernelspec = Kernelspec("k", "k", "K", command=(sys.executable, "-m", "ipykernel_launcher"))
        with prelaunch(BackendConfig("k", "k"), kernelspec, str(tmp_path), "kernel-1.json", watchdog):
            process = lobby.next_process()
        assert not process.is_running()
    assert psutil.Process().num_fds() == before


def test_a_front_that_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    runtime = tmp_path / "r"
    with socket.create_server(("127.0.0.1", 0)) as server:
        file, _ = write_connection_file(str(tmp_path / "front.json"), shell_port=server.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "multikernel", "-f", file],
            env={**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime), "PYTHONEXECUTABLE": ""},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    assert (ended.returncode, b"cannot be bound" in ended.stderr) == (1, True), ended.stderr
    assert list(runtime.iterdir()) == []


def test_its_connection_file_goes_with_it(tmp_path: Path) -> None:
    runtime = tmp_path / "r"
    with open_kernel(
        "multi", env={"JUPYTER_PATH": "", "JUPYTER_RUNTIME_DIR": str(runtime), "PYTHONEXECUTABLE": ""}
    ) as kernel:
        first = kernel.run("import ipykernel; print(ipykernel.get_connection_file())").stream().strip()
        assert os.path.exists(first)
        kernel.run("%%restart python3")
        second = kernel.run("import ipykernel; print(ipykernel.get_connection_file())").stream().strip()
        assert os.listdir(os.path.dirname(second)).count(os.path.basename(second)) == 1
        assert not os.path.exists(first)
