"""Finds kernelspecs as jupyter_core and jupyter_client do (5.9 and 8.10), with the standard library alone."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from contextlib import suppress
from typing import Any

NATIVE = "python3"
"""The kernelspec that needs no file where ipykernel is installed."""

PYTHONS = ("python", "python3", f"python3.{sys.version_info[1]}")
"""These mean the Python that runs this."""


def folders() -> list[str]:
    """Return where kernelspecs may be, first come first served: this Python's own before the user's."""
    home = os.path.expanduser("~")
    data = os.path.join(home, *(("Library", "Jupyter") if sys.platform == "darwin" else (".local", "share", "jupyter")))
    if os.environ.get("XDG_DATA_HOME"):
        data = os.path.join(os.environ["XDG_DATA_HOME"], "jupyter")
    path = [each for each in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if each]
    path += [os.path.join(sys.prefix, "share", "jupyter"), os.environ.get("JUPYTER_DATA_DIR") or data]
    path += ["/usr/local/share/jupyter", "/usr/share/jupyter"]
    return [os.path.join(each, "kernels") for each in path]


def find_all() -> dict[str, dict[str, Any]]:
    """Return all kernelspecs by name, each with an argv in which only `{connection_file}` is left to fill in."""
    found: dict[str, dict[str, Any]] = {}
    for folder in folders():
        with suppress(OSError):
            for name in sorted(os.listdir(folder)):
                with suppress(OSError, ValueError, TypeError, KeyError):
                    found.setdefault(name.lower(), _read(os.path.join(folder, name)))
    if NATIVE not in found and importlib.util.find_spec("ipykernel") is not None:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        found[NATIVE] = {"argv": argv, "language": "python", "env": {}, "interrupt_mode": "signal", "is_multi": False}
    return found


def _read(folder: str) -> dict[str, Any]:
    """Read one; it may raise OSError, ValueError, TypeError or KeyError."""
    with open(os.path.join(folder, "kernel.json"), encoding="utf-8") as file:
        spec = json.load(file)
    program, *rest = (
        str(word).replace("{resource_dir}", folder).replace("{prefix}", sys.prefix) for word in spec["argv"]
    )
    return {
        "argv": [sys.executable if program in PYTHONS else os.path.expanduser(program), *rest],
        "language": str(spec.get("language", "")),
        "env": {str(name): str(value) for name, value in dict(spec.get("env", {})).items()},
        "interrupt_mode": str(spec.get("interrupt_mode", "signal")),
        "is_multi": bool(dict(spec.get("metadata", {})).get("multikernel")),
    }
