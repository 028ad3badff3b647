"""Fixtures for kernels that others wrote."""

from tests.e2e.conftest import own_folders

__all__ = ["own_folders"]
