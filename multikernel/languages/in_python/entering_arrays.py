"""Makes arrays, lists and frames of nodes that have buffers: by numpy and pandas where they are, lists where not."""

import datetime
import struct
from typing import Any, Optional

from .entering import UTC, Enterer, Node, zone_info
from .files import Path, Refused

R_NA = 0x7FF00000000007A2
CODES = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"}
CODES.update(f2="e", f4="f", f8="d", date="i", time="q", datetime="q", duration="q")
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
EPOCH = datetime.datetime(1970, 1, 1)


def value(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    """Return the value of an array, a factor or a frame."""
    if node["t"] == "array":
        if tag.startswith("list"):
            return as_list(enterer, node, tag)
        if tag.startswith("pandas.Series"):
            return series(enterer, node, tag.partition(" ")[2])
        if " in " in tag:
            from . import entering_arrow

            return entering_arrow.alone(enterer, node, tag)
        return array(enterer, node, tag)
    if node["t"] == "frame":
        from . import entering_frames

        return entering_frames.frame(enterer, node, tag, path)
    if tag.startswith("pandas.Series"):
        return series(enterer, node, "")
    if " in " in tag:
        from . import entering_arrow

        return entering_arrow.alone(enterer, node, tag)
    try:
        import pandas  # noqa: F401
    except ImportError:
        raise Refused("factor", "needs pandas in Python, which is not installed") from None
    from . import entering_frames

    return entering_frames.categorical(enterer, node)


def series(enterer: Enterer, node: Node, dtype: str) -> Any:
    """Return a pandas Series without names."""
    import pandas as pd

    from . import entering_frames

    return pd.Series(entering_frames.column(enterer, node, dtype))


def numpy() -> Optional[Any]:
    """Return numpy, if it is installed."""
    try:
        import numpy as np
    except ImportError:
        return None
    return np


def array(enterer: Enterer, node: Node, tag: str) -> Any:
    """Return an array as Python has it: of numpy, or a list where that has no such."""
    np, kind = numpy(), node["dtype"]
    own = tag[len("numpy.") :] if tag.startswith("numpy.") else ""
    if own.startswith(("<M8", "=M8")) and node.get("zone") in UTC:
        node = {**node, "zone": ""}
    is_flat = len(node["shape"]) == 1
    if np is None or (is_flat and not own and has_no_dtype(node)):
        if not is_flat:
            raise Refused("array", "of several dimensions needs numpy in Python, which is not installed")
        return moments(enterer, node) if node.get("zone") else as_list(enterer, node)
    is_null_lost = "valid" in node and has_no_dtype(node) and not node.get("zone")
    if is_null_lost or own == "object":
        flat = np.empty(len(values := as_list(enterer, node)), dtype=object)
        flat[:] = values
        return flat.reshape(node["shape"], order=node.get("order", "C"))
    if kind in ("text", "bytes", "time"):
        if not own and kind != "text":
            raise Refused(f"matrix of {kind}", "has no counterpart in Python")
        flat = np.array(as_list(enterer, node), dtype=own or "U")
    else:
        flat = numbers(enterer, node, np)
    if own:
        flat = restored(flat, own, np)
    return flat.reshape(node["shape"], order=node.get("order", "C"))


def moments(enterer: Enterer, node: Node) -> Any:
    """Return moments with a time zone as a list, or where they have nanoseconds as a Series of pandas."""
    try:
        return as_list(enterer, node)
    except Refused:
        try:
            return series(enterer, node, "")
        except ImportError:
            pass
        raise


def has_no_dtype(node: Node) -> bool:
    """Whether numpy has nothing for a vector: texts, what has nulls, moments with a time zone."""
    kind = node["dtype"]
    is_null_known = kind in ("f8", "date", "datetime", "duration")
    return kind in ("text", "bytes", "time") or bool(node.get("zone")) or ("valid" in node and not is_null_known)


def numbers(enterer: Enterer, node: Node, np: Any) -> Any:
    """Return numbers or times as a flat array; nulls are R's NA, or NaT."""
    kind: str = node["dtype"]
    if node.get("zone"):
        raise Refused("array of datetimes", "with a time zone and several dimensions has no counterpart in Python")
    codes = {"date": "i4", "datetime": "i8", "duration": "i8", "b1": "u1"}
    flat = np.frombuffer(enterer.read(node["data"]), dtype="<" + codes.get(kind, kind))
    if kind == "b1":
        flat = flat != 0
    elif kind == "date":
        flat = flat.astype("M8[D]")
    elif kind in ("datetime", "duration"):
        flat = flat.view(f"{'M' if kind == 'datetime' else 'm'}8[{node['unit']}]")
    if "valid" in node:
        missing = np.frombuffer(enterer.read(node["valid"]), dtype="u1") == 0
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
        with np.errstate(all="ignore"):
            found = flat.astype(dtype)
            back = found.astype(flat.dtype)
    except (TypeError, ValueError, OverflowError):
        return flat
    if flat.dtype.kind in "fcmM" and dtype.kind in "fcmM":
        return found if np.array_equal(back, flat, equal_nan=True) else flat
    return found if np.array_equal(back, flat) else flat


def as_list(enterer: Enterer, node: Node, tag: str = "") -> list[Any]:
    """Return a vector as a list, None for nulls; doubles as integers if that is what they were, and still are."""
    kind, count = node["dtype"], 1
    for length in node["shape"]:
        count *= length
    if tag.endswith(" naive") and node.get("zone") in UTC:
        node = {**node, "zone": ""}
    if kind == "text":
        values: list[Any] = enterer.texts(node["data"], count)
    elif kind == "bytes":
        values = byte_strings(enterer.read(node["data"]), count)
    elif kind in ("c8", "c16"):
        parts = struct.unpack(f"<{2 * count}{'f' if kind == 'c8' else 'd'}", enterer.read(node["data"]))
        values = [complex(*pair) for pair in zip(parts[::2], parts[1::2])]
    else:
        values = list(struct.unpack(f"<{count}{CODES[kind]}", enterer.read(node["data"])))
        values = in_time(values, node)
    if "valid" in node:
        valid = enterer.read(node["valid"])
        values = [value if there else None for value, there in zip(values, valid)]
    if tag == "list int" and kind == "f8" and all(value is None or value.is_integer() for value in values):
        return [None if value is None else int(value) for value in values]
    if tag.endswith(" utc") and node.get("zone") in UTC:
        return [value and value.replace(tzinfo=datetime.timezone.utc) for value in values]
    return values


def byte_strings(raw: bytearray, count: int) -> list[bytes]:
    """Return byte strings behind their offsets; Refused if those are wrong."""
    offsets = struct.unpack(f"<{count + 1}q", raw[: 8 * (count + 1)])
    content = raw[8 * (count + 1) :]
    if offsets[0] != 0 or offsets[-1] > len(content) or any(a > b for a, b in zip(offsets, offsets[1:])):
        raise Refused("bytes", "has offsets that are wrong")
    return [bytes(content[begin:end]) for begin, end in zip(offsets, offsets[1:])]


def in_time(values: list[Any], node: Node) -> list[Any]:
    """Return numbers as dates, times, datetimes or timedeltas, where that is what they are."""
    kind = node["dtype"]
    try:
        if kind == "date":
            return [datetime.date(1970, 1, 1) + datetime.timedelta(days=value) for value in values]
        if kind in ("datetime", "duration", "time"):
            micros = [microseconds(value, node.get("unit", "ns")) for value in values]
            if kind == "duration":
                return [datetime.timedelta(microseconds=value) for value in micros]
            if kind == "time":
                return [(EPOCH + datetime.timedelta(microseconds=value)).time() for value in micros]
            return [moment(value, node.get("zone", "")) for value in micros]
    except OverflowError:
        raise Refused(f"vector of {kind}s", "is beyond the years that Python has") from None
    return values


def moment(micros: int, zone: str) -> datetime.datetime:
    """Return a datetime of microseconds since 1970, in UTC where there is a zone."""
    value = EPOCH + datetime.timedelta(microseconds=micros)
    return value.replace(tzinfo=datetime.timezone.utc).astimezone(zone_info(zone)) if zone else value


def microseconds(value: int, unit: str) -> int:
    """Return a count of a unit in microseconds; Refused if it is no whole number."""
    if unit == "ns":
        if value % 1000:
            raise Refused("vector of times", "has nanoseconds, which Python's datetime does not have")
        return value // 1000
    return value * (10**6 // PER_SECOND[unit])
