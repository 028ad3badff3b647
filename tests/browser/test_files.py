"""What the extension leaves in a notebook's file: nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.kernel import PATIENCE
from tests.e2e.notebooks import make_notebook, write_notebook

from .conftest import OpenNotebook, Site
from .notebook_page import NotebookPage
from .servers import DOCUMENTS, open_server

Need = Callable[..., None]

SCROLL = """text => {
    const outer = document.querySelector(".jp-WindowedPanel-outer");
    outer.scrollTop = outer.scrollHeight;
    return [...outer.querySelectorAll(".cm-content")].some(content => content.innerText === text);
}"""
"""Scroll towards the end; True when a cell of this text is there. JupyterLab 4.6 makes some 20 cells a second."""

CELLS = ("1", "%%use bash", "echo", "%%python\n1")


def test_a_saved_file_is_the_same_as_without_the_extension(site: Site, need: Need) -> None:
    need("bash")
    saved = []
    for name in ("with", "without"):
        root = site.root / name
        root.mkdir()
        notebook = make_notebook(*CELLS)
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"
        write_notebook(notebook, root / "file.ipynb")
        with open_server(site.front, root, without_extension=name == "without") as url:
            page = NotebookPage(site.context.new_page(), f"{url}/{DOCUMENTS[site.front]}/file.ipynb")
            expect(page.label(2)).to_have_count(1 if name == "with" else 0)
            for index in range(len(CELLS)):
                page.edit(index).press_sequentially("7")
            page.save()
            page.page.close()
        # The version of the language is known only if Python was up when the page asked.
        saved.append(re.sub(rb'"version": "[^"]*"', b"", (root / "file.ipynb").read_bytes()))
    assert saved[0] == saved[1]


@pytest.mark.long
def test_a_long_notebook_has_colours_and_labels_wherever_one_looks(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    cells = [f"%%r\nx <- {number}" if number % 2 else f"x = {number}" for number in range(500)]
    notebook = open_notebook(*cells, "%%use r", "last")
    page = notebook.page
    last = page.locator(".jp-CodeCell").filter(has_text="last")
    page.wait_for_function(SCROLL, arg="last", polling=200, timeout=4000 * PATIENCE)
    expect(last.locator(".cm-content")).to_have_attribute("data-language", "r")
    expect(last.locator(".multi-Label")).to_have_text("r")
    odd = page.locator(".jp-CodeCell").filter(has_text="x <- 499")
    expect(odd.locator(".cm-content")).to_have_attribute("data-language", "r")
