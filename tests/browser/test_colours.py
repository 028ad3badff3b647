"""Each cell in the colours of the language of its backend."""

from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .notebook_page import NotebookPage

Need = Callable[..., None]


def has_languages(notebook: NotebookPage, *names: str) -> None:
    """Wait until the cells are coloured in these languages, and none is beside them."""
    for index, name in enumerate(names):
        notebook.language(index, name)
    expect(notebook.page.locator(".jp-CodeCell")).to_have_count(len(names))


def test_cells_have_the_colours_of_their_backends_languages(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "bash", "deno")
    notebook = open_notebook(
        "import os",
        "#| echo: false\n%%r -i x  # why\nf <- function(x) x",
        "%%typescript\nconst x: number = 1",
        "%%use bash",
        "for x in 1; do ls; done",
        "%%python\nimport os",
        "%%parts\n%%bash\nls\n%%r\nf <- function(x) x",
        "%%backends",
    )
    has_languages(notebook, "python", "r", "typescript", "shell", "shell", "ipython", "multi", "python")
    for index, lines in enumerate(([], ["%%r -i x  # why"], ["%%typescript"], ["%%use bash"], [], ["%%python"])):
        expect(notebook.header_lines(index)).to_have_text(lines)
    expect(notebook.header_lines(6)).to_have_text(["%%parts", "%%bash", "%%r"])
    for index, word in ((0, "import"), (1, "function"), (2, "const"), (4, "for"), (5, "import"), (6, "function")):
        keyword = notebook.lines(index).last.get_by_text(word, exact=True)
        assert keyword.evaluate("node => getComputedStyle(node).fontWeight") == "700"


def test_colours_follow_what_is_typed_and_a_use_above(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "bash")
    notebook = open_notebook("%%use r", "x", "y")
    has_languages(notebook, "r", "r", "r")
    notebook.edit(0).press_sequentially("x")
    has_languages(notebook, "python", "python", "python")
    for _ in range(2):
        notebook.editor(0).press("Backspace")
    notebook.editor(0).press_sequentially("bash")
    has_languages(notebook, "shell", "shell", "shell")
    notebook.editor(1).click()
    notebook.editor(1).press("Control+Home")
    notebook.editor(1).press_sequentially("%%python\n")
    has_languages(notebook, "shell", "ipython", "shell")
    expect(notebook.header_lines(1)).to_have_text(["%%python"])
    for _ in range(9):
        notebook.editor(1).press("Backspace")
    has_languages(notebook, "shell", "shell", "shell")


def test_comments_and_indents_are_those_of_the_body(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "deno")
    notebook = open_notebook("%%typescript\nlet x", "%%r\nf <- function(x) {", "%%parts\n%%typescript\nx\n%%python\nx")
    has_languages(notebook, "typescript", "r", "multi")
    notebook.edit(0).press("Control+/")
    expect(notebook.lines(0)).to_have_text(["%%typescript", "// let x"])
    notebook.edit(1).press("Enter")
    notebook.editor(1).press_sequentially("x")
    assert notebook.lines(1).all_text_contents() == ["%%r", "f <- function(x) {", "    x"]
    notebook.edit(2).press("Control+/")
    notebook.editor(2).press("ArrowUp")
    notebook.editor(2).press("ArrowUp")
    notebook.editor(2).press("Control+/")
    expect(notebook.lines(2)).to_have_text(["%%parts", "%%typescript", "// x", "%%python", "# x"])


def test_colours_stay_when_cells_are_split_merged_copied_and_made_text(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("%%r\nx <- 1\ny <- 2", "z = 3")
    has_languages(notebook, "r", "python")
    notebook.edit(0).press("Home")
    notebook.editor(0).press("Control+Shift+Minus")
    has_languages(notebook, "r", "python", "python")
    notebook.page.keyboard.press("Escape")
    notebook.page.keyboard.press("ArrowUp")
    notebook.page.keyboard.press("Shift+ArrowDown")
    notebook.page.keyboard.press("Shift+M")
    has_languages(notebook, "r", "python")
    for key in ("c", "v"):
        notebook.page.keyboard.press(key)
    has_languages(notebook, "r", "r", "python")
    notebook.page.keyboard.press("m")
    has_languages(notebook, "r", "python")
    notebook.page.keyboard.press("y")
    has_languages(notebook, "r", "r", "python")
    notebook.button("Restart the kernel").click()
    with notebook.connects():
        notebook.button("Confirm Kernel Restart").click()
    notebook.is_ready()
    has_languages(notebook, "r", "r", "python")


def test_a_notebook_of_another_kernel_is_not_touched(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook("%%use bash", "%%python\n1", kernel="python3")
    notebook.finish(0)
    has_languages(notebook, "python", "python")
    expect(notebook.page.locator(".jp-Notebook [class*='multi-']")).to_have_count(0)
    assert not [error for error in notebook.errors if "multikernel" in error]
