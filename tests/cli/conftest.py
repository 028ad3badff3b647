"""A separate machine for each test: an empty home, and no kernelspec except python3 and those that the test writes."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupyter_client.kernelspec
import jupyter_core.paths
import pytest

import multikernel.cli.install
from multikernel.__main__ import main

PYTHON = [sys.executable, "-c", "pass"]


@dataclass(frozen=True)
class Machine:
    """Folders of a machine; the working folder is `work`."""

    root: Path

    @property
    def work(self) -> Path:
        """The working folder."""
        return self.root / "home" / "work"

    @property
    def kernels(self) -> Path:
        """A folder of kernelspecs where Jupyter looks."""
        return self.root / "jupyter" / "kernels"

    @property
    def prefix(self) -> Path:
        """A prefix where Jupyter does not look."""
        return self.root / "prefix"

    @property
    def prefix_kernels(self) -> Path:
        """The folder of kernelspecs in the prefix."""
        return self.prefix / "share" / "jupyter" / "kernels"

    @property
    def user_kernels(self) -> Path:
        """The folder of the user's own kernelspecs."""
        return self.root / "data" / "kernels"

    @property
    def system_kernels(self) -> Path:
        """The folder of kernelspecs for all users."""
        return self.root / "system" / "kernels"

    def add_kernel(self, name: str, language: str, argv: Sequence[str] = PYTHON, **more: Any) -> Path:
        """Write a kernelspec and return its folder."""
        folder = self.kernels / name
        folder.mkdir(parents=True)
        content = {"argv": argv, "display_name": name.title(), "language": language, **more}
        (folder / "kernel.json").write_text(json.dumps(content), "utf-8")
        return folder

    def write(self, name: str, text: str) -> Path:
        """Write a file, relative to the working folder, and return its path."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o644)
        return path

    def write_notebook(self, *cells: str, name: str = "n.ipynb", kernel: str = "multi") -> Path:
        """Write a notebook of code cells, with ids a, b, c …; a cell that begins with `#md` is a markdown cell."""
        content = {
            "cells": [
                {
                    "cell_type": "markdown" if text.startswith("#md") else "code",
                    "id": chr(ord("a") + number),
                    "metadata": {},
                    "source": text.splitlines(keepends=True),
                }
                for number, text in enumerate(cells)
            ],
            "metadata": {"kernelspec": {"name": kernel, "display_name": kernel}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return self.write(name, json.dumps(content))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a machine."""
    machine = Machine(tmp_path.resolve())
    machine.work.mkdir(parents=True)
    machine.kernels.mkdir(parents=True)
    monkeypatch.chdir(machine.work)
    monkeypatch.delenv("MULTIKERNEL_CONFIG", raising=False)
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    for variable, folder in {
        "HOME": "home",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_PATH": "jupyter",
    }.items():
        monkeypatch.setenv(variable, str(tmp_path.resolve() / folder))
    system = [str(machine.system_kernels.parent)]
    for module in (jupyter_core.paths, jupyter_client.kernelspec, multikernel.cli.install):
        monkeypatch.setattr(module, "SYSTEM_JUPYTER_PATH", system)
    monkeypatch.setattr(jupyter_core.paths, "ENV_JUPYTER_PATH", [])
    monkeypatch.setattr(jupyter_core.paths, "ENV_CONFIG_PATH", [])
    monkeypatch.setattr(jupyter_core.paths, "SYSTEM_CONFIG_PATH", [])
    return machine


@dataclass(frozen=True)
class Result:
    """The result of a subcommand."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines on stdout, if there is nothing on stderr."""
        assert self.err == ""
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """The JSON on stdout, if there is nothing on stderr."""
        assert self.err == ""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The only line on stderr, if there is nothing on stdout."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        return line


Run = Callable[..., Result]


@pytest.fixture
def run(machine: Machine, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `multikernel ARGUMENTS`."""

    def run(*arguments: str | Path) -> Result:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else -1
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return run
