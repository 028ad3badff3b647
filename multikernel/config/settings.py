"""The backends for a folder, from the installed kernelspecs and the config file that applies there."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from jupyter_core.paths import jupyter_data_dir

from ..core.config import BackendConfig, Config, Kernelspec, config_of_kernelspecs
from ..core.errors import MultiError
from .kernelspecs import installed_kernelspecs
from .lookup import FoundConfig, find_config, find_own_config, own_config_path, own_configs

if TYPE_CHECKING:
    from ..core.places import NeededTrust
    from .places import OwnPlaces


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
        config = read_config_file(found, folder, kernelspecs)
        return Settings(config, kernelspecs, came_with_notebook=found.came_with_notebook)
    except MultiError as error:
        return Settings(config_of_kernelspecs(kernelspecs), kernelspecs, error, found.came_with_notebook)


def read_config_file(found: FoundConfig, folder: Path, kernelspecs: Mapping[str, Kernelspec]) -> Config:
    """Read a config file; ConfigError with all mistakes, or with the reason why it is not used.

    Where it has nothing but places, every kernelspec is a backend, as without a file.
    """
    # Without a file, the default backend is launched before any of these are imported.
    from ..core.cells.command_names import NAMES
    from .at import Origin
    from .mistakes import ConfigError, Mistake
    from .reader import read_config
    from .trust import needed_trust
    from .yaml_nodes import MAX_BYTES

    file = os.path.relpath(found.path, folder) if found.path.is_relative_to(folder) else str(found.path)
    try:
        text = found.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(file, [Mistake(1, 1, "", found.why_unreadable(error))]) from None
    lies_in = found.path.absolute().parent

    def existing_folder(name: str) -> str | None:
        path = lies_in / os.path.expanduser(name)
        return str(path) if os.path.isdir(path) else None

    besides = cache(partial(_places_besides, found))
    config = read_config(text, file, NAMES, Origin(lies_in, existing_folder, not found.came_with_notebook, besides))
    if not config.backends:
        return replace(config_of_kernelspecs(kernelspecs), file=file)
    return _stamped(config, needed_trust(found.path, text), kernelspecs) if found.came_with_notebook else config


def own_places(environ: Mapping[str, str] = os.environ) -> "list[OwnPlaces]":
    """Return the places in the user's own files; of those with one name, the first counts."""
    return [_read_own_places(own) for own in own_configs(environ)]


def _places_besides(found: FoundConfig) -> "OwnPlaces":
    """Return the places of the user's file on Jupyter's config path, unless that is the file which was found."""
    from .places import OwnPlaces

    own = find_own_config()
    return OwnPlaces(str(own_config_path())) if own is None or own == found else _read_own_places(own)


def _read_own_places(own: FoundConfig) -> "OwnPlaces":
    """Return the places in a file of the user's own."""
    from .mistakes import Mistake
    from .places import OwnPlaces, read_places_file
    from .yaml_nodes import MAX_BYTES

    try:
        return read_places_file(own.read(MAX_BYTES + 1), own.path)
    except OSError as error:
        return OwnPlaces(str(own.path), mistakes=(Mistake(1, 1, "", own.why_unreadable(error)),))


def _stamped(config: Config, stamp: "NeededTrust", kernelspecs: Mapping[str, Kernelspec]) -> Config:
    """Return a config that came with a notebook, whose backends elsewhere wait for the user's trust."""

    def leads_elsewhere(backend: BackendConfig) -> bool:
        spec = kernelspecs.get(backend.kernel.lower())
        return backend.place is not None or (spec is not None and spec.leads_elsewhere)

    backends = {
        name: replace(backend, needs_trust=stamp) if leads_elsewhere(backend) else backend
        for name, backend in config.backends.items()
    }
    return replace(config, backends=MappingProxyType(backends), stamp=stamp)


def check_may_start(config: BackendConfig) -> None:
    """Raise a MultiError for a backend that must not start; called at each start, since the user may trust a file."""
    if config.place is not None or config.needs_trust is not None:
        # Most fronts never need it.
        from .trust import check_elsewhere

        check_elsewhere(config)


def history_file() -> Path:
    """Return the path of the history."""
    return Path(jupyter_data_dir()) / "multikernel" / "history.sqlite"
