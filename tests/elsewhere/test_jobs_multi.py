"""The whole of Multi with backends in jobs of a real Slurm."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.kernel import PATIENCE, Kernel, open_kernel
from tests.e2e.processes import front
from tests.runtime.backend.pipe.scheduler import Scheduler

from .slurm import LATER, Slurm

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  job: {{kernel: python3, at: queue}}
  later: {{kernel: python3, at: held}}
places:
  queue: {{job: slurm, python: {python}, keep: 30 s}}
  held: {{job: slurm, python: {python}, keep: 30 s, options: [--partition={later}]}}
"""

JOB_ID = "import os; os.environ['SLURM_JOB_ID']"


@pytest.fixture
def kernel(slurm: Slurm, tmp_path: Path) -> Iterator[Kernel]:
    """Return a Multi with backends in jobs."""
    config = tmp_path / "multikernel.yaml"
    config.write_text(CONFIG.format(python=sys.executable, later=LATER))
    config.chmod(0o600)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        yield kernel


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    """Return a scheduler that does as it is told."""
    scheduler = Scheduler(tmp_path)
    monkeypatch.setenv("PATH", f"{scheduler.programs}{os.pathsep}{os.environ['PATH']}")
    yield scheduler
    scheduler.close()


def backends(kernel: Kernel) -> str:
    """Return what %%backends shows now."""
    return str(kernel.run("%%backends --now").of("display_data")[0]["data"]["text/plain"])


def test_a_pending_job_is_seen_and_cancelled(kernel: Kernel, slurm: Slurm) -> None:
    cell = str(kernel.client.execute("%%later\n1"))
    line = kernel.until("display_data", cell)["content"]["data"]["text/plain"]
    assert line.endswith(" pending (PartitionDown)")
    assert line in backends(kernel)
    kernel.ask("interrupt_request", {}, channel="control")
    assert kernel.wait(cell).content["ename"] == "Interrupted"
    slurm.wait_for_no_jobs()
    cell = str(kernel.client.execute("%%later\n1"))
    kernel.until("display_data", cell)
    kernel.run("%%stop later --now")
    assert kernel.wait(cell).content["ename"] == "BackendStopped"
    slurm.wait_for_no_jobs()


def test_restarts_stay_in_the_job_and_a_stop_ends_it(kernel: Kernel, slurm: Slurm) -> None:
    number = kernel.run(f"%%job\n{JOB_ID}").result
    kernel.run("%%restart job")
    assert kernel.run(f"%%job\n{JOB_ID}").result == number
    assert kernel.run("%%job\nos._exit(3)").content["ename"] == "BackendDied"
    assert kernel.run(f"%%job\n{JOB_ID}").result == number
    kernel.run("%%stop job")
    slurm.wait_for_no_jobs()
    assert kernel.run(f"%%job\n{JOB_ID}").result != number


def test_a_front_that_is_killed_leaves_no_job(kernel: Kernel, slurm: Slurm) -> None:
    kernel.run("%%job\n1")
    kernel.until("display_data", str(kernel.client.execute("%%later\n1")))
    assert len(slurm.jobs()) == 2
    front(kernel).kill()
    slurm.wait_for_no_jobs()


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_a_front_that_ends_while_it_submits_leaves_no_job(scheduler: Scheduler, tmp_path: Path, how: str) -> None:
    scheduler.hold()
    scheduler.set("slow")
    config = tmp_path / "multikernel.yaml"
    config.write_text(CONFIG.format(python=sys.executable, later=LATER))
    config.chmod(0o600)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        kernel.client.execute("%%job\n1")
        wait_until(scheduler.numbers)
        process = front(kernel)
        process.kill() if how == "SIGKILL" else process.terminate()
        wait_until(lambda: scheduler.left() == [])
        assert scheduler.numbers() == [101]


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so, which nobody tells."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
