"""Rows, columns and keys that are called by more than texts come back as they were, and never under another name."""

import re
from collections.abc import Callable, Iterator

import pytest

from multikernel.core.cells.transfers import Gather, Scatter, Transfer

from .kernels import Kernels
from .labels import SETUP, VALUES
from .test_python_and_r import SAME

TIMES = ("date", "time", "Timestamp", "eriod", "daily", "when", "1h")
"""What Octave has nothing for."""


@pytest.fixture(scope="module")
def ready(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return kernels, with a Python that can compare."""
    need("python3", "ir", "deno", "octave")
    specs = {"python": "python3", "other": "python3", "r": "ir", "js": "deno", "octave": "octave"}
    with Kernels(specs) as kernels:
        kernels.execute("python", SAME.read_text("utf-8") + SETUP)
        yield kernels


@pytest.mark.parametrize("target", ["r", "js", "octave", "other"])
def test_labels_come_back(ready: Kernels, target: str) -> None:
    values = [value for value in VALUES if target != "octave" or not any(word in value for word in TIMES)]
    ready.execute("python", f"names = {values}; x = [eval(name) for name in names]")
    ready.copy_there_and_back("python", "x", target, "y")
    ready.execute("python", "wrong = [n for n, a, b in zip(names, x, y) if not same(a, b)]; assert not wrong, wrong")


DAYS = "pd.DataFrame({'v': [1.5, 2.5, 3.5]}, index=pd.date_range('2024-01-01', periods=3, name='day'))"
LEVELS = "pd.DataFrame({'v': [1, 2]}, index=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)], names=['k', None]))"
NUMBERS = "pd.DataFrame(np.arange(6.0).reshape(2, 3))"
PAIRS = "pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)], names=['u', 5]))"
IN_R = [
    (DAYS, "x$w <- x$v * 2", "same(b, a.assign(w=a.v * 2))"),
    (DAYS, "x <- cbind(data.frame(w = 1:3), x)", "b.w.tolist() == [1, 2, 3] and same(b[['v']], a)"),
    (DAYS, "x$day <- x$day + 86400", "[str(day)[:10] for day in b.index][0] == '2024-01-02' and b.index.name == 'day'"),
    (DAYS, "x <- x[x$v > 2, ]", "b.index.tz_localize(None).tolist() == a.index[1:].tolist() and b.index.name == 'day'"),
    (DAYS, "x <- x[order(-x$v), ]", "b.index.tz_localize(None).tolist() == a.index[::-1].tolist()"),
    (DAYS, "x <- x[c(1, 1), ]", "list(b.columns) == ['day', 'v'] and list(b.index) == ['1', '1.1']"),
    (DAYS, "x$day <- NULL", "same(b, a.reset_index(drop=True))"),
    (DAYS, "names(x)[1] <- 'when'", "list(b.columns) == ['when', 'v'] and list(b.index) == [0, 1, 2]"),
    (DAYS, "names(x)[2] <- 'u'", "list(b.columns) == ['day', 'u'] and list(b.index) == [0, 1, 2]"),
    (DAYS, "rownames(x) <- c('p', 'q', 'r')", "list(b.columns) == ['day', 'v'] and list(b.index) == ['p', 'q', 'r']"),
    (DAYS, "x <- data.frame(day = 1:2, other = 3:4)", "list(b.columns) == ['day', 'other']"),
    (DAYS, "x <- cbind(x, x)", "list(b.columns) == ['day', 'v', 'day', 'v']"),
    (LEVELS, "x$w <- 3:4", "same(b, a.assign(w=np.array([3, 4], dtype='int32')))"),
    (LEVELS, "x$k <- NULL", "list(b.columns) == ['level_1', 'v'] and list(b.index) == [0, 1]"),
    (
        LEVELS,
        "x$level_1 <- x$level_1 + 1L",
        "b.index.tolist() == [('a', 2), ('b', 3)] and list(b.index.names) == ['k', None]",
    ),
    (NUMBERS, "x$new <- 1:2", "list(b.columns) == [0, 1, 2, 'new']"),
    (NUMBERS, "x[['1']] <- NULL", "list(b.columns) == [0, 2]"),
    (NUMBERS, "names(x)[3] <- 'z'", "list(b.columns) == [0, 1, 'z']"),
    (NUMBERS, "names(x) <- c('2', '1', '0')", "list(b.columns) == [2, 1, 0]"),
    (NUMBERS, "x <- x[c('2', '0', '1')]", "same(b, a[[2, 0, 1]])"),
    (
        NUMBERS,
        "x <- data.frame(u = 1, v = 2)",
        "list(b.columns) == ['u', 'v'] and b.columns.dtype == pd.Index(['u']).dtype",
    ),
    (
        PAIRS,
        "x$total <- 3L",
        "b.columns.tolist() == [('a', 1), ('b', 2), ('total', '')] and list(b.columns.names) == ['u', 5]",
    ),
    (PAIRS, "x$a_1 <- NULL", "same(b, a[[('b', 2)]])"),
    ("pd.DataFrame([[1, 2]], columns=[1, '1'])", "x[['1']] <- NULL", "list(b.columns) == [1] and b.iloc[0, 0] == 1"),
    ("pd.DataFrame([[1, 2]], columns=[1, '1'])", "x$`1_1` <- NULL", "list(b.columns) == ['1']"),
    (
        "pd.DataFrame([[1, 2]], columns=pd.CategoricalIndex(['u', 'v']))",
        "x$w <- 3L",
        "list(b.columns) == ['u', 'v', 'w']",
    ),
    ("pd.Series([1, 2], name=5)", "x$w <- 3:4", "list(b.columns) == [5, 'w']"),
    ("pd.Series([1, 2], name=5)", "names(x) <- 'w'", "b.iloc[:, 0].tolist() == [1, 2] and list(b.columns) == ['w']"),
    ("{1: 'a', 2: 'b'}", "x$`3` <- 'c'", "b == {1: 'a', 2: 'b', '3': 'c'}"),
    ("{1: 'a', 2: 'b'}", "x$`1` <- NULL", "b == {2: 'b'}"),
    ("{1: 'a', 2: 'b'}", "names(x) <- c('2', '1')", "b == {2: 'a', 1: 'b'}"),
    ("{1: 'a', 2: 'b'}", "x <- list(u = 1)", "b == {'u': 1.0}"),
    ("{1: (1, 2), 'b': {2: 'c'}}", "x$b$d <- 'e'", "b == {1: (1, 2), 'b': {2: 'c', 'd': 'e'}}"),
    ("{1: 'a', 2: 'b'}", "x <- unlist(x)", "b == {1: 'a', 2: 'b'}"),
]
IN_JAVASCRIPT = [
    (DAYS, "x.w = [1, 2, 3]", "b.w.tolist() == [1, 2, 3] and same(b[['v']], a)"),
    (DAYS, "delete x.day", "same(b, a.reset_index(drop=True))"),
    (
        NUMBERS,
        "x[1].fill(7); delete x[0]; x.new = [1, 2]",
        "list(b.columns) == [1, 2, 'new'] and b[1].tolist() == [7, 7]",
    ),
    (PAIRS, "x.total = [3]", "b.columns.tolist() == [('a', 1), ('b', 2), ('total', '')]"),
    (
        "{1: 'a', None: 2.0}",
        "x.set('1', 5); x.delete(null); x.set(2n, 6); x.set(0.5, 7)",
        "b == {1: 'a', '1': 5, 2: 6, 0.5: 7}",
    ),
    ("{(1, 2): 'a', 5: 'b'}", "x.set('1_2', 'c')", "b == {(1, 2): 'c', 5: 'b'}"),
]
IN_OCTAVE = [
    (LEVELS, "x.w = int32 ([3; 4]);", "same(b, a.assign(w=np.array([3, 4], dtype='int32')))"),
    (LEVELS, "x = rmfield (x, 'k');", "list(b.columns) == ['level_1', 'v'] and list(b.index) == [0, 1]"),
    (NUMBERS, "x = rmfield (x, '1');", "list(b.columns) == [0, 2]"),
    ("{1: 'a', 2: 'b'}", "x.('3') = 'c';", "b == {1: 'a', 2: 'b', '3': 'c'}"),
]
MADE = "was = [VALUES]\nfor at, each in enumerate(was): globals()[f'x{at}'] = each"
CHECKED = """
wrong = []
for at, check in enumerate(CHECKS):
    a, b = was[at], globals()[f"b{at}"]
    try:
        if not eval(check):
            wrong.append((check, b))
    except Exception as error:
        wrong.append((check, b, error))
assert not wrong, wrong
"""
EDITS = {"r": IN_R, "js": IN_JAVASCRIPT, "octave": IN_OCTAVE}


@pytest.mark.parametrize("target", EDITS)
def test_what_is_edited_is_called_what_it_is(ready: Kernels, target: str) -> None:
    cases = EDITS[target]
    ready.execute("python", MADE.replace("VALUES", ", ".join(value for value, _, _ in cases)))
    ready.copy_all(*(Transfer("python", f"x{at}", target, f"x{at}") for at in range(len(cases))))
    ready.execute(target, "\n".join(re.sub(r"\bx\b", f"x{at}", edit) for at, (_, edit, _) in enumerate(cases)))
    ready.copy_all(*(Transfer(target, f"x{at}", "python", f"b{at}") for at in range(len(cases))))
    checks = [check for _, _, check in cases]
    ready.execute("python", CHECKED.replace("CHECKS", repr(checks)))


def test_what_is_dealt_out_is_joined_with_its_labels(ready: Kernels) -> None:
    values = [DAYS, LEVELS, NUMBERS, "{1: 'a', (1, 'b'): 2, None: 3}", "pd.crosstab(sales.city, sales.n)"]
    others = ("other", "python")
    ready.execute(
        "python", f"was = [{', '.join(values)}]\nfor at, each in enumerate(was): globals()[f'x{{at}}'] = each"
    )
    ready.copy_all(*(Scatter("python", f"x{at}", others, f"part{at}") for at in range(len(values))))
    ready.copy_all(*(Gather(others, f"part{at}", "python", f"b{at}") for at in range(len(values))))
    ready.execute("python", CHECKED.replace("CHECKS", repr(["same(a, b)"] * len(values))))
