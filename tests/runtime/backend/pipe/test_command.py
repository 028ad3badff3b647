"""The command that reaches a place: its words, and which program it is."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from multikernel.core.places import RunPlace, SshPlace
from multikernel.runtime.backend.links.pipe.command import (
    BOOT,
    CommandNotFound,
    agent_source,
    command_of,
    find_program,
    stdin_of,
    working_folder,
)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a program in a folder of its own."""
    (tmp_path / "prog").write_text("#!/bin/sh\n")
    (tmp_path / "prog").chmod(0o755)
    return tmp_path / "prog"


@pytest.mark.parametrize("path", ["", ".", "{folder}:", "sub/..", ":/usr/bin"])
def test_a_program_beside_the_notebook_is_none(program: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(program.parent)
    (program.parent / "sub").mkdir()
    monkeypatch.setenv("PATH", path.format(folder="/usr/bin"))
    for name in ("prog", "./prog", "sub/../prog"):
        with pytest.raises(CommandNotFound):
            find_program(name)


def test_a_program_in_the_fronts_path_is_found(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f".:{program.parent}")
    assert find_program("prog") == str(program)
    monkeypatch.setenv("PATH", "/usr/bin")
    assert find_program(str(program)) == str(program)
    monkeypatch.setenv("HOME", str(program.parent))
    assert find_program("~/prog") == str(program)


def test_a_target_is_never_an_option() -> None:
    words = command_of(SshPlace("gpu", "-oProxyCommand=touch hacked"))
    assert words[words.index("--") + 1] == "-oProxyCommand=touch hacked"


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("python3", "python3"),
        ("~/env/bin/python", "~/env/bin/python"),
        ("~me/a b", "~me'/a b'"),
        ("$(touch hacked)", "'$(touch hacked)'"),
        ("~$(touch hacked)/python", "'~$(touch hacked)/python'"),
        ("it's", "'it'\"'\"'s'"),
    ],
)
def test_the_shell_there_expands_nothing_but_home(python: str, words: str) -> None:
    assert command_of(SshPlace("gpu", "gpu1", python=python))[-1] == f"exec {words} -c '{BOOT}'"


def test_a_command_is_run_as_it_is() -> None:
    place = RunPlace("box", ("env", "-i", "a b"), python="python3")
    assert command_of(place) == [find_program("env"), "-i", "a b", "python3", "-c", BOOT]


def test_no_shell_finds_anything_of_its_own_in_the_code() -> None:
    assert not set(BOOT) & set("'!\n\\`$%")
    assert shlex.split(f"'{BOOT}'") == [BOOT]


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh", "fish", "csh", "tcsh"])
def test_shells_run_it(shell: str) -> None:
    command = command_of(SshPlace("gpu", "gpu1", python=sys.executable), greeting="0123abc{}")[-1]
    words = stdin_of({"do": "probe", "token": "t"})
    try:
        done = subprocess.run([shell, "-c", command], input=words, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("it is not installed")
    assert done.stdout.startswith(b"0123abc{}\nt{")


def test_the_agent_is_one_line() -> None:
    assert agent_source().count(b"\n") == 1
    assert len(agent_source()) < 30_000


def test_commands_do_not_run_beside_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert working_folder() == os.path.expanduser("~")
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert working_folder() == "/"
