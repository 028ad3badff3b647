"""Values of every kind cross from Python to R, or to another Python, and back, and are the same to the last bit."""

import base64
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multikernel.core.errors import TransferError

from .kernels import Kernels
from .strategies import nanoseconds, python_values
from .strategies_of_r import r_values

SAME = Path(__file__).with_name("same.py")
EXAMPLES = 40
COMPARED = """
for (i in seq_along(x))
    if (!identical(x[[i]], y[[i]], num.eq = FALSE)) stop(deparse(x[[i]]), " <> ", deparse(y[[i]]))
"""
"""The numbers are compared bit for bit."""
MANY = 12
"""Values that cross at once."""


@pytest.fixture(scope="module")
def prepared(kernels: Kernels) -> Kernels:
    """Return kernels, with a Python that can compare."""
    kernels.execute("python", SAME.read_text("utf-8"))
    kernels.execute("python", "import base64, pickle")
    return kernels


@pytest.mark.parametrize("target", ["r", "other"])
def test_from_python_and_back(prepared: Kernels, target: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.lists(python_values, min_size=1, max_size=MANY))
    def cross(values: list[Any]) -> None:
        sent = base64.b64encode(pickle.dumps(values)).decode("ascii")
        prepared.execute("python", f"x = pickle.loads(base64.b64decode('{sent}'))")
        prepared.copy_there_and_back("python", "x", target, "y")
        prepared.execute("python", "assert same(x, y), [(a, b) for a, b in zip(x, y) if not same(a, b)]")

    cross()


@pytest.mark.parametrize("dtype", ["<M8[ns]", "<m8[ns]"])
def test_nanoseconds_are_refused_or_come_back(prepared: Kernels, dtype: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.lists(nanoseconds, min_size=1, max_size=2))
    def cross(numbers: list[int]) -> None:
        prepared.execute("python", f"import numpy as np; x = np.array({numbers}).view('{dtype}'); x = [x, *x]")
        with suppress(TransferError):
            prepared.copy_there_and_back("python", "x", "r", "y")
            prepared.execute("python", "assert same(x, y), y")

    cross()


@pytest.mark.parametrize("target", ["r", "other"])
@pytest.mark.parametrize(
    "value",
    [
        r"['a\n', {'k\n': '\n'}]",
        "__import__('pandas').DataFrame({'c': __import__('pandas').Series([], dtype='category')})",
        "__import__('pandas').DataFrame({'c': __import__('pandas').Series([None], dtype='category')})",
    ],
    ids=["a text that ends with a line", "a category without categories", "a category of nulls"],
)
def test_what_was_wrong_once(prepared: Kernels, value: str, target: str) -> None:
    prepared.execute("python", f"x = {value}")
    prepared.copy_there_and_back("python", "x", target, "y")
    prepared.execute("python", "assert same(x, y), y")


def test_from_r_and_back(prepared: Kernels) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.lists(r_values, min_size=1, max_size=MANY))
    def cross(expressions: list[str]) -> None:
        prepared.execute("r", f"x <- list({', '.join(expressions)})")
        prepared.copy_there_and_back("r", "x", "python", "y")
        prepared.execute("r", COMPARED)

    cross()
