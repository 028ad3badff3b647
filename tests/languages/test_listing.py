"""`%%vars` looks and does not touch: no code of the user's runs, and an odd object costs its own row only."""

import time
from collections.abc import Callable, Iterator

import anyio
import pytest

from multikernel.core.services import Variable
from multikernel.languages.child_answer import adapter_of
from multikernel.languages.language import Script

from ..e2e.kernel import ODD_KERNELSPECS
from .kernels import Kernels

pytestmark = ODD_KERNELSPECS

KERNELSPECS = {"python": "python3", "r": "ir", "deno": "deno", "octave": "octave", "bash": "bash"}

HOSTILE_PYTHON = """
import numpy as np, pandas as pd, time, weakref
touched = []

class Meta(type):
    def __getattribute__(cls, name):
        touched.append(name)
        return super().__getattribute__(name)

class Hostile(metaclass=Meta):
    def __getattribute__(self, name):
        touched.append(name)
        raise SystemExit(name)
    def __len__(self):
        touched.append("len")
        time.sleep(60)
    def __sizeof__(self):
        touched.append("sizeof")
    __iter__ = __repr__ = __str__ = __bool__ = __eq__ = __hash__ = __len__

class List(list):
    def __len__(self):
        touched.append("len")

hostile, many = Hostile(), List([1, 2])
dead = weakref.proxy(List())
array, frame, text = np.zeros((2, 3)), pd.DataFrame({"a": [1, 2]}), "abc"
globals()["a\\nb"] = 1
get_ipython().events.register("post_execute", lambda: touched.append("post_execute"))
"""

HOSTILE_R = """
ran <- 0
delayedAssign("promise", { ran <<- ran + 1; 5 })
delayedAssign("failing", stop("no"))
makeActiveBinding("active", function() { ran <<- ran + 1; 5 }, globalenv())
length.hostile <- dim.hostile <- names.hostile <- print.hostile <- function(x, ...) ran <<- ran + 1
odd <- structure(list(structure(1, class = "hostile")), class = "hostile")
formula <- y ~ x
many <- as.list(as.character(1:100000))
matrix <- matrix(0, 2, 3)
frame <- data.frame(a = 1:2)
closed <- new.env()
class(closed) <- "hostile"
"""

HOSTILE_DENO = """
globalThis.early = [1, 2, 3];
globalThis.touched = 0;
Object.defineProperty(globalThis, "computed", { get() { touched++; throw 1; }, enumerable: true, configurable: true });
const trap = () => { touched++; throw 1; };
globalThis.proxy = new Proxy({}, new Proxy({}, { get: trap, has: trap, getOwnPropertyDescriptor: trap }));
globalThis.odd = { get length() { touched++; }, get size() { touched++; }, get constructor() { touched++; } };
globalThis.map = new Map([[1, 2]]);
undefined
"""


@pytest.fixture(scope="module")
def kernels(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a kernel of each language."""
    need(*KERNELSPECS.values())
    with Kernels(KERNELSPECS) as kernels:
        yield kernels


def rows(kernels: Kernels, backend: str) -> dict[str, tuple[str, str]]:
    """Return type and shape of each variable."""
    return {variable.name: (variable.kind, variable.shape) for variable in kernels.variables(backend)}


def test_python_runs_nothing_of_the_users(kernels: Kernels) -> None:
    kernels.execute("python", HOSTILE_PYTHON)
    kernels.execute("python", "touched.clear()")
    found = rows(kernels, "python")
    expected = {
        "hostile": ("Hostile", ""),
        "many": ("List", ""),
        "dead": ("weakproxy", ""),
        "array": ("ndarray", "2 x 3"),
        "frame": ("DataFrame", "2 x 1"),
        "text": ("str", "3"),
        "a\nb": ("int", ""),
    }
    assert {name: found.get(name) for name in expected} == {**expected, "dead": found["dead"]}
    assert "prox" in found["dead"][0].lower()
    kernels.execute("python", "assert touched == ['post_execute'], touched")
    kernels.execute("python", "del hostile, many, dead; touched.clear()")
    kernels.copy("python", "text", "r")
    kernels.execute("python", "assert touched == ['post_execute'], touched")


def test_r_evaluates_nothing(kernels: Kernels) -> None:
    kernels.execute("r", HOSTILE_R)
    found = rows(kernels, "r")
    expected = {
        "promise": ("not evaluated", ""),
        "failing": ("not evaluated", ""),
        "active": ("active binding", ""),
        "odd": ("hostile", "1"),
        "formula": ("formula", ""),
        "many": ("list", "100000"),
        "matrix": ("matrix", "2 x 3"),
        "frame": ("data.frame", "2 x 1"),
        "closed": ("hostile", ""),
    }
    assert {name: found.get(name) for name in expected} == expected
    kernels.execute("r", "if (ran) stop('it ran')")
    kernels.execute("r", "rm(odd, closed); stopifnot(identical(promise, 5))")


def test_javascript_runs_neither_getters_nor_traps(kernels: Kernels) -> None:
    kernels.execute("deno", HOSTILE_DENO)
    found = rows(kernels, "deno")
    expected = {
        "early": ("Array", "3"),
        "touched": ("number", ""),
        "computed": ("accessor", ""),
        "proxy": ("Proxy", ""),
        "odd": ("Object", ""),
        "map": ("Map", "1"),
        "...": ("let, const and class are not listed", ""),
    }
    assert found == expected
    kernels.copy("deno", "touched", "python", "times")
    kernels.execute("python", "assert times == 0")


LONG_CHAIN = """
let chain = {};
for (let i = 0; i < 10000; i++) chain = Object.create(chain);
for (let i = 0; i < 500; i++) globalThis["v" + i] = Object.create(chain);
undefined
"""


@pytest.mark.parametrize(
    ("backend", "code"),
    [
        ("deno", LONG_CHAIN),
        ("bash", "printf -v v0 '%150000000s' x; for i in {1..500}; do declare v$i=$i; done"),
    ],
)
def test_a_list_takes_no_longer_for_large_values(kernels: Kernels, backend: str, code: str) -> None:
    def seconds() -> float:
        begin = time.perf_counter()
        kernels.variables(backend)
        return time.perf_counter() - begin

    before = min(seconds() for _ in range(5))
    kernels.execute(backend, code)
    assert min(seconds() for _ in range(5)) < before + 0.5


@pytest.mark.parametrize(
    ("backend", "code"),
    [
        ("python", "globals().update({f'v{i}': i for i in range(1200)})"),
        ("r", "for (i in 1:1200) assign(paste0('v', i), i)"),
        ("deno", "for (let i = 0; i < 1200; i++) globalThis['v' + i] = i; undefined"),
        ("octave", "for i = 1:1200, eval (sprintf ('v%d = %d;', i, i)); end"),
        ("bash", "for i in {1..1200}; do declare v$i=$i; done"),
    ],
)
def test_a_long_list_says_how_many_more_there_are(kernels: Kernels, backend: str, code: str) -> None:
    kernels.execute(backend, code)
    found = kernels.variables(backend)
    assert [variable.name for variable in found].index("...") == 1000
    last = found[1000]
    assert int(last.kind.removesuffix(" more")) >= 200
    assert Variable("...", last.kind, "", None) == last


@pytest.mark.parametrize("backend", KERNELSPECS)
def test_code_for_a_folder_that_a_kernel_does_not_see_changes_nothing(kernels: Kernels, backend: str) -> None:
    before = rows(kernels, backend)
    _, adapter = anyio.run(adapter_of, kernels, backend)
    code = adapter.export_code("x0123456789abcdef", "/nonexistent/values")
    anyio.run(kernels.run_silently, backend, code.code if isinstance(code, Script) else code)
    assert rows(kernels, backend) == before
