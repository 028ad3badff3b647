"""The user's variables as `%%vars` shows them, looked at from outside: no code that the user has written is run."""

import sys
from time import perf_counter
from types import ModuleType
from typing import Any, Optional

MOST_VARIABLES = 1000
SECONDS_FOR_SIZES = 0.02
COUNTED = (str, bytes, bytearray, list, tuple, dict, set, frozenset, range)
SCALARS = (bool, int, float, complex, type(None))
SHAPED = {
    ("numpy", "ndarray"),
    ("pandas", "DataFrame"),
    ("pandas", "Series"),
    ("polars", "DataFrame"),
    ("polars", "Series"),
}
SHAPED |= {("pyarrow", "Table"), ("pyarrow", "RecordBatch")}

QUALNAME: Any = type.__dict__["__qualname__"]
MODULE: Any = type.__dict__["__module__"]


def listing(variables: "dict[str, Any]") -> "dict[str, Any]":
    """Return name, type, shape and bytes of the first variables, and how many more there are."""
    hidden = {"In", "Out", "get_ipython", "exit", "quit"} | hidden_by_ipython()
    found = [
        (name, value)
        for name, value in list(variables.items())
        if type(name) is str
        and not name.startswith("_")
        and name not in hidden
        and not issubclass(type(value), ModuleType)
    ]
    until = perf_counter() + SECONDS_FOR_SIZES
    rows = [row(name, value, perf_counter() < until) for name, value in found[:MOST_VARIABLES]]
    return {"variables": rows, "more": len(found) - len(rows)}


def hidden_by_ipython() -> "set[str]":
    """Return the names that IPython itself has put there."""
    module: Any = sys.modules.get("IPython")
    running = module.get_ipython() if module is not None and hasattr(module, "get_ipython") else None
    return set(getattr(running, "user_ns_hidden", ()))


def row(name: str, value: Any, wants_size: bool) -> "list[Any]":
    """Return a variable's name, type, shape and bytes."""
    kind = type(value)
    try:
        shape, size = shape_and_size(value, kind, wants_size)
    except Exception:
        # A library may fail at an object of its own that is half made: it costs its own cells in the table.
        shape, size = "", None
    return [name, QUALNAME.__get__(kind), shape, size]


def shape_and_size(value: Any, kind: type, wants_size: bool) -> "tuple[str, Optional[int]]":
    """Return shape and bytes of a value, as far as its exact type is a known one."""
    if kind in COUNTED:
        return str(len(value)), sys.getsizeof(value)
    if kind in SCALARS:
        return "", sys.getsizeof(value)
    module = MODULE.__get__(kind)
    package = module.partition(".")[0] if type(module) is str else ""
    name = QUALNAME.__get__(kind)
    if (package, name) not in SHAPED or kind is not getattr(sys.modules.get(package), name, None):
        return "", None
    shape = " x ".join(map(str, value.shape))
    if not wants_size:
        return shape, None
    if package == "pandas":
        used = value.memory_usage(deep=False)
        return shape, int(used.sum() if hasattr(used, "sum") else used)
    return shape, int(value.estimated_size() if package == "polars" else value.nbytes)
