"""Fixtures of the tests with real kernels serve here too."""

from ..e2e.conftest import need, own_folders

__all__ = ["need", "own_folders"]
