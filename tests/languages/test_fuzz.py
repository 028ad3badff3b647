"""Whatever a value is, it enters and leaves each language, or is refused: any other end is a bug of an adapter's.

`pytest --hypothesis-profile=more` tries more values.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from multikernel.languages import registry
from multikernel.languages.language import DATA, Refused
from multikernel.languages.python.adapter import PYTHON
from multikernel.languages.python.child.calls import import_variables
from multikernel.languages.values.reader import read

from ..e2e.kernel import ODD_KERNELSPECS
from . import drawn
from .child import Child, open_child
from .plain import Buffers, Plain, tree
from .test_advice import BASH_REFUSES, DENO_REFUSES, OCTAVE_REFUSES, R_ADVISES

pytestmark = ODD_KERNELSPECS

KERNELSPECS = {"r": "ir", "javascript": "deno", "octave": "octave", "bash": "bash"}
SHARE = {"r": 2, "javascript": 1, "octave": 3, "bash": 6}
"""Language -> how many times fewer values are tried than hypothesis would: requests of some kernels take long."""

TAGS = [
    *("", "x:y", "r:", "python:", "octave:", "javascript:", "bash:"),
    *("python:int", "python:tuple", "python:set", "python:bytearray", "python:list int", "python:list utc"),
    *("python:numpy.float32", "python:numpy.datetime64 ns", "python:pandas.NA", "python:pandas.Series", "python:index"),
    *("python:pandas.DataFrame", "python:polars.DataFrame", "python:pyarrow.Table", "python:Int32 in pandas.Series x"),
    *("r:list", "r:AsIs", "r:tibble", "r:data.table", "r:matrix", "r:vector", "r:vector integer", "r:NA integer"),
    *(
        "r:integer64",
        "r:local",
        "r:plain POSIXct none",
        "r:plain1d double",
        "r:difftime mins",
        "r:Date whole",
        "r:column",
    ),
    *("octave:cell 2x3", "octave:cell 1x0", "octave:char 2x2", "octave:struct 1x2", "octave:NA single", "octave:int8"),
    *("octave:containers.Map any", "octave:containers.Map double", "octave:char", "octave:single", "octave:uint64"),
    *("javascript:Set", "javascript:Map", "javascript:Array", "javascript:bigint", "javascript:ArrayBuffer"),
    *("javascript:undefined", "javascript:P1DT2H", "javascript:P", "javascript:Temporal.Instant"),
    *("javascript:Temporal.ZonedDateTime", "javascript:Uint8ClampedArray", "javascript:null-prototype"),
    *("bash:integer", "bash:text", "bash:indexed", "bash:list -i", "bash:associative -i"),
    *("bash:text -u", "bash:integer -x", "bash:list -l", "bash:indexed -c", "bash:text -il"),
]
"""Tags that values of all kinds are given, whether they fit or not."""

NUMBERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "b1", "c8", "c16")
KINDS = (*NUMBERS, "text", "date", "time", "datetime", "duration")
NA = st.tuples(st.just("na"), st.just(""), st.sampled_from(["bool", "int", "float", "complex", "text"]))
ARRAYS = drawn.arrays(KINDS, nullable=KINDS)
SCALARS = drawn.scalars() | drawn.NULLS | drawn.BYTES | drawn.COMPLEX | drawn.moments() | NA
FRAMES = drawn.tables(lambda rows: drawn.arrays(KINDS, nullable=KINDS, count=rows))


@st.composite
def values(draw: st.DrawFn) -> Plain:
    """Draw a value with tags of all languages."""
    value = draw(drawn.nested(SCALARS | ARRAYS | FRAMES | drawn.factors(3)))
    return tagged(value, draw(st.randoms(use_true_random=False)))


def tagged(value: Plain, random: Random) -> Plain:
    """Return a value with other tags."""
    kind, tag, *rest = value
    tag = random.choice(TAGS) if random.random() < 0.5 else tag
    match kind:
        case "list":
            rest = [tuple(tagged(item, random) for item in rest[0])]
        case "dict":
            items, *labels = rest
            rest = [tuple((key, tagged(item, random)) for key, item in items), *labels]
        case "table":
            rows, columns, *labels = rest
            rest = [rows, tuple((name, tagged(column, random)) for name, column in columns), *labels]
    return (kind, tag, *rest)


ODD = {
    "r": [*R_ADVISES, "mean", "quote(x)", "globalenv()", "new('numeric')", "expression(a)", "NULL", "1:3", "list()"],
    "javascript": [*DENO_REFUSES, "globalThis", "null", "new Proxy({}, {})", "[[]]", "new Uint16Array(3)", "2n ** 70n"],
    "octave": [*OCTAVE_REFUSES, "{}", "[]", "1:0", "NA", "int8 ([1, 2])", "struct ()", "true (2, 2, 2)", "eye (3)"],
    "bash": [*BASH_REFUSES, "(a b)", "5", "$'\\xff'", "([3]=x)", "''"],
}
WITHIN = {
    "r": [
        "list({0}, {1})",
        "list(a = {0}, b = {1})",
        "structure(list({0}), names = NA_character_)",
        "data.frame(a = I(list({0})))",
    ],
    "javascript": ["[{0}, {1}]", "({{a: {0}, b: {1}}})", "new Map([['a', {0}], [1, {1}]])", "new Set([{0}, {1}])"],
    "octave": ["{{{0}, {1}}}", "{{{0}; {1}}}", "struct ('a', {{{{{0}}}}}, 'b', {{{1}}})", "{{{0}, {1}; {1}, {0}}}"],
    "bash": [],
}
ASSIGN = {
    "r": "x <- {}",
    "javascript": "globalThis.x = {}; undefined",
    "octave": "x = {};",
    "bash": "unset -n x; unset x y; y={}",
}


def expressions(language: str) -> st.SearchStrategy[str]:
    """Return expressions of a language, in each other."""
    odd = st.sampled_from(ODD[language])
    if not WITHIN[language]:
        return odd
    within = st.sampled_from(WITHIN[language])
    return st.recursive(
        odd, lambda below: st.builds(lambda form, *parts: form.format(*parts), within, below, below), max_leaves=4
    )


@pytest.fixture(scope="module", params=KERNELSPECS)
def child(
    request: pytest.FixtureRequest, need: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Child]]:
    """Return a kernel of each language."""
    need(KERNELSPECS[request.param])
    adapter = registry.find(request.param)
    assert adapter is not None
    with open_child(KERNELSPECS[request.param], adapter, tmp_path_factory.mktemp("values")) as child:
        yield request.param, child


def cases(language: str) -> int:
    """Return how many values are tried."""
    return settings().max_examples // SHARE[language]


def test_a_value_enters_and_leaves_or_is_refused(child: tuple[str, Child]) -> None:
    language, kernel = child

    @settings(max_examples=cases(language))
    @given(values())
    @example(("int", "r:Date whole", -(1 << 62)))
    @example(("array", "r:plain1d double", "i1", "", "", (0,), "C", ()))
    @example(("table", "", 0, (), ((None,), "", (("array", "", "c8", "", "", (0,), "C", ()),))))
    def enter(value: Plain) -> None:
        try:
            answer = kernel.put("x", value)
        except Refused:
            return
        if answer != {"done": True}:
            assert answer["refused"], answer
            return
        back = kernel.get("x")
        assert not isinstance(back, dict) or back["refused"], back

    enter()


def test_a_value_leaves_and_enters_or_is_refused(child: tuple[str, Child]) -> None:
    language, kernel = child

    @settings(max_examples=cases(language))
    @given(expressions(language))
    def leave(expression: str) -> None:
        kernel.kernel.run(ASSIGN[language].format(expression), silent=True)
        value = kernel.get("x")
        if isinstance(value, dict):
            assert value.get("missing") or value["refused"], value
        else:
            assert kernel.put("y", value) == {"done": True}

    leave()


@settings(max_examples=settings().max_examples * 2)
@given(values())
@example(("array", "python:Int32 in pandas.Series x", "c8", "", "", (0,), "C", ()))
@example(("array", "python:numpy.datetime64 ns", "text", "", "", (1,), "C", ("a",)))
@example(("array", "python:numpy.float32", "time", "", "", (1,), "C", ("00" * 8,)))
def test_a_value_enters_python_or_is_refused(tmp_path_factory: pytest.TempPathFactory, value: Plain) -> None:
    folder, buffers = tmp_path_factory.mktemp("value"), Buffers()
    root = tree(value, buffers)
    Path(folder, DATA).write_bytes(buffers.content)
    PYTHON.write("x", read(root, len(buffers.content)), str(folder))
    variables: dict[str, object] = {}
    import_variables(variables, [("x", str(folder))], is_trial=False)
    answer = json.loads(Path(folder, "answer.json").read_bytes())
    assert ("x" in variables) == (answer == {"done": True})
    assert answer.get("done") or answer["refused"], answer
