"""The kernels of kernels.toml, and where they are installed."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ZOO = Path(__file__).parents[2] / "build" / "zoo"
"""Where environments, kernelspecs and results are."""


@dataclass(frozen=True)
class Species:
    """A kernel: how it is installed, and cells that show what it does; kernels.toml says what the fields mean."""

    name: str
    cells: tuple[str, ...]
    env: str = ""
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    apt: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    spec: str = ""
    argv: tuple[str, ...] = ()
    language: str = ""
    error: str = ""
    comment: str = ""
    magic: str = ""
    only_comment: str = ""
    complete: str = ""
    inspect: str = ""
    loop: str = ""
    differs: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Path:
        """The folder of its environment."""
        return ZOO / "environments" / (self.env or self.name)

    @property
    def data(self) -> Path:
        """A folder for JUPYTER_PATH that has its kernelspec and no other."""
        return ZOO / "data" / self.name

    @property
    def kernelspec(self) -> Path:
        """The folder of that kernelspec."""
        return self.data / "kernels" / self.name

    @property
    def starts(self) -> Path:
        """A file with a line for each start of the kernel."""
        return self.data / "starts"


def load() -> dict[str, Species]:
    """Return all kernels by name; TypeError for a key that is none."""
    tables = tomllib.loads((Path(__file__).parent / "kernels.toml").read_text("utf-8"))
    return {
        name: Species(name, **{key: _frozen(value) for key, value in table.items()}) for name, table in tables.items()
    }


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def version_of(species: Species, kernel_info: Mapping[str, object]) -> str:
    """Return the version of the package that a kernel is installed from, or else what the kernel says."""
    for package in species.pip[:1]:
        for found in species.environment.glob(f"lib/python*/site-packages/{package.replace('-', '_')}-*.dist-info"):
            return found.name.removesuffix(".dist-info").rpartition("-")[2]
    for package in species.npm:
        return str(json.loads((species.environment / "node_modules" / package / "package.json").read_text())["version"])
    return str(kernel_info.get("implementation_version", ""))
