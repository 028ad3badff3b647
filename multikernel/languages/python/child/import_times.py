"""Makes dates, times, datetimes and timedeltas of nodes."""

import datetime
from typing import Any

from .files import Path, Refused
from .import_numpy import SCALARS
from .import_numpy import scalar as numpy_scalar
from .importer import Importer, Node
from .zones import UTC, zone_info


def date(importer: Importer, node: Node, tag: str, path: Path) -> Any:
    if tag.startswith(SCALARS):
        return numpy_scalar(node["v"], tag)
    try:
        return datetime.date.fromisoformat(node["v"])
    except ValueError:
        raise Refused("date", f"{node['v']} is beyond the years 1 to 9999 of Python's dates") from None


def split_seconds(clock: str) -> "tuple[str, int]":
    """Return a time without its fraction, and that in nanoseconds."""
    whole, _, fraction = clock.partition(".")
    return whole, int(fraction.ljust(9, "0")) if fraction else 0


def time(importer: Importer, node: Node, tag: str, path: Path) -> Any:
    whole, rest = split_seconds(node["v"])
    if rest % 1000:
        raise Refused("time", f"{node['v']} has nanoseconds, which Python's times do not have")
    return datetime.time.fromisoformat(whole).replace(microsecond=rest // 1000)


def moment(importer: Importer, node: Node, tag: str, path: Path) -> Any:
    if tag.startswith(SCALARS) and node.get("zone", "UTC") in UTC:
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


def duration(importer: Importer, node: Node, tag: str, path: Path) -> Any:
    count = int(node["v"])
    if tag.startswith(SCALARS):
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
