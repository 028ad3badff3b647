"""Time zones: their names, and what Python has for a name."""

import datetime
import sys
from typing import Any, Optional

from .files import Refused, type_name

UTC = ("UTC", "+00:00", "Z")
IN_UTC = "{x}.astimezone({dt}.timezone.utc)"


def offset_text(seconds: int) -> str:
    """Return an offset in seconds as +02:00."""
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def zone_of(tzinfo: Any, instead: str = IN_UTC) -> "tuple[str, str]":
    """Return the name of a time zone, and which library's it is; Refused for one that has no name that others know."""
    kind = type(tzinfo)
    module = kind.__module__
    if kind is datetime.timezone:
        offset = tzinfo.utcoffset(None)
        if not offset.microseconds and tzinfo.tzname(None) == datetime.timezone(offset).tzname(None):
            return offset_text(int(offset.total_seconds())), "timezone"
    elif kind.__name__ == "ZoneInfo" and module.startswith("zoneinfo"):
        if isinstance(tzinfo.key, str) and tzinfo.key:
            return tzinfo.key, "zoneinfo"
    elif module.startswith("pytz"):
        zone = getattr(tzinfo, "zone", None)
        if isinstance(zone, str):
            return zone, "pytz"
        if kind.__name__ == "_FixedOffset":
            return offset_text(int(tzinfo.utcoffset(None).total_seconds())), "pytz-fixed"
    elif module.startswith("dateutil.tz"):
        if kind.__name__ == "tzutc":
            return "UTC", "dateutil"
        if kind.__name__ == "tzfile":
            name = str(getattr(tzinfo, "_filename", "")).rpartition("zoneinfo/")[2]
            if name and made(name, "dateutil") == tzinfo:
                return name, "dateutil"
    raise Refused(type_name(tzinfo), "is a time zone that only this library knows", instead)


def made(zone: str, library: str) -> Optional[Any]:
    """Return a time zone of a library, or None where it has none of that name."""
    if library in ("timezone", "pytz-fixed") and zone.startswith("Etc/GMT"):
        # What R has for an offset; the sign of these names is the other one.
        sign, hours = ("-" if zone[7:8] == "+" else "+"), zone[8:]
        zone = f"{sign}{hours:0>2}:00" if hours.isdecimal() else zone
    try:
        if library == "zoneinfo" and zone[0] not in "+-":
            return zone_info(zone)
        if library == "timezone":
            return fixed(zone) if zone[0] in "+-" else datetime.timezone.utc if zone in UTC else None
        if library == "pytz-fixed":
            import pytz

            return pytz.FixedOffset(int(fixed(zone).utcoffset(None).total_seconds()) // 60)
        if library == "pytz":
            import pytz

            return pytz.utc if zone in UTC else pytz.timezone(zone)
        if library == "dateutil":
            from dateutil import tz

            return tz.tzutc() if zone in UTC else tz.gettz(zone)
    except (ImportError, Refused, KeyError, ValueError, OSError, OverflowError):
        pass
    return None


def fixed(zone: str) -> datetime.timezone:
    """Return the time zone of an offset as +02:00."""
    sign = -1 if zone[0] == "-" else 1
    hours, minutes, seconds = (*map(int, zone[1:].split(":")), 0, 0)[:3]
    return datetime.timezone(sign * datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds))


def zone_info(zone: str) -> Any:
    """Return a time zone by its name or offset; Refused for one that is not known here."""
    if zone == "Z":
        return datetime.timezone.utc
    if zone[0] in "+-":
        return fixed(zone)
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(zone)
    except (ImportError, KeyError, ValueError, OSError):
        advice = "; install the package tzdata" if sys.platform == "win32" else ""
        raise Refused("datetime", f"has the time zone {zone}, which Python does not know{advice}") from None


def localized(value: datetime.datetime, zone: Any) -> datetime.datetime:
    """Return a naive wall clock's time in a time zone; the first of two where the clock shows it twice."""
    localize = getattr(zone, "localize", None)
    if localize is None or not type(zone).__module__.startswith("pytz"):
        return value.replace(tzinfo=zone)
    found: datetime.datetime = localize(value, is_dst=True)
    return found
