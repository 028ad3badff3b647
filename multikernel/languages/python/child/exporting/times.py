"""Writes dates, times, datetimes and timedeltas of Python's own, and lists of one kind of them, as nodes."""

import datetime
from typing import Any, Optional

from ..encoding import little
from ..files import Refused
from ..zones import IN_UTC, zone_of
from .exporter import Exporter, Node

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
UNITS = (("s", 10**6), ("ms", 1000), ("us", 1))
"""In microseconds, the largest first: in it R's doubles tell the most."""
TIMES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)


def packed_times(exporter: Exporter, values: list[Any], kind: type) -> Optional[Node]:
    """Return an array of values that are all of one of Python's own types of time, or None; None if it has no array."""
    from array import array

    node: Node = {"t": "array", "shape": [len(values)]}
    if kind is datetime.datetime:
        known = [value for value in values if value is not None]
        zones = {id(value.tzinfo): value.tzinfo for value in known}
        zone = known[0].tzinfo
        if len(zones) > 1 or not all(fits(value) for value in known):
            return None
        node["dtype"] = "datetime"
        if zone is None:
            node["as"] = " naive"
        else:
            try:
                node["zone"], library = zone_of(zone)
            except Refused:
                return None
            if library != "zoneinfo":
                if zone is not datetime.timezone.utc:
                    return None
                node["as"] = " utc"
        numbers = [0 if value is None else since_epoch(value) for value in values]
    elif kind is datetime.date:
        node["dtype"] = "date"
        numbers = [0 if value is None else value.toordinal() - EPOCH.toordinal() for value in values]
    elif kind is datetime.time:
        if any(value is not None and (value.tzinfo is not None or value.fold) for value in values):
            return None
        node["dtype"] = "time"
        numbers = [0 if value is None else of_day(value) for value in values]
    else:
        node["dtype"] = "duration"
        numbers = [0 if value is None else nanoseconds(value) // 1000 for value in values]
    if node["dtype"] in ("datetime", "duration"):
        node["unit"], per = next(unit for unit in UNITS if not any(number % unit[1] for number in numbers))
        numbers = [number // per for number in numbers]
    try:
        node["data"] = exporter.data.put(little(array("i" if kind is datetime.date else "q", numbers)))
    except OverflowError:
        return None
    if any(value is None for value in values):
        node["valid"] = exporter.data.put(bytes(value is not None for value in values))
    return node


def fits(value: datetime.datetime) -> bool:
    """Whether a datetime is told by microseconds since 1970 and its time zone."""
    if value.tzinfo is None:
        return not value.fold
    offset = value.utcoffset()
    return offset is not None and not offset.microseconds and exists(value)


def since_epoch(value: datetime.datetime) -> int:
    """Return the microseconds since 1970, of the wall clock if there is no time zone."""
    naive = value.replace(tzinfo=None) - EPOCH
    offset = value.utcoffset() if value.tzinfo is not None else None
    return (naive - offset if offset is not None else naive) // MICROSECOND


def of_day(value: datetime.time) -> int:
    """Return the nanoseconds since midnight."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 10**9 + value.microsecond * 1000


def clock(value: Any, nanosecond: int = 0) -> str:
    """Return the time of the day of a time or datetime."""
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if nanosecond:
        return f"{text}.{value.microsecond:06}{nanosecond:03}"
    return f"{text}.{value.microsecond:06}" if value.microsecond else text


def moment(value: datetime.datetime, nanosecond: int = 0) -> Node:
    """Return the node of a datetime."""
    date = f"{value.year:04}-{value.month:02}-{value.day:02}"
    node: Node = {"t": "datetime", "v": f"{date}T{clock(value, nanosecond)}"}
    if value.tzinfo is None:
        if value.fold:
            raise Refused("datetime.datetime", "has fold=1, but no time zone", "{x}.replace(fold=0)")
        return {**node, "as": "python:naive"}
    zone, library = zone_of(value.tzinfo)
    offset = value.utcoffset()
    if offset is None or offset.microseconds:
        raise Refused("datetime.datetime", "has an offset with a fraction of a second", IN_UTC)
    if not exists(value):
        raise Refused("datetime.datetime", "is a time that no clock of its time zone showed", IN_UTC)
    node.update(zone=zone, offset=int(offset.total_seconds()))
    return node if library == "zoneinfo" else {**node, "as": f"python:datetime.{library}"}


def exists(value: datetime.datetime) -> bool:
    """Whether an aware datetime is one that clocks have shown: not one that they skipped."""
    if type(value.tzinfo) is datetime.timezone:
        return not value.fold
    try:
        back = value.astimezone(datetime.timezone.utc).astimezone(value.tzinfo)
    except OverflowError:
        return True
    return back.replace(tzinfo=None) == value.replace(tzinfo=None) and back.fold == value.fold


def time_of_day(value: datetime.time) -> Node:
    """Return the node of a time."""
    if value.tzinfo is not None or value.fold:
        if value.tzinfo is not None:
            raise Refused("datetime.time", "has a time zone", "{x}.isoformat()")
        raise Refused("datetime.time", "has fold=1", "{x}.replace(fold=0)")
    return {"t": "time", "v": clock(value)}


def nanoseconds(value: datetime.timedelta) -> int:
    """Return a timedelta in nanoseconds."""
    return ((value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds) * 1000
