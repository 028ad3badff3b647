"""What is known of backends and of a notebook's config before any kernel has started."""

import os
from pathlib import Path
from string import Template

from ..core.cells.command_names import NAMES as COMMANDS
from ..core.cells.names import Names
from ..core.config import BackendConfig, Config, config_of_kernelspecs
from .kernelspecs import InstalledKernelspec, usable_kernelspecs
from .lookup import VARIABLE, FoundConfig, find_config
from .settings import read_config_file


def config_of_multi(spec: InstalledKernelspec) -> Path | None:
    """Return the config file that an installed Multi was given, or None."""
    named = spec.env.get(VARIABLE)
    return Path(Template(named).safe_substitute(os.environ)) if named else None


def config_of_notebook(
    kernelspec: str | None, folder: Path, kernelspecs: dict[str, InstalledKernelspec]
) -> FoundConfig | None:
    """Return the config file of the Multi that a notebook was saved with, else the one that applies to its folder."""
    spec = kernelspecs.get((kernelspec or "").lower())
    if spec is not None and spec.is_multi and (named := config_of_multi(spec)) is not None:
        return FoundConfig(named, came_with_notebook=False)
    return find_config(folder)


def read_config_of_notebook(
    kernelspec: str | None, folder: Path, kernelspecs: dict[str, InstalledKernelspec]
) -> Config:
    """Return the config that a notebook runs with; ConfigError if the file has mistakes."""
    found = config_of_notebook(kernelspec, folder, kernelspecs)
    usable = usable_kernelspecs(kernelspecs)
    return config_of_kernelspecs(usable) if found is None else read_config_file(found, folder, usable)


def stated_language(backend: BackendConfig, spec: InstalledKernelspec | None) -> str:
    """Return a backend's language as its config, else its kernelspec, spells it; empty if neither states one."""
    return backend.language or ("" if spec is None or spec.is_multi else spec.language)


def names_of(config: Config, kernelspecs: dict[str, InstalledKernelspec]) -> Names:
    """Return the names that header lines may use, as `core.router` does before any backend has started."""
    languages = {
        name: stated_language(backend, kernelspecs.get(backend.kernel.lower())).lower()
        for name, backend in config.backends.items()
    }
    return Names(config, frozenset(COMMANDS), languages)
