"""Commands that start a kernel as a process of theirs: in a container, as another user, on another host."""

from collections.abc import Sequence

PROGRAMS = (
    "apptainer bwrap ch-run conda docker doas enroot firejail flatpak kubectl lxc machinectl mamba micromamba nerdctl "
    "nsenter oc pkexec podman proot singularity srun ssh su sudo systemd-nspawn systemd-run toolbox udocker unshare"
)
"""They start the kernel as a child of theirs, and not in their own place as `env` and `nice` do."""

WRAPPERS = frozenset(PROGRAMS.split())


def is_wrapper(argv: Sequence[str]) -> bool:
    """Whether a kernelspec's command is known to start the kernel as a process of another one.

    The front is not the parent of such a kernel, so ipykernel, which would compare the two, must not be told who the
    parent is (`JPY_PARENT_PID`): it would end at once. And SIGINT would end the command, not interrupt the kernel.
    """
    return bool(argv) and argv[0].rpartition("/")[2] in WRAPPERS
