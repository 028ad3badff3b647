"""A data frame that is edited elsewhere: what was not touched comes back as it was, the rest is what it is now."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .kernels import Kernels, need_r_package
from .test_python_and_r import SAME

R_COLUMNS = {
    "l": "I(list(1, 'a'))",
    "w": "bit64::as.integer64(c(5, NA))",
    "d": "data.table::as.IDate(c('2024-01-01', NA))",
    "t": ".POSIXct(c(0, 1.5))",
    "m": "as.difftime(c(1, NA), units = 'mins')",
    "n": "c(NA_integer_, NA)",
    "x": "c(1, 2)",
    "i": "1:2",
    "f": "factor(c('u', NA))",
    "s": "c('a', NA)",
}
PYTHON_COLUMNS = {
    "t": "pd.to_datetime(['2024-01-01 00:00:00.5', None])",
    "z": "pd.to_datetime(['2024-01-01', None]).tz_localize('UTC')",
    "l": "np.array([1, 2], dtype='int64')",
    "h": "np.array([1.5, 2.5], dtype='float32')",
    "u": "np.array([1, 2], dtype='uint8')",
    "c": "pd.Categorical(['a', 'b'], categories=['b', 'a'])",
    "o": "pd.array(['a', None], dtype='string')",
    "d": "pd.to_timedelta([1, None], 's')",
    "b": "pd.array([True, None], dtype='boolean')",
}

# How each edit is written in Python and in R.
DELETE = ("del z[{a!r}]", "z${a} <- NULL")
OVERWRITE = ("z[{a!r}] = [7.25, 8.5]", "z${a} <- c(7.25, 8.5)")
ADD = ("z.insert(0, 'new', [7.25, 8.5])", "z <- cbind(data.frame(new = c(7.25, 8.5)), z)")
MOVE = ("z.insert(len(z.columns) - 1, {a!r}, z.pop({a!r}))", "z <- z[c(setdiff(names(z), '{a}'), '{a}')]")


@st.composite
def edits(draw: st.DrawFn, columns: tuple[str, ...]) -> tuple[list[str], list[tuple[str, str]]]:
    """Draw some columns, and edits of them as they are written in Python and in R."""
    chosen = draw(st.lists(st.sampled_from(columns), min_size=2, max_size=6, unique=True))
    left = list(chosen)
    made = []
    for edit in draw(st.lists(st.sampled_from([DELETE, OVERWRITE, ADD, MOVE]), min_size=1, max_size=4)):
        if len(left) < 2 or (edit is ADD and "new" in left):
            continue
        a = draw(st.sampled_from(left))
        made.append((edit[0].format(a=a), edit[1].format(a=a)))
        if edit is DELETE:
            left.remove(a)
        elif edit is ADD:
            left.append("new")
    return chosen, made


@pytest.fixture(scope="module")
def ready(kernels: Kernels) -> Kernels:
    """Return kernels, with a Python that can compare."""
    for package in ("bit64", "data.table"):
        need_r_package(kernels, package)
    kernels.execute("python", SAME.read_text("utf-8"))
    return kernels


def test_what_python_edits_in_place(ready: Kernels) -> None:
    @settings(max_examples=25)
    @given(edits(tuple(R_COLUMNS)))
    def cross(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
        chosen, made = drawn
        ready.execute("r", f"z <- data.frame({', '.join(f'{name} = {R_COLUMNS[name]}' for name in chosen)})")
        ready.copy("r", "z", "python")
        for in_python, in_r in made:
            ready.execute("python", in_python)
            ready.execute("r", in_r)
        ready.copy("python", "z", "r", "back")
        ready.execute("r", "if (!identical(z, back, num.eq = FALSE)) stop(paste(deparse(z), '<>', deparse(back)))")

    cross()


def test_what_r_edits(ready: Kernels) -> None:
    @settings(max_examples=25)
    @given(edits(tuple(PYTHON_COLUMNS)))
    def cross(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
        chosen, made = drawn
        columns = ", ".join(f"{name!r}: {PYTHON_COLUMNS[name]}" for name in chosen)
        ready.execute("python", f"z = pd.DataFrame({{{columns}}})")
        ready.copy("python", "z", "r")
        for in_python, in_r in made:
            ready.execute("python", in_python)
            ready.execute("r", in_r)
        ready.copy("r", "z", "python", "back")
        ready.execute("python", "assert same(z, back), (z.dtypes, back.dtypes)")

    cross()


@pytest.mark.parametrize(
    ("made", "edit", "expected"),
    [
        ("tibble::tibble(l = list(1, 'a'), n = c(1, 2))", "del z['l']", "tibble::tibble(n = c(1, 2))"),
        (
            "data.frame(l = I(list(1, 'a')), n = c(1, 2))",
            "z.columns = ['n', 'l']",
            "structure(list(n = list(1, 'a'), l = c(1, 2)), row.names = 1:2, class = 'data.frame')",
        ),
        ("data.frame(w = bit64::as.integer64(5), n = 1)", "z['w'] = 1.5", "data.frame(w = 1.5, n = 1)"),
        ("data.frame(n = c(NA_integer_, NA))", "z['n'] = [1.5, 2.5]", "data.frame(n = c(1.5, 2.5))"),
        ("list(NA_integer_, NA_character_)", "del z[0]", "list(NULL)"),
        ("list(a = NA_integer_, b = NA_character_)", "del z['a']", "list(b = NA_character_)"),
        ("list(1L, 2L)", "z.append(3)", "list(1L, 2L, 3L)"),
    ],
)
def test_no_part_is_taken_for_another(ready: Kernels, made: str, edit: str, expected: str) -> None:
    need_r_package(ready, "tibble")
    ready.execute("r", f"z <- {made}; expected <- {expected}")
    ready.copy("r", "z", "python")
    ready.execute("python", edit)
    ready.copy("python", "z", "r", "back")
    ready.execute("r", "if (!identical(expected, back, num.eq = FALSE)) stop(deparse(back))")


def test_one_changed_column_costs_no_other_its_type(ready: Kernels) -> None:
    columns = ", ".join(f"{name!r}: {value}" for name, value in PYTHON_COLUMNS.items())
    ready.execute("python", f"z = pd.DataFrame({{{columns}}})")
    ready.copy("python", "z", "r")
    ready.execute("r", "z$l[1] <- 7L")
    ready.copy("r", "z", "python", "back")
    ready.execute("python", "del z['l']; changed = back.pop('l'); assert same(z, back), (z.dtypes, back.dtypes)")
    ready.execute("python", "assert changed.tolist() == [7, 2]")
