"""Previews show the beginning of a variable, and run no code of the user's."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from multikernel.core.errors import TransferError
from multikernel.core.protocol.wire import Json

from ..e2e.kernel import ODD_KERNELSPECS
from .kernels import Kernels
from .previewed import MADE, SHOWN
from .test_listing import HOSTILE_DENO, HOSTILE_PYTHON, HOSTILE_R, KERNELSPECS

pytestmark = ODD_KERNELSPECS


@pytest.fixture(scope="module")
def kernels(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return one kernel of each language that has previews."""
    need(*KERNELSPECS.values())
    with Kernels(KERNELSPECS) as kernels:
        for backend, code in MADE.items():
            kernels.execute(backend, code)
        yield kernels


@pytest.mark.parametrize(("backend", "name", "shown"), SHOWN, ids=[f"{row[0]} {row[1]}" for row in SHOWN])
def test_what_is_shown(kernels: Kernels, backend: str, name: str, shown: Json) -> None:
    assert kernels.preview(backend, name) == shown


@pytest.mark.parametrize("backend", ["python", "r", "octave"])
def test_the_first_100_rows_and_30_columns_are_shown(kernels: Kernels, backend: str) -> None:
    shown = kernels.preview(backend, "large")
    assert (len(shown["columns"]), len(shown["rows"]), len(shown["labels"])) == (30, 100, 100)
    assert {len(row) for row in shown["rows"]} == {30}
    assert shown["total"] == [1000, 100]


@pytest.mark.parametrize("backend", KERNELSPECS)
def test_a_long_text_is_cut(kernels: Kernels, backend: str) -> None:
    assert kernels.preview(backend, "long")["text"] == "x" * 9999 + "…"


WITH_ALL_NAMES = ("python", "r", "octave", "bash")
"""Those that can tell which variables there are."""

NOT_SHOWN = [
    ("python", "own", "own cannot be shown: it is of type Own, which might run code of its own to show it"),
    ("python", "elsewhere", "it is of type datetime"),
    ("python", "strange", "strange cannot be shown: its attrs might run code of their own"),
    ("python", "not there", "'not there' is no identifier in Python, so it cannot be shown here."),
    ("r", "model", "model cannot be shown: it is of class lm, and to show it might run code of its own"),
    ("octave", "map", "it is of class containers.Map"),
    ("octave", "system('id')", "is no identifier of Octave"),
    ("bash", "other", "other cannot be shown: it is a reference to another variable"),
    ("bash", "$(id)", "is no identifier of bash"),
    ("deno", "proxy", "proxy cannot be shown: it is a Proxy"),
    ("deno", "print()", "is no identifier of JavaScript"),
    ("deno", "gone", "gone cannot be shown: only what `var` or `globalThis` has made"),
    *(
        (backend, "gone", f"There is no variable gone in {backend} any more.")
        for backend in KERNELSPECS
        if backend != "deno"
    ),
]


@pytest.mark.parametrize(("backend", "name", "why"), NOT_SHOWN)
def test_what_cannot_be_shown_says_why(kernels: Kernels, backend: str, name: str, why: str) -> None:
    with pytest.raises(TransferError) as raised:
        kernels.preview(backend, name)
    assert why in str(raised.value)


HOSTILE = {
    "python": (HOSTILE_PYTHON, "touched.clear()", "assert touched == ['post_execute'], touched"),
    "r": (HOSTILE_R, "ran <- 0", "if (ran) stop('it ran')"),
    "deno": (HOSTILE_DENO, "touched = 0", "if (touched) throw new Error('it ran')"),
}


@pytest.mark.parametrize("backend", HOSTILE)
def test_nothing_of_the_users_is_run(need: Callable[..., None], backend: str) -> None:
    need(KERNELSPECS[backend])
    make, forget, check = HOSTILE[backend]
    with Kernels({backend: KERNELSPECS[backend]}) as kernels:
        kernels.execute(backend, make)
        kernels.execute(backend, forget)
        for variable in kernels.variables(backend):
            with suppress(TransferError):
                kernels.preview(backend, variable.name)
        kernels.execute(backend, check)
