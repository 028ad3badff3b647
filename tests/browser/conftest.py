"""Fixtures for tests in a browser: one server for each front-end, a fresh notebook for each test."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.conftest import need, own_folders
from tests.e2e.kernel import PATIENCE
from tests.e2e.lacking import lacking
from tests.e2e.notebooks import make_notebook, write_notebook

from .chromium import CHROMIUM, open_chromium
from .notebook_page import NotebookPage
from .servers import DOCUMENTS, open_server

__all__ = ["need", "own_folders"]

expect.set_options(timeout=PATIENCE * 1000)


IN_BOTH = ("test_cells",)
"""What `make test` runs in Notebook, too; `make long` runs the others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave most of what is tested in Notebook to `make long`: it takes minutes."""
    for item in items:
        is_here = item.path.is_relative_to(Path(__file__).parent)
        if is_here and "[notebook" in item.name and item.path.stem not in IN_BOTH:
            item.add_marker(pytest.mark.long)


@dataclass(frozen=True)
class Site:
    """A front-end, served and looked at."""

    front: str
    """`lab` or `notebook`."""
    root: Path
    url: str
    context: BrowserContext

    def open(self, path: Path, *cells: str, kernel: str) -> NotebookPage:
        """Write a notebook and open it."""
        write_notebook(make_notebook(*cells, kernel=kernel), path)
        return NotebookPage(
            self.context.new_page(), f"{self.url}/{DOCUMENTS[self.front]}/{path.relative_to(self.root)}"
        )

    def end_kernels(self) -> None:
        """End all that run."""
        for kernel in self.kernels():
            self.context.request.delete(f"{self.url}/api/kernels/{kernel['id']}")

    def kernels(self) -> list[dict[str, str]]:
        """Return what the server says of each kernel that runs."""
        kernels: list[dict[str, str]] = self.context.request.get(f"{self.url}/api/kernels").json()
        return kernels


class OpenNotebook(Protocol):
    """Write a notebook of some cells and open it."""

    def __call__(self, *cells: str, kernel: str = "multi") -> NotebookPage:
        """Take the cells' texts and the kernelspec; the page is connected to the kernel when it returns."""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Return the browser; without it the tests are skipped, but in CI they fail."""
    if CHROMIUM is None:
        lacking("chromium")
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="package", params=DOCUMENTS)
def site(
    request: pytest.FixtureRequest, chromium: Browser, own_folders: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Return each front-end in turn."""
    root = tmp_path_factory.mktemp(request.param)
    context = chromium.new_context(viewport={"width": 1100, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    with open_server(request.param, root) as url:
        yield Site(request.param, root, url, context)
        context.close()


@pytest.fixture
def folder(site: Site, request: pytest.FixtureRequest) -> Path:
    """Return the folder of the test's notebooks, which is their kernels' working directory."""
    folder = site.root / str(request.node.originalname)
    folder.mkdir()
    return folder


@pytest.fixture(scope="package")
def usual_errors(site: Site) -> Callable[[], set[str]]:
    """Return a function that says what JavaScript complains about when a notebook of Python alone is opened."""

    @functools.cache
    def usual_errors() -> set[str]:
        folder = site.root / "alone"
        folder.mkdir()
        notebook = site.open(folder / "alone.ipynb", "1", kernel="python3")
        notebook.finish(0)
        notebook.page.close()
        return set(notebook.errors)

    return usual_errors


@pytest.fixture
def open_notebook(site: Site, folder: Path, usual_errors: Callable[[], set[str]]) -> Iterator[OpenNotebook]:
    """Return a function that opens notebooks; afterwards their pages are closed, and their kernels ended.

    Nothing in them may have made JavaScript complain, unless it does so with Python alone, too.
    """
    opened: list[NotebookPage] = []

    def open_notebook(*cells: str, kernel: str = "multi") -> NotebookPage:
        opened.append(site.open(folder / f"{len(opened)}.ipynb", *cells, kernel=kernel))
        return opened[-1]

    yield open_notebook
    for notebook in opened:
        notebook.page.close()
    site.end_kernels()
    errors = {error for notebook in opened for error in notebook.errors}
    assert not errors or errors <= usual_errors()
