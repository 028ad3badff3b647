"""What one language cannot have is told to another in code of that other one, which works in one step."""

import pytest

from multikernel.core.cells.transfers import Gather
from multikernel.core.errors import TransferError

from ..e2e.kernel import ODD_KERNELSPECS
from .kernels import Kernels
from .test_advice import follow, ready

__all__ = ["ready"]

pytestmark = ODD_KERNELSPECS

BASH_CANNOT_HAVE = [
    ("python", "None"),
    ("python", "float('nan') + 1j"),
    ("python", "datetime.timedelta(hours=1)"),
    ("python", "'a\\0b'"),
    ("python", "b'a\\0b'"),
    ("python", "[1, None, 'a\\0']"),
    ("python", "(1, None)"),
    ("python", "{1, 'a', None}"),
    ("python", "['a\\0', 'b']"),
    ("python", "[[1], {'a': 2}]"),
    ("python", "[None] * 20"),
    ("python", "{'a': {'b': [1, 'x']}, 'c': datetime.timedelta(1)}"),
    ("python", "{'': 1}"),
    ("python", "{'a': np.array([1, 2]), 'd': np.array(['2024-01-01'], dtype='M8[s]')}"),
    ("python", "np.arange(6).reshape(2, 3)"),
    ("python", "np.array(['2024-01-01'], dtype='M8[s]')"),
    ("python", "np.array([1, 2], dtype='m8[s]')"),
    ("python", "np.array([1j])"),
    ("python", "pd.NaT"),
    ("python", "pd.NA"),
    ("python", "pd.DataFrame({'a': [1, None], 'b': ['x', None]})"),
    ("python", "pd.DataFrame({'a': [1]}, index=pd.MultiIndex.from_tuples([('a', 1)]))"),
    ("python", "pl.DataFrame({'a': [1, None]})"),
    ("python", "pa.table({'a': [1, None]})"),
    ("r", "NULL"),
    ("r", "NA"),
    ("r", "1i"),
    ("r", "complex(1, NA, 1)"),
    ("r", "NA_complex_"),
    ("r", "matrix(c(1i, NA), 2)"),
    ("r", "c(complex(1, 1, NA), 1i, NA)"),
    ("python", "pa.array(['a', None])"),
    ("python", "np.array([[None, None]], dtype=object)"),
    ("python", "pd.Series([pd.NA, 'a'], dtype=object)"),
    ("python", "pl.Series(['a', None], dtype=pl.Enum(['a', 'b']))"),
    ("r", "c(1, NA)"),
    ("r", "c(a = 1, b = NA)"),
    ("r", "factor(c('a', NA))"),
    ("r", "as.raw(c(1, 0))"),
    ("r", "matrix(1:4, 2)"),
    ("r", "mtcars"),
    ("r", "list(1, list(2, NULL), mtcars)"),
    ("r", "as.difftime(1, units = 'mins')"),
    ("r", "Sys.Date() + 0:1"),
    ("r", "c(.POSIXct(0), NA)"),
    ("deno", "null"),
    ("deno", "undefined"),
    ("deno", "'a\\0b'"),
    ("deno", "Uint8Array.of(1, 0)"),
    ("deno", "new ArrayBuffer(3)"),
    ("deno", "[1, null, undefined]"),
    ("deno", "[[1, 2], [3n]]"),
    ("deno", "({a: new Map([['b', new Set([1n])]]), c: Float32Array.of(1)})"),
    ("deno", "new Map([['a', ['x']]])"),
    ("deno", "new Set(['a', ['x']])"),
    ("deno", "Temporal.Duration.from('PT1H')"),
    ("octave", "[]"),
    ("octave", "NA"),
    ("octave", "NaN + 1i"),
    ("octave", "[1, NA]"),
    ("octave", "[1, 2i]"),
    ("octave", "eye (2)"),
    ("octave", "{1, {2, 'a'}}"),
    ("octave", "{1, {2i, 'a'}}"),
    ("octave", "struct ('a', {{1, [1, 2, 3]}})"),
    ("octave", '["a" "\\0" "b"]'),
    ("octave", "containers.Map ('a', {{1}}, 'UniformValues', false)"),
    ("octave", "struct ('a', {1, 2})"),
]
OTHERS_CANNOT_HAVE = [
    ("deno", "new Map([['a', 2n ** 70n], ['b', 1]])", "octave"),
    ("deno", "new Set([1, 2n ** 70n])", "octave"),
    ("deno", "({s: new Set(['a', [Temporal.PlainDate.from('2024-02-29')]])})", "octave"),
    ("deno", "new Map([['2', new Map([['x', new Date(5)]])], ['1', 3]])", "octave"),
    ("deno", "new Map([['a', new Set([new Set([new Date(5)])])]])", "octave"),
    ("deno", "[[new Date(5), new Date(6)], [new Date(7), null]]", "octave"),
    ("deno", "'a\\0b'", "r"),
    ("deno", "['a\\0b', 'c']", "r"),
    ("octave", "containers.Map ('a', 1i)", "deno"),
    ("octave", "struct ('m', containers.Map ('a b', 1i))", "deno"),
    ("octave", "containers.Map ('a', {{1, struct('q', 2i)}}, 'UniformValues', false)", "deno"),
    ("octave", "containers.Map ('a', containers.Map ('b', 2i), 'UniformValues', false)", "deno"),
    ("octave", "struct ('a', {1, 2i})", "deno"),
    ("octave", "{1, 2; 3, 4i}", "deno"),
    ("octave", "{1; {2i; 3}}", "deno"),
    ("octave", "struct ('end', 1i)", "deno"),
    ("octave", '["a" "\\0" "b"]', "r"),
    ("octave", '{1, ["a" "\\0" "b"]}', "r"),
]


@pytest.mark.parametrize(("source", "value"), BASH_CANNOT_HAVE)
def test_what_bash_cannot_have(ready: Kernels, source: str, value: str) -> None:
    follow(ready, source, value, "bash")


@pytest.mark.parametrize(("source", "value", "target"), OTHERS_CANNOT_HAVE)
def test_what_is_within_others(ready: Kernels, source: str, value: str, target: str) -> None:
    follow(ready, source, value, target)


def test_numbers_of_matrices_that_do_not_fit_together_stay_numbers(ready: Kernels) -> None:
    ready.execute("python", "m = np.array([[1, 2], [3, 4]])")
    ready.execute("other", "import numpy as np; m = np.array([[0.5, 2], [3, 4]])")
    ready.copy("python", "m", "deno")
    gather = Gather(("deno", "other"), "m", "python", "whole")
    with pytest.raises(TransferError) as refused:
        ready.copy_all(gather)
    ready.follow("deno", str(refused.value).partition(" in deno")[0] + " first")
    ready.execute("other", "m = m.astype('float64')")
    ready.copy_all(gather)
    ready.execute("python", "assert whole.tolist() == [[1, 2], [3, 4], [0.5, 2], [3, 4]], whole")


@pytest.mark.parametrize(
    ("target", "made"), [("deno", "const fixed = 1"), ("bash", "readonly fixed=1"), ("octave", "1;")]
)
def test_a_name_that_cannot_be_assigned_to(ready: Kernels, target: str, made: str) -> None:
    ready.execute("python", "fixed = 5")
    ready.execute(target, made)
    if target == "octave":
        ready.copy("python", "fixed", target)
        return
    with pytest.raises(TransferError, match="fixed_=fixed"):
        ready.copy("python", "fixed", target)
    ready.copy("python", "fixed", target, "fixed_")
