"""Fixtures for tests with real kernels."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.paths import jupyter_data_dir

from .kernel import Kernel, open_kernel
from .lacking import lacking


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests' cells out of the user's histories, and other sessions' cells out of the tests."""
    kernelspecs = os.pathsep.join(filter(None, [os.environ.get("JUPYTER_PATH"), jupyter_data_dir()]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", kernelspecs)
        patch.setenv("JUPYTER_DATA_DIR", str(tmp_path_factory.mktemp("jupyter")))
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield


@pytest.fixture(scope="session")
def need() -> Callable[..., None]:
    """Return a function that skips the test if a kernelspec is not installed; in CI that is a failure."""
    installed = KernelSpecManager().find_kernel_specs()

    def need(*names: str) -> None:
        if missing := [name for name in names if name not in installed]:
            lacking(f"kernelspecs {', '.join(missing)}")

    return need


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty folder, as pytest does, but one whose path is short even beside others.

    A socket's path has at most 107 bytes; where it would have more, Multi reaches its children in another way.
    """
    return tmp_path_factory.mktemp("t")


@pytest.fixture
def multi() -> Iterator[Kernel]:
    """Return a Multi of its own."""
    with open_kernel("multi") as kernel:
        yield kernel


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    """Return a Multi that the tests of a module share; each leaves the default at python3."""
    with open_kernel("multi") as kernel:
        yield kernel
