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

R_PARTS = {
    "k": "NA_character_",
    "v": "c(a = 1, b = NA)",
    "e": "list()",
    "g": "matrix(1:4, 2)",
    "h": "tibble::tibble(a = list(1, 'x'))",
    "j": "as.difftime(5, units = 'mins')",
    "p": "list(NA_integer_, 'x')",
}
PYTHON_PARTS = {
    "t": "(1, 'a')",
    "h": "np.float32(1.5)",
    "u": "{1, 2}",
    "a": "bytearray(b'ab')",
    "c": "'text'",
    "b": "True",
    "d": "{'k': (1, 'b')}",
    "f": "pd.DataFrame({'a': np.array([1, 2], dtype='int64')})",
    "m": "datetime.timedelta(minutes=5)",
}

Edit = tuple[str, str]
"""How an edit is written in Python and in R."""

DELETE = ("del z[{a!r}]", "z${a} <- NULL")
OVERWRITE = ("z[{a!r}] = [7.25, 8.5]", "z${a} <- c(7.25, 8.5)")
ADD = ("z.insert(0, 'new', [7.25, 8.5])", "z <- cbind(data.frame(new = c(7.25, 8.5)), z)")
MOVE = ("z.insert(len(z.columns) - 1, {a!r}, z.pop({a!r}))", "z <- z[c(setdiff(names(z), '{a}'), '{a}')]")


RENAME = ("z.rename(columns={{{a!r}: {a!r} + '2'}}, inplace=True)", "names(z)[names(z) == '{a}'] <- '{a}2'")
IN_DICT = {
    DELETE: DELETE,
    OVERWRITE: ("z[{a!r}] = 7.25", "z${a} <- 7.25"),
    ADD: ("z['new'] = 7.25", "z$new <- 7.25"),
    MOVE: ("z[{a!r}] = z.pop({a!r})", MOVE[1]),
    RENAME: (
        "z[{a!r} + '2'] = z.pop({a!r})",
        f"{RENAME[1]}; {MOVE[1]}".replace("'{a}')]", "'{a}2')]").replace("z), '{a}'", "z), '{a}2'"),
    ),
}
"""How the same is written where z is a dictionary."""

SAME_WITHOUT_ORIGIN = {"r": "xifs", "python": "cb"}
"""Columns and parts that come back as they were under another name, too: what is renamed is new."""


@st.composite
def edits(draw: st.DrawFn, columns: tuple[str, ...], source: str) -> tuple[list[str], list[tuple[Edit, str]]]:
    """Draw some columns or parts, and edits with what they are of."""
    chosen = draw(st.lists(st.sampled_from(columns), min_size=2, max_size=6, unique=True))
    left = list(chosen)
    made = []
    for edit in draw(st.lists(st.sampled_from([DELETE, OVERWRITE, ADD, MOVE, RENAME]), min_size=1, max_size=4)):
        if len(left) < 2 or (edit is ADD and "new" in left):
            continue
        a = draw(st.sampled_from(left))
        if edit is RENAME and a not in SAME_WITHOUT_ORIGIN[source]:
            continue
        made.append((edit, a))
        if edit in (DELETE, RENAME):
            left.remove(a)
        if edit in (ADD, RENAME):
            left.append("new" if edit is ADD else f"{a}2")
    return chosen, made


@pytest.fixture(scope="module")
def ready(kernels: Kernels) -> Kernels:
    """Return kernels, with a Python that can compare."""
    for package in ("bit64", "data.table"):
        need_r_package(kernels, package)
    kernels.execute("python", SAME.read_text("utf-8"))
    return kernels


def edit_both(ready: Kernels, made: list[tuple[Edit, str]], *, is_dict: bool) -> None:
    """Edit z in Python and in R."""
    for edit, a in made:
        in_python, in_r = IN_DICT[edit] if is_dict else edit
        ready.execute("python", in_python.format(a=a))
        ready.execute("r", in_r.format(a=a))


@pytest.mark.parametrize("maker", ["data.frame", "list"])
def test_what_python_edits_in_place(ready: Kernels, maker: str) -> None:
    parts = R_COLUMNS if maker == "data.frame" else {**R_COLUMNS, **R_PARTS}

    @settings(max_examples=25)
    @given(edits(tuple(parts), "r"))
    def cross(drawn: tuple[list[str], list[tuple[Edit, str]]]) -> None:
        chosen, made = drawn
        ready.execute("r", f"z <- {maker}({', '.join(f'{name} = {parts[name]}' for name in chosen)})")
        ready.copy("r", "z", "python")
        edit_both(ready, made, is_dict=maker == "list")
        ready.copy("python", "z", "r", "back")
        ready.execute("r", "if (!identical(z, back, num.eq = FALSE)) stop(paste(deparse(z), '<>', deparse(back)))")

    cross()


@pytest.mark.parametrize("maker", ["pd.DataFrame", "dict"])
def test_what_r_edits(ready: Kernels, maker: str) -> None:
    parts = PYTHON_COLUMNS if maker == "pd.DataFrame" else PYTHON_PARTS

    @settings(max_examples=25)
    @given(edits(tuple(parts), "python"))
    def cross(drawn: tuple[list[str], list[tuple[Edit, str]]]) -> None:
        chosen, made = drawn
        ready.execute("python", f"z = {maker}({{{', '.join(f'{name!r}: {parts[name]}' for name in chosen)}}})")
        ready.copy("python", "z", "r")
        edit_both(ready, made, is_dict=maker == "dict")
        ready.copy("r", "z", "python", "back")
        ready.execute("python", "assert same(z, back), (z, back)")

    cross()


@pytest.mark.parametrize("source", ["python", "r"])
def test_what_is_overwritten_in_a_list_changes_nothing_beside_it(ready: Kernels, source: str) -> None:
    parts = list((PYTHON_PARTS if source == "python" else R_PARTS).values())
    other = "r" if source == "python" else "python"

    @settings(max_examples=15)
    @given(st.lists(st.sampled_from(parts), min_size=3, max_size=6), st.data())
    def cross(chosen: list[str], data: st.DataObject) -> None:
        made = f"[{', '.join(chosen)}]" if source == "python" else f"list({', '.join(chosen)})"
        ready.execute(source, f"z {'=' if source == 'python' else '<-'} {made}")
        ready.copy(source, "z", other)
        at = data.draw(st.integers(0, len(chosen) - 1))
        ready.execute("python", f"z[{at}] = 'new'")
        ready.execute("r", f"z[[{at + 1}]] <- 'new'")
        ready.copy(other, "z", source, "back")
        ready.execute("python", "assert same(z, back), (z, back)") if source == "python" else ready.execute(
            "r", "if (!identical(z, back, num.eq = FALSE)) stop(paste(deparse(z), '<>', deparse(back)))"
        )

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
