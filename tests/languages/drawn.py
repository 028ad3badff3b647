"""What hypothesis draws: values of every kind on their way, in the form of `plain`."""

import struct
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from .plain import LONG, Plain, float_of

TAGS = st.sampled_from(["", "", "", "python:thing", "r:factor \U0001f388", 'x:"\\\n'])
"""Tags of other languages, which no adapter knows."""

TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "\0",
        "\x7f\x80\uffff\U0010ffff",
        "\ufeff",
        "\n\n",
        "a'b\"c`d\\",
        "\u202eabc",
        "\U0001f469\u200d\U0001f52c",
        "$(ls) %s %d",
        "\r\n",
        "é" * 300,
    ]
)
NUL_FREE = TEXTS.map(lambda text: text.replace("\0", ""))
DOUBLES = st.floats().map(lambda number: float_of(number)[2]) | st.sampled_from(
    [
        "8000000000000000",
        "0000000000000001",
        "7ff0000000000000",
        "fff0000000000000",
        "7ff8000000000000",
        "4340000000000001",
    ]
)
"""Bits; a NaN may have any."""

ONE_NAN = DOUBLES.map(
    lambda bits: (
        bits if (int(bits, 16) << 1) >> 53 < 2047 or int(bits, 16) << 12 & ~(-1 << 64) == 0 else "7ff8000000000000"
    )
)
"""Bits with no NaN but the usual one, for languages that have no other."""

YEARS = st.integers(0, 9999)


def scalars(
    texts: st.SearchStrategy[str] = TEXTS, smallest: int = -(10**40), largest: int = 10**40
) -> st.SearchStrategy[Plain]:
    """Return what all languages have: null is left out."""
    return (
        st.tuples(st.just("bool"), TAGS, st.booleans())
        | st.tuples(st.just("int"), TAGS, integers(smallest, largest))
        | st.tuples(st.just("float"), TAGS, DOUBLES)
        | st.tuples(st.just("text"), TAGS, texts)
    )


def integers(smallest: int, largest: int) -> st.SearchStrategy[int]:
    """Return integers, often at an edge."""
    edges = {sign * (1 << bits) + more for bits in (31, 53, 63, 64) for sign in (1, -1) for more in (-1, 0, 1)}
    return st.integers(smallest, largest) | st.sampled_from(sorted(n for n in edges if smallest <= n <= largest))


NULLS = st.tuples(st.just("null"), TAGS)
BYTES = st.tuples(st.just("bytes"), TAGS, st.binary(max_size=40))
COMPLEX = st.tuples(st.just("complex"), TAGS, DOUBLES, DOUBLES)


@st.composite
def moments(draw: st.DrawFn) -> Plain:
    """Draw a date, a time, a datetime or a duration, to nanoseconds; moments with a zone to milliseconds."""
    date = f"{draw(YEARS):04}-{draw(st.integers(1, 12)):02}-{draw(st.integers(1, 28)):02}"
    time = f"{draw(st.integers(0, 23)):02}:{draw(st.integers(0, 59)):02}:{draw(st.integers(0, 59)):02}"
    fraction = draw(st.sampled_from(["", ".5", ".000000001", ".123456789"]))
    match draw(st.sampled_from(["date", "time", "naive", "aware", "duration"])):
        case "date":
            return ("date", draw(TAGS), date)
        case "time":
            return ("time", draw(TAGS), time + fraction)
        case "naive":
            return ("datetime", draw(TAGS), f"{date}T{time}{fraction}", "", None)
        case "aware":
            zone, offset = draw(
                st.sampled_from([("Europe/Berlin", 3600), ("+00:00", 0), ("-03:30", -12600), ("UTC", 0)])
            )
            return ("datetime", draw(TAGS), f"{date}T{time}{fraction[:4].replace('.000', '')}", zone, offset)
        case _:
            return ("duration", draw(TAGS), draw(st.integers(-(1 << 63), (1 << 63) - 1)))


def element(kind: str, texts: st.SearchStrategy[str], doubles: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return elements of arrays as `plain` has them: little-endian hex, or text."""
    if kind == "text":
        return texts
    if kind == "b1":
        return st.sampled_from(["00", "01"])
    if kind == "f8":
        return doubles.map(_reversed)
    if kind == "c16":
        return st.tuples(doubles, doubles).map(lambda parts: _reversed(parts[0]) + _reversed(parts[1]))
    if kind in ("f4", "f2", "c8"):
        code = {"f4": "<f", "f2": "<e", "c8": "<ff"}[kind]
        numbers = st.floats(width=16 if kind == "f2" else 32, allow_nan=False)
        return st.tuples(*[numbers] * (len(code) - 1)).map(lambda parts: struct.pack(code, *parts).hex())
    bits = {"date": 32, "time": 64, "datetime": 64, "duration": 64}.get(kind) or 8 * int(kind[1:])
    low, high = (0, 1 << bits) if kind[0] == "u" else (-(1 << (bits - 1)), 1 << (bits - 1))
    if kind == "date":
        low, high = -700_000, 2_900_000
    elif kind == "datetime":
        low, high = -8_640_000_000_000_000, 8_640_000_000_000_000
    elif kind == "time":
        low, high = 0, 86_400_000_000_000
    return st.integers(low, high - 1).map(lambda number: number.to_bytes(bits // 8, "little", signed=low < 0).hex())


def _reversed(bits: str) -> str:
    return bytes.fromhex(bits)[::-1].hex()


@st.composite
def arrays(
    draw: st.DrawFn,
    kinds: tuple[str, ...],
    *,
    nullable: tuple[str, ...] = (),
    dimensions: int = 3,
    count: int | None = None,
    texts: st.SearchStrategy[str] = TEXTS,
    doubles: st.SearchStrategy[str] = DOUBLES,
) -> Plain:
    """Draw an array; of one dimension and `count` elements if that is given."""
    kind = draw(st.sampled_from(kinds))
    shape = (count,) if count is not None else tuple(draw(st.lists(st.integers(0, 4), min_size=1, max_size=dimensions)))
    size = 1
    for length in shape:
        size *= length
    has_nulls = kind in nullable and draw(st.booleans())
    # A NaN in an array with nulls is an element of a list in some languages, and so a number of theirs.
    values = element(kind, texts, doubles)
    items = draw(st.lists(values | st.none() if has_nulls else values, min_size=size, max_size=size))
    unit = draw(st.sampled_from(["ms", "us", "ns"])) if kind in ("datetime", "duration") else ""
    order = draw(st.sampled_from("CF")) if len(shape) > 1 else "C"
    return ("array", draw(TAGS), kind, unit, "", shape, order, tuple(items))


@st.composite
def factors(draw: st.DrawFn, count: int) -> Plain:
    """Draw a factor of texts."""
    levels = draw(st.lists(TEXTS, max_size=4, unique=True))
    codes = draw(st.lists(st.integers(-1, len(levels) - 1), min_size=count, max_size=count))
    array = ("array", "", "text", "", "", (len(levels),), "C", tuple(levels))
    return ("factor", draw(TAGS), array, draw(st.booleans()), struct.pack(f"<{count}i", *codes))


@st.composite
def tables(draw: st.DrawFn, columns: Callable[[int], st.SearchStrategy[Plain]]) -> Plain:
    """Draw a data frame; `columns` returns the columns of so many rows."""
    rows = draw(st.integers(0, 4))
    names = draw(st.lists(TEXTS.filter(lambda text: text not in ("index", "key")), min_size=1, max_size=4, unique=True))
    cells = columns(rows) | factors(rows)
    levels = None
    if draw(st.booleans()):
        levels = (draw(st.sampled_from([(None,), ("key",)])), draw(TAGS), (draw(cells),), *draw(labels(1)))
    made = tuple((name, draw(cells)) for name in names)
    return ("table", draw(TAGS), rows, made, levels, *draw(labels(len(names))))


@st.composite
def labels(draw: st.DrawFn, count: int) -> tuple[Any, ...]:
    """Draw what so many keys or columns are called where that is more than text, or nothing."""
    if not count or draw(st.booleans()):
        return ()
    single = st.one_of(NULLS, scalars(smallest=-(10**20), largest=10**20).filter(_is_short), moments())
    one = single | st.tuples(st.just("list"), TAGS, st.lists(single, max_size=3).map(tuple))
    values = draw(st.lists(one, min_size=count, max_size=count))
    # Labels that are nothing but texts are the texts themselves.
    tag = draw(TAGS) or "python:columns"
    return ((tag, tuple(values), tuple(draw(st.lists(one, max_size=2)))),)


def _is_short(value: Plain) -> bool:
    """Whether a value is in the manifest as a whole."""
    return value[0] != "text" or len(value[2]) < LONG


@st.composite
def labelled_dicts(draw: st.DrawFn, values: st.SearchStrategy[Plain]) -> Plain:
    """Draw a dictionary whose keys may be more than texts."""
    keys = draw(st.lists(TEXTS, max_size=4, unique=True))
    return ("dict", draw(TAGS), tuple((key, draw(values)) for key in keys), *draw(labels(len(keys))))


def nested(values: st.SearchStrategy[Plain], texts: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[Plain]:
    """Return values, and lists and dictionaries of them."""
    return st.recursive(
        values,
        lambda below: (
            st.tuples(st.just("list"), TAGS, st.lists(below, max_size=4).map(tuple))
            | st.tuples(
                st.just("dict"),
                TAGS,
                st.lists(st.tuples(texts, below), max_size=4, unique_by=lambda item: item[0]).map(tuple),
            )
        ),
        max_leaves=8,
    )
