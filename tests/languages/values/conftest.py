"""Data files that values have."""

from pathlib import Path

import pytest

from .chunks import Desk


@pytest.fixture
def files(tmp_path: Path) -> Desk:
    """Return a folder."""
    return Desk(tmp_path)
