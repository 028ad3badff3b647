"""The backends for a folder, from the installed kernelspecs and the config file that applies there."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from ..core.config import Config, Kernelspec, config_of_kernelspecs
from ..core.errors import MultiError
from .kernelspecs import installed_kernelspecs
from .lookup import FoundConfig, find_config


@dataclass(frozen=True, slots=True)
class Settings:
    """What the front runs with."""

    config: Config
    kernelspecs: Mapping[str, Kernelspec]
    error: MultiError | None = None
    """What is wrong with the config file; `config` is then the built-in one."""
    came_with_notebook: bool = False
    """The config file came with the notebook, so it may start nothing before the first cell."""


def load_settings(folder: Path) -> Settings:
    """Return the settings for a notebook in `folder`; BackendNotFound if there is no kernel at all."""
    kernelspecs = installed_kernelspecs()
    found = find_config(folder)
    if found is None:
        return Settings(config_of_kernelspecs(kernelspecs), kernelspecs)
    try:
        return Settings(read_config_file(found, folder), kernelspecs, came_with_notebook=found.came_with_notebook)
    except MultiError as error:
        return Settings(config_of_kernelspecs(kernelspecs), kernelspecs, error, found.came_with_notebook)


def read_config_file(found: FoundConfig, folder: Path) -> Config:
    """Read a config file; ConfigError with all mistakes, or with the reason why it is not used."""
    # Without a file, the default backend is launched before any of these are imported.
    from ..core.cells.command_names import NAMES
    from .mistakes import ConfigError, Mistake
    from .reader import read_config
    from .yaml_nodes import MAX_BYTES

    file = os.path.relpath(found.path, folder) if found.path.is_relative_to(folder) else str(found.path)
    try:
        text = found.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(file, [Mistake(1, 1, "", found.why_unreadable(error))]) from None

    def existing_folder(name: str) -> str | None:
        path = found.path.absolute().parent / os.path.expanduser(name)
        return str(path) if os.path.isdir(path) else None

    return read_config(text, file, NAMES, existing_folder)


def history_file() -> Path:
    """Return the path of the history."""
    return Path(jupyter_data_dir()) / "multikernel" / "history.sqlite"
