"""Installs kernels of kernels.toml, as far as registries reach."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from .species import ZOO, Species

APT_INSTALL = Path(__file__).parents[2] / "scripts" / "apt-install"
MOST = 300
"""Seconds that a step may take."""
LOG_START = 'echo start >> "$1"; shift; exec "$@"'
"""Shell code: note a start in a file, then become the kernel."""


class NotInstalled(Exception):
    """A kernel could not be installed; the text says why."""


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a command; NotInstalled if it fails."""
    log = ZOO / "install.log"
    with log.open("a") as said:
        try:
            done = subprocess.run(command, cwd=cwd, stdout=said, stderr=subprocess.STDOUT, timeout=MOST)
        except subprocess.TimeoutExpired:
            raise NotInstalled(f"{_shown(command)} took more than {MOST // 60} minutes.") from None
    if done.returncode:
        raise NotInstalled(f"{_shown(command)} failed.")


def _shown(command: Sequence[str | Path]) -> str:
    words = [PurePath(command[0]).name, *map(str, command[1:])]
    return f"`{' '.join(words).replace(str(ZOO), 'build/zoo')}`"


def install(species: Species) -> None:
    """Install a kernel into its environment, and its kernelspec into its data folder."""
    if species.apt:
        run(APT_INSTALL, *species.apt)
    place = species.environment
    if species.pip:
        if not (place / "bin" / "python").exists():
            run(sys.executable, "-m", "venv", place)
        run(place / "bin" / "python", "-m", "pip", "install", "--quiet", *species.pip)
    if species.npm:
        place.mkdir(parents=True, exist_ok=True)
        # Each with libraries of its own, as where it is installed for all users: tslab looks nowhere else.
        run("npm", "install", "--silent", "--install-strategy=nested", *species.npm, cwd=place)
    if species.install:
        run(*(word.format(env=place, python=sys.executable) for word in species.install))
    _write_kernelspec(species)


def _write_kernelspec(species: Species) -> None:
    """Copy the kernelspec, with the environment's own programs in it and each start noted."""
    shutil.rmtree(species.kernelspec, ignore_errors=True)
    if species.argv:
        argv = [word.replace("{env}", str(species.environment)) for word in species.argv]
        content = {"argv": argv, "display_name": species.name, "language": species.language}
        species.kernelspec.mkdir(parents=True)
    else:
        source = _source(species)
        shutil.copytree(source, species.kernelspec, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        content = json.loads((source / "kernel.json").read_text("utf-8"))
    program, *rest = content["argv"]
    own = species.environment / "bin" / "python"
    if re.fullmatch(r"python[\d.]*|\{python\}", program):
        program = str(own) if own.exists() else sys.executable
    content["argv"] = ["/bin/sh", "-c", LOG_START, "log-start", str(species.starts), program, *rest]
    (species.kernelspec / "kernel.json").write_text(json.dumps(content), "utf-8")


def _source(species: Species) -> Path:
    """Return the folder that the kernel's own installer has written, or its package has."""
    if species.env == "main":
        try:
            return Path(KernelSpecManager().get_kernel_spec(species.name).resource_dir)
        except NoSuchKernel:
            raise NotInstalled(f"there is no kernelspec {species.name}") from None
    pattern = species.spec or f"share/jupyter/kernels/{species.name}"
    for found in species.environment.glob(f"{pattern}/kernel.json"):
        return found.parent
    raise NotInstalled(f"there is no {pattern}/kernel.json")
