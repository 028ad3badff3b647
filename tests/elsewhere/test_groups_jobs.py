"""Groups in jobs of a real Slurm: a job for each, or one with a task for each."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.kernel import Answer, Kernel, open_kernel
from tests.e2e.processes import front
from tests.e2e.test_broadcast import by_speaker

from .hosts import Hosts
from .slurm import LATER, Slurm

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  single: {{kernel: python3, at: singles, count: 2}}
  worker: {{kernel: python3, at: eight, count: 8}}
  late: {{kernel: python3, at: late, count: 3}}
  brief: {{kernel: python3, at: brief, count: 2}}
places:
  brief: {{job: slurm, python: {python}, options: [-n2], keep: 2 s}}
  singles: {{job: slurm, python: {python}}}
  eight: {{job: slurm, python: {python}, options: [--ntasks=8]}}
  late: {{job: slurm, python: {python}, options: [-n, 2, --partition={later}]}}
  far: {{ssh: gpu1, job: slurm, python: {python}, options: [-n3]}}
"""


def config_file(folder: Path, more: str = "") -> str:
    """Write a config and return its path."""
    config = folder / "multikernel.yaml"
    config.write_text(CONFIG.format(python=sys.executable, later=LATER).replace("places:", f"{more}places:"))
    config.chmod(0o600)
    return str(config)


@pytest.fixture
def kernel(slurm: Slurm, tmp_path: Path) -> Iterator[Kernel]:
    """Return a Multi with groups in jobs of this machine."""
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": config_file(tmp_path)}) as kernel:
        yield kernel


def run(kernel: Kernel, code: str) -> Answer:
    """Run a cell that succeeds."""
    answer = kernel.run(code)
    assert answer.content["status"] == "ok", answer.content
    return answer


def variable(kernel: Kernel, group: str, name: str) -> list[str]:
    """Return a variable of the environment of each backend of a group, in their order."""
    said = by_speaker(run(kernel, f"%%{group}\nimport os; print(os.environ['{name}'])").stream())
    return [said[backend].strip() for backend in sorted(said)]


def test_eight_tasks_of_one_job(kernel: Kernel, slurm: Slurm) -> None:
    assert variable(kernel, "worker", "SLURM_PROCID") == [str(rank) for rank in range(8)]
    [job] = slurm.jobs("%i|%T|%D|%C")
    assert job.endswith("|RUNNING|1|8")
    run(kernel, "import numpy\na = numpy.arange(20)")
    run(kernel, "%%worker --scatter a --gather b\nb = a * 2")
    assert run(kernel, "(b == a * 2).all().item(), len(b)").result == "(True, 20)"
    run(kernel, "%%stop worker[3]")
    answer = kernel.run("%%worker[4]\nimport os; os._exit(3)")
    assert answer.content["ename"] == "BackendDied"
    run(kernel, "%%restart worker[5]")
    said = by_speaker(run(kernel, "%%worker\nprint('b' in globals())").stream())
    assert [said[f"worker[{i}]"] for i in range(8)] == [f"{i not in (3, 4, 5)}\n" for i in range(8)]
    assert slurm.jobs("%i|%T|%D|%C") == [job]
    run(kernel, "%%stop worker")
    slurm.wait_for_no_jobs()


@pytest.mark.long
def test_a_job_for_each(kernel: Kernel, slurm: Slurm) -> None:
    numbers = variable(kernel, "single", "SLURM_JOB_ID")
    assert sorted(slurm.jobs("%i")) == sorted(set(numbers))
    run(kernel, "%%stop single[0]")
    slurm.run("scancel", numbers[1])
    slurm.wait_for_no_jobs()
    assert set(variable(kernel, "single", "SLURM_JOB_ID")).isdisjoint(numbers)


@pytest.mark.long
def test_as_many_jobs_as_it_takes_are_seen_pending_and_cancelled(kernel: Kernel, slurm: Slurm) -> None:
    cell = str(kernel.client.execute("%%late\n1"))
    lines = {kernel.until("display_data", cell)["content"]["data"]["text/plain"] for _ in range(2)}
    assert len(lines) == 2
    assert all(line.endswith(" pending (PartitionDown)") for line in lines)
    assert len(slurm.jobs()) == 2
    kernel.interrupt()
    assert kernel.wait(cell).content["ename"] == "Interrupted"
    slurm.wait_for_no_jobs()
    cell = str(kernel.client.execute("%%late\nimport os; print(os.environ['SLURM_JOB_ID'])"))
    kernel.until("display_data", cell)
    slurm.release()
    said = by_speaker(kernel.wait(cell).stream())
    assert said["late[0]"] == said["late[1]"] != said["late[2]"]


@pytest.mark.long
def test_a_place_in_a_job_that_nobody_wants_for_too_long_is_gone(kernel: Kernel, slurm: Slurm) -> None:
    number = "import os; os.environ['SLURM_JOB_ID']"
    first = run(kernel, f"%%brief[0]\nimport time; time.sleep(4); {number}").result
    gone = kernel.run(f"%%brief[1]\n{number}")
    assert gone.content["ename"] == "BackendStartError"
    assert "script of the job has ended" in gone.content["evalue"]
    assert run(kernel, f"%%brief[1]\n{number}").result != first
    assert run(kernel, f"%%brief[0]\n{number}").result == first
    assert len(slurm.jobs()) == 2
    run(kernel, "%%stop brief")
    slurm.wait_for_no_jobs()


@pytest.mark.long
def test_the_end_of_a_job_is_that_of_all_in_it(kernel: Kernel, slurm: Slurm) -> None:
    [number] = set(variable(kernel, "worker", "SLURM_JOB_ID"))
    cell = kernel.begin("%%worker\nprint('go', flush=True)\nimport time; time.sleep(100)")
    slurm.run("scancel", number)
    answer = kernel.wait(cell)
    assert answer.content["ename"] == "BackendDied"
    assert f"worker[7] died (job {number} " in answer.content["evalue"]
    assert number not in variable(kernel, "worker", "SLURM_JOB_ID")


@pytest.mark.long
def test_a_front_that_is_killed_leaves_no_job(kernel: Kernel, slurm: Slurm) -> None:
    run(kernel, "%%worker,single\n1")
    assert len(slurm.jobs()) == 3
    front(kernel).kill()
    slurm.wait_for_no_jobs()


@pytest.mark.long
def test_over_ssh(slurm_there: Slurm, hosts: Hosts, tmp_path: Path) -> None:
    file = config_file(tmp_path, "  far: {kernel: python3, at: far, count: 3}\n")
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": file}) as kernel:
        assert variable(kernel, "far", "SLURM_PROCID") == ["0", "1", "2"]
        run(kernel, "import numpy\na = numpy.arange(20)")
        run(kernel, "%%far --scatter a --gather b\nb = a * 2")
        assert run(kernel, "(b == a * 2).all().item(), len(b)").result == "(True, 20)"
        assert len(slurm_there.jobs()) == 1
