"""Columns that R edits: what they are then they are in Python, whatever types they had when they left."""

import pytest

from .kernels import Kernels
from .test_columns import SETUP
from .test_python_and_r import SAME

MANY = 200
"""Elements: R remembers some of so many, and an edit may be beside them."""

EDITED = [
    (f"[Decimal(n) for n in range({MANY})]", "x[2] <- 'n/a'", "['0', 'n/a', *map(str, range(2, 200))]"),
    (f"[Decimal(n) for n in range({MANY})]", "x[2] <- '1.50'", "[0, Decimal('1.50'), *range(2, 200)]"),
    (f"[Decimal(n) for n in range({MANY})]", "x[2] <- '7'", "[0, 7, *range(2, 200)]"),
    ("Decimal('1.50')", "x <- '1.5'", "'1.5'"),
    ("pa.array([Decimal('1.50')] * 200)", "x[2] <- '1.234'", "['1.50', '1.234', *['1.50'] * 198]"),
    ("pa.array([Decimal('1.50')] * 200)", "x[2] <- 'a'", "['1.50', 'a', *['1.50'] * 198]"),
    ("pa.array([1.5] * 200, pa.float32())", "x[2] <- 0.1", "[1.5, 0.1, *[1.5] * 198]"),
    ("pa.array([1] * 200, pa.int8())", "x[2] <- 1000L", "[1, 1000, *[1] * 198]"),
    ("pa.array([[1]] * 200)", "x[[2]] <- 1.5", "[1, 1.5, *[1] * 198]"),
    ("pa.array([[1, 2], None])", "x[[1]] <- c(1, 2.5)", "[[1, 2.5], None]"),
    ("pa.array([{'a': 1}] * 200)", "x[[2]]$a <- 'b'", "[{'a': 1}, {'a': 'b'}, *[{'a': 1}] * 198]"),
    ("pd.Categorical(range(200))", "levels(x)[2] <- '007'", "['0', '007', *map(str, range(2, 200))]"),
    ("pd.Categorical(range(200))", "levels(x)[2] <- 'one'", "['0', 'one', *map(str, range(2, 200))]"),
    ("pd.Categorical(range(200))", "x[1] <- NA", "[float('nan'), *range(1, 200)]"),
    ("pd.Categorical([1.5, 2.5])", "x <- rev(x)", "[2.5, 1.5]"),
    ("pd.cut([1, 9], [0, 5, 10])", "levels(x) <- c('low', 'high')", "['low', 'high']"),
    ("pd.Series(pd.interval_range(0, 200))", "x[2] <- '(2, 1]'", "['(0, 1]', '(2, 1]', *y[2:]]"),
    (
        "pd.Series(pd.period_range('2024-01', periods=200, freq='M'))",
        "x[2] <- x[2] + 1",
        "[datetime.date(2024, 1, 1), datetime.date(2024, 2, 2), *y[2:]]",
    ),
    ("pd.Period('2024-01')", "x <- x + 1", "datetime.date(2024, 1, 2)"),
    ("np.arange(200).astype('m8[D]')", "x[2] <- x[2] + 1", "np.array([0, 86401], 'm8[s]').tolist() + y[2:]"),
    ("np.ma.masked_array([1] * 200, [True] * 200)", "x[2] <- 7L", "[None, 7, *[None] * 198]"),
    ("pd.Series(pd.arrays.SparseArray([0] * 200))", "x[2] <- 7L", "[0, 7, *[0] * 198]"),
]
"""Value, edit in R, and what it is afterwards as a list of Python; `y` is what has come back."""

LISTED = """
def listed(x):
    if isinstance(x, list):
        return [listed(each) for each in x]
    return listed(x.tolist()) if hasattr(x, "tolist") else x
"""


@pytest.fixture(scope="module")
def ready(kernels: Kernels) -> Kernels:
    """Return kernels, with a Python that can compare."""
    kernels.execute("python", SAME.read_text("utf-8") + SETUP + LISTED)
    return kernels


@pytest.mark.parametrize(("value", "edit", "expected"), EDITED)
def test_what_is_edited_is_what_it_is_then(ready: Kernels, value: str, edit: str, expected: str) -> None:
    ready.execute("python", f"x = {value}")
    ready.copy("python", "x", "r")
    ready.execute("r", f"{edit}; invisible()")
    ready.copy("r", "x", "python", "y")
    ready.execute("python", f"y = listed(y); e = {expected}; assert repr(y) == repr(e) or y == e, (y, e)")
