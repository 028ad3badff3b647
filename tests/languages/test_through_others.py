"""Values of JavaScript, Octave and bash come back from other languages as what they were, to the type."""

from collections.abc import Callable, Iterator

import pytest

from ..e2e.kernel import ODD_KERNELSPECS
from .kernels import Kernels

pytestmark = ODD_KERNELSPECS

KERNELSPECS = {"python": "python3", "r": "ir", "deno": "deno", "octave": "octave", "bash": "bash"}

SIGNATURE = r"""
globalThis.sig = (v) => {
  if (typeof v !== "object" || v === null) return `${typeof v}:${Object.is(v, -0) ? "-0" : String(v)}`;
  const name = Object.getPrototypeOf(v).constructor.name;
  if (ArrayBuffer.isView(v)) return `${name}:${new Uint8Array(v.buffer, v.byteOffset, v.byteLength)}`;
  if (Array.isArray(v)) return `${name}[${v.map(sig)}]`;
  if (v instanceof Set || v instanceof Map) return `${name}(${[...v].map(sig)})`;
  return ["Object"].includes(name) ? `{${Object.entries(v).map(([key, each]) => key + sig(each))}}` : `${name}${v}`;
};
undefined
"""
DENO = [
    *(
        f"{kind}.of(1, 2, 3)"
        for kind in (
            *("Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"),
            *("Float32Array", "Float64Array"),
        )
    ),
    "BigInt64Array.of(1n, -2n)",
    "BigUint64Array.of(1n)",
    "new Int16Array(0)",
    "new Float32Array(0)",
    "Int32Array.of(-2147483648, 5)",
    "Uint32Array.of(4294967295)",
    "Float32Array.of(NaN, -0, Infinity, 1.5)",
    "new Float64Array(new BigUint64Array([0x7ff00000000007a2n, 0n]).buffer)",
    "[Float32Array.of(1), Float32Array.of(2)]",
    "({a: Int8Array.of(1), b: [BigInt64Array.of(5n)]})",
    "[2n ** 53n, 1]",
    "new Set([1, 1n])",
    "new Date(8.64e15)",
    "Temporal.PlainDate.from('+012024-01-01')",
]
OCTAVE = [
    *(f"{kind} ([1, 2])" for kind in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")),
    "single ([1, NA; NaN, 4])",
    "single (1i)",
    "single ([1i, 2])",
    "int8 (ones (2, 2, 2))",
    "[intmin('int32'), 1]",
    "intmin ('int32')",
    "zeros (0, 3, 'int8')",
    "{complex(1, 0), complex(2, 0)}",
    "{complex(1, 0)}",
    "char (zeros (3, 0))",
    "struct ('a', {{int8([1, 2]), single(1)}})",
]
BASH = [
    "declare -u {}=abc",
    "declare -lx {}=ABC",
    "declare -ix {}=5",
    "declare -r {}=abc",
    "declare -aux {}=(a b)",
    "declare -Au {}=([k]=a)",
    "declare -ai {}=([3]=1)",
    "{}=(a 1); declare -i {}",
    "{}=007; declare -i {}",
    "declare -x {}=$'\\xff'",
]
CANNOT = {
    "python": ["new Date(8.64e15)", "Temporal.PlainDate.from('+012024-01-01')"],
    "deno": ["single (1i)", "single ([1i, 2])", "{complex(1, 0), complex(2, 0)}", "{complex(1, 0)}"],
}
"""Language -> values that it has no counterpart for."""


@pytest.fixture(scope="module")
def ready(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a kernel of each language."""
    need(*KERNELSPECS.values())
    with Kernels(KERNELSPECS) as kernels:
        kernels.execute("deno", SIGNATURE)
        yield kernels


@pytest.mark.parametrize("other", ["python", "r"])
@pytest.mark.parametrize("value", DENO)
def test_from_javascript(ready: Kernels, value: str, other: str) -> None:
    if value in CANNOT.get(other, ()):
        return
    ready.execute("deno", f"globalThis.x = {value}; undefined")
    ready.copy_there_and_back("deno", "x", other, "y")
    ready.execute("deno", "globalThis.both = [sig(x), sig(y)]; undefined")
    ready.copy("deno", "both", "python")
    ready.execute("python", "assert both[0] == both[1], both")


@pytest.mark.parametrize("other", ["python", "r", "deno"])
@pytest.mark.parametrize("value", OCTAVE)
def test_from_octave(ready: Kernels, value: str, other: str) -> None:
    if value in CANNOT.get(other, ()):
        return
    ready.execute("octave", f"x = {value}; y = 'unset';")
    ready.copy_there_and_back("octave", "x", other, "y")
    # What is saved is the value to the last bit, with its class and size.
    for name in "xy":
        ready.execute("octave", f"z = {name}; f = tempname (); save ('-binary', f, 'z');")
        ready.execute("octave", f"saved_{name} = fileread (f); delete (f);")
    assert "same" in ready.execute("octave", "if (strcmp (saved_x, saved_y)), disp ('same'), else, x, y, end").stream()


@pytest.mark.parametrize("other", ["python", "r", "deno", "octave"])
@pytest.mark.parametrize("number", range(len(BASH)))
def test_from_bash(ready: Kernels, number: int, other: str) -> None:
    there, back = f"x{number}_{other}", f"y{number}_{other}"
    ready.execute("bash", BASH[number].format(there, there))
    ready.copy("bash", there, other, "x")
    ready.copy(other, "x", "bash", back)
    shown = [ready.execute("bash", f"declare -p {name}").stream().strip() for name in (there, back)]
    assert shown[0].replace(there, "x") == shown[1].replace(back, "x")


@pytest.mark.parametrize("other", ["deno", "octave", "bash"])
def test_attributes_of_r(ready: Kernels, other: str) -> None:
    values = ["AirPassengers", "structure('a\\té', note = c('x y%', NA))", "c(a = 'u', a = 'v')", "table(mtcars$cyl)"]
    for value in [*values, *(["datasets::CO2"] if other != "bash" else [])]:
        ready.execute("r", f"x <- {value}")
        ready.copy_there_and_back("r", "x", other, "y")
        ready.execute("r", "if (!identical(x, y, num.eq = FALSE)) stop(deparse(y))")
