"""Which values are not what they were in another Python: libraries are missing here, or of other versions."""

import datetime
from typing import Any

from .exporting.columns import are_texts, dtype_tag, names
from .exporting.index import index_tag
from .exporting.pandas import timedelta, timestamp
from .files import Refused
from .memory import OWN
from .zones import zone_of

LIBRARIES = ("numpy", "pandas", "polars", "pyarrow", "scipy")


def is_lost(tag: str, value: Any) -> bool:
    """Whether a value that was made of a node with a tag would be exported with another one."""
    try:
        if isinstance(value, (datetime.datetime, datetime.timedelta)):
            return is_other_time(tag, value)
        library = tag.rpartition(" in ")[2].partition(".")[0]
        if library not in LIBRARIES:
            return False
        if not type(value).__module__.startswith(library):
            return True
        return library == "pandas" and is_other_in_pandas(tag[len("pandas.") :], value)
    except Refused:
        return True


def is_other_time(tag: str, value: Any) -> bool:
    """Whether a datetime or timedelta has another type, unit or library of time zones than its tag says."""
    if tag.startswith("pandas.period["):
        return True
    for name, export in (("pandas.Timestamp", timestamp), ("pandas.Timedelta", timedelta)):
        if name in tag:
            return f"pandas.{type(value).__name__}" != name or export(value).get("as") != f"{OWN}{tag}"
    library = tag.partition("datetime.")[2]
    return tag.startswith("numpy.") or (bool(library) and zone_of(value.tzinfo)[1] != library)


def is_other_in_pandas(tag: str, value: Any) -> bool:
    """Whether a data frame, a column or labels are not what the tag says."""
    import pandas as pd

    kind, _, rest = tag.partition(" ")
    if kind == "DataFrame":
        return type(value).__name__ != kind or (are_texts(value.columns) and names(value)[1].lstrip() != rest)
    if type(value).__name__ == "Period":
        return str(pd.PeriodDtype(value.freq)) != tag
    if kind.endswith("Index"):
        return index_tag(value, "") != tag
    if kind == "Series":
        return type(value).__name__ != kind or (rest not in ("", "without name") and is_of_other_dtype(rest, value))
    return hasattr(value, "dtype") and kind != "Categorical" and is_of_other_dtype(tag, value)


def is_of_other_dtype(tag: str, value: Any) -> bool:
    """Whether a column is of another dtype than its tag says; for objects the tag says more."""
    if value.dtype.kind == "O" and not hasattr(value.dtype, "categories") and not hasattr(value.dtype, "storage"):
        return not tag.startswith("object")
    return dtype_tag(value) != tag
