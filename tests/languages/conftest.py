"""Fixtures of the tests with real kernels serve here too."""

from collections.abc import Callable, Iterator

import pytest

from ..e2e.conftest import need, own_folders
from .kernels import Kernels

__all__ = ["kernels", "need", "own_folders"]


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as Multi does."""
    return "asyncio"


@pytest.fixture(scope="module")
def kernels(need: Callable[..., None]) -> Iterator[Kernels]:
    """Return a Python, another one, and an R."""
    need("python3", "ir")
    with Kernels({"python": "python3", "other": "python3", "r": "ir"}) as kernels:
        yield kernels
