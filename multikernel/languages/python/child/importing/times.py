"""Makes dates, times, datetimes and timedeltas of nodes."""

import datetime
from typing import Any

from .. import periods
from ..files import Refused
from ..zones import UTC, localized, made, zone_info
from .importer import Importer, Node
from .numpy import SCALARS
from .numpy import scalar as numpy_scalar


def date(importer: Importer, node: Node, tag: str) -> Any:
    if tag.startswith(SCALARS):
        return numpy_scalar(node["v"], tag)
    if tag.startswith("pandas.period["):
        return period(node["v"], tag)
    try:
        return datetime.date.fromisoformat(node["v"])
    except ValueError:
        raise Refused("date", f"{node['v']} is beyond the years 1 to 9999 of Python's dates") from None


def period(text: str, tag: str) -> Any:
    """Return the Period that begins then; ValueError where none does."""
    import numpy as np

    moment = np.datetime64(text)
    found = periods.made(np.array([moment]), tag[len("pandas.") :])
    if found is None:
        raise ValueError(text)
    return found[0]


def split_seconds(clock: str) -> "tuple[str, int]":
    """Return a time without its fraction, and that in nanoseconds."""
    whole, _, fraction = clock.partition(".")
    return whole, int(fraction.ljust(9, "0")) if fraction else 0


def time(importer: Importer, node: Node, tag: str) -> Any:
    whole, rest = split_seconds(node["v"])
    if rest % 1000:
        raise Refused("time", f"{node['v']} has nanoseconds, which Python's times do not have")
    return datetime.time.fromisoformat(whole).replace(microsecond=rest // 1000)


def moment(importer: Importer, node: Node, tag: str) -> Any:
    if tag.startswith(SCALARS) and node.get("zone", "UTC") in UTC:
        return numpy_scalar(node["v"], tag)
    if tag.startswith("pandas.period[") and node.get("zone", "UTC") in UTC:
        return period(node["v"], tag)
    own, _, unit = tag.partition("pandas.Timestamp ")
    is_naive = tag.startswith("naive")
    library = own.partition("datetime.")[2].strip()
    whole, rest = split_seconds(node["v"])
    try:
        value = datetime.datetime.fromisoformat(whole).replace(microsecond=rest // 1000)
    except ValueError:
        raise Refused("datetime", f"{node['v']} is beyond the years 1 to 9999 of Python's dates") from None
    if "zone" in node and not (is_naive and node["zone"] in UTC and not node["offset"]):
        value = aware(value, node, library)
    if rest % 1000 or unit:
        return as_timestamp(value, rest % 1000, unit, node["v"])
    return value


def aware(value: datetime.datetime, node: Node, library: str) -> datetime.datetime:
    """Return a wall clock's time in the time zone of a node, of the library that it was of."""
    offset = datetime.timedelta(seconds=node["offset"])
    zone = made(node["zone"], library) or zone_info(node["zone"])
    found = localized(value, zone)
    if found.utcoffset() != offset:
        found = zone.localize(value, is_dst=False) if hasattr(zone, "localize") else found.replace(fold=1)
    if found.utcoffset() != offset:
        why = f"{node['v']} is not {node['offset']} s from UTC in {node['zone']} as Python knows it"
        raise Refused("datetime", why)
    return found


def as_timestamp(value: datetime.datetime, nanosecond: int, unit: str, text: str) -> Any:
    """Return a moment of pandas, which may be finer than Python's own; Refused where pandas is missing."""
    try:
        import pandas as pd
    except ImportError:
        if not nanosecond:
            return value
        why = f"{text} has nanoseconds, which Python's datetime does not have, but pandas, which is not installed"
        raise Refused("datetime", why) from None
    try:
        found = pd.Timestamp(value)
        if nanosecond:
            found = found.as_unit("ns") if hasattr(found, "as_unit") else found
            found += pd.Timedelta(nanosecond, "ns")
        exact = found.as_unit(unit) if unit and hasattr(found, "as_unit") else found
    except (ValueError, OverflowError):
        if not nanosecond:
            return value
        raise Refused("datetime", f"{text} has nanoseconds, which pandas has until the year 2261 only") from None
    return exact if exact == found else found


def duration(importer: Importer, node: Node, tag: str) -> Any:
    count = int(node["v"])
    if tag.startswith(SCALARS):
        return numpy_scalar(count, tag)
    if tag.startswith("pandas.Timedelta"):
        import pandas as pd

        found = pd.Timedelta(count, "ns")
        exact = found.as_unit(tag.partition(" ")[2]) if hasattr(found, "as_unit") else found
        return exact if exact == found else found
    if count % 1000:
        raise Refused("duration", f"of {count} ns is more exact than Python's timedelta")
    try:
        return datetime.timedelta(microseconds=count // 1000)
    except OverflowError:
        raise Refused("duration", "is longer than Python's timedelta can be") from None
