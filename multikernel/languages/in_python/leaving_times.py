"""Writes lists of dates, times, datetimes or timedeltas, all of one kind, as arrays."""

import datetime
from typing import Any, Optional

from .leaving import Leaver, Node, exists, little, nanoseconds, zone_of

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)


def packed(leaver: Leaver, values: list[Any], kind: type) -> Optional[Node]:
    """Return an array of values that are all of one of Python's own types of time, or None; None if it has no array."""
    from array import array

    node: Node = {"t": "array", "shape": [len(values)]}
    if kind is datetime.datetime:
        known = [value for value in values if value is not None]
        zones = {id(value.tzinfo): value.tzinfo for value in known}
        zone = known[0].tzinfo
        if len(zones) > 1 or not all(fits(value) for value in known):
            return None
        node.update(dtype="datetime", unit="us")
        if zone is None:
            node["as"] = " naive"
        else:
            node["zone"] = zone_of(zone)
            if type(zone) is datetime.timezone:
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
        node.update(dtype="duration", unit="us")
        numbers = [0 if value is None else nanoseconds(value) // 1000 for value in values]
    node["data"] = leaver.data.put(little(array("i" if kind is datetime.date else "q", numbers)))
    if any(value is None for value in values):
        node["valid"] = leaver.data.put(bytes(value is not None for value in values))
    return node


def fits(value: datetime.datetime) -> bool:
    """Whether a datetime is told by microseconds since 1970 and its time zone."""
    if value.tzinfo is None:
        return not value.fold
    offset = value.utcoffset()
    return offset is not None and not offset.microseconds and exists(value)


def since_epoch(value: datetime.datetime) -> int:
    """Return the microseconds since 1970, of the wall clock if there is no time zone."""
    plain = value if value.tzinfo is None else (value.replace(tzinfo=None) - value.utcoffset())  # type: ignore[operator]
    return (plain - EPOCH) // MICROSECOND


def of_day(value: datetime.time) -> int:
    """Return the nanoseconds since midnight."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 10**9 + value.microsecond * 1000
