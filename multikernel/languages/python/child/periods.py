"""Periods of pandas, which others have as the day or the moment at which they begin."""

from typing import Any, Optional

from .files import Refused

DAYS = ("A", "Y", "Q", "M", "W", "B", "D")
"""Frequencies of whole days."""
UNITS = {"h": "s", "min": "s", "t": "s", "s": "s", "ms": "ms", "l": "ms", "us": "us", "u": "us", "ns": "ns", "n": "ns"}
"""Other frequencies, in small letters -> the unit that tells where they begin."""
ALIASES = {"D": ("D",), "s": ("s", "S"), "ms": ("ms", "L"), "us": ("us", "U"), "ns": ("ns", "N")}
"""Unit -> what pandas calls it, now and before."""


def starts(periods: Any) -> Any:
    """Return where periods begin, an array of datetime64."""
    return of_unit(periods, unit_of(periods.dtype))


def unit_of(dtype: Any) -> str:
    """Return the unit that tells where periods begin."""
    name = str(dtype)[len("period[") : -1].lstrip("0123456789").partition("-")[0]
    unit = "D" if name in DAYS else UNITS.get(name.lower())
    if unit is None:
        raise Refused(str(dtype), "", "{x}.astype(str)")
    return unit


def of_unit(periods: Any, unit: str) -> Any:
    """Return where periods begin in a unit."""
    import numpy as np

    found = with_frequency(periods, unit)
    return np.array(found.asi8, dtype="<i8").view(f"<M8[{unit}]")


def with_frequency(periods: Any, unit: str) -> Any:
    """Return periods of a unit that begin where others do."""
    *newest, last = ALIASES[unit]
    for alias in newest:
        try:
            return periods.asfreq(alias, how="S")
        except ValueError:
            pass
    return periods.asfreq(last, how="S")


def made(moments: Any, dtype: str) -> Optional[Any]:
    """Return periods that begin at moments; None where that is not what they do."""
    import numpy as np
    import pandas as pd

    unit = np.datetime_data(moments.dtype)[0]
    try:
        kind = pd.PeriodDtype(dtype[len("period[") : -1])
        if unit_of(kind) != unit:
            # Days came as moments at midnight, or the other way round.
            other = moments.astype(f"M8[{unit_of(kind)}]")
            if not np.array_equal(other.astype(moments.dtype), moments, equal_nan=True):
                return None
            moments, unit = other, unit_of(kind)
        exact = pd.arrays.PeriodArray(moments.view("i8"), dtype=period_of(unit))
        found = exact.asfreq(kind.freq, how="S")
    except (Refused, ValueError, TypeError, OverflowError):
        return None
    return found if np.array_equal(of_unit(found, unit), moments, equal_nan=True) else None


def period_of(unit: str) -> Any:
    """Return the dtype of periods of a unit."""
    import pandas as pd

    *newest, last = ALIASES[unit]
    for alias in newest:
        try:
            return pd.PeriodDtype(alias)
        except ValueError:
            pass
    return pd.PeriodDtype(last)
