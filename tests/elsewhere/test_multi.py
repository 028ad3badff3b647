"""The whole of Multi with a backend on another host."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.e2e.kernel import Kernel, open_kernel
from tests.e2e.processes import front

from .hosts import Hosts

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  far: {{kernel: python3, at: gpu}}
  sh: {{kernel: bash, at: gpu}}
places:
  gpu: {{ssh: gpu1, python: {python}, keep: {keep} s}}
"""

CELL = "%%far\nprint('go', flush=True)\nimport time\nfor i in range(20):\n    print(i, flush=True); time.sleep(0.1)"
TEXT = "go\n" + "".join(f"{number}\n" for number in range(20))


@pytest.fixture
def kernel(hosts: Hosts, tmp_path: Path) -> Iterator[Kernel]:
    """Return a Multi whose backend `far` is on the server."""
    config = tmp_path / "multikernel.yaml"
    config.write_text(CONFIG.format(python=sys.executable, keep=30))
    config.chmod(0o600)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        yield kernel


def ssh_of(kernel: Kernel) -> list[psutil.Process]:
    """Return each ssh that Multi runs."""
    return [each for each in front(kernel).children(recursive=True) if each.name() == "ssh"]


def kill_ssh(kernel: Kernel) -> bool:
    """Kill each ssh that Multi runs; return whether there were any."""
    found = ssh_of(kernel)
    for process in found:
        # The end of a shared connection ends the others.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return bool(found)


def test_cells_there_and_here(kernel: Kernel, hosts: Hosts) -> None:
    assert kernel.run("%%far\nimport socket; socket.gethostname()").result == "'gpu1'"
    assert kernel.run("x = 1; x").result == "1"
    assert kernel.run("%%sh\nhostname").stream() == "gpu1\n"
    kernel.run("%%far\nx_there = 2")
    content = {"code": "%%far\nx_the", "cursor_pos": 11}
    assert "x_there" in kernel.ask("complete_request", content).content["matches"]
    assert "gpu" in str(kernel.run("%%backends").of("display_data"))
    assert kernel.run("%%far\nimport os; os._exit(3)").content["ename"] == "BackendDied"
    assert kernel.run("%%far\n1").result == "1"
    kernel.run("%%stop far sh")
    hosts.wait_for_nothing()


def test_a_connection_that_breaks(kernel: Kernel, hosts: Hosts) -> None:
    kernel.run("%%far\n1")
    cell = kernel.begin(CELL)
    assert kill_ssh(kernel)
    answer = kernel.wait(cell)
    assert answer.content["status"] == "ok"
    assert answer.stream() == TEXT


@pytest.mark.long
def test_a_backend_that_is_lost_is_given_up_by_the_second_press(kernel: Kernel, hosts: Hosts) -> None:
    kernel.run("%%far\n1")
    cell = kernel.begin("%%far\nprint('go', flush=True)\nimport time; time.sleep(100)")
    hosts.link("down")
    assert kill_ssh(kernel)
    while "lost" not in str(kernel.run("%%backends --now").of("display_data")):
        pass
    kernel.ask("interrupt_request", {}, channel="control")
    kernel.until("stream", cell)
    kernel.ask("interrupt_request", {}, channel="control")
    assert kernel.wait(cell).content["ename"] == "BackendLost"
    assert kernel.run("1").result == "1"
    hosts.link("up")
    hosts.wait_for_nothing(seconds=20)


def test_the_front_is_killed(kernel: Kernel, hosts: Hosts) -> None:
    kernel.run("%%far\n1")
    kernel.begin(CELL)
    ssh = ssh_of(kernel)
    assert ssh
    front(kernel).kill()
    hosts.wait_for_nothing(seconds=20)
    psutil.wait_procs(ssh, timeout=1)
    assert all(not each.is_running() or each.status() == psutil.STATUS_ZOMBIE for each in ssh)


@pytest.mark.long
def test_the_front_ends(kernel: Kernel, hosts: Hosts) -> None:
    kernel.run("%%far\n1")
    kernel.begin(CELL)
    kernel.send("shutdown_request", {"restart": False}, channel="control")
    hosts.wait_for_nothing(seconds=5)
