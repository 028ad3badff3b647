"""Makes scalars, lists, tuples, sets and dicts of nodes."""

from collections.abc import Callable
from typing import Any

from .. import intervals
from ..encoding import to_double
from ..files import Refused
from .importer import Importer, Kinds, Node
from .lists import as_list, exact_number
from .numpy import SCALARS, of_list
from .numpy import scalar as numpy_scalar
from .times import date, duration, moment, time

CONTAINERS: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}


def null(importer: Importer, node: Node, tag: str) -> Any:
    if tag in ("pandas.NA", "pandas.NaT"):
        import pandas as pd

        return pd.NA if tag == "pandas.NA" else pd.NaT
    return numpy_scalar(None, tag) if tag.startswith(SCALARS) else None


def scalar(make: Callable[[Node], Any]) -> Callable[[Importer, Node, str], Any]:
    """Return what makes a plain value, or a numpy scalar where that is what it was and still fits."""

    def entered(importer: Importer, node: Node, tag: str) -> Any:
        value = make(node)
        return numpy_scalar(value, tag) if tag.startswith(SCALARS) else value

    return entered


def floating(importer: Importer, node: Node, tag: str) -> Any:
    value = to_double(node["v"])
    if tag == "int" and value.is_integer():
        return int(value)
    return numpy_scalar(value, tag) if tag.startswith(SCALARS) else value


def text(importer: Importer, node: Node, tag: str) -> Any:
    value = node["v"] if "v" in node else bytes(importer.read(node["data"])).decode("utf-8")
    if tag == "decimal.Decimal":
        return exact_number(value)
    if tag.startswith(("pandas.interval[", "pandas.plain interval[")):
        return interval(value, tag)
    return numpy_scalar(value, tag) if tag.startswith(SCALARS) else value


def interval(text: str, tag: str) -> Any:
    """Return the Interval that a text is, or the text."""
    import pandas as pd

    kind, _, dtype = tag[len("pandas.") :].rpartition("interval[")
    found = intervals.made([text], f"interval[{dtype}")
    if found is None:
        return text
    ends = found[0].left, found[0].right
    return pd.Interval(*(end.item() for end in ends), found.closed) if kind else found[0]


def byte_string(importer: Importer, node: Node, tag: str) -> Any:
    value = importer.read(node["data"])
    if tag == "bytearray":
        return value
    return numpy_scalar(bytes(value), tag) if tag.startswith(SCALARS) else bytes(value)


def sequence(importer: Importer, node: Node, tag: str) -> Any:
    values = (
        as_list(importer, node["packed"], tag) if "packed" in node else importer.parts(range(len(node["v"])), node["v"])
    )
    if tag in CONTAINERS:
        try:
            found = CONTAINERS[tag](values)
        except TypeError:
            return values
        return found if len(found) == len(values) else values
    if tag.startswith(("numpy.", "pandas.Series")):
        return of_list(values, tag)
    return values


def mapping(importer: Importer, node: Node, tag: str) -> Any:
    names = keys = node["k"]
    if "labels" in node:
        keys = [label(importer, key) for key in node["labels"]["v"]]
    if len(set(keys)) != len(keys):
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise Refused(
            "list", f"has several elements named {twice!r}, and a dict can have only one", "need:unique names"
        )
    return dict(zip(keys, importer.parts(names, node["v"])))


def label(importer: Importer, node: Node) -> Any:
    """Return a label: a key, or what a column is called."""
    return tuple(label(importer, part) for part in node["v"]) if node["t"] == "list" else importer.value(node)


PLAIN: Kinds = {
    "null": null,
    "na": null,
    "bool": scalar(lambda node: node["v"]),
    "int": scalar(lambda node: int(node["v"])),
    "float": floating,
    "complex": scalar(lambda node: complex(*map(to_double, node["v"]))),
    "text": text,
    "bytes": byte_string,
    "date": date,
    "time": time,
    "datetime": moment,
    "duration": duration,
    "list": sequence,
    "dict": mapping,
}
