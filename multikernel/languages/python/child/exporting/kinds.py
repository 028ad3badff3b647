"""Which function makes the node of which type, by exact type; libraries are looked at only if they are loaded."""

from collections.abc import Callable
from typing import Any, Optional

from ..files import Refused, type_name
from ..memory import Origin
from .arrow import pyarrow_advice, pyarrow_kinds
from .exporter import Exporter, Kinds, Node
from .numpy import numpy_advice, numpy_kinds
from .pandas import pandas_advice, pandas_kinds
from .plain import PLAIN
from .polars import polars_advice, polars_kinds
from .sparse import scipy_kinds

LIBRARIES: dict[str, Callable[[], Kinds]] = {
    "numpy": numpy_kinds,
    "pandas": pandas_kinds,
    "polars": polars_kinds,
    "pyarrow": pyarrow_kinds,
    "scipy": scipy_kinds,
}
BASES = (bool, int, float, complex, str, bytes, bytearray, dict, list, tuple, set, frozenset)

INSTEAD = {
    "fractions.Fraction": "str({x})",
    "uuid.UUID": "str({x})",
    "array.array": "{x}.tolist()",
    "memoryview": "{x}.tobytes()",
    "range": "list({x})",
    "collections.deque": "list({x})",
    "generator": "list({x})",
    "slice": "[{x}.start, {x}.stop, {x}.step]",
    "type": "{x}.__name__",
    "module": "{x}.__name__",
    "function": "{x}.__qualname__",
    "builtin_function_or_method": "{x}.__qualname__",
    "mappingproxy": "dict({x})",
    "re.Pattern": "{x}.pattern",
    "re.Match": "{x}.groups()",
    "dict_keys": "list({x})",
    "dict_values": "list({x})",
    "dict_items": "list({x})",
    "_io.BytesIO": "{x}.getvalue()",
    "_io.StringIO": "{x}.getvalue()",
    "types.SimpleNamespace": "dict(vars({x}))",
    "argparse.Namespace": "dict(vars({x}))",
    "ellipsis": "None",
    "NotImplementedType": "None",
}
"""Type -> what to put in place of a value of it."""

TIMES = {
    "date": "{dt}.date({x}.year, {x}.month, {x}.day)",
    "timedelta": "{dt}.timedelta({x}.days, {x}.seconds, {x}.microseconds)",
    "tzinfo": "str({x})",
}
"""Type of the module datetime -> what to put in place of a value of a subclass."""

ADVICE = {"numpy": numpy_advice, "pandas": pandas_advice, "polars": polars_advice, "pyarrow": pyarrow_advice}


def other(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Refuse a value whose type is none of the known ones; nothing that the user may have written is called."""
    raise Refused(type_name(value), "", instead_of(value))


def instead_of(value: Any) -> str:
    """Return what to put in place of a value that cannot be exported; empty where nothing is known."""
    kind = type(value)
    name = type_name(value)
    if name in INSTEAD:
        return INSTEAD[name]
    bases = [base for base in kind.__mro__[1:] if base is not object]
    modules = {str(base.__module__).partition(".")[0] for base in (kind, *bases)}
    if any(base.__module__ == "enum" for base in bases):
        return "{x}.value"
    if "__dataclass_fields__" in vars(kind):
        return "__import__('dataclasses').asdict({x})"
    for base in bases:
        if base in BASES:
            return f"{base.__name__}({{x}})"
    for package in ("pandas", "numpy", "polars", "pyarrow"):
        if package in modules:
            return ADVICE[package](value)
    for base in bases:
        if base.__module__ == "datetime":
            return TIMES.get(base.__name__, "{x}.isoformat()")
        if base.__module__ == "collections.abc" and base.__name__ == "Mapping":
            return "dict({x})"
        if base is BaseException or base.__module__.startswith(("pathlib", "ipaddress")):
            return "str({x})"
    return of_library(kind, str(kind.__module__))


def of_library(kind: type, module: str) -> str:
    """Return what makes a known value of a value of some other library."""
    if module.startswith("xarray"):
        return "{x}.to_numpy()" if kind.__name__ == "DataArray" else "{x}.to_dict()"
    if kind.__name__ == "DuckDBPyRelation":
        return "{x}.df()"
    if module.startswith(("itertools", "builtins")) and hasattr(kind, "__next__"):
        return "list({x})"
    if module.startswith("scipy.sparse"):
        return "{x}.tocsr()" if hasattr(kind, "tocsr") else "{x}.toarray()"
    return ""


KINDS: Kinds = {**PLAIN, object: other}
