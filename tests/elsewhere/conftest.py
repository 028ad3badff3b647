"""Fixtures: two hosts, Slurm here or on one of them, and an agent that notices sooner that a connection is dead."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import need
from tests.e2e.lacking import lacking

from . import slurm as of_slurm
from .hosts import Hosts, missing, open_hosts
from .near import calm_down, hurry
from .slurm import Slurm, open_slurm

__all__ = ["need"]


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


@pytest.fixture(scope="module")
def slurm_here() -> Iterator[Slurm]:
    """Return a Slurm of this machine, for a module's tests."""
    with _open_slurm() as slurm:
        yield slurm


@pytest.fixture
def slurm(slurm_here: Slurm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slurm]:
    """Return the Slurm of this machine, without jobs before and afterwards."""
    monkeypatch.setenv("SLURM_CONF", slurm_here.config)
    yield from _without_jobs(slurm_here)


@pytest.fixture(scope="module")
def slurm_on_server(both_hosts: Hosts) -> Iterator[Slurm]:
    """Return a Slurm of the server, for a module's tests."""
    with _open_slurm(both_hosts) as slurm:
        yield slurm


@pytest.fixture
def slurm_there(slurm_on_server: Slurm, hosts: Hosts) -> Iterator[Slurm]:
    """Return the Slurm of the server, without jobs before and afterwards."""
    yield from _without_jobs(slurm_on_server)


@contextmanager
def _open_slurm(hosts: Hosts | None = None) -> Iterator[Slurm]:
    if why := of_slurm.missing():
        lacking(why)
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder, open_slurm(Path(folder), hosts) as slurm:
        yield slurm


def _without_jobs(slurm: Slurm) -> Iterator[Slurm]:
    assert slurm.jobs() == []
    yield slurm
    try:
        slurm.wait_for_no_jobs()
    finally:
        slurm.clear()
