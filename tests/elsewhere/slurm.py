"""Slurm on one node, from Debian's packages: on this machine, or on the server of the hosts.

All that it has is in a folder, and its daemons end with the one that started them, however that ends. It listens on
loopback, or in the server's namespace, on ports that were free. The node says that it has 16 processors.

    def test_a_job(slurm: Slurm) -> None:              # here: the fixture sets SLURM_CONF
    def test_a_job(slurm_there: Slurm) -> None:        # on gpu1, for which it needs none
"""

import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.servers import free_port

from . import hosts
from .hosts import Hosts, run

NEEDED = ("slurmctld", "slurmd", "munged", "srun", "sbatch", "scancel", "squeue", "scontrol", "unshare")

END_SECONDS = 15.0

CPUS = 16

LATER = "later"
"""The partition whose jobs wait until `release` is called."""

CONFIG = """
ClusterName=tests
SlurmctldHost={node}({address})
SlurmctldPort={ctld_port}
SlurmdPort={slurmd_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
MailProg=/bin/true
MpiDefault=none
KillWait=2
ReturnToService=2
NodeName={node} NodeAddr={address} CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes={node} Default=YES State=UP
PartitionName={later} Nodes={node} State=DOWN
"""

# What needs a mount namespace: cgroups of version 1, of which Slurm wants to see the folder, and the node's name.
# Standard input ends with who started it.
SCRIPT = """
mount -t tmpfs tmpfs /sys/fs/cgroup
mount --bind {folder}/hosts /etc/hosts
{more}
echo mounted
exec >&2
munged --force --foreground --key-file={folder}/munge.key --socket={folder}/munge.socket \
    --pid-file={folder}/munged.pid --seed-file={folder}/munged.seed --log-file={folder}/munged.log &
pids=$!
slurmctld -D -f {folder}/slurm.conf &
pids="$pids $!"
slurmd -D -N {node} -f {folder}/slurm.conf &
pids="$pids $!"
read end
kill -9 $pids
wait
{less}
"""


def missing() -> str:
    """Return why there can be no Slurm here; the empty text if there can."""
    programs = [name for name in NEEDED if shutil.which(name) is None]
    if programs:
        return f"there is no {', '.join(programs)}: scripts/apt-install slurm-wlm munge"
    return hosts.missing()


@dataclass(frozen=True)
class Slurm:
    """One node with jobs."""

    folder: Path
    node: str
    prefix: tuple[str, ...]
    """What a command of Slurm's begins with, from here."""

    @property
    def config(self) -> str:
        """The file for SLURM_CONF, where that is needed."""
        return str(self.folder / "slurm.conf")

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command of Slurm's where it is, and return what it writes."""
        return run(*self.prefix, *command, check=check)

    def jobs(self, what: str = "%i|%T|%r") -> list[str]:
        """Return a line for each job that waits, runs or is being ended."""
        return self.run("squeue", "--noheader", "--format", what).splitlines()

    def release(self) -> None:
        """Let the jobs of the partition `later` begin."""
        self._set("UP")

    def hold(self) -> None:
        """Let no jobs of that partition begin: they wait for PartitionDown."""
        self._set("DOWN")

    def _set(self, state: str) -> None:
        self.run("scontrol", "update", f"PartitionName={LATER}", f"State={state}")

    def wait_for_no_jobs(self, seconds: float = END_SECONDS) -> None:
        """Wait until there is no job; AssertionError if one stays."""
        deadline = time.monotonic() + seconds
        while jobs := self.jobs():
            assert time.monotonic() < deadline, jobs
            time.sleep(0.05)

    def clear(self) -> None:
        """Cancel all jobs."""
        for job in self.jobs("%A"):
            self.run("scancel", job, check=False)
        self.wait_for_no_jobs()
        self.hold()


@contextmanager
def open_slurm(folder: Path, there: Hosts | None = None) -> Iterator[Slurm]:
    """Start Slurm, here or on the server, and end it, with its jobs."""
    node, address, more, less = "node1", "127.0.0.1", "hostname node1", ""
    inside = ["unshare", "-mupf", "--kill-child", "--mount-proc"]
    prefix: tuple[str, ...] = ("env", f"SLURM_CONF={folder}/slurm.conf")
    if there is not None:
        node, address = "gpu1", there.address
        more, less = f"mount --bind {folder} /etc/slurm", "umount -l /etc/slurm /etc/hosts /sys/fs/cgroup"
        inside = ["nsenter", f"--target={there.init}", "--mount", "--pid", "--uts", "--net"]
        prefix = tuple(inside)
    _write_configs(folder, node, address)
    script = folder / "slurmd.sh"
    script.write_text(SCRIPT.format(folder=folder, node=node, more=more, less=less))
    with (folder / "log").open("wb") as log:
        daemons = subprocess.Popen(
            [*inside, "sh", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        assert daemons.stdin is not None
        assert daemons.stdout is not None
        try:
            daemons.stdout.readline()
            slurm = Slurm(folder, node, prefix)
            _wait_until_up(slurm)
            yield slurm
            slurm.clear()
        finally:
            daemons.stdin.close()
            daemons.wait()
            daemons.stdout.close()


def _wait_until_up(slurm: Slurm) -> None:
    """Run a step: the command waits for both daemons."""
    try:
        slurm.run("srun", "true")
        slurm.wait_for_no_jobs()
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise RuntimeError((slurm.folder / "log").read_text(errors="replace")) from error


def _write_configs(folder: Path, node: str, address: str) -> None:
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{address} {node}\n")
    (folder / "munge.key").write_bytes(secrets.token_bytes(1024))
    (folder / "munge.key").chmod(0o600)
    (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
    ports = {"ctld_port": free_port(), "slurmd_port": free_port()}
    text = CONFIG.format(folder=folder, node=node, address=address, cpus=CPUS, later=LATER, **ports)
    (folder / "slurm.conf").write_text(text)
