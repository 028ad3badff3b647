"""Each language to each other and back: the value is the same in the language that it is from, or it was refused."""

from collections.abc import Callable, Iterator

import pytest

from multikernel.core.errors import TransferError

from ..e2e.kernel import ODD_KERNELSPECS
from .kernels import Kernels

pytestmark = ODD_KERNELSPECS

KERNELSPECS = {"python": "python3", "r": "ir", "deno": "deno", "octave": "octave", "bash": "bash"}

VALUES: dict[str, dict[str, str]] = {
    "python": {
        "5": "",
        "0.1 + 0.2": "",
        "float('nan')": "",
        "-0.0": "",
        "True": "",
        "'\\u00e9\\U0001f388\\n\\n'": "",
        "None": "bash",
        "[1, 2, 3]": "",
        "[1, 'a', 2.5]": "",
        "{'a': 1, 'b': [1.5, 2.5]}": "bash",
        "(1, 2)": "",
        "b'a\\xff'": "",
        "numpy.arange(3.0)": "",
        "numpy.arange(6).reshape(2, 3)": "bash",
        "1 + 2j": "deno bash",
        "[1j, 2j]": "deno bash",
        "datetime.datetime(2024, 2, 29, 1, 2, 3)": "octave",
        "pandas.DataFrame({'a': [1, 2], 'b': ['x', 'y']})": "bash",
    },
    "r": {
        "5L": "",
        "0.1": "",
        "c(1.5, 2.5)": "",
        "1:3": "",
        "'\\u00e9'": "",
        "c('a', 'b')": "",
        "TRUE": "",
        "NULL": "bash",
        "list(1, 'a')": "",
        "list(a = 1, b = 'x')": "",
        "c(a = 1, b = 2)": "",
        "matrix(1:6, 2)": "bash",
        "factor(c('a', 'b', 'a'))": "",
        "data.frame(a = 1:2, b = c('x', 'y'))": "bash",
        "as.Date('2024-02-29')": "octave",
        "1+2i": "deno bash",
    },
    "deno": {
        "5": "",
        "-0": "",
        "2.5": "",
        "7n": "",
        "'\\u00e9\\u{1f388}'": "",
        "true": "",
        "null": "bash",
        "undefined": "bash",
        "[1, 2, 3]": "",
        "[1, 2n]": "",
        "[1, 'a', [2]]": "bash",
        "({a: 1, b: [1, 2]})": "bash",
        "new Map([['b', 1], ['1', 2]])": "",
        "new Float64Array([1, 2])": "",
        "new Uint8Array([1, 2])": "",
        "new Date(5)": "octave",
        "new Set(['a'])": "",
    },
    "octave": {
        "3": "",
        "int64(5)": "",
        "int8(5)": "",
        "'abc'": "",
        "true": "",
        "[1 2 3]": "",
        "[1 2; 3 4]": "bash",
        "{1, 'a'}": "",
        "{1; 'a'}": "",
        "{1; 2}": "",
        "{'a'; 'b'}": "",
        "['ab'; 'cd']": "",
        "struct('a', 1, 'b', 'x')": "",
        "1 + 2i": "deno bash",
        "NA": "bash",
        "single(1.5)": "",
        "[]": "bash",
    },
    "bash": {
        "abc": "",
        "5": "",
        "''": "",
        "$'\\n\\n'": "",
        "(a b 'c d')": "",
        "(); declare -ai x=(1 2)": "",
        "([3]=a [5]=b)": "",
    },
}
"""Backend -> expression in its language -> backends that refuse it."""

ASSIGN = {
    "python": "import datetime, numpy, pandas; x = {}",
    "r": "x <- {}",
    "deno": "globalThis.x = {}; undefined",
    "octave": "x = {};",
    "bash": "declare +ai x; unset x back; x={}",
}

SAME = {
    "python": "assert (type(back), repr(back)) == (type(x), repr(x)), (back, x)",
    "r": "stopifnot(identical(back, x))",
    "deno": "if (Deno.inspect(back) !== Deno.inspect(x)) throw new Error(Deno.inspect(back))",
    # Errors are only printed by this kernel.
    "octave": (
        "same = strcmp (class (back), class (x)) && isequaln (back, x) "
        "&& (! isfloat (x) || isequal (isna (back), isna (x)))"
    ),
    "bash": '[[ "$(declare -p back)" == "$(declare -p x | sed \'s/ x=/ back=/\')" ]]',
}


@pytest.fixture(scope="module")
def kernels(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a kernel of each language."""
    need(*KERNELSPECS.values())
    with Kernels(KERNELSPECS) as kernels:
        yield kernels


@pytest.mark.parametrize(
    ("source", "expression", "refusing"),
    [(source, expression, refusing) for source, values in VALUES.items() for expression, refusing in values.items()],
)
def test_a_value_comes_back_from_each_language(kernels: Kernels, source: str, expression: str, refusing: str) -> None:
    kernels.execute(source, ASSIGN[source].format(expression))
    for target in KERNELSPECS:
        if target == source:
            continue
        if target in refusing.split():
            with pytest.raises(TransferError, match=r"x.* \("):
                kernels.copy(source, "x", target)
            continue
        kernels.copy_there_and_back(source, "x", target, "back")
        said = kernels.execute(source, SAME[source]).stream()
        assert source != "octave" or said.strip() == "same = 1"
