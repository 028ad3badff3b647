"""The kernelspecs that are installed, read without jupyter_client.

To import that takes as long as all else that the front does before it can answer its first request, and what it reads
are small files in folders that jupyter_core names.
"""

import json
import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_core.paths import jupyter_path

from ..core.config import InterruptMode, Kernelspec
from ..core.protocol.wire import Json

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpecManager

NATIVE = Kernelspec("python3", "python", "Python 3 (ipykernel)", has_debugger=True)
"""Where ipykernel is installed, Jupyter knows this one without a file of its own."""

KINDS: dict[str, type] = {
    "argv": list,
    "display_name": str,
    "env": dict,
    "interrupt_mode": str,
    "language": str,
    "metadata": dict,
}
"""What may stand in a kernelspec (jupyter_client 8.10, `KernelSpec`)."""

INTERRUPT_MODES: dict[str, InterruptMode] = {"signal": "signal", "message": "message"}

log = logging.getLogger(__name__)


def kernel_spec_manager() -> "KernelSpecManager":
    """Return a manager that looks where `jupyter kernelspec list` looks.

    Left to itself it imports IPython to learn the last of these folders, which takes a third of the front's start.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    return KernelSpecManager(kernel_dirs=kernel_folders())


def kernel_folders() -> list[str]:
    """Return the folders in which kernelspecs lie, the most important first."""
    ipython = os.path.expanduser(os.environ.get("IPYTHONDIR", "~/.ipython"))
    return [*jupyter_path("kernels"), os.path.join(ipython, "kernels")]


def installed_kernelspecs() -> dict[str, Kernelspec]:
    """Return all installed kernelspecs but Multi's own, which are known by their metadata.

    Those of `KernelSpecManager.get_all_specs` (jupyter_client 8.10), by name in lower case: what it cannot read is left
    out, and so are kernels that something starts which is not installed.
    """
    found: dict[str, Kernelspec | None] = {}
    for folder in map(Path, kernel_folders()):
        for file in sorted(folder.glob("*/kernel.json")):
            name = file.parent.name.lower()
            if name not in found:
                found[name] = _read(name, file)
    if NATIVE.name not in found and find_spec("ipykernel"):
        found[NATIVE.name] = NATIVE
    return {name: spec for name, spec in found.items() if spec is not None}


def _read(name: str, file: Path) -> Kernelspec | None:
    """Read a kernelspec; None where it is Multi's own or cannot be used."""
    try:
        spec = json.loads(file.read_text("utf-8"))
        for key, kind in KINDS.items():
            if not isinstance(spec.get(key, kind()), kind):
                raise TypeError(f"{key} is not {kind.__name__}")
        mode = INTERRUPT_MODES[spec.get("interrupt_mode", "signal").lower()]
        metadata = spec.get("metadata", {})
        is_usable = not metadata.get("multikernel") and _has_provisioner(metadata)
    except (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        log.warning("the kernelspec %s cannot be used: %s: %s", file, type(error).__name__, error)
        return None
    if not is_usable:
        return None
    argv = spec.get("argv", ())
    is_plain = not spec.get("env") and "kernel_provisioner" not in metadata and all(isinstance(a, str) for a in argv)
    return Kernelspec(
        name,
        spec.get("language", ""),
        spec.get("display_name", ""),
        mode,
        has_debugger=metadata.get("debugger") is True,
        command=tuple(argv) if is_plain else (),
    )


def _has_provisioner(metadata: Json) -> bool:
    """Whether what is to start a kernel is installed; all but few are started as processes on this machine."""
    provisioner = metadata.get("kernel_provisioner", {}).get("provisioner_name")
    if provisioner is None:
        return True
    from importlib.metadata import entry_points

    return provisioner in entry_points(group="jupyter_client.kernel_provisioners").names
