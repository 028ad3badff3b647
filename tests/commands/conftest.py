"""Fixtures for tests of commands."""

import pytest

from .fake_services import FakePorts


@pytest.fixture
def ports() -> FakePorts:
    """Return a runtime that only remembers."""
    return FakePorts()


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as Multi does."""
    return "asyncio"
