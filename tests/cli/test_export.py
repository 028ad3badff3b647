"""`multikernel export --scripts` writes a script for each language of a notebook."""

import os
import shutil
import subprocess
import sys

import pytest

from .conftest import Machine, Run

CONFIG = """\
default: python
backends:
  python: {kernel: python3}
  r: {kernel: ir}
  odd: {kernel: odd, language: klingon}
  worker: {kernel: python3, count: 2}
"""


@pytest.fixture(autouse=True)
def config(machine: Machine) -> None:
    """Write a config file, and R's kernelspec."""
    machine.write("multikernel.yaml", CONFIG)
    machine.add_kernel("ir", "R")


def test_there_is_one_for_each_language_in_a_folder_beside_the_notebook(machine: Machine, run: Run) -> None:
    machine.write_notebook("#md words", "1", "%%r\n2", "%%r\n3", "%%odd\n4", "#md end")
    assert run("export", "n.ipynb", "--scripts").lines == [
        "Wrote n_scripts/n.py: 1 cell of python",
        "Wrote n_scripts/n.R: 2 cells of r",
        "Wrote n_scripts/n.txt: 1 cell of odd",
    ]
    text = (machine.work / "n_scripts/n.py").read_text("utf-8")
    assert text == (
        "#!/usr/bin/env python3\n# The cells of n.ipynb that run on python.\n\n"
        "# #md words\n\n# Cell 2\n1\n\n# #md end\n"
    )
    assert os.access(machine.work / "n_scripts/n.R", os.X_OK)
    assert not os.access(machine.work / "n_scripts/n.txt", os.X_OK)


def test_several_backends_of_a_language_have_one_each(machine: Machine, run: Run) -> None:
    machine.write_notebook("1", "%%worker\n2", "%%worker[1]\n3")
    run("export", "n.ipynb", "--scripts")
    names = {path.name for path in (machine.work / "n_scripts").iterdir()}
    assert names == {"n.python.py", "n.worker-0.py", "n.worker-1.py"}


def test_existing_files_stay_unless_forced(machine: Machine, run: Run) -> None:
    machine.write_notebook("1", "%%r\n2")
    old = machine.write("n_scripts/n.R", "old")
    assert run("export", "n.ipynb", "--scripts").complaint == (
        "multikernel export: n_scripts/n.R already exists; use --force to replace it"
    )
    assert not (machine.work / "n_scripts/n.py").exists()
    assert run("export", "n.ipynb", "--scripts", "--force").code == 0
    assert old.read_text("utf-8") != "old"
    assert run("export", "n.ipynb", "--scripts").complaint.endswith(
        "n_scripts/n.py, n_scripts/n.R already exist; use --force to replace them"
    )


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_scripts_run(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", CONFIG + "  bash: {kernel: b, language: bash}\n")
    machine.write_notebook("x = 6", "%%bash\ny=7\n\necho $y", "%%python\n%time x * 7", "print(x)")
    run("export", "n.ipynb", "--scripts")
    folder = machine.work / "n_scripts"
    assert subprocess.check_output([folder / "n.sh"], text=True) == "7\n"
    ipython = [sys.executable, "-m", "IPython", "--quick", str(folder / "n.py")]
    assert subprocess.check_output(ipython, text=True).endswith("6\n")


def test_a_language_that_has_no_kernel_here_has_a_script_too_but_a_magic_stays_one(machine: Machine, run: Run) -> None:
    machine.write_notebook("%%julia\n1", "%%bash --out x\n2")
    run("export", "n.ipynb", "--scripts")
    assert (machine.work / "n_scripts/n.jl").exists()
    assert "run_cell_magic('bash', '--out x', '2\\n')" in (machine.work / "n_scripts/n.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("cells", "kernel", "complaint"),
    [
        (["1", "%%use rr"], "multi", "n.ipynb: cell 2: There is no backend 'rr' (did you mean 'r'?)."),
        ([], "multi", "n.ipynb has no code to export"),
        (["%%use r"], "multi", "n.ipynb has no code to export"),
        (
            ["1"],
            "ir",
            "n.ipynb runs on ir, not on a Multi: jupyter nbconvert --to script exports such a notebook",
        ),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_sentence(
    machine: Machine, run: Run, cells: list[str], kernel: str, complaint: str
) -> None:
    machine.write_notebook(*cells, kernel=kernel)
    assert run("export", "n.ipynb", "--scripts").complaint == f"multikernel export: {complaint}"
    assert not (machine.work / "n_scripts").exists()


def test_a_folder_that_cannot_be_made_is_said(machine: Machine, run: Run) -> None:
    machine.write_notebook("1")
    machine.write("n_scripts", "a file")
    assert run("export", "n.ipynb", "--scripts").complaint == (
        "multikernel export: cannot write n_scripts: File exists"
    )


def test_mistakes_in_the_config_are_said(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "default: x\nbackends: {}\n")
    machine.write_notebook("1")
    result = run("export", "n.ipynb", "--scripts")
    assert result.code == 1
    assert "multikernel.yaml:" in result.err


def test_it_has_to_be_said_what_is_wanted(machine: Machine, run: Run) -> None:
    machine.write_notebook("1")
    assert run("export", "n.ipynb").complaint == (
        "multikernel export: the following arguments are required: --scripts; see multikernel export --help"
    )
