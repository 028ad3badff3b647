"""usage_request and connect_request, as jupyter-resource-usage and old clients ask, compared with ipykernel alone."""

import os
from collections.abc import Callable, Iterator

import psutil
import pytest

from .kernel import Json, Kernel, open_kernel

WORK = "import time\nuntil = time.process_time() + 0.3\nwhile time.process_time() < until: pass"
BLOCK = "block = bytearray(200_000_000); block[::4096] = b'1' * len(block[::4096])"


@pytest.fixture(scope="module")
def alone() -> Iterator[Kernel]:
    """Return ipykernel alone."""
    with open_kernel("python3") as kernel:
        yield kernel


def usage(kernel: Kernel, channel: str = "control") -> Json:
    return kernel.ask("usage_request", {}, channel=channel).content


def form(usage: Json) -> dict[str, type]:
    """Return the keys with the types of their values, but for one that is left out where the host had nothing to do."""
    return {key: type(value) for key, value in usage.items() if key != "host_cpu_percent"}


def test_usage_has_the_form_of_ipykernels(shared: Kernel, alone: Kernel) -> None:
    mine, its = usage(shared), usage(alone)
    assert form(mine) == form(its)
    assert mine["host_virtual_memory"].keys() == its["host_virtual_memory"].keys()
    assert (mine["hostname"], mine["cpu_count"]) == (its["hostname"], its["cpu_count"])
    assert form(usage(shared, "shell")) == form(mine)


def test_work_of_the_host_is_told(shared: Kernel) -> None:
    usage(shared)
    shared.run(WORK)
    assert 0 < usage(shared)["host_cpu_percent"] <= 100


def test_a_figure_that_means_nothing_is_left_out_as_in_ipykernels(multi: Kernel) -> None:
    assert usage(multi).get("host_cpu_percent", "left out") != 0.0


def test_memory_of_a_child_is_told_as_that_of_the_kernel(shared: Kernel, alone: Kernel) -> None:
    for kernel in (shared, alone):
        before = usage(kernel)["kernel_memory"]
        kernel.run(BLOCK)
        assert 180e6 < usage(kernel)["kernel_memory"] - before < 250e6
        kernel.run("del block")


def test_the_kernel_is_the_front_with_all_its_children(shared: Kernel, need: Callable[..., None]) -> None:
    need("ir")
    before = usage(shared)
    shared.run("%%ir\n1")
    after = usage(shared)
    front = psutil.Process(after["pid"])
    assert front.pid == before["pid"]
    assert front.pid not in {child.pid for child in shared.children().values()}
    assert front.ppid() == os.getpid()
    family = [front, *front.children(recursive=True)]
    shares = sum(process.memory_full_info().pss for process in family)
    assert abs(after["kernel_memory"] - shares) < 0.2 * shares
    assert after["kernel_memory"] - before["kernel_memory"] > 20e6


def test_usage_is_told_while_a_cell_runs(shared: Kernel) -> None:
    cell = shared.begin("print('go', flush=True); input()", allow_stdin=True)
    shared.question()
    assert usage(shared)["kernel_memory"] > 0
    shared.client.input("")
    assert shared.wait(cell).content["status"] == "ok"


def test_work_of_a_child_is_the_kernels_work(shared: Kernel) -> None:
    usage(shared)
    shared.run(WORK)
    assert usage(shared)["kernel_cpu"] > 0


def test_the_ports_are_those_of_the_front_in_ipykernels_form(shared: Kernel, alone: Kernel) -> None:
    for kernel in (shared, alone):
        info = kernel.manager.get_connection_info()
        ports = {key: value for key, value in info.items() if key.endswith("_port")}
        assert kernel.ask("connect_request", {}).content == {**ports, "status": "ok"}
