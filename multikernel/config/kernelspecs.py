"""The installed kernelspecs, read without jupyter_client.

Importing jupyter_client takes as long as everything else the front does before it can answer its first request, and
kernelspecs are small files in folders that jupyter_core names.
"""

import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_core.paths import jupyter_path

from ..core.config import InterruptMode, Kernelspec
from ..core.protocol.wire import Json

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpecManager

TYPES: dict[str, tuple[type, str]] = {
    "argv": (list, "a list"),
    "display_name": (str, "a string"),
    "env": (dict, "an object"),
    "interrupt_mode": (str, "a string"),
    "language": (str, "a string"),
    "metadata": (dict, "an object"),
}
"""The keys of a kernel.json that are read, with the type of each (jupyter_client 8.10, `KernelSpec`)."""

INTERRUPT_MODES = ("signal", "message")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InstalledKernelspec:
    """A kernelspec on this machine; Multi's own and those that cannot be used are included."""

    name: str
    """In lower case, as Jupyter looks it up."""
    folder: Path
    argv: tuple[str, ...] = ()
    """Empty where it is missing or not a list of strings."""
    env: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    display_name: str = ""
    interrupt_mode: InterruptMode = "signal"
    metadata: Json = field(default_factory=dict)
    error: str = ""
    """Why Jupyter cannot use it; empty if it can."""
    is_native: bool = False
    """Jupyter's entry for an ipykernel without a kernel.json; only jupyter_client knows its exact argv."""

    @property
    def is_multi(self) -> bool:
        """Whether it is Multi's own, whatever its name."""
        return bool(self.metadata.get("multikernel"))

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, as far as the kernelspec tells."""
        return "kernel_provisioner" not in self.metadata

    @property
    def has_debugger(self) -> bool:
        """Whether it claims a debugger, in the words that front-ends look for."""
        return self.metadata.get("debugger") is True

    @property
    def fault(self) -> str:
        """Why it cannot start a kernel; empty if nothing is known against it."""
        if self.error or self.argv:
            return self.error
        return f"{self.folder / 'kernel.json'} names no program: argv must be a list of strings"

    def for_core(self) -> Kernelspec:
        """Return the part that the core needs."""
        is_plain = self.is_local and not self.env and not self.is_native
        return Kernelspec(
            self.name,
            self.language,
            self.display_name,
            self.interrupt_mode,
            has_debugger=self.has_debugger,
            command=self.argv if is_plain else (),
        )


def kernel_spec_manager() -> "KernelSpecManager":
    """Return a manager that looks where `jupyter kernelspec list` looks.

    By default it imports IPython to learn the last of these folders, which takes a third of the front's start.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    return KernelSpecManager(kernel_dirs=kernel_folders())


def kernel_folders() -> list[str]:
    """Return the folders that hold kernelspecs; earlier ones take precedence."""
    ipython = os.path.expanduser(os.environ.get("IPYTHONDIR", "~/.ipython"))
    return [*jupyter_path("kernels"), os.path.join(ipython, "kernels")]


def installed_kernelspecs() -> dict[str, Kernelspec]:
    """Return the kernelspecs that can be backends, by name in lower case: all usable ones except Multi's own.

    They are those of `KernelSpecManager.get_all_specs` (jupyter_client 8.10).
    """
    usable = {}
    for name, spec in all_kernelspecs().items():
        if spec.error:
            log.warning("the kernelspec %s cannot be used: %s", name, spec.error)
        elif not spec.is_multi:
            usable[name] = spec.for_core()
    return usable


def all_kernelspecs() -> dict[str, InstalledKernelspec]:
    """Return every kernelspec that Jupyter finds, by name in lower case, sorted."""
    found = kernelspecs_in(kernel_folders())
    ipykernel = None if "python3" in found else find_spec("ipykernel")
    if ipykernel is not None and ipykernel.origin is not None:
        # Jupyter offers an installed ipykernel even where it has no kernel.json.
        found["python3"] = InstalledKernelspec(
            "python3",
            Path(ipykernel.origin).parent / "resources",
            ("python", "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            language="python",
            display_name="Python 3 (ipykernel)",
            metadata={"debugger": True},
            is_native=True,
        )
    return dict(sorted(found.items()))


def kernelspecs_in(folders: Iterable[str | Path]) -> dict[str, InstalledKernelspec]:
    """Return the kernelspecs in some folders, by name in lower case; earlier folders take precedence."""
    found: dict[str, InstalledKernelspec] = {}
    for folder in folders:
        for file in sorted(Path(folder).glob("*/kernel.json")):
            name = file.parent.name.lower()
            if name not in found and file.is_file():
                found[name] = _read(name, file)
    return found


def _read(name: str, file: Path) -> InstalledKernelspec:
    try:
        return InstalledKernelspec(name, file.parent, **_parse(file))
    except OSError as error:
        why = error.strerror or str(error)
    except (ValueError, RecursionError) as error:
        why = str(error)
    return InstalledKernelspec(name, file.parent, error=f"{file} cannot be read: {why}")


def _parse(file: Path) -> Json:
    """Return the fields of an InstalledKernelspec; OSError, ValueError or RecursionError where jupyter_client fails."""
    spec = json.loads(file.read_text("utf-8"))
    if not isinstance(spec, dict):
        raise ValueError("it must be a JSON object")
    for key, (kind, what) in TYPES.items():
        if not isinstance(spec.get(key, kind()), kind):
            raise ValueError(f"{key} must be {what}")
    mode = spec.get("interrupt_mode", "signal").lower()
    if mode not in INTERRUPT_MODES:
        raise ValueError(f"interrupt_mode must be {' or '.join(INTERRUPT_MODES)}")
    metadata = spec.get("metadata", {})
    provisioner = metadata.get("kernel_provisioner", {})
    if not isinstance(provisioner, dict):
        raise ValueError("kernel_provisioner must be an object")
    provisioner_name = provisioner.get("provisioner_name")
    argv = spec.get("argv", [])
    return {
        "argv": tuple(argv) if all(isinstance(word, str) for word in argv) else (),
        "env": {str(key): str(value) for key, value in spec.get("env", {}).items()},
        "language": spec.get("language", ""),
        "display_name": spec.get("display_name", ""),
        "interrupt_mode": mode,
        "metadata": metadata,
        "error": ""
        if _is_installed(provisioner_name)
        else f"its kernel provisioner {provisioner_name!r} is not installed; {file} names it",
    }


def _is_installed(provisioner: object) -> bool:
    """Whether a kernel provisioner is installed; most kernelspecs name none and run as local processes."""
    if provisioner is None:
        return True
    from importlib.metadata import entry_points

    return provisioner in entry_points(group="jupyter_client.kernel_provisioners").names
