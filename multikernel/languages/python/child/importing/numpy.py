"""Makes arrays and scalars of numpy."""

from typing import Any, Optional

from ..files import Refused
from ..zones import UTC
from .importer import Importer, Node
from .lists import as_list

R_NA = 0x7FF00000000007A2
SCALARS = ("numpy.scalar.", "numpy.0d.")
"""What the tag of a single value begins with."""


def scalar(value: Any, tag: str) -> Any:
    """Return a value as the numpy scalar or array without dimensions that it was, or as it is if it does not fit.

    Times are given as text, durations in nanoseconds.
    """
    try:
        import numpy as np
    except ImportError:
        return value
    try:
        dtype = np.dtype(tag.rpartition(".")[2])
        if dtype.kind in "mM":
            return whole(np, moment(np, value, dtype), tag)
        with np.errstate(all="ignore"):
            found = dtype.type(value)
        same = found == value or (found != found and value != value)
    except (TypeError, ValueError, OverflowError):
        return value
    return whole(np, found, tag) if same else value


def whole(np: Any, value: Any, tag: str) -> Any:
    """Return a scalar as the array without dimensions that it was, if it was one."""
    return np.asarray(value) if tag.startswith("numpy.0d.") else value


def moment(np: Any, value: Any, dtype: Any) -> Any:
    """Return a datetime64 or timedelta64, of nanoseconds if its own unit does not tell it."""
    if value is None:
        return dtype.type("NaT", np.datetime_data(dtype))
    exact = np.timedelta64(value, "ns") if dtype.kind == "m" else np.datetime64(value)
    found = exact.astype(dtype)
    return found if found.astype(exact.dtype) == exact else exact


def of_list(values: "list[Any]", tag: str) -> Any:
    """Return a list as the array or the Series that it was, or as it is where it does not fit."""
    import numpy as np

    if tag.startswith("numpy.|S"):
        if not all(type(value) is bytes for value in values):
            return values
        array: Any = np.array(values, dtype=tag[6:])
        return array if array.tolist() == values else values
    if tag != "numpy.object" and not tag.startswith("pandas.Series object"):
        return values
    array = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        array[position] = value
    if tag == "numpy.object":
        return array
    import pandas as pd

    return pd.Series(array, dtype=object)


def numpy() -> Optional[Any]:
    """Return numpy, if it is installed."""
    try:
        import numpy as np
    except ImportError:
        return None
    return np


def masked(importer: Importer, node: Node, tag: str) -> Any:
    """Return an array whose nulls are masked, as they were; ImportError where numpy is missing."""
    import numpy as np

    dtype, how, *fill = tag[len("numpy.ma.") :].split(" ")
    plain = {key: part for key, part in node.items() if key != "valid"}
    values = array(importer, plain, f"numpy.{dtype}")
    shape, order = node["shape"], node.get("order", "C")
    mask: Any = np.ma.nomask
    if "valid" in node:
        valid = np.frombuffer(importer.read(node["valid"]), dtype="u1")
        mask = (valid == 0).reshape(shape, order=order)
    elif how == "masked":
        mask = np.zeros(shape, dtype=bool, order=order)
    found: Any = np.ma.MaskedArray(values, mask)
    if fill and found.dtype.str == dtype:
        found.set_fill_value(np.frombuffer(bytes.fromhex(fill[0]), dtype)[0])
    return found


def array(importer: Importer, node: Node, tag: str) -> Any:
    """Return an array as Python has it: of numpy, or a list where that has no such."""
    if tag.startswith("numpy.ma."):
        return masked(importer, node, tag)
    np, kind = numpy(), node["dtype"]
    own = tag[len("numpy.") :] if tag.startswith("numpy.") else ""
    if own[1:].startswith("M8") and node.get("zone") in UTC:
        node = {**node, "zone": ""}
    is_flat = len(node["shape"]) == 1
    if np is None or (is_flat and not own and has_no_dtype(node)):
        if not is_flat:
            raise Refused("array", "of several dimensions needs numpy in Python, which is not installed", "need:list")
        return as_list(importer, node)
    is_null_lost = "valid" in node and has_no_dtype(node) and not node.get("zone")
    if is_null_lost or own == "object":
        flat = np.empty(len(values := as_list(importer, node)), dtype=object)
        flat[:] = values
        return flat.reshape(node["shape"], order=node.get("order", "C"))
    if kind in ("text", "bytes", "time"):
        if not own and kind != "text":
            raise Refused(f"matrix of {kind}", "has no counterpart in Python")
        # As wide as the longest needs, which may be another one now.
        flat = np.array(as_list(importer, node), dtype=own[1:2] if own[1:2] in ("U", "S") else own or "U")
    else:
        flat = numbers(importer, node, np)
    if own:
        flat = restored(flat, own, np)
    return flat.reshape(node["shape"], order=node.get("order", "C"))


def has_no_dtype(node: Node) -> bool:
    """Whether numpy has nothing for a vector: texts, what has nulls, moments with a time zone."""
    kind = node["dtype"]
    is_null_known = kind in ("f8", "date", "datetime", "duration")
    return kind in ("text", "bytes", "time") or bool(node.get("zone")) or ("valid" in node and not is_null_known)


def numbers(importer: Importer, node: Node, np: Any) -> Any:
    """Return numbers or times as a flat array; nulls are R's NA, or NaT."""
    kind: str = node["dtype"]
    if node.get("zone"):
        raise Refused("array of datetimes", "with a time zone and several dimensions has no counterpart in Python")
    codes = {"date": "i4", "datetime": "i8", "duration": "i8", "b1": "u1"}
    flat = np.frombuffer(importer.read(node["data"]), dtype="<" + codes.get(kind, kind))
    if kind == "b1":
        flat = flat != 0
    elif kind == "date":
        flat = flat.astype("M8[D]")
    elif kind in ("datetime", "duration"):
        flat = flat.view(f"{'M' if kind == 'datetime' else 'm'}8[{node['unit']}]")
    if "valid" in node:
        missing = np.frombuffer(importer.read(node["valid"]), dtype="u1") == 0
        if kind == "f8":
            flat.view("u8")[missing] = R_NA
        elif kind in ("date", "datetime", "duration"):
            flat[missing] = np.array("NaT", flat.dtype)
        else:
            raise Refused(f"array of {kind}", "with nulls and several dimensions has no counterpart in Python")
    return flat


def restored(flat: Any, own: str, np: Any) -> Any:
    """Return an array with the dtype that it had, if all of it still fits."""
    try:
        dtype = np.dtype(own)
        if dtype == flat.dtype:
            return flat
        with np.errstate(all="ignore"):
            found = flat.astype(dtype)
            back = found.astype(flat.dtype)
    except (TypeError, ValueError, OverflowError):
        return flat
    if flat.dtype.kind in "fcmM" and dtype.kind in "fcmM":
        return found if np.array_equal(back, flat, equal_nan=True) else flat
    return found if np.array_equal(back, flat) else flat
