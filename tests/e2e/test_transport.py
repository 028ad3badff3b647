"""Children are reached over ipc where they can, over tcp where they cannot; nobody takes their ports meanwhile."""

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multikernel.runtime.backend.prelaunch import PORTS
from multikernel.runtime.backend.tcp_ports import RANGE, reserved_ports

from .kernel import Kernel, open_kernel
from .kernelspecs import write_kernelspec

Need = Callable[..., None]

DEAF_TO_IPC = """\
import json, os, sys, time
if json.load(open(sys.argv[1]))["transport"] == "ipc":
    print("waiting for better times", flush=True)
    time.sleep(1000)
os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", "-f", sys.argv[1]])
"""

SHOW = "import ipykernel, json; c = json.load(open(ipykernel.get_connection_file())); print(c['transport'])"


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a Multi with a kernel that lives, but never listens, where it is asked to use ipc."""
    folder: Path = tmp_path_factory.mktemp("jupyter")
    write_kernelspec(folder, "deaf-to-ipc", sys.executable, "-c", DEAF_TO_IPC, "{connection_file}")
    with open_kernel("multi", env={"JUPYTER_PATH": str(folder)}) as kernel:
        yield kernel


def test_a_child_is_reached_over_ipc(several: Kernel) -> None:
    assert several.run(SHOW).stream() == "ipc\n"


@pytest.mark.parametrize("backend", ["deno", "deaf-to-ipc"])
def test_a_child_that_does_not_speak_ipc_is_reached_over_tcp(several: Kernel, need: Need, backend: str) -> None:
    if backend != "deaf-to-ipc":
        need(backend)
    assert "42" in str(several.run(f"%%{backend}\n6 * 7").result)
    note = "It may not speak ipc: it is started again, over tcp."
    assert str(several.run(f"%%log {backend}").result).count(note) == 1
    several.run(f"%%restart {backend}")
    assert str(several.run(f"%%log {backend}").result).count(note) == 1


def test_a_path_that_is_too_long_for_ipc_means_tcp(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(folder)}) as kernel:
        assert kernel.run(SHOW).stream() == "tcp\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a port be held for another")
def test_reserved_ports_are_kept_for_the_child_alone() -> None:
    with reserved_ports() as options:
        for name in PORTS:
            assert options[name] in RANGE
            address = ("127.0.0.1", options[name])
            with socket.socket() as taker, pytest.raises(OSError, match="in use"):
                taker.bind(address)
            with socket.create_server(address) as server:
                assert server.getsockname() == address
