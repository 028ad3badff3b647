"""Fixtures: two hosts, and an agent that notices sooner that a connection is dead."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.lacking import lacking

from .hosts import Hosts, missing, open_hosts
from .near import calm_down, hurry


@pytest.fixture
def anyio_backend() -> str:
    """Return the event loop of the front."""
    return "asyncio"


@pytest.fixture(scope="module")
def both_hosts() -> Iterator[Hosts]:
    """Return the hosts of a module's tests."""
    if why := missing():
        lacking(why)
    with tempfile.TemporaryDirectory(prefix="hosts") as folder, open_hosts(Path(folder)) as hosts:
        yield hosts


@pytest.fixture
def hosts(both_hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosts]:
    """Return the hosts, with nothing on them before and afterwards, and the laptop's ssh in PATH."""
    assert both_hosts.left() == []
    monkeypatch.setenv("PATH", f"{both_hosts.bin}{os.pathsep}{os.environ['PATH']}")
    yield both_hosts
    both_hosts.link("up")
    both_hosts.wait_for_nothing()


@pytest.fixture
def hurried() -> Iterator[None]:
    """Make both ends notice within 2 s that a connection is dead."""
    hurry()
    yield
    calm_down()
