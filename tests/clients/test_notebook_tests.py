"""Programs that test notebooks: nbval compares outputs with those that a notebook has, testbook calls into one."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbclient import NotebookClient
from testbook import testbook

from tests.e2e.kernel import PATIENCE
from tests.e2e.notebooks import make_notebook, write_notebook

CELLS = ("x = 6 * 7\nx", "%%r\nprint(6 * 7)", "%%bash\necho hi", "%%use r\n1:3", "%%python3\nprint(x)")


def nbval(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run nbval on the notebook of a folder."""
    command = [sys.executable, "-m", "pytest", "--nbval", "in.ipynb"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.long
def test_nbval_finds_the_outputs_as_they_were_and_sees_what_has_changed(
    tmp_path: Path, need: Callable[..., None]
) -> None:
    need("ir", "bash")
    notebook = make_notebook(*CELLS)
    NotebookClient(notebook, kernel_name="multi", timeout=PATIENCE).execute()
    write_notebook(notebook, tmp_path / "in.ipynb")
    done = nbval(tmp_path)
    assert f"{len(CELLS)} passed" in done.stdout, done.stdout
    notebook.cells[1].outputs[0].text = "[1] 43\n"
    write_notebook(notebook, tmp_path / "in.ipynb")
    done = nbval(tmp_path)
    assert f"1 failed, {len(CELLS) - 1} passed" in done.stdout, done.stdout


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_testbook_reads_variables_and_calls_functions_of_the_default_backend(
    tmp_path: Path, need: Callable[..., None]
) -> None:
    need("ir")
    cells = ("def double(n):\n    return 2 * n", "%%r\ncat('R says', 42)", "total = double(21)")
    write_notebook(make_notebook(*cells), tmp_path / "in.ipynb")
    with testbook(tmp_path / "in.ipynb", execute=True, kernel_name="multi", timeout=PATIENCE) as notebook:
        assert notebook.ref("total") == 42
        assert notebook.ref("double")(4) == 8
        assert notebook.cell_output_text(1) == "R says 42"
        notebook.inject("total += 1")
        assert notebook.ref("total") == 43
