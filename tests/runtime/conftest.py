"""Fixtures for the runtime."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Return the event loop of the front."""
    return "asyncio"
