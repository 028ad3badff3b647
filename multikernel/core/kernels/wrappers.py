"""Commands that start a kernel as a process of theirs: in a container, as another user, on another host."""

from collections.abc import Sequence

ELSEWHERE = (
    *("autossh", "bsub", "docker", "doas", "kubectl", "lxc", "machinectl", "nerdctl", "oc", "pkexec", "podman", "qrsh"),
    *("qsub", "runuser", "salloc", "sbatch", "srun", "ssh", "su", "sudo"),
)
"""They start the kernel on another machine, in somebody's container, in a batch job, or as somebody else."""

HERE = (
    *("apptainer", "bwrap", "ch-run", "conda", "enroot", "firejail", "flatpak", "mamba", "micromamba", "nsenter"),
    *("proot", "singularity", "systemd-nspawn", "systemd-run", "toolbox", "udocker", "unshare"),
)
"""They start the kernel on this machine as a child of theirs, and not in their own place as `env` and `nice` do."""


def leads_elsewhere(argv: Sequence[str]) -> bool:
    """Whether a kernelspec's command is known to start the kernel elsewhere, or as somebody else."""
    return _program(argv) in ELSEWHERE


def is_wrapper(argv: Sequence[str]) -> bool:
    """Whether a kernelspec's command is known to start the kernel as a process of another one.

    The front is not the parent of such a kernel, so ipykernel, which would compare the two, must not be told who the
    parent is (`JPY_PARENT_PID`): it would end at once. And SIGINT would end the command, not interrupt the kernel.
    """
    return _program(argv) in ELSEWHERE + HERE


def _program(argv: Sequence[str]) -> str:
    return argv[0].rpartition("/")[2] if argv else ""
