"""Writes arrays and scalars of numpy as nodes."""

import decimal
from typing import Any, Optional

from ..encoding import bits, joined, little
from ..files import Refused, type_name
from ..memory import Origin
from .exporter import Exporter, Kinds, Node
from .plain import byte_string, integer, packed, text

UNITS = ("s", "ms", "us", "ns")
LONGEST_FILL = 100
"""Bytes of what stands for masked elements."""
FIELDS = "{field: {x}[field] for field in {x}.dtype.names}"
R_NA = 0x7FF00000000007A2
"""The bits of R's NA among the NaNs; a quiet one has one bit more, which the FPU sets."""
QUIET = 0x0008000000000000


def numpy_kinds() -> Kinds:
    """Return what makes the nodes of numpy's types: arrays, and scalars of the types that others have too."""
    import numpy as np

    # What is mapped from a file is an array elsewhere, and comes back as one.
    kinds: Kinds = {np.ndarray: ndarray, np.memmap: ndarray, np.ma.MaskedArray: masked}
    for code in ("?", "b", "h", "i", "l", "q", "B", "H", "I", "L", "Q", "e", "f", "d", "F", "D", "U", "S", "M8", "m8"):
        kind = np.dtype(code).type
        # Where long and long long are of one size, only one of them comes back.
        if np.dtype(np.dtype(code).str).type is kind:
            kinds[kind] = numpy_scalar
    return kinds


def ndarray(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of an array."""
    if value.dtype.metadata:
        raise Refused("numpy.ndarray", "has a dtype with metadata", "{x}.astype({x}.dtype.str)")
    if value.ndim == 0:
        if value.dtype.kind == "O":
            raise Refused("numpy.ndarray of objects", "has no dimension", "{x}[()]")
        return {**scalar(exporter, value[()]), "as": f"python:numpy.0d.{value.dtype.str}"}
    if value.dtype.kind == "O":
        return objects(exporter, value, origin)
    return {**array(exporter, value), "as": f"python:numpy.{value.dtype.str}"}


def masked(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a masked array: what is masked is null."""
    import numpy as np

    kind = "numpy.ma.MaskedArray"
    if not value.ndim or value.dtype.kind not in KINDS or value.dtype.metadata:
        raise Refused(kind, "is of a type that others do not have with nulls", "{x}.tolist()")
    fill = vars(value).get("_fill_value")
    if fill is not None and np.array_equal(fill, np.ma.default_fill_value(value.dtype)):
        fill = None
    if value.hardmask or (fill is not None and fill.nbytes > LONGEST_FILL):
        raise Refused(kind, "has a hard mask, or a long text to fill in", "{np}.ma.array({x}.data, mask={x}.mask)")
    mask = np.ma.getmaskarray(value)
    node = array(exporter, np.where(mask, np.zeros((), value.dtype), value.data) if mask.any() else value.data)
    if "valid" in node:
        raise Refused(kind, "has nulls beside what is masked", "{x}.filled()")
    if mask.any():
        order = node["order"]
        node["valid"] = exporter.data.put(np.ascontiguousarray(~mask.ravel(order=order)).view(np.uint8))
    words = [value.dtype.str, "plain" if value.mask is np.ma.nomask else "masked"]
    return {**node, "as": f"python:numpy.ma.{' '.join(words + ([] if fill is None else [fill.tobytes().hex()]))}"}


def numpy_scalar(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a scalar."""
    return {**scalar(exporter, value), "as": f"python:numpy.scalar.{value.dtype.str}"}


def numpy_advice(value: Any) -> str:
    """Return what to put in place of another value of numpy's."""
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        return "{np}.ma.array({x}.data, mask={x}.mask)"
    if isinstance(value, np.ndarray):
        return FIELDS if value.dtype.names and value.ndim == 1 else "{np}.asarray({x})"
    if isinstance(value, (np.longdouble, np.clongdouble)):
        return "complex({x})" if isinstance(value, np.clongdouble) else "float({x})"
    return "{x}.item()" if isinstance(value, np.generic) else ""


def objects(exporter: Exporter, values: Any, origin: Optional[Origin]) -> Node:
    """Return the node of an array of objects; Refused for several dimensions unless they are scalars of one type."""
    if values.ndim == 1:
        found = values.tolist()
        return {"t": "list", "v": exporter.parts("item", found, origin, len(found)), "as": "python:numpy.object"}
    flat = values.ravel().tolist()
    kinds = set(map(type, flat)) - {type(None)}
    # Nothing but None is as good as bools that are null.
    is_one = len(kinds) <= 1 and kinds != {decimal.Decimal}
    whole = packed(exporter, flat, kinds.pop() if kinds else bool) if is_one else None
    if whole is None or "as" in whole or "zone" in whole:
        raise Refused("numpy.ndarray of objects", "has several dimensions, but not one type", "{x}.tolist()")
    return {**whole, "shape": list(values.shape), "order": "C", "as": "python:numpy.object"}


def scalar(exporter: Exporter, value: Any) -> Node:
    """Return the node of a numpy scalar."""
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind in "mM":
        return moment_scalar(value)
    if kind == "b":
        return {"t": "bool", "v": bool(value)}
    if kind in "iu":
        return integer(int(value))
    if kind == "f" and size <= 8:
        return {"t": "float", "v": bits(float(value))}
    if kind == "c" and size <= 16:
        return {"t": "complex", "v": [bits(float(value.real)), bits(float(value.imag))]}
    if kind == "U":
        return text(exporter, str(value), None)
    if kind == "S":
        return byte_string(exporter, bytes(value), None)
    raise Refused(
        type_name(value), "is more exact than any other language has it" if kind in "fc" else "", "{x}.item()"
    )


def moment_scalar(value: Any) -> Node:
    """Return the node of a datetime64 or timedelta64."""
    import numpy as np

    value = in_common_unit(value, type_name(value))
    if np.isnat(value):
        return {"t": "null"}
    unit = np.datetime_data(value.dtype)[0]
    if value.dtype.kind == "m":
        return {"t": "duration", "v": str(int(value.view("i8")) * NANOSECONDS[unit])}
    return {"t": "date" if unit == "D" else "datetime", "v": str(value)}


def in_common_unit(values: Any, name: str) -> Any:
    """Return times in a unit that others have, which may be a finer one; Refused where there is none."""
    import numpy as np

    unit, step = np.datetime_data(values.dtype)
    kind = values.dtype.kind
    is_day = kind == "M" and unit in ("Y", "M", "W", "D")
    if step == 1 and (unit in UNITS or (is_day and unit == "D")):
        return values
    common = "D" if is_day else unit if unit in UNITS else "ns" if unit in ("ps", "fs", "as") else "s"
    if unit == "generic" or (kind == "m" and unit in ("Y", "M")):
        common = ""
    try:
        found = values.astype(f"{kind}8[{common}]") if common else None
    except OverflowError:
        found = None
    if found is None or not np.array_equal(found.astype(values.dtype), values, equal_nan=True):
        why = f"has the unit {unit_name(unit, step)}, which others do not have"
        raise Refused(name, why, other_unit(values))
    return found


NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}


def unit_name(unit: str, step: int) -> str:
    """Return a unit in words."""
    return "generic" if unit == "generic" else unit if step == 1 else f"{step}{unit}"


def other_unit(value: Any) -> str:
    """Return what converts times to a unit that others have, without a change where there is such a one."""
    import numpy as np

    unit = np.datetime_data(value.dtype)[0]
    if unit == "generic" and not value.ndim and np.isnat(value):
        return "None"
    if unit == "generic" or (value.dtype.kind == "m" and unit in ("Y", "M")):
        return "{x}.astype('int64')"
    kind = "timedelta64" if value.dtype.kind == "m" else "datetime64"
    if unit in ("ps", "fs", "as"):
        return f"{{x}}.astype('{kind}[ns]')"
    is_day = value.dtype.kind == "M" and unit in ("Y", "M", "W", "D")
    return f"{{x}}.astype('{kind}[{unit if unit in UNITS else 'D' if is_day else 's'}]')"


def array(exporter: Exporter, values: Any) -> Node:
    """Return the node of an array that is not of objects."""
    import numpy as np

    found = KINDS.get(values.dtype.kind)
    name = f"array of {values.dtype}"
    if found is None:
        is_record = bool(values.dtype.names) and values.ndim == 1
        raise Refused(name, "", FIELDS if is_record else "{x}.tolist()")
    order = "F" if values.flags.f_contiguous and not values.flags.c_contiguous else "C"
    result: Node = {"t": "array", "shape": list(values.shape), "order": order}
    flat = np.asarray(values).ravel(order=order)
    if values.dtype.kind == "U":
        try:
            return {**result, "dtype": "text", "data": exporter.data.put_parts(joined(flat.tolist()))}
        except Refused as refused:
            raise Refused(name, refused.why, "{np}.char.encode({x}, 'utf-8', 'surrogatepass')") from None
    if values.dtype.kind == "S":
        return {**result, **byte_strings(exporter, flat.tolist())}
    if values.dtype.kind in "mM":
        return {**result, **times(exporter, flat)}
    if f"{found}{values.dtype.itemsize}" not in SIZES:
        other = "complex128" if found == "c" else "float64"
        raise Refused(name, "is more exact than any other language has it", f"{{x}}.astype('{other}')")
    flat = np.ascontiguousarray(flat).astype(values.dtype.newbyteorder("<"), copy=False)
    if found == "f" and values.dtype.itemsize == 8:
        result.update(nulls(exporter, flat))
    return {**result, "dtype": f"{found}{values.dtype.itemsize}", "data": exporter.data.put(flat.view(np.uint8))}


KINDS = {"b": "b", "i": "i", "u": "u", "f": "f", "c": "c", "U": "text", "S": "bytes", "m": "duration", "M": "datetime"}
SIZES = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"}


def nulls(exporter: Exporter, flat: Any) -> dict[str, Any]:
    """Return the `valid` of doubles in which R's NA is; numpy keeps its bits where nobody computes with them."""
    import numpy as np

    if not np.isnan(flat.sum()):
        return {}
    is_null = (flat.view(np.uint64) & np.uint64(~QUIET & (1 << 64) - 1)) == np.uint64(R_NA)
    return {"valid": exporter.data.put((~is_null).view(np.uint8))} if is_null.any() else {}


def byte_strings(exporter: Exporter, values: Any) -> dict[str, Any]:
    """Return what an array node of byte strings has beside its shape."""
    from array import array as offsets_array
    from itertools import accumulate

    offsets = little(offsets_array("q", [0, *accumulate(map(len, values))]))
    return {"dtype": "bytes", "data": exporter.data.put(offsets.tobytes() + b"".join(values))}


def times(exporter: Exporter, flat: Any, zone: Optional[str] = None) -> dict[str, Any]:
    """Return what an array node of datetime64 or timedelta64 has beside its shape."""
    import numpy as np

    name = f"array of {flat.dtype}"
    flat = in_common_unit(flat, name)
    unit = np.datetime_data(flat.dtype)[0]
    is_days = unit == "D" and flat.dtype.kind == "M"
    missing = np.isnat(flat)
    numbers = np.ascontiguousarray(flat).astype(flat.dtype.newbyteorder("<"), copy=False).view("<i8")
    result: dict[str, Any] = {}
    if missing.any():
        numbers = np.where(missing, 0, numbers)
        result["valid"] = exporter.data.put((~missing).view(np.uint8))
    if is_days:
        days = numbers.astype("<i4")
        if (days != numbers).any():
            raise Refused(name, "has days that are too far away", "{x}.astype('datetime64[s]')")
        return {**result, "dtype": "date", "data": exporter.data.put(days.view(np.uint8))}
    result.update(dtype="datetime" if flat.dtype.kind == "M" else "duration", unit=unit)
    if zone is not None:
        result["zone"] = zone
    return {**result, "data": exporter.data.put(numbers.view(np.uint8))}
