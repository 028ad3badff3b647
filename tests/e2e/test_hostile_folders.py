"""Notebooks in folders that somebody else has filled: what of them runs, and when; ipykernel alone is the model."""

import json
import os
from pathlib import Path

import pytest

from .hostile_folder import ask_what_is_no_cell
from .kernel import open_kernel
from .lacking import need_root

MODULES = (
    "yaml",
    "zmq",
    "anyio",
    "psutil",
    "jupyter_client",
    "jupyter_core",
    "traitlets",
    "ipykernel",
    "IPython",
    "multikernel",
    "sitecustomize",
    "usercustomize",
)
NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder full of traps: `modules` names those that were imported, `config-*` are what the config did."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in MODULES:
        trap = f"open({str(tmp_path / 'modules')!r}, 'a').write('{name}\\n')\n"
        (folder / f"{name}.py").write_text(trap)
        if name in ("multikernel", "ipykernel"):
            # A package comes before a module of the same name.
            (folder / name).mkdir()
            (folder / name / "__init__.py").write_text(trap)
            (folder / name / "__main__.py").write_text(trap)
    (tmp_path / "startup.py").write_text(mark(tmp_path, "env"))
    return folder


def mark(folder: Path, name: str) -> str:
    """Return Python code that leaves a mark."""
    return f"open({str(folder / f'config-{name}')!r}, 'w').close()"


def write_config(folder: Path) -> Path:
    """Write a multikernel.yaml with everything that starts something, and return its path."""
    above = folder.parent
    lines = [
        "default: p",
        "backends:",
        f"  p: {{kernel: python3, start: eager, startup: {json.dumps(mark(above, 'startup'))}}}",
        "  q:",
        "    kernel: python3",
        "    start: eager",
        f"    env: {{PYTHONSTARTUP: {json.dumps(str(above / 'startup.py'))}}}",
    ]
    path = folder / "multikernel.yaml"
    path.write_text("\n".join(lines))
    return path


def done_by_config(folder: Path) -> set[str]:
    return {path.name.removeprefix("config-") for path in folder.parent.glob("config-*")}


def imported(folder: Path) -> set[str]:
    """Return the modules of a folder that were imported so far."""
    file = folder.parent / "modules"
    return set(file.read_text().split()) if file.exists() else set()


def test_nothing_of_a_folder_with_a_config_runs_before_the_first_cell(folder: Path) -> None:
    write_config(folder)
    with open_kernel("multi", cwd=str(folder)) as kernel:
        ask_what_is_no_cell(kernel)
        assert kernel.interrupt().content["status"] == "ok"
        assert (imported(folder), done_by_config(folder)) == (set(), set())
        kernel.run("1")
        kernel.run("%%q\n1")
        assert done_by_config(folder) == {"startup", "env"}


@pytest.mark.parametrize("why", ["other users can write to it", "it belongs to another"])
def test_nothing_at_all_that_an_untrusted_config_says_is_ever_done(folder: Path, why: str) -> None:
    path = write_config(folder)
    if why == "other users can write to it":
        path.chmod(0o666)
    else:
        need_root()
        os.chown(path, NOBODY, NOBODY)
    with open_kernel("multi", cwd=str(folder)) as kernel:
        ask_what_is_no_cell(kernel)
        first = kernel.run("1").content
        assert first["ename"] == "ConfigError"
        assert why in first["evalue"]
        assert kernel.run("%%python3\n1").result == "1"
        assert kernel.run("%%q\n1").content["status"] == "error"
        kernel.run("%%restart python3")
        kernel.run("1")
    assert done_by_config(folder) == set()


LAUNCHER = """
import sys
sys.path.pop(0)
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""


def test_of_its_modules_those_are_imported_that_the_child_alone_imports(folder: Path) -> None:
    modules = folder.parent / "modules"
    # `python -m ipykernel_launcher` finds this one first: that is between ipykernel and Jupyter.
    (folder / "ipykernel_launcher.py").write_text(f"open({str(modules)!r}, 'a').write('launcher\\n')\n{LAUNCHER}")
    seen = {}
    for name in ("python3", "multi"):
        modules.unlink(missing_ok=True)
        with open_kernel(name, cwd=str(folder)) as kernel:
            assert kernel.run("1").result == "1"
            before = imported(folder)
            kernel.run("import yaml")
            seen[name] = before, imported(folder) - before
    assert seen["multi"] == seen["python3"] == ({"launcher"}, {"yaml"})


def test_a_pipe_as_config_does_not_hold_up_the_notebook(folder: Path) -> None:
    os.mkfifo(folder / "multikernel.yaml")
    with open_kernel("multi", cwd=str(folder)) as kernel:
        assert kernel.run("1").content["evalue"] == "multikernel.yaml:1:1: not used, because it is not a regular file"
        assert kernel.run("1").result == "1"
