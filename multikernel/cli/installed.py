"""The kernelspecs of this machine as a person wants to know them: with their programs, and why one cannot be used."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from string import Template
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from traitlets import TraitError

from ..config.lookup import VARIABLE
from ..core.cells.command_names import NAMES as COMMANDS
from ..core.cells.names import Names
from ..core.config import BackendConfig, Config
from ..core.kernels.table import KernelProfile, profile_of_program
from ..core.wording import did_you_mean, nearest

OWN_PYTHON = frozenset({"python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}"})
"""What jupyter_client takes for the interpreter it runs on itself (8.10, `KernelManager.format_kernel_cmd`)."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A kernelspec, Multi's own included."""

    name: str
    """In lower case, as Jupyter looks it up."""
    folder: Path
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] | None = None
    language: str = ""
    display_name: str = ""
    is_multi: bool = False
    has_encryption: bool = False
    """By its metadata, as jupyter_client looks for it (8.10, `KernelManager._kernel_supports_curve_encryption`)."""
    is_local: bool = True
    """Its program runs on this machine, as far as the kernelspec says."""
    fault: str = ""
    """Why it cannot be read; empty if it can."""


def installed(*folders: Path) -> dict[str, Installed]:
    """Return the kernelspecs below some folders, or all that Jupyter finds, those that cannot be read included."""
    manager = KernelSpecManager()
    if folders:
        manager = KernelSpecManager(kernel_dirs=[str(folder) for folder in folders], ensure_native_kernel=False)
    return {name: _read(manager, name, Path(folder)) for name, folder in sorted(manager.find_kernel_specs().items())}


def _read(manager: KernelSpecManager, name: str, folder: Path) -> Installed:
    try:
        spec: Any = manager.get_kernel_spec(name)
    except NoSuchKernel:
        return Installed(name, folder, fault=f"the kernel provisioner that {folder} asks for is not installed")
    except (OSError, ValueError, TypeError, AttributeError, TraitError, RecursionError) as error:
        return Installed(name, folder, fault=f"{folder / 'kernel.json'} cannot be read: {error}")
    return Installed(
        name,
        folder,
        tuple(map(str, spec.argv)),
        {str(key): str(value) for key, value in spec.env.items()},
        spec.language,
        spec.display_name or name,
        bool(spec.metadata.get("multikernel")),
        _has_curve(spec.metadata.get("supported_encryption")),
        "kernel_provisioner" not in spec.metadata,
        "" if spec.argv else f"{folder / 'kernel.json'} names no program: its argv is missing",
    )


def _has_curve(supported: object) -> bool:
    """Read `supported_encryption`, a string or a list of them, as jupyter_client does."""
    names = supported if isinstance(supported, list) else [supported]
    return "curve" in {str(name).strip().lower() for name in names}


def config_of_multi(spec: Installed) -> Path | None:
    """Return the config file that an installed Multi names, or None if it names none."""
    named = (spec.env or {}).get(VARIABLE)
    return Path(Template(named).safe_substitute(os.environ)) if named else None


def program(spec: Installed, env: Mapping[str, str]) -> str | None:
    """Return the path of the program that a kernelspec starts for a backend with an `env`, or None if there is none."""
    first = spec.argv[0].replace("{resource_dir}", str(spec.folder)).replace("{prefix}", sys.prefix)
    if first in OWN_PYTHON:
        return sys.executable
    environment = {**os.environ, **env}
    path = Template((spec.env or {}).get("PATH", "${PATH}")).safe_substitute({"PATH": os.defpath, **environment})
    return shutil.which(first, path=path)


def why_unusable(backend: BackendConfig, kernelspecs: Mapping[str, Installed]) -> str | None:
    """Say in one sentence why a backend could not start, or return None if nothing is known against it."""
    spec = kernelspecs.get(backend.kernel.lower())
    usable = [name for name, other in kernelspecs.items() if not other.is_multi]
    if spec is None:
        near = did_you_mean(nearest(backend.kernel, usable))
        return f"the kernelspec {backend.kernel!r} is not installed{near}; installed are {', '.join(usable)}"
    if spec.is_multi:
        return (
            f"the kernelspec {backend.kernel!r} is a Multi, which cannot be a backend; others are {', '.join(usable)}"
        )
    if spec.fault:
        return spec.fault
    if spec.is_local and program(spec, backend.env) is None:
        return f"there is no program {spec.argv[0]}, which the kernelspec in {spec.folder} starts: install it anew"
    return None


def names_of(config: Config, kernelspecs: dict[str, Installed]) -> Names:
    """Return what names mean while no backend has started, as `core.router` has it."""
    specs = {name: kernelspecs.get(backend.kernel) for name, backend in config.backends.items()}
    languages = {name: spec.language.lower() for name, spec in specs.items() if spec and not spec.is_multi}
    return Names(config, frozenset(COMMANDS), languages)


def presumed_profile(spec: Installed | None) -> KernelProfile | None:
    """Return what is special about a kernel as far as its kernelspec shows it; None if only its start can tell."""
    words = (word for argument in (spec.argv if spec else ()) for word in re.split(r"\W+", PurePath(argument).name))
    return profile_of_program(words)
