"""Writes arrays and scalars of numpy, and what pandas and pyarrow have, as nodes; only if the value is of theirs."""

import sys
from typing import Any, Optional

from .files import Path, Refused
from .leaving import Leaver, Node, bits, integer, joined, type_name

UNITS = ("s", "ms", "us", "ns")
R_NA = 0x7FF00000000007A2
"""The bits of R's NA among the NaNs; a quiet one has one bit more, which the FPU sets."""
QUIET = 0x0008000000000000


def node(leaver: Leaver, value: Any, path: Path) -> Node:
    """Return the node of a value that is none of Python's own types; Refused for what has none."""
    package = type(value).__module__.partition(".")[0]
    if package == "numpy":
        return numpy_node(leaver, value, path)
    if package == "pandas":
        from . import leaving_frames

        return leaving_frames.pandas_node(leaver, value, path)
    if hasattr(type(value), "__arrow_c_stream__"):
        from . import leaving_arrow

        return leaving_arrow.stream_node(leaver, value, path)
    raise Refused(type_name(value), hint_for(value))


def hint_for(value: Any) -> str:
    """Say what to do about a value that cannot leave; empty where nothing is known."""
    for base, advice in ((dict, "dict(x)"), (list, "list(x)"), (tuple, "tuple(x)"), (str, "str(x)"), (int, "int(x)")):
        if isinstance(value, base):
            return f"cannot leave Python as what it is; copy {advice} instead"
    if isinstance(value, (range, memoryview)) or hasattr(value, "__next__"):
        return "cannot leave Python; copy a list of it instead"
    return ""


def numpy_node(leaver: Leaver, value: Any, path: Path) -> Node:
    """Return the node of an array or a scalar."""
    import numpy as np

    if type(value) is np.ndarray:
        if value.ndim == 0:
            raise Refused("numpy.ndarray", "has no dimension; copy x[()] instead")
        if value.dtype.kind == "O":
            if value.ndim != 1:
                raise Refused("numpy.ndarray of objects", "has several dimensions")
            return {"t": "list", "v": leaver.nodes(value.tolist(), path), "as": "python:numpy.object"}
        return {**array(leaver, value), "as": f"python:numpy.{value.dtype.str}"}
    if isinstance(value, np.ndarray):
        raise Refused(type_name(value), "is no plain array; copy numpy.asarray(x), or its parts")
    if isinstance(value, np.generic):
        return {**scalar(leaver, value), "as": f"python:numpy.scalar.{value.dtype.str}"}
    raise Refused(type_name(value))


def scalar(leaver: Leaver, value: Any) -> Node:
    """Return the node of a numpy scalar."""
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind == "b":
        return {"t": "bool", "v": bool(value)}
    if kind in "iu":
        return integer(int(value))
    if kind == "f" and size <= 8:
        return {"t": "float", "v": bits(float(value))}
    if kind == "c" and size <= 16:
        return {"t": "complex", "v": [bits(float(value.real)), bits(float(value.imag))]}
    if kind == "U":
        return leaver.text(str(value))
    if kind == "S":
        return leaver.bytes(bytes(value))
    raise Refused(type_name(value), "cannot leave Python alone; copy an array of it" if kind in "mM" else "")


def array(leaver: Leaver, values: Any) -> Node:
    """Return the node of an array that is not of objects."""
    import numpy as np

    found = KINDS.get(values.dtype.kind)
    name = f"array of {values.dtype}"
    if found is None:
        raise Refused(name)
    order = "F" if values.flags.f_contiguous and not values.flags.c_contiguous else "C"
    result: Node = {"t": "array", "shape": list(values.shape), "order": order}
    flat = values.ravel(order=order)
    if values.dtype.kind == "U":
        return {**result, "dtype": "text", "data": leaver.data.put_parts(joined(flat.tolist()))}
    if values.dtype.kind == "S":
        return {**result, **byte_strings(leaver, flat.tolist())}
    if values.dtype.kind in "mM":
        return {**result, **times(leaver, flat)}
    if f"{found}{values.dtype.itemsize}" not in SIZES:
        raise Refused(name, "is more exact than any other language has it")
    flat = np.ascontiguousarray(flat).astype(values.dtype.newbyteorder("<"), copy=False)
    if found == "f" and values.dtype.itemsize == 8:
        result.update(nulls(leaver, flat))
    return {**result, "dtype": f"{found}{values.dtype.itemsize}", "data": leaver.data.put(flat.view(np.uint8))}


KINDS = {"b": "b", "i": "i", "u": "u", "f": "f", "c": "c", "U": "text", "S": "bytes", "m": "duration", "M": "datetime"}
SIZES = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"}


def nulls(leaver: Leaver, flat: Any) -> dict[str, Any]:
    """Return the `valid` of doubles in which R's NA is; numpy keeps its bits where nobody computes with them."""
    import numpy as np

    if not np.isnan(flat.sum()):
        return {}
    is_null = (flat.view(np.uint64) & np.uint64(~QUIET & (1 << 64) - 1)) == np.uint64(R_NA)
    return {"valid": leaver.data.put((~is_null).view(np.uint8))} if is_null.any() else {}


def byte_strings(leaver: Leaver, values: Any) -> dict[str, Any]:
    """Return what an array node of byte strings has beside its shape."""
    from array import array as offsets_array
    from itertools import accumulate

    offsets = offsets_array("q", [0, *accumulate(map(len, values))])
    if sys.byteorder == "big":
        offsets.byteswap()
    return {"dtype": "bytes", "data": leaver.data.put(offsets.tobytes() + b"".join(values))}


def times(leaver: Leaver, flat: Any, zone: Optional[str] = None) -> dict[str, Any]:
    """Return what an array node of datetime64 or timedelta64 has beside its shape."""
    import numpy as np

    unit, step = np.datetime_data(flat.dtype)
    name = f"array of {flat.dtype}"
    is_days = unit == "D" and flat.dtype.kind == "M"
    if step != 1 or not (unit in UNITS or is_days):
        raise Refused(name, "has a unit that others do not have; copy x.astype('datetime64[s]'), or [ms], [us], [ns]")
    missing = np.isnat(flat)
    numbers = np.ascontiguousarray(flat).view(np.int64 if flat.dtype.isnative else flat.dtype.str.replace("M", "i"))
    result: dict[str, Any] = {}
    if missing.any():
        numbers = np.where(missing, 0, numbers)
        result["valid"] = leaver.data.put((~missing).view(np.uint8))
    if is_days:
        days = numbers.astype("<i4")
        if (days != numbers).any():
            raise Refused(name, "has days that are too far away")
        return {**result, "dtype": "date", "data": leaver.data.put(days.view(np.uint8))}
    result.update(dtype="datetime" if flat.dtype.kind == "M" else "duration", unit=unit)
    if zone is not None:
        result["zone"] = zone
    return {**result, "data": leaver.data.put(numbers.astype("<i8", copy=False).view(np.uint8))}
