"""Children are reached over ipc where they can, over tcp where they cannot; nobody takes their ports meanwhile."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from multikernel.runtime.backend.prelaunch import PORTS
from multikernel.runtime.backend.tcp_ports import RANGE, reserved_ports

from .kernel import Kernel, open_kernel
from .kernelspecs import write_kernelspec

Need = Callable[..., None]

UNKNOWN = """\
import os, sys, time
with open(sys.argv[2], "a") as starts:
    print("started", file=starts)
os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", "-f", sys.argv[1]])
"""
"""A kernel of which nobody knows what it speaks, since something else starts it."""

SHOW = "import ipykernel, json; c = json.load(open(ipykernel.get_connection_file())); print(c['transport'])"


def test_a_child_that_is_known_to_speak_ipc_is_reached_over_it(shared: Kernel) -> None:
    assert shared.run(SHOW).stream() == "ipc\n"


def test_an_unknown_child_is_reached_over_tcp_and_started_once(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    write_kernelspec(tmp_path, "unknown", sys.executable, "-c", UNKNOWN, "{connection_file}", str(starts))
    with open_kernel("multi", env={"JUPYTER_PATH": str(tmp_path)}) as kernel:
        assert kernel.run(f"%%unknown\n{SHOW}").stream() == "tcp\n"
        assert starts.read_text() == "started\n"


@pytest.mark.parametrize("backend", ["deno", "xpython"])
def test_a_child_that_does_not_speak_ipc_is_reached_over_tcp(shared: Kernel, need: Need, backend: str) -> None:
    need(backend)
    assert "42" in str(shared.run(f"%%{backend}\n6 * 7").result)


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
