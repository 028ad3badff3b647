"""The tour, where there is R and where there is none."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from .kernel import ODD_KERNELSPECS, PATIENCE
from .notebooks import read_notebook

TOUR = Path(__file__).parents[2] / "examples" / "tour.ipynb"
WITHOUT_R = """\
default: python
backends:
  python: {kernel: python3}
  bash: {kernel: bash}
  deno: {kernel: deno}
"""
NOTE = "R is not installed here"

pytestmark = ODD_KERNELSPECS


def run_tour(folder: Path) -> nbformat.NotebookNode:
    """Run the tour's cells, less the one that takes its time on purpose."""
    notebook = read_notebook(TOUR)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "countdown"]
    NotebookClient(notebook, kernel_name="multi", timeout=PATIENCE, resources={"metadata": {"path": folder}}).execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode, output_type: str) -> dict[str, str]:
    """Return the outputs of a type as text, by the id of their cell."""
    return {
        cell.id: str(output)
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == output_type
    }


def test_the_tour_shows_one_error_which_it_announces(tmp_path: Path, need: Callable[..., None]) -> None:
    need("python3", "bash", "deno", "ir")
    notebook = run_tour(tmp_path)
    assert list(outputs(notebook, "error")) == ["traceback"]
    assert "image/png" in outputs(notebook, "display_data")["values-r"]
    assert NOTE not in str([cell.get("outputs") for cell in notebook.cells])


def test_without_r_the_tour_says_so_once_and_goes_on(
    tmp_path: Path, need: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    need("python3", "bash", "deno")
    (tmp_path / "multikernel.yaml").write_text(WITHOUT_R)
    monkeypatch.setenv("MULTIKERNEL_CONFIG", str(tmp_path / "multikernel.yaml"))
    notebook = run_tour(tmp_path)
    assert list(outputs(notebook, "error")) == ["traceback"]
    assert [cell for cell, shown in outputs(notebook, "execute_result").items() if NOTE in shown] == ["r"]
    [skipped] = [cell for cell in notebook.cells if cell.id == "values-r"]
    assert skipped.outputs == []


def test_the_tours_metadata_is_what_a_front_end_would_write() -> None:
    assert set(read_notebook(TOUR).metadata.language_info) == {
        "codemirror_mode",
        "file_extension",
        "mimetype",
        "name",
        "nbconvert_exporter",
        "pygments_lexer",
        "version",
    }
