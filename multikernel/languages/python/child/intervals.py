"""Intervals of pandas, which others have as texts: `(0, 5]`."""

import re
from collections.abc import Callable
from typing import Any, Optional

from .files import Refused

SHOWN = re.compile(r"([\[(])(.+), (.+)([\])])")
CLOSED = {"both": ("[", "]"), "left": ("[", ")"), "right": ("(", "]"), "neither": ("(", ")")}
KINDS = {"i": "int", "u": "int", "f": "float", "M": "moment", "m": "span"}
"""What numpy calls a kind of ends -> what it is here."""


def texts(intervals: Any) -> "list[str]":
    """Return intervals as texts, empty ones where they are null."""
    write = WRITERS[kind_of(intervals.dtype)]
    first, last = CLOSED[intervals.dtype.closed]
    ends = zip(intervals.left, intervals.right, intervals.isna().tolist())
    return ["" if lacks else f"{first}{write(left)}, {write(right)}{last}" for left, right, lacks in ends]


def kind_of(dtype: Any) -> str:
    """Return what the ends of intervals are; Refused where nobody else could read them."""
    kind = KINDS.get(getattr(dtype.subtype, "kind", ""))
    if kind is None or getattr(dtype.subtype, "tz", None) is not None:
        raise Refused(str(dtype), "", "{x}.astype(str)")
    return kind


def made(found: "list[Optional[str]]", dtype: str) -> Optional[Any]:
    """Return texts as intervals of a dtype; None where that is not what they are."""
    import numpy as np
    import pandas as pd

    try:
        kind = pd.api.types.pandas_dtype(dtype)
        if kind.subtype.kind in "mM" and np.datetime_data(kind.subtype)[0] != "ns" and not has_units(pd):
            return None
        read = READERS[kind_of(kind)]
        parts = [None if text is None else SHOWN.fullmatch(text) for text in found]
        if any(part is None and text is not None for part, text in zip(parts, found)):
            return None
        lacking = np.nan if kind.subtype.kind in "iuf" else np.datetime64("NaT")
        left, right = (
            pd.Index([lacking if part is None else read(part[at]) for part in parts]).astype(kind.subtype)
            for at in (2, 3)
        )
        intervals = pd.arrays.IntervalArray.from_arrays(left, right, kind.closed)
        same = [text or "" for text in found] == texts(intervals) and str(intervals.dtype) == dtype
    except (Refused, ValueError, TypeError, OverflowError):
        return None
    return intervals if same else None


def has_units(pd: Any) -> bool:
    """Whether this pandas has times of other units than nanoseconds."""
    return int(pd.__version__.partition(".")[0]) >= 2


def moment(text: str) -> Any:
    import pandas as pd

    return pd.Timestamp(text)


def span(text: str) -> Any:
    import pandas as pd

    return pd.Timedelta(text)


WRITERS: "dict[str, Callable[[Any], str]]" = {
    "int": lambda value: str(int(value)),
    "float": lambda value: repr(float(value)),
    "moment": str,
    "span": str,
}
READERS: "dict[str, Callable[[str], Any]]" = {"int": int, "float": float, "moment": moment, "span": span}
