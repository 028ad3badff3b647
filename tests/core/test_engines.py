"""The table of schedulers: what their commands are, and what is read from what they write."""

import re
from string import Formatter

import pytest

from multikernel.core.engines import (
    ENGINES,
    JobState,
    Phase,
    at_cluster,
    cluster_in,
    cluster_of,
    how_ended,
    number_of,
    states_of,
    tasks_of,
    words,
)

SLURM, PBS, SGE = ENGINES["slurm"], ENGINES["pbs"], ENGINES["sge"]

# What OpenPBS and Grid Engine write is from their manuals.
QSTAT_OF_PBS = """Job Id: 4711.server
    Job_Name = multi-0a1b2c3d
    job_state = Q
    comment = Not Running: Insufficient amount of resource: ngpus
    estimated.start_time = Sun Nov 29 14:05:00 2026

Job Id: 4712.server
    Job_Name = multi-0a1b2c3e
    job_state = R
    exec_host = node7/0*4+node8/0
    comment = Job run at Sun Nov 29 at 14:05 on (node7:ncpus=4)

Job Id: 4713.server
    Job_Name = multi-0a1b2c3f
    job_state = F
"""
QSTAT_OF_SGE = """job-ID  prior   name       user         state submit/start at     queue                   slots
---------------------------------------------------------------------------------------------------------
   4711 0.55500 multi-0a1b me           r     11/29/2026 14:05:00 main.q@node7.example.org           1
   4712 0.00000 multi-0a1b me           qw    11/29/2026 14:05:00                                    1
"""


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
def test_each_row_has_what_is_asked_of_it(engine: object) -> None:
    known = {"submit": {"name"}, "state": set(), "cancel": {"name"}, "join": {"node", "script"}, "check": set()}
    for command, needed in known.items():
        text = getattr(engine, command)
        names = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert needed <= names <= needed | {"number", "numbers", "list"}


def test_the_words_of_a_command() -> None:
    assert words(SLURM.submit, name="x y")[:3] == ["sbatch", "--parsable", "--job-name=x y"]
    assert words(SLURM.state, ["1", "2"])[-3:] == ["1,2", "-o", "%i|%T|%r|%S|%B"]
    assert words(PBS.state, ["1.s", "2.s"]) == ["qstat", "-x", "-f", "-w", "1.s", "2.s"]
    assert words(PBS.cancel, name="x", number="")[-1] == "qdel $(qselect -N x)"
    script = "exec python3 -c 'a \"b\" {c}'"
    assert words(SLURM.join, number="7", node="n", script=script)[-2:] == ["-c", script]


@pytest.mark.parametrize(
    ("name", "written", "number"),
    [
        ("slurm", "4711\n", "4711"),
        ("slurm", "Welcome, you have 3 messages\n1\n4711;west\n", "4711"),
        ("slurm", "sbatch: error", None),
        ("pbs", "4711.server.example.org\n", "4711.server.example.org"),
        ("sge", "4711\n", "4711"),
    ],
)
def test_the_number_of_a_job(name: str, written: str, number: str | None) -> None:
    assert number_of(ENGINES[name], written) == number


def test_states_of_slurm() -> None:
    lines = ["Welcome|", "1|PENDING|Resources|1795961100|n/a", "2|PENDING|None|N/A|n/a", "3|RUNNING|None|1|gpu7"]
    assert states_of(SLURM, "\n".join([*lines, "4|TIMEOUT|TimeLimit|1|gpu7", "5"])) == {
        "Welcome": JobState(Phase.PENDING, ""),
        "1": JobState(Phase.PENDING, "PENDING", "Resources", "1795961100"),
        "2": JobState(Phase.PENDING, "PENDING"),
        "3": JobState(Phase.RUNNING, "RUNNING", "", "1", "gpu7"),
        "4": JobState(Phase.ENDED, "TIMEOUT", "TimeLimit", "1", "gpu7"),
    }


def test_states_of_pbs() -> None:
    reason = "Not Running: Insufficient amount of resource: ngpus"
    comment = "Job run at Sun Nov 29 at 14:05 on (node7:ncpus=4)"
    assert states_of(PBS, QSTAT_OF_PBS) == {
        "4711.server": JobState(Phase.PENDING, "Q", reason, "Sun Nov 29 14:05:00 2026"),
        "4712.server": JobState(Phase.RUNNING, "R", comment, "", "node7"),
        "4713.server": JobState(Phase.ENDED, "F"),
    }


def test_states_of_grid_engine() -> None:
    assert states_of(SGE, QSTAT_OF_SGE) == {
        "4711": JobState(Phase.RUNNING, "r", "", "", "node7.example.org"),
        "4712": JobState(Phase.PENDING, "qw"),
    }


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
def test_no_state_means_two_things(engine: object) -> None:
    ended = set(getattr(engine, "ended"))  # noqa: B009
    assert not ended & getattr(engine, "running")  # noqa: B009
    assert not (ended | getattr(engine, "running")) & getattr(engine, "waiting")  # noqa: B009
    assert getattr(engine, "leaving") <= ended  # noqa: B009
    assert re.compile(getattr(engine, "environment"))  # noqa: B009


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (None, "job 7 has ended; Slurm no longer knows it"),
        (JobState(Phase.ENDED, "TIMEOUT", "TimeLimit"), "job 7 has reached its time limit: TIMEOUT, TimeLimit"),
        (JobState(Phase.ENDED, "NODE_FAIL"), "job 7 ended, since its node failed: NODE_FAIL"),
        (JobState(Phase.ENDED, "CANCELLED", "CANCELLED"), "job 7 was cancelled: CANCELLED"),
        (JobState(Phase.PENDING, "PENDING", "BeginTime"), "job 7 was put back into the queue: PENDING, BeginTime"),
    ],
)
def test_how_a_job_has_ended(state: JobState | None, text: str) -> None:
    assert how_ended(SLURM, "7", state) == text


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 1),
        (("--ntasks=8",), 8),
        (("--gres=gpu:1", "-n", "8"), 8),
        (("-n8", "--time=1:00:00"), 8),
        (("--ntasks", "8"), 8),
        (("--ntasks-per-node=8", "-N2", "--nodes=2"), 1),
        (("--job-name=-n8", "-n8x"), 1),
        (("-n0",), 1),
    ],
)
def test_how_many_tasks_a_job_has(options: tuple[str, ...], count: int) -> None:
    assert tasks_of(SLURM, options) == count
    assert tasks_of(PBS, options) == 1


def test_a_task_is_joined_beside_all_others() -> None:
    assert SLURM.tasks is not None
    joined = words(SLURM.tasks.join, number="7", tasks="8", rank="3", script="exec python3 -c 'a'")
    assert joined[joined.index("-i") :] == [
        *("-i", "3", "-o", "3", "-e", "3", "sh", "-c"),
        "test $SLURM_PROCID = 3 || exit 0; exec python3 -c 'a'",
    ]
    assert words(SLURM.tasks.each, tasks="8")[:5] == ["srun", "-Q", "--overlap", "-n", "8"]


@pytest.mark.parametrize(
    ("options", "written", "cluster"),
    [
        ((), "4711\n", ""),
        ((), "4711;west\n", "west"),
        (("--clusters=west",), "", "west"),
        (("--time=1", "-M", "west"), "", "west"),
        (("-Mwest",), "", "west"),
        (("--comment=-Mx",), "", ""),
    ],
)
def test_the_cluster_of_a_job(options: tuple[str, ...], written: str, cluster: str) -> None:
    assert (cluster_of(SLURM, written) or cluster_in(SLURM, options)) == cluster
    assert cluster_of(PBS, written) == cluster_in(PBS, options) == ""
    prefix = ["env", f"SLURM_CLUSTERS={cluster}"] if cluster else []
    assert at_cluster(SLURM, cluster, ["squeue"]) == [*prefix, "squeue"]
    assert at_cluster(PBS, cluster, ["qstat"]) == ["qstat"]
