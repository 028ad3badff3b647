"""Code that is no code: the notebook file and jupyter console see what they see with the kernel alone."""

from collections.abc import Callable

import nbformat
from nbclient import NotebookClient

from .kernel import PATIENCE
from .notebooks import make_notebook
from .test_console import open_console

CELLS = (
    "x = (",
    "def f(:\n    pass",
    "1 +",
    "  y = 1\nz = 2",
    "'text",
    "%%nosuch\nx = (",
    "await",
    "6 * 7",
)


def executed(kernel: str) -> str:
    """Return the cells of a notebook file that nbclient has executed."""
    notebook = make_notebook(*CELLS, kernel=kernel)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    NotebookClient(notebook, kernel_name=kernel, allow_errors=True, record_timing=False, timeout=PATIENCE).execute()
    notebook.metadata.clear()
    return str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]


def test_a_notebook_file_has_the_same_bytes_as_alone() -> None:
    assert executed("multi") == executed("python3")


def test_jupyter_console_goes_on_asking_whether_a_cell_is_complete(need: Callable[..., None]) -> None:
    need("ir")
    with open_console() as console:
        console.run("6 * 7")
        console.expect(r"Out\[")
        console.run("x = (", "6 * 7)")
        # Nobody knows before R has been started, and jupyter console never asks again once it has waited for 1 s.
        console.run("%%ir", "cat('R says', 42)")
        console.expect("R says 42")
        console.run("def double(x):", "return 2 * x", "", "")
        console.run("print('Python says', double(x))")
        console.expect("Python says 84")
        console.run("x === 1")
        console.expect("SyntaxError")
        console.run("%%ir", "y <- c(1,", "2); cat('R says', length(y))")
        console.expect("R says 2")
        assert console.exit() == 0
