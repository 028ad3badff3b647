"""Fixtures for the files of values."""

from pathlib import Path

import pytest

from multikernel.runtime.backend.links.pipe import files as module
from multikernel.runtime.backend.links.pipe.agent import files as far_module

from .pair import PIECE_SIZE, WINDOW, Pair


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
