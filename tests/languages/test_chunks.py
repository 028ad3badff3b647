"""Values dealt out to kernels of one language and of others, and joined again: exactly, or refused."""

from collections.abc import Callable, Iterator

import pytest

from multikernel.core.cells.transfers import Gather, Scatter
from multikernel.core.errors import TransferError

from ..e2e.kernel import ODD_KERNELSPECS
from .dealt import VALUES
from .kernels import Kernels
from .test_pairs import ASSIGN, SAME

pytestmark = ODD_KERNELSPECS

KERNELSPECS = {
    "python": "python3",
    "python2": "python3",
    "r": "ir",
    "r2": "ir",
    "octave": "octave",
    "octave2": "octave",
    "deno": "deno",
    "bash": "bash",
}
SECOND = {"python": "python2", "r": "r2", "octave": "octave2", "deno": "python", "bash": "python"}


@pytest.fixture(scope="module")
def kernels(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return two kernels of each language that has scalars of its own kind."""
    need(*KERNELSPECS.values())
    with Kernels(KERNELSPECS) as kernels:
        for backend in ("python", "python2"):
            kernels.execute(backend, "import numpy, pandas")
        yield kernels


def scatter(kernels: Kernels, source: str, *targets: str, name: str = "x", new_name: str = "part") -> None:
    """Deal a variable out."""
    kernels.copy_all(Scatter(source, name, targets, new_name))


def gather(kernels: Kernels, target: str, *sources: str, name: str = "part", new_name: str = "back") -> None:
    """Join variables."""
    kernels.copy_all(Gather(sources, name, target, new_name))


def assert_same(kernels: Kernels, backend: str) -> None:
    """Check that `back` is what `x` is."""
    answer = kernels.execute(backend, SAME[backend])
    if backend == "octave":
        kernels.execute(backend, "if (! same), x, back, end")
        assert kernels.execute(backend, "printf ('%d', same)").stream().strip() == "1", answer


@pytest.mark.parametrize(
    ("source", "expression"), [(source, each) for source, values in VALUES.items() for each in values]
)
def test_what_was_dealt_out_and_joined_is_the_same(kernels: Kernels, source: str, expression: str) -> None:
    kernels.execute(source, ASSIGN[source].format(expression))
    others = (source, SECOND[source])
    scatter(kernels, source, *others)
    gather(kernels, source, *others)
    assert_same(kernels, source)


@pytest.mark.parametrize(
    ("backend", "expression", "work", "result"),
    [
        ("python", "numpy.arange(4)", "part = numpy.sqrt(part)", "numpy.sqrt(numpy.arange(4))"),
        ("python", "[1, 2, 3]", "part = [each / 2 for each in part]", "[0.5, 1.0, 1.5]"),
        ("python", "[1, 2, 3]", "part = [each if each % 2 else each / 3 for each in part]", "[1, 2 / 3, 3]"),
        ("python", "['a', 'b', 'cd']", "part = numpy.array(part)", "numpy.array(['a', 'b', 'cd'])"),
        ("python", "[1, 2, 3]", "part = sum(part)", "[3, 3]"),
        ("python", "[1]", "part = numpy.array([each * 2 for each in part])", "numpy.array([2])"),
        (
            "python",
            "pandas.DataFrame({'n': [1, 2, 3, 4], 's': ['a', None, None, None]}, index=range(5, 9))",
            "part = part[part.n != 2]",
            "pandas.DataFrame({'n': [1, 3, 4], 's': ['a', None, None]}, index=[5, 7, 8])",
        ),
        ("r", "1:4", "part <- sum(part)", "c(3L, 7L)"),
        ("r", "1:4", "part <- part[part > 1]", "2:4"),
        ("r", "1:4", "part <- part[part > 2]", "3:4"),
        ("r", "c(0.5, 1)", "part <- part * 2", "c(1, 2)"),
        ("r", "1:2", "part <- letters[part]", "c('a', 'b')"),
        ("r", "1:3", "part <- as.Date(part, origin = '1970-01-01')", "as.Date(1:3 + 0, origin = '1970-01-01')"),
        ("r", "c(1, 2.5)", "part <- .POSIXct(part, 'UTC')", ".POSIXct(c(1, 2.5), 'UTC')"),
        ("octave", "[1 2 3]", "part = part * 2;", "[2 4 6]"),
        ("octave", "[1 2 3]", "part = sum (part);", "[3 3]"),
        ("octave", "int8([1 2 3])", "part = part(part > 2);", "int8(3)"),
        ("octave", "[1; 2; 3]", "part = part * 2;", "[2; 4; 6]"),
    ],
)
def test_what_was_computed_of_chunks_is_what_the_language_itself_would_join(
    kernels: Kernels, backend: str, expression: str, work: str, result: str
) -> None:
    others = (backend, SECOND[backend])
    kernels.execute(backend, ASSIGN[backend].format(expression))
    scatter(kernels, backend, *others)
    for other in others:
        kernels.execute(other, work)
    gather(kernels, backend, *others)
    kernels.execute(backend, ASSIGN[backend].format(result))
    assert_same(kernels, backend)


@pytest.mark.parametrize(
    ("backend", "one", "other", "text"),
    [
        (
            "python",
            "numpy.arange(2)",
            "numpy.arange(2.0)",
            "array of int64, 2, and python2 has an array of float64, 2; run",
        ),
        (
            "python",
            "pandas.DataFrame({'n': [1]})",
            "pandas.DataFrame({'n': [1.5]})",
            "x['n'] does not fit together: python has an array of int64, 1, and python2 has an array of float64, 1; ",
        ),
        (
            "python",
            "pandas.Series(['a'], dtype='category')",
            "pandas.Series(['b'], dtype='category')",
            "other levels; run",
        ),
        (
            "python",
            "pandas.DataFrame({'n': [1]}, index=[5])",
            "pandas.DataFrame({'n': [1]})",
            "with row labels (without name), and python2 has one without row labels; run `x = x.reset_index()` in each",
        ),
        (
            "r",
            "c(1L, 2L)",
            "0.5",
            "x does not fit together: r has an array of int32, 2, and r2 has an array of float64, 1; run",
        ),
        ("r", "factor('a')", "factor('b')", "one with other levels; run `x <- as.character(x)` in each first"),
        (
            "r",
            ".POSIXct(c(1, 2), 'UTC')",
            ".POSIXct(c(1, 2), 'Europe/Berlin')",
            "datetime64[s], Europe/Berlin, 2; run `attr(x, 'tzone') <- 'UTC'` in each first",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused_with_advice_that_works(
    kernels: Kernels, backend: str, one: str, other: str, text: str
) -> None:
    others = (backend, SECOND[backend])
    for each, expression in zip(others, (one, other), strict=True):
        kernels.execute(each, ASSIGN[backend].format(expression))
    with pytest.raises(TransferError) as refused:
        gather(kernels, backend, *others, name="x")
    assert text in str(refused.value)
    for each in others:
        kernels.follow(each, str(refused.value))
    gather(kernels, backend, *others, name="x")


def test_labels_that_are_a_part_of_a_range_are_a_range(kernels: Kernels) -> None:
    kernels.execute("python", "x = pandas.DataFrame({'n': range(4)}, index=range(10, 18, 2))")
    scatter(kernels, "python", "python2", "python")
    kernels.execute("python2", "assert part.index.equals(pandas.RangeIndex(10, 14, 2)), part.index")
    gather(kernels, "python", "python2", "python")
    for check in ("part.index", "back.index"):
        kernels.execute("python", f"assert type({check}) is pandas.RangeIndex, {check}")
    kernels.execute("python", "assert back.index.equals(x.index), back.index")
    kernels.execute("python2", "part = part[part.n > 0]")
    gather(kernels, "python", "python2", "python")
    kernels.execute("python", "assert list(back.index) == [12, 14, 16] and list(back.n) == [1, 2, 3], back")


def test_texts_that_became_longer_elsewhere_are_whole(kernels: Kernels) -> None:
    kernels.execute("python", "x = numpy.array(['a'] * 1000)")
    kernels.copy("python", "x", "r")
    kernels.execute("r", "x[10] <- 'longer'")
    kernels.copy("r", "x", "python", "back")
    kernels.execute("python", "assert list(back) == [*'a' * 9, 'longer', *'a' * 990], back")


def test_backends_of_several_languages(kernels: Kernels) -> None:
    kernels.execute("python", "x = numpy.array([0.5, 1.5, 2.5, 3.5])")
    scatter(kernels, "python", "python2", "r", "octave", "deno")
    gather(kernels, "python", "python2", "r", "octave", "deno")
    kernels.execute("python", SAME["python"])


def test_what_has_no_elements_is_refused(kernels: Kernels) -> None:
    for backend, expression in (
        ("python", "5"),
        ("python", "'abc'"),
        ("python", "None"),
        ("deno", "5"),
        ("bash", "abc"),
    ):
        kernels.execute(backend, ASSIGN[backend].format(expression))
        with pytest.raises(TransferError, match=r"^x \(\w+\) has no elements to deal out; -i x copies it to each"):
            scatter(kernels, backend, "python", "python2")


def test_what_a_target_refuses_is_named_where_it_is_in_the_source(kernels: Kernels) -> None:
    kernels.execute("python", "x = [1, 2, 3, 4, 1 << 70]")
    with pytest.raises(
        TransferError, match=r"^x\[4\] \(int\).*; run `x\[4\] = str\(x\[4\]\)` in python first"
    ) as refused:
        scatter(kernels, "python", "r", "r2")
    kernels.follow("python", str(refused.value))
    scatter(kernels, "python", "r", "r2")


@pytest.mark.parametrize(
    ("one", "other", "target", "text", "advised"),
    [
        (
            "{'a': 1}",
            "{'b': 1 << 70}",
            "r",
            "x['b'] (int) is larger than any integer in R; run `x['b'] = str(x['b'])` in python2 first.",
            ["python2"],
        ),
        (
            "numpy.array([1, 2], 'f2')",
            "numpy.array([3], 'f2')",
            "octave",
            "run `x = x.astype('float32')` in each first.",
            ["python", "python2"],
        ),
    ],
)
def test_what_cannot_enter_when_joined_is_refused_with_advice_for_the_backends_that_have_it(
    kernels: Kernels, one: str, other: str, target: str, text: str, advised: list[str]
) -> None:
    for each, expression in (("python", one), ("python2", other)):
        kernels.execute(each, ASSIGN["python"].format(expression))
    with pytest.raises(TransferError) as refused:
        gather(kernels, target, "python", "python2", name="x")
    assert text in str(refused.value)
    for each in advised:
        kernels.follow(each, str(refused.value))
    gather(kernels, target, "python", "python2", name="x")


def test_no_files_are_left(kernels: Kernels) -> None:
    import os

    assert kernels.folders
    assert not [folder for folder in kernels.folders if os.path.exists(folder)]
