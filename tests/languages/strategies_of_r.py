"""Strategies for values of every kind that R has, as expressions of R."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from .strategies import text


def r_text(value: str) -> str:
    """Return a text as a literal of R's."""
    escaped = "".join(
        c if 32 <= ord(c) < 127 and c not in '\\"' else f"\\u{ord(c):04x}" if ord(c) < 65536 else f"\\U{ord(c):08x}"
        for c in value
    )
    return f'"{escaped}"'


r_integer = st.integers(-(2**31) + 1, 2**31 - 1).map(lambda value: f"({value}L)")
r_double = st.one_of(
    st.sampled_from(["NaN", "Inf", "-Inf", "-0", "0", "1e-310", "1e300"]),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: f"({value.hex()})"),
)
r_seconds = st.one_of(
    st.floats(2**24, 2**31).map(float.hex),
    st.integers(-(2**51), 2**51).map(lambda us: f"({us} / 1e6)"),
    st.integers(-(2**33), 2**33).map(lambda seconds: f"({seconds})"),
)
ELEMENTS = {
    "logical": (st.sampled_from(["TRUE", "FALSE"]), "NA"),
    "integer": (r_integer, "NA_integer_"),
    "double": (r_double, "NA_real_"),
    "complex": (st.tuples(r_double, r_double).map(lambda p: f"complex(1,{p[0]},{p[1]})"), "1i"),
    "character": (text.map(r_text), "NA_character_"),
}


@st.composite
def r_vectors(draw: st.DrawFn, length: int | None = None) -> str:
    """Draw an expression for a vector, a factor, or times."""
    kind = draw(st.sampled_from([*ELEMENTS, "factor", "Date", "POSIXct", "difftime", "raw"]))
    count = draw(st.integers(0, 4)) if length is None else length

    def several(element: Any) -> str:
        return f"c({', '.join(draw(st.lists(element, min_size=count, max_size=count)))})" if count else "NULL"

    if kind == "factor":
        codes = several(st.sampled_from(["1L", "2L", "NA_integer_"]))
        ordered = draw(st.sampled_from(["'factor'", "c('ordered', 'factor')"]))
        return f"structure(as.integer({codes}), levels = c('b', 'a'), class = {ordered})"
    if kind == "Date":
        return f".Date(as.double({several(st.integers(-30000, 30000).map(str) | st.just('NA_real_'))}))"
    if kind == "POSIXct":
        zone = draw(st.sampled_from(["'UTC'", "'Europe/Berlin'", "NULL", "''"]))
        return f".POSIXct(as.double({several(r_seconds | st.just('NA_real_'))}), {zone})"
    if kind == "difftime":
        unit = draw(st.sampled_from(["secs", "mins", "hours", "days", "weeks"]))
        numbers = several(st.integers(-1000, 1000).map(str) | st.just("NA_real_"))
        return f"as.difftime(as.double({numbers}), units = '{unit}')"
    if kind == "raw" and length is None:
        return f"as.raw({several(st.integers(0, 255).map(str))})"
    if kind == "raw":
        kind = "integer"
    element, missing = ELEMENTS[kind]
    return f"as.{kind}({several(element | st.just(missing))})"


@st.composite
def r_arrays(draw: st.DrawFn) -> str:
    """Draw an expression for a matrix or an array, or a named vector."""
    kind = draw(st.sampled_from(["logical", "integer", "double", "complex"]))
    shape = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    count = int(np.prod(shape))
    # Arrays of more dimensions than one have no nulls but in doubles, in Python.
    element = ELEMENTS[kind][0]
    items = draw(st.lists(element, min_size=count, max_size=count))
    values = f"as.{kind}(c({', '.join(items)}))"
    if draw(st.booleans()):
        return f"array({values}, dim = c({', '.join(f'{n}L' for n in shape)}))"
    names = ", ".join(r_text(f"n{at}") for at in range(count))
    return f"setNames({values}, c({names}))" if count else f"array({values}, dim = 0L)"


@st.composite
def r_frames(draw: st.DrawFn) -> str:
    """Draw an expression for a data frame."""
    rows = draw(st.integers(0, 3))
    names = draw(st.lists(text, max_size=4))
    parts = ", ".join(draw(r_vectors(rows)) for _ in names)
    labels = draw(st.sampled_from([f".set_row_names({rows}L)", f"sprintf('r%d', seq_len({rows}))"]))
    kind = draw(st.sampled_from(["'data.frame'", "c('tbl_df', 'tbl', 'data.frame')"]))
    labels = labels if rows else "integer()"
    quoted = ", ".join(map(r_text, names))
    return f"structure(list({parts}), names = as.character(c({quoted})), row.names = {labels}, class = {kind})"


@st.composite
def r_dressed(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    """Draw an expression for a value with attributes, a class, or names of any kind."""
    value = draw(values)
    how = draw(st.sampled_from(["attributes", "class", "names"]))
    if how == "class":
        return f"(function(x) {{ class(x) <- c('thing', class(x)); x }})({value})"
    if how == "names":
        return f"(function(x) {{ names(x) <- rep_len(c('a', '', NA, 'a'), length(x)); x }})({value})"
    names = draw(st.lists(st.sampled_from(["label", "note", "format.x", "ü b"]), min_size=1, unique=True))
    parts = ", ".join(f"{r_text(name)} = {draw(r_vectors())}" for name in names)
    return f"(function(x) {{ attributes(x) <- c(attributes(x), list({parts})); x }})({value})"


r_plain = st.one_of(r_vectors(), r_arrays(), r_frames())
r_values = st.recursive(
    st.one_of(st.just("NULL"), r_plain, r_dressed(r_plain), r_dressed(r_dressed(r_plain))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"list({', '.join(items)})"),
        st.dictionaries(st.text("abc. ü", min_size=1, max_size=3), inner, max_size=3).map(
            lambda items: f"list({', '.join(f'{r_text(k)} = {v}' for k, v in items.items())})"
        ),
    ),
    max_leaves=8,
)
