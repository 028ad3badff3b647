"""Writes data frames, Series and scalars of pandas as nodes: column by column, so that no second copy is made."""

from collections import Counter
from typing import Any, Optional

from .. import intervals, periods
from ..files import Refused
from ..labels import is_literal
from ..memory import LABEL, Origin, named
from . import columns as export_columns
from . import index as export_index
from . import labels as export_labels
from . import numpy as export_numpy
from .columns import Column, column, dtype_tag
from .exporter import Exporter, Kinds, Node
from .times import moment, nanoseconds


def pandas_kinds() -> Kinds:
    """Return what makes the nodes of pandas' types."""
    import pandas as pd

    return {
        pd.DataFrame: data_frame,
        pd.Series: series,
        pd.Categorical: categorical,
        pd.Timestamp: lambda exporter, value, origin: timestamp(value),
        pd.Timedelta: lambda exporter, value, origin: timedelta(value),
        pd.Period: period,
        pd.Interval: interval,
        type(pd.NA): lambda exporter, value, origin: {"t": "null", "as": "python:pandas.NA"},
        type(pd.NaT): lambda exporter, value, origin: {"t": "null", "as": "python:pandas.NaT"},
    }


def pandas_advice(value: Any) -> str:
    """Return what to put in place of another value of pandas'."""
    import pandas as pd

    for kind in (pd.DataFrame, pd.Series):
        if isinstance(value, kind):
            return f"{{pd}}.{kind.__name__}({{x}})"
    return "list({x})" if isinstance(value, (pd.Index, pd.api.extensions.ExtensionArray)) else "str({x})"


def timestamp(value: Any) -> Node:
    """Return the node of a Timestamp."""
    node = moment(value.to_pydatetime(warn=False), value.nanosecond)
    library = str(node.get("as", "")).partition(":")[2]
    return {**node, "as": f"python:{library} pandas.Timestamp {getattr(value, 'unit', 'ns')}".replace(": ", ":")}


def timedelta(value: Any) -> Node:
    """Return the node of a Timedelta."""
    exact = nanoseconds(value) + value.nanoseconds
    return {"t": "duration", "v": str(exact), "as": f"python:pandas.Timedelta {getattr(value, 'unit', 'ns')}"}


def period(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a Period: the day or the moment at which it begins."""
    import pandas as pd

    found = pd.array([value])
    try:
        node = export_numpy.moment_scalar(periods.starts(found)[0])
    except Refused as refused:
        raise Refused("pandas.Period", refused.why, "str({x})") from None
    return {**node, "as": f"python:pandas.{found.dtype}"}


def interval(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of an Interval: a text."""
    import numpy as np
    import pandas as pd

    found = pd.array([value])
    ends = {type(value.left), type(value.right)}
    is_zoned = getattr(value.left, "tzinfo", None) is not None
    if len(ends) > 1 or is_zoned or not ends <= {int, float, np.int64, np.float64, pd.Timestamp, pd.Timedelta}:
        raise Refused("pandas.Interval", "has ends that others do not have", "str({x})")
    (text,) = intervals.texts(found)
    kind = "plain " if ends <= {int, float} else ""
    return {"t": "text", "v": text, "as": f"python:pandas.{kind}{found.dtype}"}


def categorical(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a Categorical."""
    import pandas as pd

    return {**column(exporter, pd.Series(value), origin), "as": "python:pandas.Categorical"}


def series(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a Series: a column alone, or a data frame of one column where it has a name or labels."""
    kind = "pandas.Series"
    refuse_extras(kind, value)
    if value.name is None and export_index.is_plain(value.index):
        made = column(exporter, value, origin)
        return {**made, "as": f"python:pandas.Series {dtype_tag(value)}{made.get('as', '')}"}
    tag = "python:pandas.Series without name" if value.name is None else "python:pandas.Series"
    origins = origin.parts if origin is not None else {}
    node: Node = {"t": "table", "rows": len(value), "as": tag}
    if value.name is None or type(value.name) is str:
        name = "0" if value.name is None else value.name
    else:
        node["labels"] = series_name(exporter, value.name, origins.get(LABEL))
        name = node["labels"]["k"][0]
    node["names"] = [name]
    node["columns"] = [_tagged(exporter, value, origins.get((name, 0)))]
    return export_index.with_index(exporter, node, value, kind, origins)


def data_frame(exporter: Exporter, value: Any, origin: Optional[Origin]) -> Node:
    """Return the node of a DataFrame."""
    kind = "pandas.DataFrame"
    refuse_extras(kind, value)
    origins = origin.parts if origin is not None else {}
    called = list(value.columns)
    node: Node = {"t": "table", "rows": len(value), "as": "python:pandas.DataFrame"}
    if export_columns.are_texts(value.columns):
        node["names"], how = export_columns.names(value)
        node["as"] += how
    else:
        node["labels"] = column_labels(exporter, value.columns, origins.get(LABEL))
        node["names"] = node["labels"]["k"]
    node["columns"] = []
    counts = Counter(filter(has_hash, called))
    for at, (name, key) in enumerate(zip(called, named(node["names"]))):
        is_twin = has_hash(name) and counts[name] > 1
        step = ("twin", name) if is_twin else ("column", name) if is_literal(name) else ("column_at", at)
        part = value.iloc[:, at]
        made = exporter.at(step, lambda part=part, key=key: _tagged(exporter, part, origins.get(key)))  # type: ignore[misc]
        node["columns"].append(made)
    return export_index.with_index(exporter, node, value, kind, origins)


def has_hash(label: Any) -> bool:
    """Whether a label can be looked up: a Decimal that is a signaling NaN cannot."""
    try:
        hash(label)
    except TypeError:
        return False
    return True


def column_labels(exporter: Exporter, columns: Any, origin: Optional[Origin]) -> Node:
    """Return what the columns of a data frame are called; Refused for what others cannot have."""
    try:
        return export_labels.columns(exporter, columns, origin)
    except Refused as refused:
        texts = "'_'.join(map(str, name))" if columns.nlevels > 1 else "str(name)"
        instead = f"{{x}}.set_axis([{texts} for name in {{x}}.columns], axis=1)"
        why = f"has a {type(columns).__name__} of columns, which others cannot have ({refused.kind} {refused.why})"
        raise Refused("pandas.DataFrame", why, instead) from None


def series_name(exporter: Exporter, name: Any, origin: Optional[Origin]) -> Node:
    """Return what a Series is called; Refused for what others cannot have."""
    try:
        return export_labels.labels(exporter, [name], origin, name)
    except Refused:
        raise Refused("pandas.Series", "has a name that others cannot have", "{x}.rename(str({x}.name))") from None


def refuse_extras(kind: str, value: Any) -> None:
    """Refuse what a DataFrame or Series may have and no other language has."""
    if value.attrs:
        raise Refused(kind, "has attrs, which no other language has", "!{x}.attrs = {}")
    if not value.flags.allows_duplicate_labels:
        raise Refused(kind, "has a flag that no other language has", "{x}.set_flags(allows_duplicate_labels=True)")


def _tagged(exporter: Exporter, values: Any, origin: Optional[Origin]) -> Column:
    made = column(exporter, values, origin)
    # Objects of several kinds tell their nulls themselves.
    is_any = made["t"] == "list" and values.dtype == object
    dtype = "object" if is_any else dtype_tag(values)
    made["as"] = f"python:pandas.{dtype}{made.get('as', '')}"
    if origin is not None and origin.tag and origin.fits(values):
        made["as"] = origin.tag
    return made
