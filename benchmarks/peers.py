"""Other multiplexing kernels from PyPI, each in its own venv under build/bench/."""

import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "allthekernels": ("allthekernels==1.2.0",),
    "sos": ("sos==0.25.2", "sos-notebook==0.24.7", "sos-python==0.20.3"),
}
PATIENCE = 180.0


def install(folder: Path) -> dict[str, Path]:
    """Install the peers that are missing; return the Python of each one that is installed."""
    pythons = {}
    for name, packages in PACKAGES.items():
        venv = folder / name
        done = venv / "installed"
        python = venv / "bin" / "python"
        if not done.exists():
            print(f"Installing {' '.join(packages)} into {venv}", file=sys.stderr)
            try:
                _run(sys.executable, "-m", "venv", "--clear", str(venv))
                _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
                if name == "sos":
                    # It locates itself through its kernelspec.
                    _run(str(python), "-m", "sos_notebook.install", "--sys-prefix")
            except subprocess.SubprocessError as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
                continue
            done.touch()
        pythons[name] = python
    return pythons


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, timeout=PATIENCE)
