"""Which function makes the value of which kind of node; numpy, pandas and pyarrow are used where they are installed."""

from typing import Any

from .files import Refused
from .import_arrow import alone
from .import_columns import categorical
from .import_lists import as_list
from .import_numpy import array
from .import_pandas import data_frame, series
from .import_plain import PLAIN
from .importer import Importer, Kinds, Node


def vector(importer: Importer, node: Node, tag: str) -> Any:
    """Return the value of an array."""
    if tag.startswith("list"):
        return as_list(importer, node, tag)
    if tag.startswith("pandas.Series"):
        return series(importer, node, tag.partition(" ")[2])
    if " in " in tag:
        return alone(importer, node, tag)
    if node.get("zone") and len(node["shape"]) == 1 and not tag.startswith("numpy."):
        return moments(importer, node)
    return array(importer, node, tag)


def moments(importer: Importer, node: Node) -> Any:
    """Return moments with a time zone as a list, or where they have nanoseconds as a Series of pandas."""
    try:
        return as_list(importer, node)
    except Refused:
        try:
            return series(importer, node, "")
        except ImportError:
            pass
        raise


def factor(importer: Importer, node: Node, tag: str) -> Any:
    """Return the value of a factor; Refused where pandas is missing."""
    if tag.startswith("pandas.Series"):
        return series(importer, node, "")
    if " in " in tag:
        return alone(importer, node, tag)
    try:
        import pandas  # noqa: F401
    except ImportError:
        raise Refused("factor", "needs pandas in Python, which is not installed") from None
    return categorical(importer, node)


KINDS: Kinds = {**PLAIN, "array": vector, "factor": factor, "table": data_frame}
