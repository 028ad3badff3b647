"""Time zones: their names, and what Python has for a name."""

import datetime
from typing import Any

from .files import Refused, type_name

UTC = ("UTC", "+00:00", "Z", "Etc/UTC")


def offset_text(seconds: int) -> str:
    """Return an offset in seconds as +02:00."""
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def zone_of(tzinfo: Any) -> str:
    """Return the name of a time zone; Refused for one that has none that others know."""
    key = getattr(tzinfo, "key", None)
    if isinstance(key, str) and type(tzinfo).__module__.startswith("zoneinfo"):
        return key
    if tzinfo is datetime.timezone.utc:
        return "+00:00"
    if type(tzinfo) is datetime.timezone and tzinfo == datetime.timezone(tzinfo.utcoffset(None)):
        offset = tzinfo.utcoffset(None)
        if not offset.microseconds and tzinfo.tzname(None) == datetime.timezone(offset).tzname(None):
            return offset_text(int(offset.total_seconds()))
    raise Refused(type_name(tzinfo), "is a time zone that only this library knows: use zoneinfo.ZoneInfo")


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
