"""Notebook files; nbformat's functions, which have no types, are called here only."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook


def make_cell(source: str) -> NotebookNode:
    """Return a code cell."""
    cell: NotebookNode = new_code_cell(source)  # type: ignore[no-untyped-call]
    return cell


def make_notebook(*sources: str, kernel: str = "multi") -> NotebookNode:
    """Return a notebook with these code cells, for a kernelspec."""
    cells = [make_cell(source) for source in sources]
    kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    notebook: NotebookNode = new_notebook(cells=cells, metadata={"kernelspec": kernelspec})  # type: ignore[no-untyped-call]
    return notebook


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook file."""
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
