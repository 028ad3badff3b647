"""`jupyter nbconvert` and JupyterLab's server, without any option, on notebooks that run on Multi."""

import json
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.servers import get, open_server
from tests.e2e.notebooks import read_notebook, write_notebook
from tests.e2e.test_batch import jupyter

from .notebooks import coloured, notebook

CELLS = ["x = 6\nx * 7", "%%r -i x -o y\ny <- x %/% 2", "%%use r", "TRUE || x %in% 6", "%%python,r\nprint(7)"]


def convert(folder: Path, *options: str, cells: list[str] = CELLS) -> None:
    write_notebook(notebook(*cells), folder / "n.ipynb")
    done = jupyter(folder, "nbconvert", *options, "n.ipynb")
    assert done.returncode == 0, done.stderr
    assert "No lexer found" not in done.stderr


def check(html: str) -> None:
    """Assert that each cell is in its language."""
    python, r, use, below, both = coloured(html)
    assert python[0] == ("n", "x")
    assert r[0] == ("c c-Header", "%%r -i x -o y")
    assert ("o", "%/%") in r
    assert use == [("c c-Header", "%%use r")]
    assert below[0] == ("kc", "TRUE")
    assert ("o", "%in%") in below
    assert both[:2] == [("c c-Header", "%%python,r"), ("nb", "print")]


def test_a_notebook_that_has_not_run(tmp_path: Path) -> None:
    convert(tmp_path, "--to", "html")
    check((tmp_path / "n.html").read_text("utf-8"))


def test_a_notebook_that_nbconvert_runs_and_the_same_after_it_was_saved(
    tmp_path: Path, need: Callable[..., None]
) -> None:
    need("ir")
    convert(tmp_path, "--execute", "--to", "html")
    html = (tmp_path / "n.html").read_text("utf-8")
    check(html)
    assert "42" in html
    convert(tmp_path, "--execute", "--inplace", "--to", "notebook")
    saved = read_notebook(tmp_path / "n.ipynb")
    assert saved.metadata.language_info.pygments_lexer == "multikernel"
    assert [cell.source for cell in saved.cells] == CELLS
    assert not any(cell.metadata.get("magics_language") for cell in saved.cells)
    assert jupyter(tmp_path, "nbconvert", "--to", "html", "--output", "again", "n.ipynb").returncode == 0
    check((tmp_path / "again.html").read_text("utf-8"))


def test_without_the_plug_in_each_cell_is_in_the_language_of_its_own_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBCONVERT_DISABLE_CONFIG_EXPORTERS", "1")
    write_notebook(notebook(*CELLS, pygments_lexer="multikernel", name="python"), tmp_path / "n.ipynb")
    assert jupyter(tmp_path, "nbconvert", "--to", "html", "n.ipynb").returncode == 0
    cells = coloured((tmp_path / "n.html").read_text("utf-8"))
    assert cells[1][0] == ("c c-Header", "%%r -i x -o y")
    assert ("o", "%/%") in cells[1]
    assert ("o", "%in%") not in cells[3]


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="needs xelatex")
def test_latex_makes_a_pdf_of_it(tmp_path: Path) -> None:
    convert(tmp_path, "--to", "pdf", cells=[*CELLS, "%%parts\n%%bash\nls ~/*\n%%r\nc('_^$')"])
    assert (tmp_path / "n.pdf").read_bytes().startswith(b"%PDF")


def test_jupyterlabs_server_exports_it(tmp_path: Path) -> None:
    options = ["--ServerApp.token=", "--ServerApp.disable_check_xsrf=True", "--allow-root", "--no-browser"]
    with open_server(tmp_path, "jupyter_server", *options) as url:
        assert "html" in json.loads(get(f"{url}/api/nbconvert")), "JupyterLab asks for its menu"
        content = {"name": "n.ipynb", "content": notebook(*CELLS)}
        request = urllib.request.Request(f"{url}/nbconvert/html", json.dumps(content).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            check(answer.read().decode())
