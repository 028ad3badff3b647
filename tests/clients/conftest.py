"""Fixtures for clients."""

from tests.e2e.conftest import need, own_folders, tmp_path

__all__ = ["need", "own_folders", "tmp_path"]
