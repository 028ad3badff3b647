"""The command line as a whole: help, wrong usage, and the arguments that belong to the kernel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from multikernel import __version__
from multikernel.cli import TABLE

from .conftest import Machine, Run

MULTI = [sys.executable, "-P", "-m", "multikernel"]
PATIENCE = 60.0


def test_help_lists_the_subcommands_and_the_exit_codes(run: Run) -> None:
    for option in ("--help", "-h"):
        result = run(option)
        assert result.code == 0
        for name, command in TABLE.items():
            assert any(line.split() == [name, *command.summary.split()] for line in result.lines)
        assert "exit codes:" in result.out
        assert "-f CONNECTION_FILE" in result.out


@pytest.mark.parametrize("name", TABLE)
def test_each_subcommand_has_help_of_its_own(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.code == 0
    assert result.lines[0].startswith(f"usage: multikernel {name} ")
    assert TABLE[name].description.splitlines()[0] in result.out


def test_the_version_can_be_asked_for(run: Run) -> None:
    result = run("--version")
    assert (result.code, result.lines) == (0, [__version__])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            [],
            "multikernel: no subcommand given; use one of install, uninstall, list, check, trust, doctor, init, "
            "export, trace, or see multikernel --help",
        ),
        (
            ["lst"],
            "multikernel: unknown subcommand 'lst' (did you mean 'list'?); use one of install, uninstall, list, "
            "check, trust, doctor, init, export, trace, or see multikernel --help",
        ),
        (["list", "--jsn"], "multikernel list: unknown argument '--jsn'; see multikernel list --help"),
        (["list", ".", "more"], "multikernel list: unknown argument 'more'; see multikernel list --help"),
        (
            ["install", "--user", "--sys-prefix"],
            "multikernel install: argument --sys-prefix: not allowed with argument --user; see multikernel install "
            "--help",
        ),
        (
            ["install", "--env", "A"],
            "multikernel install: argument --env: expected 2 arguments; see multikernel install --help",
        ),
        (
            ["install", "--prefix", ""],
            "multikernel install: argument --prefix: the path is empty; see multikernel install --help",
        ),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(run: Run, arguments: list[str], complaint: str) -> None:
    result = run(*arguments)
    assert (result.code, result.complaint) == (2, complaint)


def test_the_kernel_does_not_import_the_command_line(tmp_path: Path) -> None:
    code = (
        "import sys; from multikernel.__main__ import main; "
        f"assert main(['-f', {str(tmp_path / 'nowhere.json')!r}]) == 1; "
        "print([name for name in sys.modules if name.startswith('multikernel.cli')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "[]\n"


def test_the_command_line_does_not_import_the_front() -> None:
    code = (
        "import sys; import multikernel.cli; "
        "print([name for name in sys.modules if name.startswith(('multikernel.app', 'multikernel.runtime'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_pipe_causes_no_traceback(machine: Machine, unbuffered: str) -> None:
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [*MULTI, "list", "--json"]
    done = subprocess.run(command, env=environment, stdout=write, stderr=subprocess.PIPE, timeout=PATIENCE)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_working_folder_that_is_gone_is_one_sentence(machine: Machine, run: Run) -> None:
    machine.work.rmdir()
    for arguments in (["list"], ["check"], ["init"]):
        result = run(*arguments)
        assert result.code == 2
        assert result.complaint.startswith(f"multikernel {arguments[0]}: ")


def test_characters_that_the_terminal_lacks_are_escaped(machine: Machine) -> None:
    folder = machine.work / "Ω"
    folder.mkdir()
    (folder / "multikernel.yaml").write_text("backends: {p: {kernel: python3}}\n")
    (folder / "multikernel.yaml").chmod(0o644)
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*MULTI, "check"], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{machine.work}/\\u03a9/multikernel.yaml: no mistakes\n"


def test_a_kernelspec_that_cannot_be_read_is_reported_once(machine: Machine) -> None:
    (machine.add_kernel("broken", "x") / "kernel.json").write_text("{")
    done = subprocess.run([*MULTI, "list"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stderr == ""
    assert done.stdout.count("broken: ") == 1
