"""Tab and Shift-Tab while a cell is being written."""

from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import OpenNotebook

Need = Callable[..., None]


def test_tab_completes_bodies_under_headers_and_names_of_headers(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("%%start ir", "%%r\nnchar(toup", "%%python\nimport colle", "%%ba", "%%use ", "%%")
    notebook.finish(0)
    for index, chosen, lines in (
        (1, "toupper", ["%%r", "nchar(toupper"]),
        (2, "collections", ["%%python", "import collections"]),
        (3, "%%backends", ["%%backends"]),
        (4, "ir", ["%%use ir"]),
    ):
        notebook.edit(index).press("Tab")
        notebook.completions(chosen).click()
        expect(notebook.lines(index)).to_have_text(lines)
    notebook.edit(5).press("Tab")
    for offered in ("%%ir", "%%use", "%%timeit"):
        expect(notebook.completions(offered)).to_be_visible()


def test_shift_tab_shows_what_the_backend_says_of_a_name(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("%%start ir", "%%r\nnchar", "%%python\nsorted", "%%use")
    notebook.finish(0)
    tooltip = notebook.page.locator(".jp-Tooltip")
    for index, text in ((1, "nchar"), (2, "Return a new list"), (3, "default")):
        notebook.edit(index).press("Shift+Tab")
        expect(tooltip).to_contain_text(text)
        notebook.editor(index).press("Escape")
        expect(tooltip).to_have_count(0)
