"""Fixtures for the files of values, and for jobs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from multikernel.runtime.backend.links.pipe import files as module
from multikernel.runtime.backend.links.pipe.agent import files as far_module
from multikernel.runtime.backend.links.pipe.jobs import job, queue

from .pair import PIECE_SIZE, WINDOW, Pair
from .scheduler import Scheduler


@pytest.fixture
async def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Return two ends that are connected, and copy small pieces."""
    for end in (module, far_module):
        monkeypatch.setattr(end, "PIECE_SIZE", PIECE_SIZE)
    for bound in ("LEAST_WINDOW", "MOST_WINDOW"):
        monkeypatch.setattr(far_module, bound, WINDOW)
    monkeypatch.setattr(module, "GRANTED", WINDOW)
    (tmp_path / "far").mkdir()
    (tmp_path / "near").mkdir()
    return Pair(tmp_path / "far")


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    """Return a scheduler whose commands are first in PATH."""
    scheduler = Scheduler(tmp_path)
    monkeypatch.setenv("PATH", f"{scheduler.programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(queue, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(job, "SHOWN_SECONDS", 0.0)
    monkeypatch.setattr(job, "DOUBT_SECONDS", 0.0)
    yield scheduler
    scheduler.close()
