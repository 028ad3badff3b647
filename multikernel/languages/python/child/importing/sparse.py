"""Makes sparse matrices of scipy of nodes."""

from typing import Any

from ..files import Refused
from .importer import Importer, Node
from .numpy import numbers, restored


def sparse(importer: Importer, node: Node, tag: str) -> Any:
    """Return a sparse matrix; Refused where scipy is missing, or the places of its elements are wrong."""
    try:
        import numpy as np
        import scipy.sparse
    except ImportError:
        raise Refused("sparse matrix", "needs scipy in Python, which is not installed", "need:dense") from None
    layout, shape = node["layout"], tuple(node["shape"])
    name, dtype, places = ([*tag.split(" "), "", ""] if tag.startswith("scipy.") else ["", "", ""])[:3]
    values, rows, columns = (numbers(importer, node[part], np) for part in ("values", "rows", "columns"))
    if dtype:
        values = restored(values, dtype, np)
    if places:
        rows, columns = (restored(each, places, np) for each in (rows, columns))
    kind = getattr(scipy.sparse, name[len("scipy.") :], None) or getattr(scipy.sparse, f"{layout}_matrix")
    try:
        if layout == "coo":
            found = kind((values, (rows, columns)), shape=shape)
            found.row, found.col = rows, columns
        else:
            starts, indices = (rows, columns) if layout == "csr" else (columns, rows)
            found = kind((values, indices, starts), shape=shape)
            found.check_format(full_check=True)
            # It has chosen the type of the places itself.
            found.indices, found.indptr = indices, starts
    except (ValueError, IndexError):
        raise Refused("sparse matrix", "has places of elements that are wrong") from None
    return found
