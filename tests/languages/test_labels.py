"""Rows, columns and keys that are called by more than texts come back as they were, and never under another name."""

from collections.abc import Callable, Iterator

import pytest

from .kernels import Kernels
from .labels import SETUP, VALUES
from .test_python_and_r import SAME

TIMES = ("date", "time", "Timestamp", "eriod", "daily", "when", "1h")
"""What Octave has nothing for."""


@pytest.fixture(scope="module")
def ready(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return kernels, with a Python that can compare."""
    need("python3", "ir", "deno", "octave")
    specs = {"python": "python3", "other": "python3", "r": "ir", "js": "deno", "octave": "octave"}
    with Kernels(specs) as kernels:
        kernels.execute("python", SAME.read_text("utf-8") + SETUP)
        yield kernels


@pytest.mark.parametrize("target", ["r", "js", "octave", "other"])
def test_labels_come_back(ready: Kernels, target: str) -> None:
    values = [value for value in VALUES if target != "octave" or not any(word in value for word in TIMES)]
    ready.execute("python", f"names = {values}; x = [eval(name) for name in names]")
    ready.copy_there_and_back("python", "x", target, "y")
    ready.execute("python", "wrong = [n for n, a, b in zip(names, x, y) if not same(a, b)]; assert not wrong, wrong")
