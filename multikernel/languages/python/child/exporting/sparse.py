"""Writes sparse matrices of scipy as nodes."""

from typing import Any, Optional

from ..files import Refused
from ..memory import Origin
from .exporter import Exporter, Kinds, Node
from .numpy import array

LAYOUTS = ("csc", "csr", "coo")


def scipy_kinds() -> Kinds:
    """Return what makes the nodes of scipy's sparse matrices."""
    import scipy.sparse

    names = (f"{layout}_{kind}" for layout in LAYOUTS for kind in ("matrix", "array"))
    return {getattr(scipy.sparse, name): matrix for name in names if hasattr(scipy.sparse, name)}


def matrix(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a sparse matrix."""
    name, layout = type(value).__name__, value.format
    kind = f"scipy.sparse.{name}"
    if value.ndim != 2:
        raise Refused(kind, "has one dimension", "{x}.toarray()")
    if layout == "coo":
        count, rows, columns = len(value.data), value.row, value.col
    else:
        if not value.has_sorted_indices:
            raise Refused(kind, "has elements that are not in order", "!{x}.sort_indices()")
        if not value.has_canonical_format:
            raise Refused(kind, "has several elements at one place", "!{x}.sum_duplicates()")
        count = int(value.indptr[-1])
        places = value.indices[:count]
        rows, columns = (value.indptr, places) if layout == "csr" else (places, value.indptr)
    try:
        values = array(exporter, value.data[:count])
    except Refused as refused:
        raise Refused(kind, f"of {value.dtype} {refused.why or 'cannot be copied'}", refused.instead) from None
    return {
        "t": "sparse",
        "layout": layout,
        "shape": list(value.shape),
        "values": values,
        "rows": array(exporter, rows),
        "columns": array(exporter, columns),
        "as": f"python:scipy.{name} {value.dtype.str} {rows.dtype.str}",
    }
