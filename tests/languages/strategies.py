"""Strategies for values of every kind that Python has."""

import datetime
import decimal
import zoneinfo
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
int64 = st.integers(-(2**53), 2**53)
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]).map(zoneinfo.ZoneInfo)


def _exists(value: datetime.datetime) -> bool:
    back = value.astimezone(datetime.UTC).astimezone(value.tzinfo)
    return back.replace(tzinfo=None) == value.replace(tzinfo=None) and back.fold == value.fold


# The years in which every library here tells microseconds, and R knows each zone's offsets.
early, late = datetime.datetime(1971, 1, 1), datetime.datetime(2037, 12, 31)
naive = st.datetimes(early, late).map(lambda value: value.replace(fold=0))
utc = naive.map(lambda value: value.replace(tzinfo=datetime.UTC))
aware = st.one_of(
    st.datetimes(early, late, timezones=zones).filter(_exists),
    utc,
    naive.map(lambda value: value.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=2)))),
)
times = st.one_of(
    naive,
    aware,
    st.dates(),
    st.times().map(lambda time: time.replace(fold=0)),
    st.timedeltas(datetime.timedelta(days=-90000), datetime.timedelta(days=90000)),
)
decimals = st.decimals(allow_nan=False, allow_infinity=False) | st.just(decimal.Decimal("1.50"))
periods = st.dates(early.date(), late.date()).map(lambda date: pd.Period(date, "M"))
intervals = st.tuples(st.floats(0, 1), st.floats(1, 2)).map(lambda ends: pd.Interval(*ends))
scalars = st.one_of(
    *(st.none(), st.booleans(), int64, st.floats(), st.complex_numbers(), text, st.binary(max_size=8), times),
    *(decimals, periods, intervals),
)
NUMBERS = ("?", "i1", "i2", "i4", "u1", "u2", "u4", "f2", "f4", "f8", "c8", "c16", ">i2", ">f8")
DTYPES = (*NUMBERS, "<U3", "<M8[us]", "<m8[ms]", "<M8[D]")


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Draw a numpy array."""
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))
    count = int(np.prod(shape))
    if dtype.kind == "U":
        ascii_text = st.text("abcäß😀", max_size=3)
        flat = np.array(draw(st.lists(ascii_text, min_size=count, max_size=count)), dtype=dtype)
    elif dtype.kind in "mM":
        numbers = st.integers(-30000, 30000) if dtype.str.endswith("[D]") else st.integers(-(2**52), 2**52)
        flat = np.array(draw(st.lists(numbers, min_size=count, max_size=count)), dtype="i8").view(dtype)
        if count and draw(st.booleans()):
            flat[0] = np.array("NaT", dtype)
    else:
        raw = draw(st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize))
        flat = np.frombuffer(raw, dtype="u1" if dtype.kind == "b" else dtype)
        flat = flat % 2 == 1 if dtype.kind == "b" else flat
        if dtype.kind in "fc":
            # The bits of a NaN are not kept where a language has floats of one width only.
            flat = np.nan_to_num(flat, nan=1.5) if dtype.itemsize < 8 or dtype.kind == "c" else flat
            flat = np.where(np.isnan(flat), np.nan, flat).astype(dtype)
    array = flat.reshape(shape)
    return np.asfortranarray(array) if draw(st.booleans()) else array


nanoseconds = st.one_of(
    st.integers(-(2**31), 2**31),
    st.floats(2**24, 2**31).map(lambda seconds: round(Fraction(seconds) * 10**9)),
    # What the double of a number of microseconds seems to be.
    st.integers(2**50, 2**51).map(lambda us: round(Fraction(us / 1e6) * 10**9)),
)

numpy_scalars = st.one_of(
    st.floats(width=32, allow_nan=False).map(np.float32),
    st.integers(-128, 127).map(np.int8),
    st.integers(0, 2**53).map(np.uint64),
    st.floats().map(np.float64),
    st.booleans().map(np.bool_),
    text.map(np.str_),
)


@st.composite
def arrow_columns(draw: st.DrawFn, rows: int) -> Any:
    """Draw a column of pyarrow within pandas."""
    kind, values = draw(
        st.sampled_from(
            [
                (pa.int8(), st.integers(-128, 127)),
                (pa.float32(), st.floats(width=32, allow_nan=False)),
                (pa.string(), text),
                (pa.decimal128(12, 3), st.decimals(-(10**8), 10**8, places=3)),
                (pa.date32(), st.dates()),
                (pa.timestamp("us"), naive),
                (pa.list_(pa.int64()), st.lists(st.none() | int64, max_size=3)),
                (pa.list_(pa.list_(pa.string())), st.lists(st.none() | st.lists(text, max_size=2), max_size=2)),
                (pa.struct([("a", pa.int32()), ("b c", pa.bool_())]), st.fixed_dictionaries({"a": st.just(5)})),
            ]
        )
    )
    found = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(found, kind)])))


def columns(rows: int) -> st.SearchStrategy[Any]:
    """Draw a column of pandas."""

    def of(strategy: Any, dtype: str) -> st.SearchStrategy[Any]:
        return st.lists(strategy, min_size=rows, max_size=rows).map(lambda values: pd.Series(values, dtype=dtype))

    moments = st.lists(st.none() | naive, min_size=rows, max_size=rows)
    return st.one_of(
        of(st.integers(-(2**53), 2**53), "int64"),
        of(st.integers(0, 255), "uint8"),
        of(st.floats(), "float64"),
        of(st.floats(width=32, allow_nan=False), "float32"),
        of(st.booleans(), "bool"),
        of(st.none() | st.booleans(), "boolean"),
        of(st.none() | st.integers(-(2**31) + 1, 2**31 - 1), "Int32"),
        of(st.none() | text, "str"),
        of(st.none() | text, "object"),
        of(st.none() | st.dates(), "object"),
        of(st.sampled_from(["a", "b", None]), "category"),
        of(st.sampled_from([1, 2**40, None]), "category"),
        of(st.floats(allow_nan=False), "category"),
        of(intervals, "category"),
        of(st.none() | decimals, "object"),
        of(st.none() | periods, "period[M]"),
        of(st.none() | intervals, "interval[float64, right]"),
        arrow_columns(rows),
        moments.map(lambda values: pd.Series(values, dtype="datetime64[us]")),
        moments.map(lambda values: pd.Series(values, dtype="datetime64[ns]")),
        moments.map(lambda values: pd.Series(values, dtype="datetime64[us]").dt.tz_localize("UTC")),
        moments.map(
            lambda values: pd.Series(values, dtype="datetime64[ms]").dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
        ),
        of(st.none() | st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999)), "timedelta64[us]"),
    )


@st.composite
def frames(draw: st.DrawFn) -> Any:
    """Draw a data frame of pandas."""
    rows, count = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    found = pd.DataFrame({at: draw(columns(rows)) for at in range(count)}, index=range(rows))
    found.columns = draw(st.one_of(st.lists(text, min_size=count, max_size=count).map(texts), indices(count)))
    if draw(st.booleans()):
        found.index = draw(indices(rows))
    return found


def texts(values: list[str]) -> Any:
    """Return texts as what columns are called by nature."""
    return pd.Index(values, dtype="str")


label_names = st.none() | text | int64 | st.tuples(text, int64)


KINDS = ("text", "int", "float", "day", "period", "category", "range")


@st.composite
def levels(draw: st.DrawFn, count: int, kinds: tuple[str, ...] = KINDS) -> Any:
    """Draw what rows or columns are called, in one level."""

    def several(values: Any) -> list[Any]:
        found: list[Any] = draw(st.lists(values, min_size=count, max_size=count))
        return found

    name = draw(label_names)
    match draw(st.sampled_from(kinds)):
        case "text":
            return pd.Index(several(text), dtype="str", name=name)
        case "int":
            return pd.Index(several(int64), dtype="int64", name=name)
        case "float":
            return pd.Index(several(st.floats(allow_nan=False)), dtype="float64", name=name)
        case "any":
            mixed = st.none() | st.booleans() | int64 | text | st.dates() | st.tuples(text, int64)
            return pd.Index(several(mixed), dtype=object, name=name, tupleize_cols=False)
        case "day":
            return pd.date_range(
                draw(naive).date(), periods=count, freq=draw(st.sampled_from(["D", "MS", "h"])), name=name
            )
        case "period":
            return pd.period_range(draw(naive), periods=count, freq=draw(st.sampled_from(["D", "M", "Y"])), name=name)
        case "category":
            return pd.CategoricalIndex(several(st.sampled_from("ab")), categories=["b", "a", "c"], name=name)
        case _:
            return pd.RangeIndex(start := draw(st.integers(-9, 9)), start + 2 * count, 2, name=name)


@st.composite
def indices(draw: st.DrawFn, count: int) -> Any:
    """Draw what rows or columns are called, in one level or two."""
    if draw(st.booleans()):
        return draw(levels(count, (*KINDS, "any")))
    first, second = draw(levels(count)), draw(levels(count))
    return pd.MultiIndex.from_arrays([first, second], names=[first.name, second.name])


@st.composite
def tables(draw: st.DrawFn) -> Any:
    """Draw a table of polars or pyarrow."""
    rows = draw(st.integers(0, 4))

    def values(strategy: Any) -> Any:
        return draw(st.lists(st.none() | strategy, min_size=rows, max_size=rows))

    table = pa.table(
        {
            "i": pa.array(values(st.integers(-(2**53), 2**53)), type=pa.int64()),
            "u": pa.array(values(st.integers(0, 255)), type=pa.uint8()),
            "f": pa.array(values(st.floats(allow_nan=False)), type=pa.float64()),
            "b": pa.array(values(st.booleans()), type=pa.bool_()),
            "s": pa.array(values(text), type=pa.large_string()),
            "d": pa.array(values(st.dates()), type=pa.date32()),
            "t": pa.array(values(naive), type=pa.timestamp("us")),
            "z": pa.array(values(naive), type=pa.timestamp("us", "UTC")),
            "l": pa.array(values(st.lists(st.none() | text, max_size=2)), type=pa.large_list(pa.large_string())),
            "n": pa.array(values(st.decimals(-(10**8), 10**8, places=3)), type=pa.decimal128(38, 3)),
        }
    )
    return pl.from_arrow(table) if draw(st.booleans()) else table


python_values = st.recursive(
    st.one_of(scalars, numpy_scalars, arrays(), frames(), tables(), st.binary(max_size=4).map(bytearray)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(
            text | st.none() | st.booleans() | int64 | st.dates() | st.tuples(text, int64), inner, max_size=4
        ),
        st.frozensets(int64 | text, max_size=3),
        st.lists(st.none() | st.booleans(), max_size=4),
        st.lists(st.none() | st.floats(), max_size=4),
        st.lists(st.none() | naive, max_size=4),
        st.lists(st.none() | utc, max_size=4),
    ),
    max_leaves=12,
)
