"""The Slurm of the tests: what the tests of jobs and groups rely on."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from .hosts import Hosts
from .slurm import CPUS, LATER, Slurm, open_slurm


@pytest.mark.long
def test_steps_jobs_and_their_ends(slurm: Slurm) -> None:
    check(slurm)
    assert subprocess.run(["srun", "hostname"], capture_output=True, text=True, check=True).stdout == "node1\n"


@pytest.mark.long
def test_on_the_server_over_ssh(slurm_there: Slurm, hosts: Hosts) -> None:
    check(slurm_there)
    ssh = ["ssh", "-T", "-o", "BatchMode=yes", "--", "gpu1"]
    assert subprocess.run([*ssh, "srun hostname"], capture_output=True, text=True, check=True).stdout == "gpu1\n"
    submitted = subprocess.run(
        [*ssh, f"sbatch --parsable --partition={LATER}"],
        input="#!/bin/sh\nsleep 100\n",
        capture_output=True,
        text=True,
        check=True,
    )
    wait_for(slurm_there, f"{submitted.stdout.strip()}|PENDING|PartitionDown")
    slurm_there.release()
    while not any("sleep 100" in line for line in hosts.processes()):
        pass
    subprocess.run([*ssh, f"scancel {submitted.stdout.strip()}"], check=True)


def check(slurm: Slurm) -> None:
    """Run a step, and jobs that wait, run and are ended."""
    assert slurm.run("srun", "-n8", "hostname").splitlines() == [slurm.node] * 8
    slurm.wait_for_no_jobs()
    script = slurm.folder / "script"
    script.write_text("#!/bin/sh\nsleep 100\n")
    sbatch = ("sbatch", "--parsable", "--output=/dev/null")
    waiting = slurm.run(*sbatch, f"--partition={LATER}", str(script)).strip()
    wait_for(slurm, f"{waiting}|PENDING|PartitionDown")
    slurm.release()
    wait_for(slurm, f"{waiting}|RUNNING|None")
    blocked = slurm.run(*sbatch, f"--ntasks={CPUS}", str(script)).strip()
    wait_for(slurm, f"{blocked}|PENDING|Resources")
    slurm.run("scancel", waiting)
    wait_for(slurm, f"{blocked}|RUNNING|None")
    assert slurm.run("srun", "--overlap", f"--jobid={blocked}", "-n1", "hostname") == f"{slurm.node}\n"
    slurm.run("scancel", blocked)
    slurm.wait_for_no_jobs()
    slurm.hold()


def wait_for(slurm: Slurm, job: str) -> None:
    """Wait until a job's line is this; pytest's own limit ends it."""
    while job not in slurm.jobs():
        pass


@pytest.mark.long
def test_two_at_a_time_which_end_with_all_their_processes(slurm: Slurm) -> None:
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        with open_slurm(Path(folder)) as other:
            assert other.run("srun", "hostname") == "node1\n"
            assert [line for line in command_lines() if folder in line]
        assert [line for line in command_lines() if folder in line] == []


def command_lines() -> list[str]:
    """Return those of this machine's processes."""
    return subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout.splitlines()
