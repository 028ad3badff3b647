"""papermill runs a notebook on Multi, with parameters."""

from collections.abc import Callable
from pathlib import Path

import papermill
import pytest

from .kernel import PATIENCE
from .notebooks import make_notebook, read_notebook, write_notebook

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:papermill")


def run(folder: Path, cells: list[str], **parameters: object) -> None:
    """Run cells, the first of them tagged `parameters`, into out.ipynb; papermill adds a cell below the first."""
    notebook = make_notebook(*cells)
    notebook.cells[0].metadata.tags = ["parameters"]
    write_notebook(notebook, folder / "in.ipynb")
    papermill.execute_notebook(
        folder / "in.ipynb", folder / "out.ipynb", parameters, progress_bar=False, execution_timeout=PATIENCE
    )


def test_parameters_reach_the_default_backend(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    cells = ["count = 1\nname = 'nobody'", "%%ir\ncat('R', 6 * 7)", "print(count * 2, name)"]
    run(tmp_path, cells, count=21, name="naïve 🎈")
    outputs = [cell.outputs for cell in read_notebook(tmp_path / "out.ipynb").cells]
    assert outputs[:2] == [[], []]
    assert [outputs[2][0]["text"], outputs[3][0]["text"]] == ["R 42", "42 naïve 🎈\n"]


def test_a_failing_broadcast_ends_the_run_and_shows_all_outputs(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    cells = ["count = 1", "%%r --bg\ncat('done')", "%%python,r\nprint(count)", "print('not run')"]
    with pytest.raises(papermill.PapermillExecutionError, match="object 'count' not found"):
        run(tmp_path, cells, count=2)
    ran = [cell for cell in read_notebook(tmp_path / "out.ipynb").cells if cell.cell_type == "code"]
    assert ran[2].outputs[0]["text"] == "done"
    assert "── python ──\n2\n" in "".join(output.get("text", "") for output in ran[3].outputs)


def test_a_failing_cell_ends_the_run_with_its_error(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    with pytest.raises(papermill.PapermillExecutionError, match="no good") as failure:
        run(tmp_path, ["count = 1", "%%ir\nstop('no good')", "print('not run')"], count=2)
    assert failure.value.exec_count == 3
    assert read_notebook(tmp_path / "out.ipynb").cells[-1].outputs == []
