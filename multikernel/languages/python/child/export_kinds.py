"""Which function writes which type as a node. numpy, pandas and pyarrow are imported only if the value is of theirs."""

from typing import Any

from .export_arrow import stream_node
from .export_numpy import numpy_node
from .export_pandas import pandas_node
from .export_plain import PLAIN
from .exporter import Exporter, Kinds, Node
from .files import Path, Refused, type_name


def other(exporter: Exporter, value: Any, path: Path) -> Node:
    """Return the node of a value that is none of Python's own types; Refused for what has none."""
    package = type(value).__module__.partition(".")[0]
    if package == "numpy":
        return numpy_node(exporter, value, path)
    if package == "pandas":
        return pandas_node(exporter, value, path)
    if hasattr(type(value), "__arrow_c_stream__") or (package == "pyarrow" and hasattr(value, "__arrow_c_array__")):
        return stream_node(exporter, value, path)
    raise Refused(type_name(value), hint_for(value))


def hint_for(value: Any) -> str:
    """Say what to do about a value that cannot leave; empty where nothing is known."""
    for base, advice in ((dict, "dict(x)"), (list, "list(x)"), (tuple, "tuple(x)"), (str, "str(x)"), (int, "int(x)")):
        if isinstance(value, base):
            return f"cannot leave Python as what it is; copy {advice} instead"
    if isinstance(value, (range, memoryview)) or hasattr(value, "__next__"):
        return "cannot leave Python; copy a list of it instead"
    found = ADVICE.get(type_name(value))
    return f"cannot leave Python; copy {found} instead" if found else ""


ADVICE = {
    "decimal.Decimal": "str(x) or float(x)",
    "fractions.Fraction": "str(x) or float(x)",
    "uuid.UUID": "str(x)",
    "pathlib.PosixPath": "str(x)",
    "array.array": "a list of it",
    "polars.lazyframe.frame.LazyFrame": "x.collect()",
    "polars.lazyframe.LazyFrame": "x.collect()",
}

KINDS: Kinds = {**PLAIN, object: other}
