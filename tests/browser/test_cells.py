"""What a cell shows."""

from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import OpenNotebook

Need = Callable[..., None]


def test_a_mixed_notebook_shows_what_each_backend_says(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "bash", "deno")
    notebook = open_notebook(
        "import sys\n6 * 7",
        "%%bash\necho $((3 * 3))",
        "%%typescript\nconst xs: number[] = [3, 4, 8];\nxs.reduce((a, b) => a + b)",
        "%%use r\nquantile(1:5)[[2]]",
        "c(5)",
        "%%python\nprint(sys.version_info.major)",
        "letters[3]",
    )
    notebook.menu("Run", "Run All Cells")
    for index, text in enumerate(("42", "9", "15", "2", "5", "3", "'c'")):
        notebook.shows(index, text)
        notebook.has_run(index, count=index + 1)


def test_a_traceback_has_the_line_numbers_of_the_cells(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook("%%python\n\ndef f():\n    return 1 / 0", "%%python\n# a comment\n\nf()")
    notebook.finish(0, 1)
    outputs = notebook.outputs(1)
    expect(outputs).to_contain_text("ZeroDivisionError: division by zero")
    expect(outputs).to_contain_text("Cell In[2], line 4")
    expect(outputs).to_contain_text("----> 4 f()")
    expect(outputs).to_contain_text("Cell In[1], line 4")
    expect(outputs).to_contain_text("----> 4     return 1 / 0")


def test_backends_are_shown_as_a_table(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("1", "%%backends")
    notebook.finish(0, 1)
    table = notebook.outputs(1).get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="python3")).to_contain_text("ready")
    expect(table.get_by_role("row").filter(has=notebook.page.get_by_text("ir", exact=True))).to_contain_text("stopped")
