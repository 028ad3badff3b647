"""Makes Python values of nodes, which the front has checked; buffers are read from the data file."""

import datetime
import struct
from collections.abc import Callable, Iterator
from typing import Any

from .files import Path, Refused, Tags, read, read_parts

Node = dict[str, Any]
OWN = "python:"
UTC = ("UTC", "+00:00", "Z", "Etc/UTC")


class Enterer:
    """Makes values, and collects the tags of other languages."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.tags: Tags = {}

    def value(self, node: Node, path: Path = ()) -> Any:
        """Return the value of a node; Refused where Python has none."""
        tag = self.note(node, path)
        if tag.startswith("numpy.0d."):
            from . import entering_numpy

            return entering_numpy.without_dimension(KINDS[node["t"]](self, node, f"numpy.scalar.{tag[9:]}", path))
        return KINDS[node["t"]](self, node, tag, path)

    def note(self, node: Node, path: Path) -> str:
        """Return a node's tag of Python's own, and remember one of another language."""
        tag = str(node.get("as", ""))
        if tag.startswith(OWN):
            return tag[len(OWN) :]
        if tag:
            self.tags[path] = tag
        return ""

    def values(self, nodes: list[Node], path: Path) -> list[Any]:
        """Return the values of the parts of a container."""
        values = []
        for position, node in enumerate(nodes):
            try:
                values.append(self.value(node, (*path, position)))
            except Refused as refused:
                raise refused.below(f"[{position}]") from None
        return values

    def read(self, ref: list[int]) -> bytearray:
        """Return bytes of the data file."""
        return read(self._folder, ref)

    def read_parts(self, ref: list[int]) -> Iterator[bytearray]:
        """Read texts that are joined by 0xFF, some at a time."""
        return read_parts(self._folder, ref)

    def texts(self, ref: list[int], count: int) -> list[str]:
        """Return texts that are joined by 0xFF; Refused for what is no UTF-8, or not so many."""
        if not count:
            return []
        found: list[str] = []
        try:
            for raw in self.read_parts(ref):
                if b"\0" in raw:
                    found += [part.decode("utf-8") for part in raw.split(b"\xff")]
                else:
                    found += raw.replace(b"\xff", b"\0").decode("utf-8").split("\0")
        except UnicodeDecodeError:
            raise Refused("text", "is no UTF-8") from None
        if len(found) != count:
            raise Refused("text", f"has {len(found)} elements instead of {count}")
        return found


def to_double(bits: str) -> float:
    """Return the double of 16 digits hex."""
    return float(struct.unpack(">d", bytes.fromhex(bits))[0])


def null(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    if tag in ("pandas.NA", "pandas.NaT"):
        import pandas as pd

        return pd.NA if tag == "pandas.NA" else pd.NaT
    return numpy_scalar(None, tag) if tag.startswith("numpy.scalar.") else None


def scalar(make: Callable[[Node], Any]) -> Callable[[Enterer, Node, str, Path], Any]:
    """Return what makes a plain value, or a numpy scalar where that is what it was and still fits."""

    def entered(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
        value = make(node)
        return numpy_scalar(value, tag) if tag.startswith("numpy.scalar.") else value

    return entered


def numpy_scalar(value: Any, tag: str) -> Any:
    """Return a value as a numpy scalar, or as it is if it does not fit."""
    from . import entering_numpy

    return entering_numpy.scalar(value, tag)


def integer(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    value = int(node["v"])
    return numpy_scalar(value, tag) if tag.startswith("numpy.scalar.") else value


def floating(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    value = to_double(node["v"])
    if tag == "int" and value.is_integer():
        return int(value)
    return numpy_scalar(value, tag) if tag.startswith("numpy.scalar.") else value


def text(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    value = node["v"] if "v" in node else bytes(enterer.read(node["data"])).decode("utf-8")
    return numpy_scalar(value, tag) if tag.startswith("numpy.scalar.") else value


def byte_string(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    value = enterer.read(node["data"])
    if tag == "bytearray":
        return value
    return numpy_scalar(bytes(value), tag) if tag.startswith("numpy.scalar.") else bytes(value)


def date(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    if tag.startswith("numpy.scalar."):
        return numpy_scalar(node["v"], tag)
    try:
        return datetime.date.fromisoformat(node["v"])
    except ValueError:
        raise Refused("date", f"{node['v']} is beyond the years 1 to 9999 of Python's dates") from None


def split_seconds(clock: str) -> "tuple[str, int]":
    """Return a time without its fraction, and that in nanoseconds."""
    whole, _, fraction = clock.partition(".")
    return whole, int(fraction.ljust(9, "0")) if fraction else 0


def time(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    whole, rest = split_seconds(node["v"])
    if rest % 1000:
        raise Refused("time", f"{node['v']} has nanoseconds, which Python's times do not have")
    return datetime.time.fromisoformat(whole).replace(microsecond=rest // 1000)


def zone_info(zone: str) -> Any:
    """Return a time zone by its name or offset; Refused for one that is not known here."""
    if zone[0] in "+-" or zone == "Z":
        sign = -1 if zone[0] == "-" else 1
        parts = [int(part) for part in zone[1:].split(":")] if zone != "Z" else [0]
        hours, minutes, seconds = (*parts, 0, 0)[:3]
        return datetime.timezone(sign * datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds))
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Refused("datetime", f"has the time zone {zone}, which Python does not know") from None


def moment(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    if tag.startswith("numpy.scalar.") and node.get("zone", "UTC") in UTC:
        return numpy_scalar(node["v"], tag)
    whole, rest = split_seconds(node["v"])
    if rest % 1000:
        return nanosecond_moment(node, tag)
    try:
        value = datetime.datetime.fromisoformat(whole).replace(microsecond=rest // 1000)
    except ValueError:
        raise Refused("datetime", f"{node['v']} is beyond the years 1 to 9999 of Python's dates") from None
    is_naive, tag = tag.startswith("naive"), tag.replace("naive ", "")
    if "zone" in node and not (is_naive and node["zone"] in UTC and not node["offset"]):
        zone = zone_info(node["zone"])
        offset = datetime.timedelta(seconds=node["offset"])
        if tag == "datetime.timezone":
            zone = datetime.timezone(offset)
        value = value.replace(tzinfo=zone)
        if value.utcoffset() != offset:
            value = value.replace(fold=1)
        if value.utcoffset() != offset:
            raise Refused(
                "datetime", f"{node['v']} is not {node['offset']} s from UTC in {node['zone']} as Python knows it"
            )
    if tag.startswith("pandas.Timestamp"):
        import pandas as pd

        return pd.Timestamp(value).as_unit(tag.partition(" ")[2])
    return value


def nanosecond_moment(node: Node, tag: str) -> Any:
    """Return a moment that is finer than Python's own, by pandas; Refused where that is missing."""
    try:
        import pandas as pd
    except ImportError:
        why = f"{node['v']} has nanoseconds, which Python's datetime does not have, but pandas, which is not installed"
        raise Refused("datetime", why) from None
    value = pd.Timestamp(node["v"])
    if "zone" not in node or tag.startswith("naive"):
        return value
    value = value.tz_localize("UTC") - pd.Timedelta(node["offset"], "s")
    return value if node["zone"] in UTC else value.tz_convert(zone_info(node["zone"]))


def duration(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    count = int(node["v"])
    if tag.startswith("numpy.scalar."):
        return numpy_scalar(count, tag)
    if tag.startswith("pandas.Timedelta"):
        import pandas as pd

        return pd.Timedelta(count, "ns").as_unit(tag.partition(" ")[2])
    if count % 1000:
        raise Refused("duration", f"of {count} ns is more exact than Python's timedelta")
    try:
        return datetime.timedelta(microseconds=count // 1000)
    except OverflowError:
        raise Refused("duration", "is longer than Python's timedelta can be") from None


def sequence(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    if "packed" in node:
        from . import entering_arrays

        values = entering_arrays.as_list(enterer, node["packed"], tag)
    else:
        values = enterer.values(node["v"], path)
    if tag in CONTAINERS:
        try:
            found = CONTAINERS[tag](values)
        except TypeError:
            return values
        return found if len(found) == len(values) else values
    if tag.startswith(("numpy.", "pandas.Series")):
        from . import entering_numpy

        return entering_numpy.of_list(values, tag)
    return values


CONTAINERS: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}


def mapping(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    keys = node["k"]
    if len(set(keys)) != len(keys):
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise Refused("list", f"has several elements named {twice!r}, and a dict of Python's only one; rename it")
    values = []
    for position, (key, item) in enumerate(zip(keys, node["v"])):
        try:
            values.append(enterer.value(item, (*path, position)))
        except Refused as refused:
            raise refused.below(f"[{key!r}]") from None
    return dict(zip(keys, values))


def buffers(enterer: Enterer, node: Node, tag: str, path: Path) -> Any:
    from . import entering_arrays

    return entering_arrays.value(enterer, node, tag, path)


KINDS: dict[str, Callable[[Enterer, Node, str, Path], Any]] = {
    "null": null,
    "na": null,
    "bool": scalar(lambda node: node["v"]),
    "int": integer,
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
    "array": buffers,
    "factor": buffers,
    "frame": buffers,
}
