"""Fixtures for tests of commands."""

import pytest

from .fake_services import FakeServices


@pytest.fixture
def services() -> FakeServices:
    """Return a runtime that only records what it is asked for."""
    return FakeServices()


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as Multi does."""
    return "asyncio"
