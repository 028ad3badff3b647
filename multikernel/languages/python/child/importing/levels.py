"""Reads categories that have become texts in a language whose factors have no others, as R's."""

import datetime
import decimal
import re
from collections.abc import Callable
from typing import Any, Optional

KINDS = (
    ("int", re.compile(r"u?int(8|16|32|64)", re.IGNORECASE)),
    ("float", re.compile(r"(float(16|32|64)?|double|halffloat)", re.IGNORECASE)),
    ("bool", re.compile(r"bool(ean)?")),
    ("datetime", re.compile(r"(datetime64|timestamp)\[(s|ms|us|ns)\]|object naive")),
    ("date", re.compile(r"object date|date(32|64)\[(day|ms)\]|period\[.*")),
    ("decimal", re.compile(r"object Decimal|decimal.*")),
)
"""What values are, and how their types are called in pandas and pyarrow."""
MOMENT = re.compile(r"\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,9})?")


def typed(texts: "list[str]", dtype: str) -> "Optional[list[Any]]":
    """Return texts as the values that they were before; None if they were texts, or are something else now."""
    kind = next((kind for kind, pattern in KINDS if pattern.fullmatch(dtype)), "")
    read = READERS.get(kind)
    if read is None:
        return None
    try:
        return [read(text) for text in texts]
    except (ValueError, ArithmeticError):
        return None


def whole(text: str) -> int:
    return canonical(int(text), text, str)


def real(text: str) -> float:
    return canonical(float(text), text, shortest)


def shortest(value: float) -> str:
    """Return a double with the fewest digits from 15 on that give it again, as R's part of Multi writes it."""
    for digits in (15, 16, 17):
        found = f"{value:.{digits}g}"
        if float(found) == value:
            break
    return found.replace("inf", "Inf")


def truth(text: str) -> bool:
    return canonical(text == "TRUE", text, lambda value: "TRUE" if value else "FALSE")


def day(text: str) -> datetime.date:
    return canonical(datetime.date.fromisoformat(text), text, str)


def number(text: str) -> decimal.Decimal:
    return canonical(decimal.Decimal(text), text, str)


def moment(text: str) -> str:
    if not MOMENT.fullmatch(text):
        raise ValueError(text)
    return text.replace(" ", "T")


def canonical(value: Any, text: str, write: Callable[[Any], str]) -> Any:
    """Return a value if it is written like this; ValueError for 07 and 1.50, which are other texts than 7 and 1.5."""
    if write(value) != text:
        raise ValueError(text)
    return value


READERS: "dict[str, Callable[[str], Any]]" = {
    "int": whole,
    "float": real,
    "bool": truth,
    "date": day,
    "datetime": moment,
    "decimal": number,
}


def arrow_levels(values: "list[Any]", kind: Any) -> Any:
    """Return values as an array of a type of pyarrow; ValueError where some of them are finer."""
    import pyarrow as pa

    if not pa.types.is_timestamp(kind):
        found = pa.array(values, type=kind)
        if found.to_pylist() != values:
            raise ValueError(values)
        return found
    return pa.array(moments(values, kind.unit), type=kind)


def moments(values: "list[str]", unit: str) -> Any:
    """Return moments as an array of datetime64; ValueError where some of them are finer."""
    import numpy as np

    found = np.array(values, dtype=f"<M8[{unit}]")
    if any(np.datetime64(text) != value for text, value in zip(values, found)):
        raise ValueError(values)
    return found
