"""Fixtures for exports."""

import pytest
from nbconvert.exporters import get_export_names

from tests.e2e.conftest import need, own_folders, tmp_path

__all__ = ["need", "own_folders", "tmp_path"]


@pytest.fixture(scope="session", autouse=True)
def exporters() -> list[str]:
    """Return the names of all exporters, which nbconvert lists when it starts."""
    names: list[str] = get_export_names()  # type: ignore[no-untyped-call]
    return names
