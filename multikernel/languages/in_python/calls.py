"""What Multi calls in a Python child; each writes an answer, and raises nothing."""

import sys
from typing import Any

from .entering import Enterer
from .files import MEMORY, Data, Refused, answer
from .leaving import Leaver


def leave(variables: dict[str, Any], name: str, folder: str) -> None:
    """Write the value of a variable."""
    MEMORY.forget(variables)
    if name not in variables:
        answer(folder, {"missing": True})
        return
    value = variables[name]
    data = Data(folder)
    try:
        answer(folder, {"value": Leaver(data, MEMORY.tags(name, value)).node(value)})
    except Exception as error:
        answer(folder, failure(error))
    finally:
        data.close()


def enter(variables: dict[str, Any], name: str, folder: str, text: str) -> None:
    """Make a variable of a node that is written as JSON."""
    import json

    MEMORY.forget(variables)
    enterer = Enterer(folder)
    try:
        value = enterer.value(json.loads(text))
    except Exception as error:
        answer(folder, failure(error))
        return
    variables[name] = value
    MEMORY.note(name, value, enterer.tags)
    answer(folder, {"done": True})


def failure(error: Exception) -> dict[str, Any]:
    """Return the answer for what a library or this one has raised."""
    if isinstance(error, Refused):
        return {"refused": [[error.path, error.kind, error.why]]}
    return {"failed": f"{type(error).__name__}: {error}"}


def listing(variables: dict[str, Any], folder: str) -> None:
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
