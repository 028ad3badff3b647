"""The whole of Multi with backends in jobs of a real Slurm."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.kernel import Kernel, open_kernel
from tests.e2e.processes import front

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
