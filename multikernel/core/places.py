"""Where a kernel can be besides this machine, as `places` in the user's own multikernel.yaml says.

Apart from core/config.py, since most fronts have no places and need not import these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .errors import MultiError

KEEP = 600.0
"""Seconds that a kernel elsewhere is kept while nobody can reach it, unless its place says otherwise."""

NUMBER = "%d"
"""What stands for a kernel's number in the group, in the name of its connection file; the first is 0."""


@dataclass(frozen=True, slots=True)
class SshPlace:
    """A host that OpenSSH's `ssh` reaches."""

    name: str
    target: str
    """As ssh takes it: a host, `user@host`, or a name in the user's ~/.ssh/config."""
    python: str = "python3"
    """A Python there, by name or path; its shell there expands a leading `~`."""
    keep: float = KEEP
    """Seconds."""


@dataclass(frozen=True, slots=True)
class RunPlace:
    """What any command gives a pipe to, such as a container."""

    name: str
    command: tuple[str, ...] = field(repr=False)
    """Its words; the first is a name, or an absolute path. A user may have put a secret into one of them."""
    python: str = "python3"
    keep: float = KEEP


@dataclass(frozen=True, slots=True)
class JobPlace:
    """A batch job for each backend, in which its kernels run one after another."""

    name: str
    engine: str
    """The scheduler: a name in `engines.ENGINES`."""
    way: SshPlace | None
    """The host whose commands submit jobs; None for this machine. Its `python` and `keep` are those of the place."""
    options: tuple[str, ...] = field(default=(), repr=False)
    """Words for the command that submits. A user may have put a secret into one of them."""
    python: str = "python3"
    """A Python on the nodes."""
    keep: float = KEEP


@dataclass(frozen=True, slots=True)
class AttachedPlace:
    """A kernel that somebody else has started and will end."""

    name: str
    connection_file: str
    """An absolute path on this machine; whether there is such a file is not known before it is needed.

    With `%d` it is that of each kernel of a group, once its number is there.
    """

    @property
    def is_of_several(self) -> bool:
        """Whether there is a file for each kernel of a group."""
        return NUMBER in self.connection_file

    def of(self, number: int) -> "AttachedPlace":
        """Return the place of one kernel of a group."""
        return replace(self, connection_file=self.connection_file.replace(NUMBER, str(number)))


@dataclass(frozen=True, slots=True)
class ProvisionerPlace:
    """A kernel provisioner of jupyter_client, which launches the kernelspec of this machine."""

    name: str
    provisioner: str
    """Its name among the entry points `jupyter_client.kernel_provisioners`."""
    options: Mapping[str, object] = field(repr=False)
    """Its `config`: texts, numbers, booleans, None, lists and dicts. There may be secrets among them."""


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """A Jupyter server, such as one that a JupyterHub has started for the user."""

    name: str
    url: str
    """Ends in a slash; https, or http on this machine."""
    token_env: str = ""
    """The environment variable that has the token; empty for a server that wants none."""


@dataclass(frozen=True, slots=True)
class UnusablePlace:
    """A place that a config names but that nobody defines, or that is not for this backend; nothing starts there."""

    name: str
    error: MultiError
    """Says what the user can do about it."""


Place = SshPlace | RunPlace | JobPlace | AttachedPlace | ProvisionerPlace | ServerPlace | UnusablePlace


@dataclass(frozen=True, slots=True)
class NeededTrust:
    """What the user must have trusted before a backend may start: `multikernel trust FILE`."""

    file: str
    """Its absolute path."""
    sha256: str
    """Of the bytes that were read, in hexadecimal digits."""
