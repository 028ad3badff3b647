"""Programs that run notebooks and scripts without a front-end: nbconvert, jupyter run, jupytext."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .kernel import PATIENCE
from .notebooks import make_notebook, read_notebook, write_notebook

CELLS = ["x = 6 * 7\nx", "%%R\ncat('R says', 6 * 7)", "%%use ir", "1:3", "%%python3\nprint(x)"]


def jupyter(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a subcommand of Jupyter in a folder."""
    command = [sys.executable, "-m", "jupyter", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)


def shown(path: Path) -> list[str]:
    """Return what the cells of a notebook file show as text, errors as their names."""
    return [
        "".join(
            output.get("text") or output.get("ename") or str(output["data"]["text/plain"]) for output in cell.outputs
        )
        for cell in read_notebook(path).cells
        if cell.cell_type == "code"
    ]


def nbconvert(folder: Path, cells: list[str], *options: str) -> "subprocess.CompletedProcess[str]":
    write_notebook(make_notebook(*cells), folder / "in.ipynb")
    return jupyter(folder, "nbconvert", "--execute", *options, "--to", "notebook", "--output", "out", "in.ipynb")


def test_nbconvert_executes(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    done = nbconvert(tmp_path, [*CELLS, "%%ir\nstop('no good')", "%%python\n2"], "--allow-errors")
    assert done.returncode == 0, done.stderr
    assert shown(tmp_path / "out.ipynb") == ["42", "R says 42", "", "[1] 1 2 3", "42\n", "ERROR", "2"]


def test_nbconvert_waits_for_cells_in_the_background_and_runs_parts_at_once(
    tmp_path: Path, need: Callable[..., None]
) -> None:
    need("ir", "bash")
    file = tmp_path / "file"
    cells = [
        "%%r --bg\ncat('done')",
        f"%%parts\n%%bash --bg\nuntil [ -e {file} ]; do sleep 0.01; done; echo 1\n"
        f"%%python\nopen({str(file)!r}, 'w').close()",
        "%%wait",
        "%%python,r\nprint(6 * 7)",
    ]
    done = nbconvert(tmp_path, cells)
    assert done.returncode == 0, done.stderr
    first, parts, wait, both = shown(tmp_path / "out.ipynb")
    assert (first, parts, wait) == ("done", "1\n", "")
    assert sorted(both.split("── ")) == ["", "python ──\n42\n", "r ──\n[1] 42\n"]


def test_nbconvert_stops_at_an_error_and_says_it(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    done = nbconvert(tmp_path, ["%%ir\nstop('no good')", "open('run', 'w')"])
    assert done.returncode != 0
    assert "no good" in done.stderr
    assert not (tmp_path / "run").exists()


def test_jupyter_run_runs_scripts_and_says_what_they_print(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    (tmp_path / "a.py").write_text("print('Python', 6 * 7)\n")
    (tmp_path / "b.R").write_text("%%ir\ncat('R', 6 * 7)\nmessage('said')\n")
    done = jupyter(tmp_path, "run", "--kernel", "multi", "a.py", "b.R")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Python 42\nR 42"
    assert "said" in done.stderr
    (tmp_path / "bad.R").write_text("%%ir\nstop('no good')\n")
    done = jupyter(tmp_path, "run", "--kernel", "multi", "bad.R", "a.py")
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "no good" in done.stderr


HEADERS = [
    *("%%r\nx <- 2\n\nx", "%%R\nx", "%%ir\nls()", "%%bash\necho hi", "%%python3\ny = 2", "%%deno\nconst a = 1"),
    *("%%use r", "%%use r\n%%python\nx", "%%start r --now", "%%backends", "%%help use", "%%log r", "%%time\nx"),
    *("# %%r\nx", "%%r\n# x\n#' y", "%%r\n%%time", "'%%r'", "\n%%r\n1"),
]


@pytest.mark.parametrize("form", ["py:percent", "py:light", "Rmd", "md", "md:myst"])
def test_jupytext_brings_back_every_cell_as_it_was(form: str) -> None:
    import jupytext

    notebook = make_notebook("x = 1", *HEADERS)
    text = jupytext.writes(notebook, form)
    back = jupytext.reads(text, form)
    # MyST drops blank lines at the beginning of a cell, whatever the kernel.
    begins = str.lstrip if form == "md:myst" else str
    assert [cell.source for cell in back.cells] == [begins(cell.source) for cell in notebook.cells]
    assert back.metadata.kernelspec.name == "multi"


@pytest.mark.parametrize(
    ("form", "cell", "lines"),
    [
        ("py:percent", "%%r\nx <- 2", ["# %%", "# %%r", "x <- 2"]),
        ("py:percent", "%%R\nx <- 2", ['# %% language="R"', "# x <- 2"]),
        ("py:percent", "%%bash\necho 1", ['# %% language="bash"', "# echo 1"]),
        ("py:percent", "%%use r", ["# %%", "# %%use r"]),
        ("Rmd", "%%r\nx <- 2", ["```{python}", "# %%r", "x <- 2", "```"]),
        ("Rmd", "%%R\nx <- 2", ["```{r}", "x <- 2", "```"]),
        ("Rmd", "%%bash\necho 1", ["```{bash}", "echo 1", "```"]),
        ("md", "%%r\nx <- 2", ["```python", "%%r", "x <- 2", "```"]),
        ("md", "%%R\nx <- 2", ["```R", "x <- 2", "```"]),
        ("md", "%%bash\necho 1", ["```bash", "echo 1", "```"]),
    ],
)
def test_jupytext_makes_of_a_header_line_what_the_docs_say(form: str, cell: str, lines: list[str]) -> None:
    import jupytext

    assert jupytext.writes(make_notebook(cell), form).rstrip().splitlines()[-len(lines) :] == lines


def test_jupytext_runs_a_text_notebook_whose_chunks_say_the_language(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir", "bash")
    (tmp_path / "in.Rmd").write_text(
        "---\njupyter:\n  kernelspec: {name: multi, display_name: Multi, language: python}\n---\n\n"
        "```{python}\n6 * 7\n```\n\n```{r}\n1:3\n```\n\n```{bash}\necho hi\n```\n"
    )
    command = [sys.executable, "-m", "jupytext", "--to", "ipynb", "--execute", "in.Rmd"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert shown(tmp_path / "in.ipynb") == ["42", "[1] 1 2 3", "hi\n"]
