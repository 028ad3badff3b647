"""Makes scalars and arrays of numpy of single values, where that is what they were."""

from typing import Any


def scalar(value: Any, tag: str) -> Any:
    """Return a value as a numpy scalar, or as it is if it does not fit; times are their text, durations nanoseconds."""
    try:
        import numpy as np
    except ImportError:
        return value
    try:
        dtype = np.dtype(tag.rpartition(".")[2])
        if dtype.kind in "mM":
            return moment(np, value, dtype)
        with np.errstate(all="ignore"):
            found = dtype.type(value)
        same = found == value or (found != found and value != value)
    except (TypeError, ValueError, OverflowError):
        return value
    return found if same else value


def moment(np: Any, value: Any, dtype: Any) -> Any:
    """Return a datetime64 or timedelta64, of nanoseconds if its own unit does not tell it."""
    if value is None:
        return dtype.type("NaT", np.datetime_data(dtype))
    exact = np.timedelta64(value, "ns") if dtype.kind == "m" else np.datetime64(value)
    found = exact.astype(dtype)
    return found if found.astype(exact.dtype) == exact else exact


def without_dimension(value: Any) -> Any:
    """Return a scalar of numpy as an array that has no dimension; anything else as it is."""
    import numpy as np

    return np.asarray(value) if isinstance(value, np.generic) else value


def of_list(values: "list[Any]", tag: str) -> Any:
    """Return a list as the array or the Series that it was, or as it is where it does not fit."""
    import numpy as np

    if tag.startswith("numpy.|S"):
        if not all(type(value) is bytes for value in values):
            return values
        array: Any = np.array(values, dtype=tag[6:])
        return array if array.tolist() == values else values
    if tag != "numpy.object" and not tag.startswith("pandas.Series object"):
        return values
    array = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        array[position] = value
    if tag == "numpy.object":
        return array
    import pandas as pd

    return pd.Series(array, dtype=object)
