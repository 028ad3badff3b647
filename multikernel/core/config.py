"""Which backends there are: what multikernel.yaml says, and what the installed kernelspecs say without it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from .cells.command_names import is_free
from .errors import BackendNotFound

if TYPE_CHECKING:
    from .places import NeededTrust, Place

InterruptMode = Literal["signal", "message", "restart"]

DEFAULT_KERNELSPEC = "python3"


@dataclass(frozen=True, slots=True)
class Kernelspec:
    """What a `kernel.json` says that the core wants to know (messaging spec, "Kernel specs")."""

    name: str
    language: str
    display_name: str
    interrupt_mode: InterruptMode = "signal"
    has_debugger: bool = False
    """By its metadata, as front-ends look for it: in kernel_info, all kernels built on ipykernel claim one."""
    command: tuple[str, ...] = ()
    """What starts it, if that is all it takes: neither variables of the environment nor a provisioner."""
    leads_elsewhere: bool = False
    """What starts it is known to start it on another machine, or as somebody else."""


@dataclass(frozen=True, slots=True)
class BackendConfig:
    """One backend: a child kernel as configured."""

    name: str
    kernel: str
    """Name of the kernelspec: at its place, if the agent starts it there. May be empty for an attached kernel."""
    aliases: tuple[str, ...] = ()
    language: str | None = None
    """As written; None leaves it to the kernelspec."""
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """There may be secrets among them."""
    cwd: str | None = None
    """Absolute; with a place, as written: absolute, or relative to the home there."""
    start: Literal["lazy", "eager"] = "lazy"
    startup: str = ""
    """Code that runs after each start; its outputs are not shown, an error is."""
    interrupt: InterruptMode | None = None
    """None leaves it to the table of kernels and the kernelspec."""
    timeout: float = 60.0
    """Seconds to get ready."""
    group: str | None = None
    """The name of those that `count` makes; this is one of them."""
    place: "Place | None" = None
    """Where its kernel is; None: where its kernelspec starts it, mostly on this machine."""
    needs_trust: "NeededTrust | None" = None
    """It leads elsewhere and its file came with a notebook, so it starts only if the user has trusted that file."""

    @property
    def where(self) -> str:
        """Its kernelspec and its place, as `kernelspec python3 at gpu1`."""
        kernel = [f"kernelspec {self.kernel}"] if self.kernel else []
        place = [] if self.place is None else [f"at {self.place.name}"]
        return " ".join(kernel + place)


@dataclass(frozen=True, slots=True)
class Group:
    """Several backends of one kernelspec, which one name calls together."""

    name: str
    members: tuple[str, ...]
    """Their names: `worker[0]`, `worker[1]` …"""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """All backends, and the name of the default one."""

    backends: Mapping[str, BackendConfig]
    default: str
    file: str | None = None
    groups: Mapping[str, Group] = field(default_factory=lambda: MappingProxyType({}))
    stamp: "NeededTrust | None" = None
    """What the user has to trust before anything in the file starts elsewhere; None for a file of the user's own."""
    is_of_kernelspecs: bool = False
    """Every kernelspec is a backend, since no file says otherwise."""

    @property
    def source(self) -> str:
        """Where its backends come from."""
        file = self.file or "no multikernel.yaml"
        return f"{file}: every installed kernelspec is a backend" if self.is_of_kernelspecs else file

    def by_entry(self) -> dict[str, BackendConfig]:
        """Return backends by the names of their entries in the file: of a group the first, since all are alike."""
        found: dict[str, BackendConfig] = {}
        for name, backend in self.backends.items():
            found.setdefault(backend.group or name, backend)
        return found


def config_of_kernelspecs(kernelspecs: Mapping[str, Kernelspec]) -> Config:
    """Return the config that needs no file: every kernelspec is a backend.

    It has the name that one types and that tables, errors and notes show: its language where that means this backend
    (`r` of the kernelspec `ir`), else the kernelspec's, which is an alias of the others. The default is on `python3`,
    which jupyter_client always has where ipykernel is installed.
    """
    if not kernelspecs:
        raise BackendNotFound("No kernel is installed besides Multi: install one, for example `pip install ipykernel`.")
    default = DEFAULT_KERNELSPEC if DEFAULT_KERNELSPEC in kernelspecs else min(kernelspecs)
    speakers: dict[str, list[str]] = {}
    for kernelspec in sorted(kernelspecs, key=lambda name: (name != default, name)):
        speakers.setdefault(kernelspecs[kernelspec].language.lower(), []).append(kernelspec)
    names = {
        of_language[0]: language
        for language, of_language in speakers.items()
        if (default in of_language or len(of_language) == 1) and is_free(language) and language not in kernelspecs
    }
    backends = (
        BackendConfig(names[kernelspec], kernelspec, aliases=(kernelspec,))
        if kernelspec in names
        else BackendConfig(kernelspec, kernelspec)
        for kernelspec in kernelspecs
    )
    by_name = {backend.name: backend for backend in sorted(backends, key=attrgetter("name"))}
    return Config(by_name, names.get(default, default), is_of_kernelspecs=True)
