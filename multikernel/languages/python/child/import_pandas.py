"""Makes data frames of nodes, column by column: pandas, or what the frame was when it left Python."""

from typing import Any, Optional

from .files import Path, Refused
from .import_arrow import table
from .import_arrow import texts as arrow_texts
from .import_lists import as_list
from .import_numpy import numbers
from .importer import Importer, Node
from .zones import UTC

OWN = "python:pandas."


def data_frame(importer: Importer, node: Node, tag: str, path: Path) -> Any:
    """Return a data frame; Refused if there is nothing to make it with."""
    if tag.startswith(("polars.", "pyarrow.")):
        return table(importer, node, tag, path)
    try:
        import pandas as pd
    except ImportError:
        raise Refused("data frame", "needs pandas in Python, which is not installed") from None
    columns = {}
    for position, (name, part) in enumerate(zip(node["names"], node["columns"])):
        try:
            columns[position] = column(importer, part, part.get("as", "")[len(OWN) :], (*path, position))
        except Refused as refused:
            raise refused.below(f"[{name!r}]") from None
    found = pd.DataFrame(columns, index=pd.RangeIndex(node["rows"]), copy=False)
    found.index = index(importer, node, pd)
    found.columns = pd.Index(node["names"], dtype="str")
    if tag.startswith("pandas.Series") and len(node["names"]) == 1:
        series = found.iloc[:, 0]
        return series.rename(None) if tag.endswith("without name") else series
    return found


def index(importer: Importer, node: Node, pd: Any) -> Any:
    """Return the index of a frame."""
    labels = node.get("index")
    if labels is None:
        return pd.RangeIndex(node["rows"])
    parts = [column(importer, part, part.get("as", "")[len(OWN) :]) for part in labels["columns"]]
    tag = labels.get("as", "")[len(OWN) :]
    if tag == "MultiIndex" or len(parts) != 1:
        return pd.MultiIndex.from_arrays(parts, names=labels["names"])
    found = pd.Index(parts[0], name=labels["names"][0])
    if tag == "RangeIndex" and not len(found):
        return pd.RangeIndex(0, name=found.name)
    if tag == "RangeIndex" and found.dtype.kind == "i":
        step = int(found[1] - found[0]) if len(found) > 1 else 1
        ranged = pd.RangeIndex(int(found[0]), int(found[-1]) + (step > 0 or -1), step or 1, name=found.name)
        return ranged if ranged.equals(found) else found
    return found


def column(importer: Importer, node: Node, dtype: str, path: Optional[Path] = None) -> Any:
    """Return a column as pandas has it, of the dtype that it had if it still fits."""
    import numpy as np
    import pandas as pd

    if path is not None:
        importer.note(node, path)
    if node["t"] == "factor":
        return categorical(importer, node)
    if node["t"] == "list":
        found: Any = np.empty(len(node["v"]), dtype=object)
        for position, value in enumerate(importer.values(node["v"], path or ())):
            found[position] = value
        return pd.Series(found, dtype=object)
    kind = node["dtype"]
    if kind == "text":
        return texts(importer, node, dtype)
    if kind in ("bytes", "time", "date") and not dtype.startswith("datetime64"):
        return pd.Series(as_list(importer, node), dtype=object)
    if kind[0] == "c" and "valid" in node:
        return pd.Series(as_list(importer, node), dtype=object)
    missing = np.frombuffer(importer.read(node["valid"]), dtype="u1") == 0 if "valid" in node else None
    if kind == "datetime" and node.get("zone"):
        plain = numbers(importer, {**node, "zone": ""}, np)
        if dtype.startswith("datetime64") and "," not in dtype and node["zone"] in UTC:
            return as_it_was(plain, dtype, pd)
        plain = as_it_was(plain, dtype.partition(",")[0] + "]", pd) if dtype.startswith("datetime64") else plain
        zone = "UTC" if node["zone"] in UTC else node["zone"]
        return pd.Series(plain).dt.tz_localize("UTC").dt.tz_convert(zone)
    if missing is not None and kind[0] in "iub":
        flat = numbers(importer, {key: value for key, value in node.items() if key != "valid"}, np)
        plain = pd.array(flat, dtype=nullable(kind))
        plain[missing] = pd.NA
        return as_it_was(plain, dtype, pd)
    if missing is not None and dtype in ("Float64", "Float32"):
        flat = numbers(importer, {key: value for key, value in node.items() if key != "valid"}, np)
        return pd.arrays.FloatingArray(flat.astype(dtype.lower()), missing)
    return as_it_was(numbers(importer, node, np), dtype, pd)


def nullable(kind: str) -> str:
    """Return the dtype of pandas that has nulls beside numbers of a kind."""
    if kind == "b1":
        return "boolean"
    return f"{'UI' if kind[0] == 'u' else 'I'}nt{int(kind[1:]) * 8}"


def as_it_was(values: Any, dtype: str, pd: Any) -> Any:
    """Return values with the dtype that they had, if all of them still fit."""
    if not dtype or str(values.dtype) == dtype:
        return values
    try:
        found = pd.array(values, dtype=dtype) if dtype[0].isupper() or dtype == "boolean" else values.astype(dtype)
        back = found.astype(values.dtype)
    except (TypeError, ValueError, OverflowError):
        return values
    return found if pd.Series(back).equals(pd.Series(values)) else values


def texts(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a column of texts."""
    import numpy as np
    import pandas as pd

    if not dtype.startswith("object"):
        kind = pd.array([], dtype=dtype if dtype.startswith("string") else "str").dtype
        if kind.storage == "pyarrow":
            return kind.__from_arrow__(arrow_texts(importer, node))
    values = np.empty(node["shape"][0], dtype=object)
    values[:] = as_list(importer, node)
    if not dtype.startswith("object"):
        return pd.array(values, dtype=kind)
    if dtype == "object nan":
        values[[value is None for value in values]] = float("nan")
    return pd.Series(values, dtype=object)


def categorical(importer: Importer, node: Node) -> Any:
    """Return a Categorical."""
    import numpy as np
    import pandas as pd

    levels = pd.Index(column(importer, node["levels"], node["levels"].get("as", "")[len(OWN) :]))
    codes = np.frombuffer(importer.read(node["data"]), dtype="<i4")
    if len(codes) and (codes.max() >= len(levels) or codes.min() < -1):
        raise Refused("factor", "has codes that are no levels")
    if levels.has_duplicates or levels.hasnans:
        raise Refused("factor", "has levels that are there twice, or null")
    return pd.Categorical.from_codes(codes, levels, ordered=node["ordered"])


def series(importer: Importer, node: Node, dtype: str) -> Any:
    """Return a Series without names."""
    import pandas as pd

    return pd.Series(column(importer, node, dtype))
