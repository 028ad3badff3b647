"""Schedulers of batch jobs: what each one's commands are, and how to read what they write.

Another engine is another row of the table. Commands are written as a shell would read them, though none does. In their
words `{name}` is the name of the job, which no other
has, `{number}` what the scheduler calls it, `{numbers}` as a word of its own those of several jobs, `{list}` the same
with commas, `{node}` the host that its script runs on, and `{script}` a line for a shell there.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """How far a job is."""

    PENDING = "pending"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class JobState:
    """What a scheduler says of a job."""

    phase: Phase
    word: str
    """The state as the scheduler calls it."""
    reason: str = ""
    """Why it is in that state; empty if the scheduler does not say."""
    start: str = ""
    """When it is expected to start, as the scheduler writes it or in seconds since 1970; empty if it does not say."""
    node: str = ""
    """The host that its script runs on."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """How a job runs several things, on as many nodes as it takes. In words, `{tasks}` is how many it has."""

    count: re.Pattern[str]
    """Finds how many in the user's options, which are joined by NUL."""
    each: str
    """Runs a command as each of them, in the script of the job."""
    rank: str
    """The variable of the environment that tells which of them a process is; the first is 0."""
    join: str
    """Runs a command beside the task of the rank `{rank}`, with its stdin and stdout."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """How jobs are submitted to a scheduler other than that of the host. In words, `{cluster}` is its name."""

    option: re.Pattern[str]
    """Finds it in the user's options, which are joined by NUL."""
    told: re.Pattern[str]
    """Finds it in what `submit` writes."""
    words: str
    """What commands about such a job begin with."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A scheduler."""

    title: str
    """Its name for people."""
    submit: str
    """Gets the user's options as further words, and a script through its stdin; the script's output goes nowhere."""
    number: re.Pattern[str]
    """Finds the number in what `submit` writes."""
    reserved: re.Pattern[str]
    """Matches options that are not for the user: with them a job could not be found again, or would be another one."""
    state: str
    """Writes a record about each of some jobs; it fails if asked about a single one that is no longer known."""
    writes_all: bool
    """`state` never fails so: a job that it leaves out has ended."""
    record: re.Pattern[str]
    """What is between two records."""
    fields: Mapping[str, re.Pattern[str]]
    """Find `number`, `state`, `reason`, `start` and `node` in a record, as their first group."""
    unknown: re.Pattern[str]
    """Found in the error of `state` or `cancel` that means no more than that there is no such job."""
    waiting: frozenset[str]
    """States of a job that has not begun. If it has run before, it was put back into the queue."""
    running: frozenset[str]
    ended: Mapping[str, str]
    """States of a job that has ended, and what that means as the end of a sentence. In all others it is pending, or, if
    it has run, stands still."""
    leaving: frozenset[str]
    """States of a job that has ended, but where it is not yet known why."""
    cancel: str
    """Ends a job, and changes nothing where there is none of that name."""
    join: str
    """Runs a command on a job's node, with its stdin and stdout."""
    tasks: "Tasks | None"
    """Jobs of several tasks; None where it has no such, or where nobody has tried them."""
    clusters: "Clusters | None"
    environment: str
    """A pattern for the names of variables that the commands want."""
    check: str
    """Fails with a message if jobs cannot be submitted; gets the user's options as `submit` does, if it is the same
    program."""


MORE = ("reason", "start", "node")
NOTHING = frozenset({None, "", "None", "N/A", "n/a", "(null)"})
"""What schedulers write where they have nothing to say."""

SLURM_LINE = r"^(?:[^|]*\|){%d}([^|]*)"

ENGINES: Mapping[str, Engine] = {
    # Slurm 22.05. A job step kills what it leaves behind, so the script itself is what keeps kernels; a job that starts
    # once more, after its node has failed, would be an empty one. `srun` without -u holds output back for seconds.
    "slurm": Engine(
        title="Slurm",
        submit="sbatch --parsable --job-name={name} --output=/dev/null --no-requeue",
        number=re.compile(r"^(\d+)(?:;\S*)?$", re.MULTILINE),
        reserved=re.compile(r"--(job-name|array|wrap|wait|test-only)(=.*)?|-[JaW].*"),
        state="env SLURM_TIME_FORMAT=%s squeue -h -t all -j {list} -o '%i|%T|%r|%S|%B'",
        writes_all=False,
        record=re.compile(r"\n"),
        fields={
            name: re.compile(SLURM_LINE % position)
            for position, name in enumerate(("number", "state", "reason", "start", "node"))
        },
        unknown=re.compile("Invalid job id specified"),
        waiting=frozenset({"CONFIGURING", "PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT"}),
        running=frozenset({"RUNNING", "RESIZING", "SIGNALING", "STAGE_OUT"}),
        ended={
            "BOOT_FAIL": "ended, since its node did not boot",
            "CANCELLED": "was cancelled",
            "COMPLETED": "has ended",
            "COMPLETING": "has ended",
            "DEADLINE": "has reached its deadline",
            "FAILED": "has failed",
            "NODE_FAIL": "ended, since its node failed",
            "OUT_OF_MEMORY": "ended, since it had no memory left",
            "PREEMPTED": "was preempted by another one",
            "REVOKED": "was revoked",
            "TIMEOUT": "has reached its time limit",
        },
        leaving=frozenset({"COMPLETING"}),
        cancel="scancel --name={name}",
        join="srun -Q -u --overlap --jobid={number} -N1 -n1 -w {node} sh -c {script}",
        # Both have the same tasks at the same places. What the others of a step of `join` do is over at once.
        tasks=Tasks(
            count=re.compile(r"(?:^|\0)(?:--ntasks[=\0]|-n\0?)(\d+)(?![^\0])"),
            each="srun -Q --overlap -n {tasks} -m block -K0 -W0 -o /dev/null -e /dev/null",
            rank="SLURM_PROCID",
            join="srun -Q -u --overlap --jobid={number} -n {tasks} -m block -K0 -W0 -i {rank} -o {rank} -e {rank} "
            "sh -c 'test $SLURM_PROCID = {rank} || exit 0; '{script}",
        ),
        # From the manual; not tried, since it takes a database.
        clusters=Clusters(
            option=re.compile(r"(?:^|\0)(?:--clusters[=\0]|-M\0?)([^\0]+)"),
            told=re.compile(r"^\d+;(\S+)$", re.MULTILINE),
            words="env SLURM_CLUSTERS={cluster}",
        ),
        environment="SLURM_CONF|SLURM_CLUSTERS|SBATCH_[A-Z_]+",
        check="sbatch --test-only",
    ),
    # From the manual of OpenPBS 20 (qsub, qstat, qselect and qdel, section 1B); not tried.
    "pbs": Engine(
        title="PBS",
        submit="qsub -N {name} -S /bin/sh -j oe -o /dev/null -r n",
        number=re.compile(r"^(\d+(?:\.\S+)?)$", re.MULTILINE),
        reserved=re.compile("-[NJI].*"),
        state="qstat -x -f -w {numbers}",
        writes_all=False,
        record=re.compile(r"^(?=Job Id: )", re.MULTILINE),
        fields={
            "number": re.compile(r"^Job Id: (\S+)"),
            "state": re.compile(r"^ +job_state = (\S+)", re.MULTILINE),
            "reason": re.compile(r"^ +comment = (.+)", re.MULTILINE),
            "start": re.compile(r"^ +estimated\.start_time = (.+)", re.MULTILINE),
            "node": re.compile(r"^ +exec_host = ([^/+\s]+)", re.MULTILINE),
        },
        unknown=re.compile("Unknown Job Id|Job has finished"),
        waiting=frozenset({"H", "Q", "T", "W"}),
        running=frozenset({"R"}),
        ended={"E": "has ended", "F": "has ended", "X": "has ended"},
        leaving=frozenset({"E"}),
        cancel="sh -c 'qdel $(qselect -N {name})'",
        join="ssh -T -oBatchMode=yes -- {node} {script}",
        tasks=None,
        clusters=None,
        environment="PBS_(CONF_FILE|DEFAULT|EXEC|HOME|SERVER)",
        check="qstat -B",
    ),
    # From the manual of Grid Engine 8.1 (submit(1) and qstat(1)); not tried. It says nothing of jobs that have ended.
    "sge": Engine(
        title="Grid Engine",
        submit="qsub -terse -N {name} -S /bin/sh -j y -o /dev/null -r n",
        number=re.compile(r"^(\d+)$", re.MULTILINE),
        reserved=re.compile(r"-(N|t|sync|now)(\s.*)?"),
        state="qstat",
        writes_all=True,
        record=re.compile(r"\n"),
        fields={
            "number": re.compile(r"^ *(\d+) "),
            "state": re.compile(r"^ *\d+ +\S+ +\S+ +\S+ +(\S+)"),
            "node": re.compile(r"^ *\d+ .* [^ @]+@(\S+) +\d+ *$"),
        },
        unknown=re.compile("do(es)? not exist"),
        waiting=frozenset({"qw", "hqw", "Rq", "hRwq"}),
        running=frozenset({"r", "Rr", "hr"}),
        ended={},
        leaving=frozenset(),
        cancel="qdel {name}",
        join="ssh -T -oBatchMode=yes -- {node} {script}",
        tasks=None,
        clusters=None,
        environment="SGE_[A-Z_]+",
        check="qstat",
    ),
}
"""By the name that `job` has in multikernel.yaml."""


def words(command: str, numbers: Iterable[str] = (), **values: str) -> list[str]:
    """Return the words of a command of the table."""
    listed = list(numbers)
    filled: list[str] = []
    for word in shlex.split(command):
        if word == "{numbers}":
            filled += listed
        else:
            filled.append(word.format_map({**values, "list": ",".join(listed)}))
    return filled


def tasks_of(engine: Engine, options: Iterable[str]) -> int:
    """Return how many tasks a job has that is submitted with these options."""
    found = None if engine.tasks is None else engine.tasks.count.search("\0".join(options))
    return max(1, int(found[1])) if found else 1


def number_of(engine: Engine, written: str) -> str | None:
    """Return the number of a job that has just been submitted; what a login shell writes comes before it."""
    found = engine.number.findall(written)
    return str(found[-1]) if found else None


def cluster_in(engine: Engine, options: Iterable[str]) -> str:
    """Return the cluster to which jobs with these options go; empty if it is that of the host."""
    found = engine.clusters and engine.clusters.option.search("\0".join(options))
    return found[1] if found else ""


def cluster_of(engine: Engine, written: str) -> str:
    """Return the cluster of a job that has just been submitted; empty if the scheduler does not say."""
    found = engine.clusters and engine.clusters.told.findall(written)
    return str(found[-1]) if found else ""


def at_cluster(engine: Engine, cluster: str, command: list[str]) -> list[str]:
    """Return the words of a command about the jobs of a cluster; the empty name is that of the host."""
    if not cluster or engine.clusters is None:
        return command
    return words(engine.clusters.words, cluster=cluster) + command


def states_of(engine: Engine, written: str) -> dict[str, JobState]:
    """Return the states of jobs, by number, from what the engine's command has written."""
    states = {}
    for record in engine.record.split(written):
        found = {name: match[1].strip() for name, pattern in engine.fields.items() if (match := pattern.search(record))}
        if "number" in found and "state" in found:
            word = found["state"]
            reason, start, node = ("" if found.get(name) in NOTHING else found[name] for name in MORE)
            states[found["number"]] = JobState(_phase(engine, word), word, reason, start, node)
    return states


def _phase(engine: Engine, word: str) -> Phase:
    if word in engine.running:
        return Phase.RUNNING
    return Phase.ENDED if word in engine.ended else Phase.PENDING


def how_ended(engine: Engine, number: str, state: JobState | None) -> str:
    """Return how a job that has run has ended, as the scheduler says it; None is a job that it no longer knows."""
    if state is None:
        return f"job {number} has ended; {engine.title} no longer knows it"
    reason = "" if not state.reason or state.reason == state.word else f", {state.reason}"
    how = engine.ended.get(state.word, "was put back into the queue")
    return f"job {number} {how}: {state.word}{reason}"
