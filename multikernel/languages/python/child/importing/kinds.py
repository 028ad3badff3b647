"""Which function makes the value of which kind of node; numpy, pandas and pyarrow are used where they are installed."""

from typing import Any

from ..files import Refused
from .arrow import alone
from .columns import categorical, plain_texts
from .importer import Importer, Kinds, Node
from .lists import as_list
from .numpy import array
from .pandas import data_frame, series
from .plain import PLAIN, sequence
from .sparse import sparse


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


def listed(importer: Importer, node: Node, tag: str) -> Any:
    """Return the value of a list, which may have been an array where there is numpy or more."""
    if tag.startswith("pandas.Series arrow "):
        return series(importer, node, tag.partition(" ")[2])
    is_alone = " in " in tag
    if not is_alone and not tag.startswith(("numpy.", "pandas.Series ")):
        return sequence(importer, node, tag)
    if "packed" in node:
        return vector(importer, node["packed"], tag)
    if is_alone:
        return alone(importer, node, tag)
    values = sequence(importer, node, tag)
    if type(values) is list and all(value is None for value in values):
        return of_nulls(values, tag)
    return values


def of_nulls(values: list[Any], tag: str) -> Any:
    """Return nothing but nulls, or nothing at all, as the array or the Series that it was."""
    kind, _, dtype = tag.partition(" ")
    if kind == "pandas.Series" and dtype.startswith("str"):
        import pandas as pd

        return pd.Series(plain_texts(values, dtype, pd))
    if kind == "pandas.Series" and " " not in dtype:
        import pandas as pd

        return pd.Series(values, dtype=dtype)
    if kind.startswith("numpy."):
        import numpy as np

        dtype = kind[len("numpy.") :]
        return np.array(values, dtype=dtype) if not values or dtype[1:2] in ("M", "m") else values
    return values


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
        return series(importer, node, tag.partition(" ")[2])
    if " in " in tag:
        return alone(importer, node, tag)
    try:
        import pandas  # noqa: F401
    except ImportError:
        raise Refused("factor", "needs pandas in Python, which is not installed", "need:list") from None
    return categorical(importer, node)


KINDS: Kinds = {**PLAIN, "list": listed, "array": vector, "factor": factor, "table": data_frame, "sparse": sparse}
