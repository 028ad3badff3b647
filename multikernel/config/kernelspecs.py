"""The installed kernelspecs, read without jupyter_client.

Importing jupyter_client takes as long as everything else the front does before it can answer its first request, and
kernelspecs are small files in folders that jupyter_core names.
"""

import json
import logging
import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jupyter_core.paths import jupyter_path

from ..core.config import InterruptMode, Kernelspec
from ..core.kernels.wrappers import is_wrapper, leads_elsewhere
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

LOCAL_PROVISIONER = "local-provisioner"
"""The provisioner of kernels that are processes on this machine; most kernelspecs name none and get it."""

INTERRUPT_MODES: dict[str, InterruptMode] = {"signal": "signal", "message": "message"}

log = logging.getLogger(__name__)


class InstalledKernelspec(NamedTuple):
    """A kernelspec on this machine; Multi's own and those that cannot be used are included.

    A named tuple, since creating a dataclass takes a millisecond of the front's start.
    """

    name: str
    """In lower case, as Jupyter looks it up."""
    folder: Path
    content: Json
    """Its kernel.json, with the right types; empty where that cannot be read."""
    error: str = ""
    """Why Jupyter cannot use it; empty if it can."""
    is_native: bool = False
    """Jupyter's entry for an ipykernel without a kernel.json; only jupyter_client knows its exact argv."""

    @property
    def argv(self) -> tuple[str, ...]:
        """Its command line; empty where it is missing or not a list of strings."""
        words = self.content.get("argv", ())
        return tuple(words) if all(isinstance(word, str) for word in words) else ()

    @property
    def env(self) -> dict[str, str]:
        """Its environment variables, with the `${NAME}` that jupyter_client expands."""
        return {name: str(value) for name, value in self.content.get("env", {}).items()}

    @property
    def language(self) -> str:
        """Its language, as it spells it; may be empty."""
        return str(self.content.get("language", ""))

    @property
    def display_name(self) -> str:
        """What launchers show; may be empty."""
        return str(self.content.get("display_name", ""))

    @property
    def metadata(self) -> Json:
        """Its metadata."""
        metadata: Json = self.content.get("metadata", {})
        return metadata

    @property
    def is_multi(self) -> bool:
        """Whether it is Multi's own, whatever its name."""
        return bool(self.metadata.get("multikernel"))

    @property
    def is_local(self) -> bool:
        """Whether jupyter_client starts it on this machine, and no other provisioner does."""
        return self.provisioner == LOCAL_PROVISIONER

    @property
    def provisioner(self) -> object:
        """The name of its kernel provisioner, as jupyter_client chooses it."""
        default = os.environ.get("JUPYTER_DEFAULT_PROVISIONER_NAME", LOCAL_PROVISIONER)
        return self.metadata.get("kernel_provisioner", {}).get("provisioner_name", default)

    @property
    def leads_elsewhere(self) -> bool:
        """Whether its provisioner or its program is known to start it on another machine, or as somebody else."""
        return not self.is_local or leads_elsewhere(self.argv)

    @property
    def has_debugger(self) -> bool:
        """Whether it claims a debugger, in the words that front-ends look for."""
        return self.metadata.get("debugger") is True

    @property
    def fault(self) -> str:
        """Why it cannot start a kernel; empty if it probably can."""
        if self.error or self.argv:
            return self.error
        return f"{self.folder / 'kernel.json'} names no program: argv must be a list of strings"

    def for_core(self) -> Kernelspec:
        """Return the part that the core needs; what a wrapper starts is interrupted by message, unless it says how."""
        unsaid = "message" if is_wrapper(self.argv) else "signal"
        is_plain = self.is_local and "kernel_provisioner" not in self.metadata and not self.env and not self.is_native
        return Kernelspec(
            self.name,
            self.language,
            self.display_name,
            INTERRUPT_MODES[self.content.get("interrupt_mode", unsaid).lower()],
            has_debugger=self.has_debugger,
            command=self.argv if is_plain else (),
            leads_elsewhere=self.leads_elsewhere,
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
    found = all_kernelspecs()
    for name, spec in found.items():
        if spec.error:
            log.warning("the kernelspec %s cannot be used: %s", name, spec.error)
    return usable_kernelspecs(found)


def usable_kernelspecs(found: Mapping[str, InstalledKernelspec]) -> dict[str, Kernelspec]:
    """Return those of some kernelspecs that can be backends."""
    return {name: spec.for_core() for name, spec in found.items() if not spec.error and not spec.is_multi}


def all_kernelspecs() -> dict[str, InstalledKernelspec]:
    """Return every kernelspec that Jupyter finds, by name in lower case, sorted."""
    found = kernelspecs_in(kernel_folders())
    ipykernel = None if "python3" in found else find_spec("ipykernel")
    if ipykernel is not None and ipykernel.origin is not None:
        # Jupyter offers an installed ipykernel even where it has no kernel.json.
        found["python3"] = InstalledKernelspec(
            "python3",
            Path(ipykernel.origin).parent / "resources",
            {
                "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "metadata": {"debugger": True},
            },
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
        content = json.loads(file.read_text("utf-8"))
        _check(content)
    except OSError as error:
        why = error.strerror or str(error)
    except (ValueError, RecursionError) as error:
        why = str(error)
    else:
        spec = InstalledKernelspec(name, file.parent, content)
        missing = f"its kernel provisioner {spec.provisioner!r} is not installed; {file} names it"
        return spec if is_provisioner(spec.provisioner) else spec._replace(error=missing)
    return InstalledKernelspec(name, file.parent, {}, f"{file} cannot be read: {why}")


def _check(content: object) -> None:
    """Raise ValueError for a kernel.json that jupyter_client would refuse."""
    if not isinstance(content, dict):
        raise ValueError("it must be a JSON object")
    for key, (kind, what) in TYPES.items():
        if not isinstance(content.get(key, kind()), kind):
            raise ValueError(f"{key} must be {what}")
    if content.get("interrupt_mode", "signal").lower() not in INTERRUPT_MODES:
        raise ValueError(f"interrupt_mode must be {' or '.join(INTERRUPT_MODES)}")
    if not isinstance(content.get("metadata", {}).get("kernel_provisioner", {}), dict):
        raise ValueError("kernel_provisioner must be an object")


def is_provisioner(name: object) -> bool:
    """Whether a kernel provisioner of this name is installed."""
    if name == LOCAL_PROVISIONER:
        return True
    from importlib.metadata import entry_points

    return name in entry_points(group="jupyter_client.kernel_provisioners").names
