"""Writes data frames and Series of polars as nodes, by pyarrow."""

from typing import Any, Optional

from ..files import Refused
from ..memory import Origin
from .arrow import alone, column_node, columns_of
from .exporter import Exporter, Kinds, Node

PLAIN = frozenset(
    [
        "Boolean",
        "Int8",
        "Int16",
        "Int32",
        "Int64",
        "UInt8",
        "UInt16",
        "UInt32",
        "UInt64",
        "Float32",
        "Float64",
        "String",
        "Utf8",
        "Binary",
        "Date",
        "Time",
        "Datetime",
        "Duration",
        "Categorical",
        "Enum",
        "Decimal",
        "Null",
    ]
)
"""Types of polars whose values come back as they were."""
AS_DICT = "{x}.to_dict(as_series=False)"
AS_LIST = "{x}.to_list()"
OF_OTHERS = ("List", "Array", "Struct")
"""Types that are made of others."""


def polars_kinds() -> Kinds:
    """Return what makes the nodes of polars' types."""
    import polars as pl

    return {pl.DataFrame: polars_frame, pl.Series: polars_series}


def polars_advice(value: Any) -> str:
    """Return what to put in place of another value of polars'."""
    import polars as pl

    for kind in (pl.DataFrame, pl.Series):
        if isinstance(value, kind):
            return f"{{pl}}.{kind.__name__}({{x}})"
    return "{x}.collect()" if isinstance(value, pl.LazyFrame) else ""


def polars_frame(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a DataFrame of polars."""
    kinds = value.dtypes
    for name, kind in zip(value.columns, kinds):
        exporter.at(("field", name), lambda kind=kind, name=name: refuse_polars(kind, name))  # type: ignore[misc]
    if exporter.refused:
        return {"t": "null"}
    found = to_arrow(value, "polars.DataFrame")
    return columns_of(exporter, found, "python:polars.DataFrame", lambda at: polars_tag(kinds[at]), AS_DICT)


def polars_series(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a Series of polars."""
    refuse_polars(value.dtype, "")
    if value.name:
        found = to_arrow(value.to_frame(), "polars.Series")
        return columns_of(exporter, found, "python:polars.Series", lambda at: polars_tag(value.dtype), AS_LIST)
    import pyarrow as pa

    to_arrow(value.to_frame(), "polars.Series")
    try:
        node = column_node(exporter, pa.chunked_array(value))
    except Refused as refused:
        raise Refused(refused.kind, refused.why, AS_LIST) from None
    return alone({**node, "as": polars_tag(value.dtype) or node["as"]}, "polars.Series")


def refuse_polars(kind: Any, name: str) -> Node:
    """Refuse a type of polars whose values would not come back."""
    if is_known(kind):
        return {}
    base = str(kind.base_type())
    if base in ("Object", *OF_OTHERS):
        raise Refused(str(kind), "", AS_DICT if name else AS_LIST)
    cast = f"{{x}}.with_columns({{pl}}.col({name!r}).cast({{pl}}.String))" if name else "{x}.cast({pl}.String)"
    raise Refused(str(kind), "", cast)


def is_known(kind: Any) -> bool:
    """Whether the values of a type of polars come back."""
    base = str(kind.base_type())
    if base in OF_OTHERS:
        parts = [field.dtype for field in kind.fields] if base == "Struct" else [kind.inner]
        return all(is_known(part) and str(part.base_type()) not in ("Categorical", "Enum") for part in parts)
    return base in PLAIN


def polars_tag(kind: Any) -> str:
    """Return the tag of a column whose type Arrow does not tell."""
    return "python:polars.Enum" if str(kind.base_type()) == "Enum" else ""


def to_arrow(value: Any, kind: str) -> Any:
    """Return a DataFrame of polars as a table; Refused where pyarrow is missing."""
    try:
        import pyarrow as pa
    except ImportError:
        instead = AS_DICT if kind == "polars.DataFrame" else AS_LIST
        raise Refused(kind, "needs pyarrow to be copied, which is not installed", instead) from None
    return pa.table(value)
