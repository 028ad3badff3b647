"""Fixtures: two hosts, and an agent that notices sooner that a connection is dead."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from multikernel.runtime.backend.links.pipe import command, link, sharing

from .hosts import Hosts, missing, open_hosts

BEAT_SECONDS = 0.4
"""Instead of 3: a connection is dead after 2 s instead of 15."""


@pytest.fixture
def anyio_backend() -> str:
    """Return the event loop of the front."""
    return "asyncio"


@pytest.fixture(scope="module")
def both_hosts() -> Iterator[Hosts]:
    """Return the hosts of a module's tests."""
    if why := missing():
        assert not os.environ.get("CI"), why
        pytest.skip(why)
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
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make both ends notice within 2 s that a connection is dead."""
    real = Path.read_text

    def read(path: Path, *options: str) -> str:
        return real(path, *options).replace("BEAT_SECONDS = 3.0", f"BEAT_SECONDS = {BEAT_SECONDS}")

    monkeypatch.setattr(link, "BEAT_SECONDS", BEAT_SECONDS)
    monkeypatch.setattr(sharing, "BEAT_SECONDS", BEAT_SECONDS)
    monkeypatch.setattr(Path, "read_text", read)
    monkeypatch.setattr(command, "agent_source", command.agent_source.__wrapped__)
