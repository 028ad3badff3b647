"""Makes columns of pandas of nodes."""

import datetime
from typing import Any

from .. import intervals, periods
from ..arrow_types import type_named
from ..files import Refused
from ..zones import UTC, made, zone_info
from .arrow import column as arrow_column
from .arrow import texts as arrow_texts
from .importer import Importer, Node
from .levels import arrow_levels, moments, typed
from .lists import as_list
from .numpy import numbers

OWN = "python:pandas."


def pandas_tag(node: Node) -> str:
    """Return the tag of pandas' own, or the empty string."""
    tag = str(node.get("as", ""))
    return tag[len(OWN) :] if tag.startswith(OWN) else ""


def column(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a column as pandas has it, of the dtype that it had if it still fits."""
    import numpy as np
    import pandas as pd

    if dtype.startswith("arrow "):
        found = arrow(importer, node, dtype)
        if found is not None:
            return found
        dtype = ""
    if dtype.startswith(("period[", "interval[")):
        found = spans(importer, node, dtype)
        if found is not None:
            return found
    if node["t"] == "factor":
        return categorical(importer, node)
    if node["t"] == "list":
        return of_objects(importer.parts(range(len(node["v"])), node["v"]), pd)
    kind = node["dtype"]
    if kind == "text":
        return texts(importer, node, dtype)
    is_of_objects = kind in ("bytes", "time") or (kind == "date" and not dtype.startswith("datetime64"))
    is_of_objects = is_of_objects or (kind in ("datetime", "duration") and dtype.startswith("object"))
    if is_of_objects or (kind[0] == "c" and "valid" in node):
        return of_objects(as_list(importer, node, dtype), pd)
    if kind == "datetime" and node.get("zone"):
        return zoned(importer, node, dtype)
    if kind in ("date", "datetime", "duration"):
        return times(importer, node, dtype)
    if "valid" not in node:
        return as_it_was(numbers(importer, node, np), dtype)
    missing = np.frombuffer(importer.read(node["valid"]), dtype="u1") == 0
    flat = numbers(importer, {key: value for key, value in node.items() if key != "valid"}, np)
    if dtype in ("Float64", "Float32"):
        return pd.arrays.FloatingArray(flat.astype(dtype.lower()), missing)
    if kind[0] not in "iub":
        return as_it_was(numbers(importer, node, np), dtype)
    plain = pd.array(flat, dtype=nullable(kind))
    plain[missing] = pd.NA
    return as_it_was(plain, dtype)


def arrow(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a column of pyarrow within pandas; None where there is no such, or it is something else now."""
    import pandas as pd

    try:
        import pyarrow as pa

        found = arrow_column(importer, node, f"python:pyarrow.{dtype[len('arrow ') :]}")
        made = found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
        return pd.ArrowDtype(made.type).construct_array_type()(made)
    except (ImportError, AttributeError, TypeError, ValueError, NotImplementedError):
        return None


def spans(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a column of periods or intervals; None where it is something else now."""
    import numpy as np

    kind = node.get("dtype", "")
    if dtype.startswith("interval["):
        return intervals.made(as_list(importer, node), dtype) if kind == "text" else None
    if kind == "date" or (kind == "datetime" and node.get("zone", "") in ("", *UTC)):
        return periods.made(numbers(importer, {**node, "zone": ""}, np), dtype)
    return None


def of_objects(values: list[Any], pd: Any) -> Any:
    """Return a column of objects; no value is looked at."""
    import numpy as np

    found: Any = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        found[position] = value
    return pd.Series(found, dtype=object)


def times(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a column of dates, naive moments or durations; objects where pandas cannot have them."""
    import numpy as np
    import pandas as pd

    found = numbers(importer, node, np)
    if intervals.has_units(pd):
        return as_it_was(found, dtype)
    # Nanoseconds only, which end in the year 2262.
    exact = found.astype(f"{found.dtype.kind}8[ns]")
    is_exact = np.array_equal(exact.astype(found.dtype).view("i8"), found.view("i8"))
    return exact if is_exact else of_objects(as_list(importer, node), pd)


def zoned(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a column of moments with a time zone; a naive one if that is what it was and the zone is still UTC."""
    import pandas as pd

    unit, _, library = dtype.partition(" ")
    zone = node["zone"]
    naive = {key: value for key, value in node.items() if key != "zone"}
    if dtype.startswith("datetime64") and not library and zone in UTC:
        return times(importer, naive, dtype)
    plain = times(importer, naive, unit if dtype.startswith("datetime64") else "")
    if plain.dtype == object:
        return of_objects([value and value.replace(tzinfo=zone_info("Z")) for value in plain.tolist()], pd)
    kind = made(zone, library) or ("UTC" if zone in UTC else zone_info(zone) if zone[0] in "+-" else zone)
    zone_info(zone)
    return pd.Series(plain).dt.tz_localize("UTC").dt.tz_convert(kind)


def nullable(kind: str) -> str:
    """Return the dtype of pandas that has nulls beside numbers of a kind."""
    if kind == "b1":
        return "boolean"
    return f"{'UI' if kind[0] == 'u' else 'I'}nt{int(kind[1:]) * 8}"


def as_it_was(values: Any, dtype: str) -> Any:
    """Return values with the dtype that they had, if all of them still fit."""
    import pandas as pd

    if not dtype or str(values.dtype) == dtype:
        return values
    if dtype.startswith("Sparse["):
        sparse = pd.arrays.SparseArray(as_it_was(values, dtype[len("Sparse[") :].partition(",")[0]))
        return sparse if str(sparse.dtype) == dtype else values
    try:
        found = pd.array(values, dtype=dtype) if dtype[0].isupper() or dtype == "boolean" else values.astype(dtype)
        back = found.astype(values.dtype)
    except (TypeError, ValueError, OverflowError):
        return values
    return found if pd.Series(back).equals(pd.Series(values)) else values


def texts(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a column of texts."""
    import pandas as pd

    kind = text_dtype(dtype, pd)
    if kind is not None and kind.storage != "python" and hasattr(kind, "__from_arrow__"):
        found = arrow_texts(importer, node)
        try:
            return kind.__from_arrow__(found)
        except ValueError:
            # pandas before 2 has no large strings.
            return kind.__from_arrow__(found.cast("string"))
    return plain_texts(as_list(importer, node, dtype), dtype, pd)


def plain_texts(values: list[Any], dtype: str, pd: Any) -> Any:
    """Return a column of texts, None for null, of the dtype that it had."""
    kind = text_dtype(dtype, pd)
    found = of_objects(values, pd)
    if kind is not None:
        return pd.array(found.to_numpy(), dtype=kind)
    missing = {"object nan": float("nan"), "object NAType": pd.NA, "object NaTType": pd.NaT}.get(dtype)
    return found if missing is None else of_objects([missing if value is None else value for value in values], pd)


def text_dtype(dtype: str, pd: Any) -> Any:
    """Return the dtype for texts that a column had, or what is usual here; None for objects."""
    kind, _, storage = dtype.rstrip("]").partition("[")
    if dtype.startswith("object"):
        return None
    if kind in ("string", "str") and storage:
        try:
            return pd.StringDtype(storage) if kind == "string" else pd.StringDtype(storage, na_value=float("nan"))
        except (TypeError, ValueError, ImportError):
            # This pandas does not have it, or not without pyarrow.
            pass
    usual = pd.Series(["a"]).dtype
    return usual if isinstance(usual, pd.StringDtype) else None


def categorical(importer: Importer, node: Node) -> Any:
    """Return a Categorical."""
    import numpy as np
    import pandas as pd

    levels = categories(importer, node["levels"], pandas_tag(node["levels"]))
    levels = pd.Index(levels, dtype=object) if levels.dtype == object else pd.Index(levels)
    codes = np.frombuffer(importer.read(node["data"]), dtype="<i4")
    if len(codes) and (codes.max() >= len(levels) or codes.min() < -1):
        raise Refused("factor", "has codes that are no levels")
    if levels.has_duplicates or levels.hasnans:
        raise Refused("factor", "has levels that are there twice, or null")
    return pd.Categorical.from_codes(codes, levels, ordered=node["ordered"])


def categories(importer: Importer, node: Node, dtype: str) -> Any:
    """Return the categories of a factor, of the dtype that they had before they became texts."""
    import numpy as np
    import pandas as pd

    found = None
    if node["dtype"] == "text":
        found = typed(importer.texts(node["data"], node["shape"][0]), dtype.removeprefix("arrow "))
    if found is None:
        return column(importer, node, dtype)
    if dtype.startswith("arrow "):
        import pyarrow as pa

        made = pa.chunked_array([arrow_levels(found, type_named(dtype[len("arrow ") :]))])
        return pd.ArrowDtype(made.type).construct_array_type()(made)
    if dtype.startswith("period["):
        made = periods.made(np.array(found, dtype="<M8[D]"), dtype)
        return column(importer, node, "") if made is None else made
    if dtype.startswith("object"):
        return of_objects([datetime.datetime.fromisoformat(each) if type(each) is str else each for each in found], pd)
    unit = dtype.partition("[")[2].rstrip("]")
    return as_it_was(moments(found, unit) if dtype.startswith("datetime64") else np.array(found), dtype)
