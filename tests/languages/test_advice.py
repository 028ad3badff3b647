"""Refusals say what to run, and with that the value is copied, in one step.

`test_advice_keeps` does so for what Python and R refuse.
"""

from collections.abc import Callable, Iterator

import pytest

from multikernel.core.errors import TransferError

from ..e2e.kernel import ODD_KERNELSPECS
from .kernels import Kernels
from .test_types import SETUP

pytestmark = ODD_KERNELSPECS

KERNELSPECS = {"python": "python3", "other": "python3", "r": "ir", "deno": "deno", "octave": "octave", "bash": "bash"}

PYTHON_REFUSES = [
    "uuid.UUID(int=5)",
    "[uuid.UUID(int=5)] * 20",
    "(1, uuid.UUID(int=5), 'a')",
    "{'a': {uuid.UUID(int=5)}}",
    "{pathlib.Path('a'): 1, pathlib.Path('b'): 2}",
    "{1: np.matrix([1]), (1, None): np.matrix([1]), pd.Timestamp('2024'): np.matrix([1]), 'a': range(2)}",
    "collections.OrderedDict(a=1)",
    "collections.Counter('aab')",
    "collections.namedtuple('Point', 'x y')(1, 2)",
    "range(3)",
    "memoryview(b'a')",
    "'\\ud800'",
    "['a', '\\ud800']",
    "10 ** 5000",
    "datetime.time(1, tzinfo=datetime.timezone.utc)",
    "[datetime.time(1, fold=1)]",
    "datetime.datetime(2024, 3, 31, 2, 30, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
    "datetime.datetime(2024, 3, 31, tzinfo=datetime.timezone(datetime.timedelta(hours=1), 'mine'))",
    "type('Text', (str,), {})('a')",
    "type('Number', (int,), {})(5)",
    "enum.Enum('Colour', 'RED BLUE').RED",
    "enum.IntEnum('Colour', 'RED BLUE').RED",
    "enum.Enum('Colour', {'RED': 'r'}, type=str).RED",
    "[enum.Enum('Colour', 'RED BLUE').BLUE]",
    "dataclasses.make_dataclass('Point', 'xy', slots=True)(1, 2)",
    "[dataclasses.make_dataclass('Line', 'ab')(dataclasses.make_dataclass('Point', 'xy')(1, 2), 'b')]",
    "pathlib.Path('a')",
    "np.longdouble(1.5)",
    "np.zeros(2, dtype=[('a', 'i4')])",
    "np.matrix([[1, 2]])",
    "np.array([[1, 'a']], dtype=object)",
    "np.array([1, 2], dtype='m8[M]')",
    "np.longdouble([1.5])",
    "np.array([1, 2], dtype='m8')",
    "np.ma.masked_array([1, 2], mask=[0, 1], hard_mask=True)",
    "np.ma.masked_array(np.array([1, 'a'], dtype=object), mask=[0, 1])",
    "np.ma.masked_array(5)",
    "sp.dia_array(np.eye(2))",
    "sp.coo_array([1, 0])",
    "sp.csr_array(([1, 2], [1, 0], [0, 2]), shape=(1, 2))",
    "sp.csr_array(([1, 2], [0, 0], [0, 2]), shape=(1, 2))",
    "sp.csc_array(np.longdouble([[1, 0]]))",
    "[sp.csr_array(([1, 2], [1, 0], [0, 2]), shape=(1, 2))]",
    "pd.Series(pd.arrays.SparseArray([0, 1], fill_value=1))",
    "pl.LazyFrame({'a': [1]})",
    "pl.Series([['a']], dtype=pl.List(pl.Categorical))",
    "pl.DataFrame({'a': pl.Series([['a']], dtype=pl.List(pl.Categorical)), 'd': [datetime.timedelta(1)]})",
    "pa.array([[('a', 1)]], pa.map_(pa.string(), pa.int64()))",
    "pa.table({'a': pa.array([[('a', 1)]], pa.map_(pa.string(), pa.int64()))})",
    "pa.array([{'t': 1}], pa.struct([('t', pa.time64('ns'))]))",
    "pd.Series([[('a', 1)]], dtype=pd.ArrowDtype(pa.map_(pa.string(), pa.int64())))",
    "pa.array([1]).cast(pa.int64())[0]",
    "pa.table({'a': [1]}).replace_schema_metadata({'k': 'v'})",
    "pa.table([[1]], schema=pa.schema([pa.field('a', pa.int64(), nullable=False)]))",
    "pa.Table.from_pandas(pd.DataFrame({'a': [1]}))",
    "pa.RecordBatchReader.from_batches(pa.schema([('a', pa.int64())]), [])",
    "pd.Interval(0, 1.5)",
    "pd.Interval(pd.Timestamp('2024', tz='UTC'), pd.Timestamp('2025', tz='UTC'))",
    "pd.Index([1, 2])",
    "pd.Series(pd.interval_range(pd.Timestamp('2024', tz='UTC'), periods=2))",
    "pd.DataFrame({a: pd.interval_range(pd.Timestamp('2024', tz='UTC'), periods=2) for a in 'pq'})",
    "pd.Series([uuid.UUID(int=5), None])",
    "[pd.DataFrame({'a': [uuid.UUID(int=5)]}), uuid.UUID(int=5)]",
    "pd.Series([1], name=frozenset([1]))",
    "pd.DataFrame([[1]], columns=[frozenset([1])])",
    "pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([('a', frozenset([1]))]))",
    "pd.DataFrame([[1]], columns=pd.CategoricalIndex([frozenset([1])]))",
    "pd.DataFrame({'a': [1]}, index=pd.Index([1], name=frozenset([1])))",
    "pd.DataFrame({name: pd.arrays.SparseArray([0, 1], fill_value=1) for name in [5, (1, 'a'), pd.Timestamp(0), 'a']})",
    "with_attrs(pd.DataFrame({'a': [1]}))",
    "with_attrs(pd.Series([1]))",
    "pd.DataFrame({'a': [1]}).set_flags(allows_duplicate_labels=False)",
    "type('Frame', (pd.DataFrame,), {})({'a': [1]})",
    "{'deep': [pd.DataFrame([[1]], columns=[frozenset([1])])]}",
]
"""Each says what to run, and with that is copied, in one step."""

TARGETS_CANNOT_HAVE = [
    ("python", "{0: pd.DataFrame({'a': [1]}, index=pd.Index([2**63], dtype='uint64', name='n'))}", "r"),
    ("python", "pd.DataFrame({'a': [1]}, index=pd.to_datetime([1700000000000000954]))", "r"),
    ("python", "{1: 2**70, (1, 'a'): {None: 2**70}, datetime.date(2024, 1, 1): 2**70}", "r"),
    ("python", "pd.DataFrame({1.5: [2**70], pd.Timestamp('2024'): [2**70]})", "r"),
    ("python", "pd.Series(pd.Categorical(pd.to_timedelta([1, 2])))", "r"),
    ("python", "{'c': pd.DataFrame({a: pd.Categorical(pd.to_timedelta([1, 2])) for a in 'cd'})}", "r"),
    ("python", "np.array([2**63], dtype='u8')", "r"),
    ("python", "2**70", "r"),
    ("python", "[2**70]", "r"),
    ("python", "np.datetime64(1700000000000000954, 'ns')", "r"),
    ("python", "pd.DataFrame({'t': pd.to_datetime([1700000000000000954])})", "r"),
]
"""Source, value and target that has no counterpart for it: the source tells what to run."""

R_ADVISES = [
    "as.POSIXlt('2024-02-29', tz = 'UTC')",
    "structure(c(1L, 2L, NA), levels = c('a', NA), class = 'factor')",
    "as.Date(Inf, origin = '1970-01-01')",
    ".Date(0.5)",
    ".POSIXct(Inf)",
    ".POSIXct(0.1 + 1e-12)",
    ".POSIXct(c(1, NaN))",
    "mean(as.Date(character()))",
    "structure(-1, units = 'secs', class = c('hms', 'difftime'))",
    "structure(c(NA, -1), units = 'secs', class = c('hms', 'difftime'))",
    "rawToChar(as.raw(255))",
    "c('a', rawToChar(as.raw(255)))",
    "quote(a + b)",
    "y ~ x",
    "pairlist(a = 1)",
    "list2env(list(a = 1))",
    "numeric_version('1.2')",
    "within(data.frame(a = 1:2), { m <- matrix(1:4, 2); t <- as.POSIXlt('2024-01-01', tz = 'UTC')[c(1, 1)] })",
]
"""Each says what to run, and with that is copied, in one step."""

OCTAVE_REFUSES = [
    "@sin",
    "{1, @sin, {@cos}}",
    "{@sin, @cos, @tan}",
    "struct ('a', {{1, sparse([1 0])}}, 'b', @sin)",
    "struct ('a b', @sin, 'c', @cos)",
    "cell (2, 2, 2)",
    "repmat ('a', [2, 3, 2])",
    "struct ('a', {})",
    "reshape (struct ('a', num2cell (1:8)), 2, 2, 2)",
    "struct ('a', {1, @sin, @cos})",
    "{struct('a', {1, @sin})}",
    "containers.Map ({'a', 'b'}, {1, @sin}, 'UniformValues', false)",
    "containers.Map ([1, 2.5], [3, 4])",
    "['a'; char(200)]",
    "struct (char ([97, 200]), 1)",
    "inline ('x^2')",
    "containers.Map ('KeyType', 'double', 'ValueType', 'any')",
]
DENO_REFUSES = [
    "() => 1",
    "Symbol('a')",
    "[1, () => 1, Symbol('a'), Symbol('b')]",
    "({a: /x/, b: [new URL('http://a'), new URL('http://b')], 'c d': new Error('x')})",
    "'\\ud800'",
    "({'\\ud800': 1})",
    "({[Symbol('a')]: 1})",
    "[1, , 2]",
    "Object.assign([1], {a: 1})",
    "new Map([[{}, 2], [[1], 3]])",
    "new Map([['a', /x/], ['b', /y/]])",
    "new Set([1, /x/, 'a', /y/])",
    "({deep: new Set([[/x/]])})",
    "new Date(NaN)",
    "Temporal.Duration.from('P1M')",
    "Temporal.PlainDate.from('2024-02-29[u-ca=hebrew]')",
    "Temporal.PlainYearMonth.from('2024-02')",
    "({get a() { return 1 }, get b() { return 2 }})",
    "Object.defineProperty({}, 'a', {value: 1})",
    "new (class Foo { a = 1 })()",
    "new (class extends Array {})(2)",
    "new (class extends Map {})([['a', 1]])",
    "Object.assign(new Map(), {a: 1})",
    "Object.assign(new Set([1]), {a: 1})",
    "Object.assign(new Date(5), {a: 1})",
    "Object.assign(new Float64Array(2), {a: 1})",
    "Object.assign(new Float32Array(5000), {a: 1})",
    "Object.assign(new ArrayBuffer(2), {a: 1})",
    "Object.assign(Temporal.PlainDate.from('2024-02-29'), {a: 1})",
    "Object.setPrototypeOf(new Map([['a', 1]]), Object.prototype)",
    "[Object.create(Map.prototype), Object.create(Date.prototype), Object.create(Temporal.PlainDate.prototype)]",
    "Object.create(ArrayBuffer.prototype)",
    "Object.setPrototypeOf(/x/, Object.prototype)",
    "({deep: [new Proxy({a: 1}, {})]})",
    "[new (class extends Float32Array {})(2), new Proxy([1, 2], {})]",
    "new (class extends Date {})(5)",
    "new DataView(new ArrayBuffer(8), 2)",
    "new SharedArrayBuffer(8)",
    "Promise.resolve(1)",
    "new Number(5)",
    "Object(5n)",
    "new Blob(['a'])",
]
BASH_REFUSES = ["(a b); declare -n x=y[1]", "$(:); unset -n x; declare -A x=([$'\\xff']=1 [ok]=2 [$'\\xfe']=3)"]

ASSIGN = {
    "python": "x = {}",
    "r": "x <- {}",
    "deno": "globalThis.x = {}; undefined",
    "octave": "x = {};",
    "bash": "unset -n x; unset x y; y={}",
}
OTHERS_CANNOT_HAVE = [
    *TARGETS_CANNOT_HAVE,
    ("python", "{1: 'a', 'b': 2}", "bash"),
    ("deno", "new Map([[1, 'a'], [2n, 'b']])", "bash"),
    ("deno", "2n ** 70n", "octave"),
    ("deno", "({a: [1n, 2n ** 70n, null]})", "octave"),
    ("deno", "Temporal.PlainDate.from('2024-02-29')", "octave"),
    ("deno", "({d: [new Date(5), null]})", "octave"),
    ("deno", "Temporal.Instant.from('2024-02-29T00:00:00.000000001Z')", "r"),
    ("deno", "({'a b': new Float16Array(2)})", "octave"),
    ("octave", "1 + 2i", "deno"),
    ("octave", "struct ('a', {{[1i, 2i]}})", "deno"),
    ("octave", "[1, NA, 3]", "bash"),
    ("octave", "1i", "bash"),
]


@pytest.fixture(scope="module")
def ready(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a kernel of each language."""
    need(*KERNELSPECS.values())
    with Kernels(KERNELSPECS) as kernels:
        kernels.execute("python", SETUP)
        yield kernels


def follow(ready: Kernels, source: str, value: str, target: str) -> None:
    """Copy a value once what the refusal says has been run."""
    ready.execute(source, ASSIGN[source].format(value))
    with pytest.raises(TransferError) as refused:
        ready.copy(source, "x", target)
    ready.follow(source, str(refused.value))
    ready.copy(source, "x", target)


@pytest.mark.parametrize("value", OCTAVE_REFUSES)
def test_what_octave_cannot_export(ready: Kernels, value: str) -> None:
    follow(ready, "octave", value, "python")


@pytest.mark.parametrize("value", DENO_REFUSES)
def test_what_javascript_cannot_export(ready: Kernels, value: str) -> None:
    follow(ready, "deno", value, "python")


@pytest.mark.parametrize("value", BASH_REFUSES)
def test_what_bash_cannot_export(ready: Kernels, value: str) -> None:
    follow(ready, "bash", value, "python")


@pytest.mark.parametrize(("source", "value", "target"), OTHERS_CANNOT_HAVE)
def test_what_a_target_cannot_have(ready: Kernels, source: str, value: str, target: str) -> None:
    follow(ready, source, value, target)


def test_an_object_that_lacks_a_slot_is_said_to_lack_it(kernels: Kernels) -> None:
    kernels.execute("r", "x <- setClass('Old', representation(a = 'numeric'))(a = 1); attr(x, 'a') <- NULL")
    with pytest.raises(TransferError, match='no slot of name "a"'):
        kernels.copy("r", "x", "python")
