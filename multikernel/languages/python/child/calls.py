"""What Multi calls in a Python child; each writes an answer, and raises nothing."""

import json
import os
import sys
from typing import Any

from . import export_kinds, import_kinds
from .exporter import Exporter
from .files import Data, Refused, answer
from .importer import Importer
from .memory import MEMORY


def export_variable(variables: dict[str, Any], name: str, folder: str) -> None:
    """Write the value of a variable."""
    MEMORY.forget(variables)
    if name not in variables:
        answer(folder, {"missing": True})
        return
    value = variables[name]
    data = Data(folder)
    try:
        answer(folder, {"value": Exporter(data, MEMORY.tags(name, value), export_kinds.KINDS).node(value)})
    except Exception as error:
        answer(folder, failure(error))
    finally:
        data.close()


def import_variable(variables: dict[str, Any], name: str, folder: str) -> None:
    """Make a variable of the node in `value.json`."""
    MEMORY.forget(variables)
    importer = Importer(folder, import_kinds.KINDS)
    try:
        with open(os.path.join(folder, "value.json"), encoding="ascii") as file:
            value = importer.value(json.load(file))
    except Exception as error:
        answer(folder, failure(error))
        return
    variables[name] = value
    MEMORY.note(name, value, importer.tags)
    answer(folder, {"done": True})


def failure(error: Exception) -> dict[str, Any]:
    """Return the answer for what a library or this one has raised."""
    if isinstance(error, Refused):
        return {"refused": [[error.path, error.kind, error.why]]}
    return {"failed": f"{type(error).__name__}: {error}"}


def list_variables(variables: dict[str, Any], folder: str) -> None:
    """Write which variables the user has made."""
    shell: Any = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    hidden = set(getattr(running, "user_ns_hidden", ())) | {"In", "Out", "get_ipython", "exit", "quit"}
    rows = []
    for name, value in list(variables.items()):
        if not name.startswith("_") and name not in hidden and not isinstance(value, type(sys)):
            rows.append(row(name, value))
    answer(folder, {"variables": rows})


def row(name: str, value: Any) -> "list[Any]":
    """Return a variable's name, type, shape and bytes."""
    kind, shape, size = type(value).__qualname__, "", None
    try:
        found = getattr(value, "shape", None)
        if isinstance(found, tuple):
            shape = " x ".join(str(length) for length in found)
        elif isinstance(value, (str, bytes, list, tuple, dict, set, frozenset)):
            shape = str(len(value))
        memory: Any = getattr(value, "memory_usage", None)
        if type(value).__module__.startswith("pandas"):
            used = memory(deep=False)
            size = int(used.sum() if hasattr(used, "sum") else used)
        else:
            size = getattr(value, "nbytes", None) or sys.getsizeof(value)
    except Exception:
        # A user's object may raise anything when it is looked at; it is listed all the same, without its size.
        size = None
    return [name, kind, shape, int(size) if isinstance(size, int) else None]
