"""The beginning of a variable as texts, looked at from outside: no code that the user has written is run."""

import datetime
import decimal
import fractions
import sys
import uuid
from collections.abc import Iterable
from itertools import islice
from typing import Any, Optional

from .listing import MODULE, QUALNAME

Json = dict[str, Any]
Column = tuple[str, str, list[str]]
"""Name, type and the first texts."""

NUMBERS = (bool, float, complex, decimal.Decimal, fractions.Fraction, uuid.UUID, datetime.date, datetime.timedelta)
OWN_ZONES = ("datetime", "zoneinfo", "pytz", "dateutil")
BRACKETS = ((list, "[]"), (tuple, "()"), (set, "{}"), (frozenset, "{}"), (dict, "{}"))
DEEPEST, MOST_PARTS = 2, 10
LONGEST_NUMBER = 1000
"""Bits."""


class Preview:
    """What is shown of one value."""

    def __init__(self, rows: int, columns: int, longest: int, longest_text: int) -> None:
        self.rows = rows
        self.columns = columns
        self.longest = longest
        self.longest_text = longest_text

    def of(self, value: Any) -> Json:
        """Return the answer."""
        kind = type(value)
        maker = self._maker(kind)
        if maker is not None:
            return {"preview": maker(value)}
        if kind is str:
            return {"preview": {"text": cut(value, self.longest_text)}}
        shown = text(value)
        if shown is None:
            return {"failed": f"it is of type {type_name(value)}, which might run code of its own to show it"}
        return {"preview": {"text": cut(shown, self.longest_text)}}

    def _maker(self, kind: type) -> Any:
        """Return what makes a table of values of a type, if anything does."""
        if kind is dict:
            return self._dict
        if kind is range or brackets_of(kind):
            return self._list
        for package, name, maker in (
            ("numpy", "ndarray", self._array),
            ("pandas", "DataFrame", self._frame),
            ("pandas", "Series", self._series),
            ("polars", "DataFrame", self._polars),
            ("polars", "Series", self._polars_series),
            ("pyarrow", "Table", self._arrow),
            ("pyarrow", "RecordBatch", self._arrow),
        ):
            if kind is getattr(sys.modules.get(package), name, None):
                return maker
        return None

    def _table(self, columns: "list[Column]", labels: Iterable[Any], rows: int, total: int) -> Json:
        return {
            "columns": [cut(name, self.longest) for name, _, _ in columns],
            "types": [cut(kind, self.longest) for _, kind, _ in columns],
            "labels": [cut(self._cell(label), self.longest) for label in islice(labels, min(rows, self.rows))],
            "rows": [list(row) for row in zip(*(texts for _, _, texts in columns))]
            if columns
            else [[] for _ in range(min(rows, self.rows))],
            "total": [rows, total],
        }

    def _cell(self, value: Any) -> str:
        shown = text(value)
        return type_name(value) if shown is None else shown

    def _cells(self, values: Iterable[Any]) -> "list[str]":
        return [cut(self._cell(value), self.longest) for value in islice(values, self.rows)]

    def _list(self, value: Any) -> Json:
        return self._table([("", "", self._cells(value))], range(len(value)), len(value), 1)

    def _dict(self, value: Any) -> Json:
        return self._table([("", "", self._cells(value.values()))], value, len(value), 1)

    def _array(self, value: Any) -> Json:
        if value.ndim == 0:
            return {"text": cut(self._cell(value[()]), self.longest_text)}
        kind = str(value.dtype) if value.dtype.names is None else ""
        if value.dtype.names is not None and value.ndim == 1:
            columns = [
                (name, str(value.dtype[name]), self._cells(value[name][: self.rows]))
                for name in value.dtype.names[: self.columns]
            ]
            return self._table(columns, range(len(value)), len(value), len(value.dtype.names))
        if value.ndim != 2:
            return self._table([("", kind, self._cells(value[: self.rows]))], range(len(value)), len(value), 1)
        shown = range(min(self.columns, value.shape[1]))
        columns = [(str(at), kind, self._cells(value[: self.rows, at])) for at in shown]
        return self._table(columns, range(len(value)), *value.shape)

    def _frame(self, value: Any) -> Json:
        refuse_attrs(value)
        names = self._cells(self._labels(value.columns))
        columns = [self._pandas_column(name, value.iloc[:, at]) for at, name in enumerate(names[: self.columns])]
        return self._table(columns, self._labels(value.index), *value.shape)

    def _series(self, value: Any) -> Json:
        refuse_attrs(value)
        name = "" if value.name is None else self._cell(value.name)
        return self._table([self._pandas_column(name, value)], self._labels(value.index), len(value), 1)

    def _pandas_column(self, name: str, values: Any) -> Column:
        if is_known(values.dtype):
            return name, str(values.dtype), self._cells(values.iloc[: self.rows])
        kind = type_name(values.dtype)
        return name, kind, [kind] * min(len(values), self.rows)

    def _labels(self, index: Any) -> Iterable[Any]:
        known = package_of(type(index)) == "pandas" and is_known(index.dtype)
        return index[: max(self.rows, self.columns)] if known else range(len(index))

    def _polars(self, value: Any) -> Json:
        columns = [self._polars_column(each) for each in value.get_columns()[: self.columns]]
        return self._table(columns, range(value.height), value.height, value.width)

    def _polars_series(self, value: Any) -> Json:
        return self._table([self._polars_column(value)], range(len(value)), len(value), 1)

    def _polars_column(self, values: Any) -> Column:
        return values.name, str(values.dtype), self._cells(values.head(self.rows).to_list())

    def _arrow(self, value: Any) -> Json:
        names, columns = value.schema.names, []
        for at, name in enumerate(names[: self.columns]):
            values, kind = value.column(at).slice(0, self.rows), value.schema.types[at]
            known = not hasattr(kind, "extension_name")
            columns.append((name, str(kind), self._cells(values.to_pylist()) if known else ["extension"] * len(values)))
        return self._table(columns, range(value.num_rows), value.num_rows, len(names))


def refuse_attrs(value: Any) -> None:
    """Refuse what pandas would copy with each part, by methods of the user's."""
    if any(text(each) is None for each in value.attrs.values()):
        raise ValueError("its attrs might run code of their own to be copied")


def is_known(dtype: Any) -> bool:
    """Whether a dtype of a column is numpy's or pandas' own."""
    return package_of(type(dtype)) in ("numpy", "pandas") and not hasattr(
        getattr(dtype, "pyarrow_dtype", None), "extension_name"
    )


def cut(shown: str, longest: int) -> str:
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def text(value: Any, depth: int = 0) -> "Optional[str]":
    """Return a value as Python shows it, if its exact type is one whose text runs no code of the user's."""
    kind = type(value)
    if kind is str:
        return repr(value[:1000]) if depth else value[:10_000]
    if kind is int:
        return str(value) if value.bit_length() <= LONGEST_NUMBER else f"int of {value.bit_length()} bits"
    if kind is bytes:
        return repr(value[:1000])
    if value is None or is_one_of(kind, NUMBERS):
        return str(value)
    if kind is datetime.datetime or kind is datetime.time:
        return str(value) if has_known_zone(value) else None
    if brackets := brackets_of(kind):
        return parts_of(value, kind, depth, brackets)
    return of_library(value, kind)


def is_one_of(kind: type, kinds: "tuple[type, ...]") -> bool:
    """Whether a type is one of some; to compare types may run a metaclass of the user's."""
    return any(kind is each for each in kinds)


def brackets_of(kind: type) -> str:
    return next((brackets for each, brackets in BRACKETS if kind is each), "")


def type_name(value: Any) -> str:
    return str(QUALNAME.__get__(type(value)))


def package_of(kind: type) -> str:
    module = MODULE.__get__(kind)
    return module.partition(".")[0] if type(module) is str else ""


def parts_of(value: Any, kind: type, depth: int, brackets: str) -> str:
    """Return a container as Python shows it, or as many of its parts as fit."""
    if depth == DEEPEST:
        return f"{kind.__name__} ({len(value)})"
    first = list(islice(value.items() if kind is dict else value, MOST_PARTS))
    shown = [": ".join(part(side, depth) for side in each) if kind is dict else part(each, depth) for each in first]
    if len(value) > len(first):
        shown.append("…")
    return f"{brackets[0]}{', '.join(shown)}{brackets[1]}"


def part(value: Any, depth: int) -> str:
    shown = text(value, depth + 1)
    return type_name(value) if shown is None else shown


def has_known_zone(value: Any) -> bool:
    return value.tzinfo is None or package_of(type(value.tzinfo)) in OWN_ZONES


def of_library(value: Any, kind: type) -> "Optional[str]":
    """Return a scalar of numpy's or pandas' as text, or the shape of an array."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and kind is getattr(numpy, "ndarray", None):
        return f"ndarray ({' x '.join(map(str, value.shape))})"
    if numpy is not None and issubclass(kind, getattr(numpy, "generic", ())) and package_of(kind) == "numpy":
        return None if type_name(value) in ("void", "object_") else str(value)
    if pandas is None or not hasattr(pandas, "Timestamp"):
        return None
    if kind is pandas.Timestamp:
        return str(value) if has_known_zone(value) else None
    known = (pandas.Timedelta, pandas.Period, type(pandas.NaT), type(pandas.NA))
    return str(value) if is_one_of(kind, known) else None
