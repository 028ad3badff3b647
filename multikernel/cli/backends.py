"""What can be known about backends without starting them: their programs, their profiles, and why one cannot start."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import PurePath
from string import Template

from ..config.kernelspecs import InstalledKernelspec, is_provisioner
from ..config.stated import stated_language
from ..core.config import BackendConfig
from ..core.kernels.table import KernelProfile, profile_of_program
from ..core.places import AttachedPlace, JobPlace, ProvisionerPlace, RunPlace, ServerPlace, SshPlace, UnusablePlace
from ..core.wording import did_you_mean, nearest
from .findings import Severity

OWN_PYTHON = frozenset({"python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}"})
"""What jupyter_client replaces with the interpreter it runs on (8.10, `KernelManager.format_kernel_cmd`)."""


def program(spec: InstalledKernelspec, env: Mapping[str, str]) -> str | None:
    """Return the path of the program that a kernelspec starts, given a backend's `env`; None if it does not exist."""
    first = spec.argv[0].replace("{resource_dir}", str(spec.folder)).replace("{prefix}", sys.prefix)
    if first in OWN_PYTHON:
        return sys.executable
    environment = {**os.environ, **env}
    path = Template(spec.env.get("PATH", "${PATH}")).safe_substitute({"PATH": os.defpath, **environment})
    return shutil.which(first, path=path)


def why_unusable(backend: BackendConfig, kernelspecs: Mapping[str, InstalledKernelspec]) -> str | None:
    """Return why a backend cannot start, or None if it probably can, as far as this machine can tell."""
    match backend.place:
        case UnusablePlace(error=error):
            return str(error).replace("\n", "; ")
        case AttachedPlace(connection_file=file):
            return None if os.path.isfile(file) else f"there is no connection file {file}: is the kernel running?"
        case ServerPlace(token_env=variable) if variable and not os.environ.get(variable):
            return f"the environment variable {variable} is not set where Multi starts: put the server's token into it"
        case SshPlace() | RunPlace() | JobPlace() | ServerPlace():
            return None
        case ProvisionerPlace(name, provisioner) if not is_provisioner(provisioner):
            return f"the provisioner {provisioner!r} of the place {name} is not installed"
    return _why_unusable_here(backend, kernelspecs)


def severity_of(backend: BackendConfig) -> Severity:
    """Return how serious it is for a config that a backend cannot start.

    A kernel that does not run now, or a token that this terminal does not have, is no mistake in a file.
    """
    return "warning" if isinstance(backend.place, AttachedPlace | ServerPlace) else "mistake"


def is_place_at_fault(backend: BackendConfig) -> bool:
    """Whether the place, not the kernelspec, is why an unusable backend cannot start."""
    if isinstance(backend.place, ProvisionerPlace):
        return not is_provisioner(backend.place.provisioner)
    return isinstance(backend.place, AttachedPlace | ServerPlace)


def _why_unusable_here(backend: BackendConfig, kernelspecs: Mapping[str, InstalledKernelspec]) -> str | None:
    """Return what is wrong with a kernelspec of this machine, or None."""
    spec = kernelspecs.get(backend.kernel.lower())
    usable = [name for name, other in kernelspecs.items() if not other.is_multi]
    if spec is None:
        near = did_you_mean(nearest(backend.kernel, usable))
        return f"the kernelspec {backend.kernel!r} is not installed{near}; installed: {', '.join(usable)}"
    if spec.is_multi:
        return (
            f"the kernelspec {backend.kernel!r} is a Multi, which cannot be a backend; use one of {', '.join(usable)}"
        )
    if spec.fault:
        return spec.fault
    if spec.is_local and backend.place is None and program(spec, backend.env) is None:
        return f"its program {spec.argv[0]} does not exist: reinstall the kernel, or fix {spec.folder / 'kernel.json'}"
    return None


def profile_of_backend(backend: BackendConfig, kernelspecs: Mapping[str, InstalledKernelspec]) -> KernelProfile:
    """Return the profile that a backend's kernelspec and config reveal."""
    spec = kernelspecs.get(backend.kernel.lower())
    words = (word for argument in (spec.argv if spec else ()) for word in re.split(r"\W+", PurePath(argument).name))
    return profile_of_program(words, stated_language(backend, spec))
