"""`multikernel install` adds a Multi to the launchers, and touches nothing else."""

import json
import os
import stat
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, NoReturn

import pytest

from multikernel.cli import shipped as shipped_module

from .conftest import Machine, Run

REPOSITORY = Path(__file__).parents[2]
GOOD = "backends: {p: {kernel: python3}}\n"


def kernel_json(folder: Path) -> Any:
    return json.loads((folder / "kernel.json").read_text("utf-8"))


def test_the_plain_kernelspec_equals_the_one_shipped_with_multi_except_for_the_interpreter(
    machine: Machine, run: Run
) -> None:
    result = run("install", "--user")
    folder = machine.user_kernels / "multi"
    assert result.code == 0
    assert result.lines == [f"Installed the kernelspec multi in {folder}; launchers show it as 'Multi'"]
    shipped = kernel_json(REPOSITORY / "kernelspec")
    assert kernel_json(folder) == {**shipped, "argv": [sys.executable, *shipped["argv"][1:]]}
    logos = {path.name: path.read_bytes() for path in (REPOSITORY / "kernelspec").glob("logo-*")}
    assert logos
    assert {path.name: path.read_bytes() for path in folder.glob("logo-*")} == logos


def test_the_kernelspec_goes_where_ipykernel_s_would(machine: Machine, run: Run) -> None:
    assert run("install").code == 0
    assert run("install", "--user").code == 0
    assert run("install", "--prefix", machine.prefix).code == 0
    for folder in (machine.system_kernels, machine.user_kernels, machine.prefix_kernels):
        assert (folder / "multi" / "kernel.json").is_file()


def test_sys_prefix_is_the_environment_of_the_interpreter(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(machine.prefix))
    run("install", "--sys-prefix")
    assert (machine.prefix_kernels / "multi" / "kernel.json").is_file()


def test_there_is_a_hint_if_jupyter_does_not_look_there(machine: Machine, run: Run) -> None:
    result = run("install", "--prefix", machine.prefix)
    assert result.code == 0
    assert result.err == (f"Jupyter does not look there unless JUPYTER_PATH contains {machine.prefix}/share/jupyter\n")


def test_everybody_can_read_what_is_installed(machine: Machine, run: Run) -> None:
    before = os.umask(0o022)
    try:
        run("install", "--user")
    finally:
        os.umask(before)
    folder = machine.user_kernels / "multi"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o644}


def test_a_multi_from_a_wheel_finds_its_logos(machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped_module, "CHECKOUT", machine.root)
    run("install", "--user")
    assert len(list((machine.user_kernels / "multi").glob("logo-*"))) == 3


def is_not_installed(name: str) -> NoReturn:
    raise PackageNotFoundError(name)


@pytest.mark.parametrize("files", [lambda name: None, is_not_installed], ids=["no record", "not installed"])
def test_without_the_logos_it_works_as_well(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch, files: Callable[[str], None]
) -> None:
    monkeypatch.setattr(shipped_module, "files", files)
    monkeypatch.setattr(shipped_module, "CHECKOUT", machine.root)
    assert run("install", "--user").code == 0
    assert [path.name for path in (machine.user_kernels / "multi").iterdir()] == ["kernel.json"]


def test_the_language_of_the_config_is_the_installed_kernel_s(machine: Machine, run: Run) -> None:
    machine.add_kernel("duckdb", "")
    machine.write("c.yaml", "backends: {d: {kernel: duckdb, language: sql}}\n")
    assert run("install", "--user", "--config", "c.yaml").code == 0
    assert kernel_json(machine.user_kernels / "multi-c")["language"] == "sql"


def test_a_config_makes_a_kernel_with_its_path_its_language_and_its_name(machine: Machine, run: Run) -> None:
    machine.add_kernel("ir", "R")
    config = machine.write("my stats/multikernel.yaml", "backends: {r: {kernel: ir}}\n")
    result = run("install", "--user", "--config", "my stats/multikernel.yaml")
    folder = machine.user_kernels / "multi-my-stats"
    assert result.code == 0
    assert result.lines == [
        f"Installed the kernelspec multi-my-stats in {folder}; launchers show it as 'Multi (my stats)'"
    ]
    spec = kernel_json(folder)
    assert spec["env"] == {"MULTIKERNEL_CONFIG": str(config)}
    assert (spec["language"], spec["display_name"]) == ("R", "Multi (my stats)")
    assert spec["metadata"] == {"multikernel": True, "debugger": False, "supported_encryption": ["curve"]}


@pytest.mark.parametrize(("debugger", "promised"), [(True, True), (False, False), ("odd", False)])
def test_the_kernelspec_claims_a_debugger_if_a_backend_has_one(
    machine: Machine, run: Run, debugger: object, promised: bool
) -> None:
    machine.add_kernel("ir", "R")
    machine.add_kernel("xpython", "python", metadata={"debugger": debugger})
    machine.write("multikernel.yaml", "default: r\nbackends: {r: {kernel: ir}, py: {kernel: XPython}}\n")
    assert run("install", "--user", "--name", "n", "--config", "multikernel.yaml").code == 0
    assert kernel_json(machine.user_kernels / "n")["metadata"]["debugger"] is promised


@pytest.mark.parametrize(
    ("arguments", "name", "display_name"),
    [
        (["--config", "Team-A.yaml"], "multi-team-a", "Multi (Team-A)"),
        (["--config", "Team-A.yaml", "--name", "multi-b"], "multi-b", "Multi (b)"),
        (["--config", "Team-A.yaml", "--name", "Stats"], "stats", "Multi (Stats)"),
        (["--config", "Team-A.yaml", "--name", "multi"], "multi", "Multi"),
        (["--config", "Team-A.yaml", "--display-name", "Für uns"], "multi-team-a", "Für uns"),
        (["--name", "multi-debug", "--env", "DEBUG", "1"], "multi-debug", "Multi (debug)"),
        (["--name", "a", "--display-name", "A"], "a", "A"),
    ],
    ids=str,
)
def test_names_are_derived_from_the_arguments(
    machine: Machine, run: Run, arguments: list[str], name: str, display_name: str
) -> None:
    machine.write("Team-A.yaml", GOOD)
    assert run("install", "--user", *arguments).code == 0
    assert [path.name for path in machine.user_kernels.iterdir()] == [name]
    assert kernel_json(machine.user_kernels / name)["display_name"] == display_name


def test_environment_variables_go_into_the_kernelspec(machine: Machine, run: Run) -> None:
    run("install", "--user", "--env", "A", "1", "--env", "B", "x=${A}")
    assert kernel_json(machine.user_kernels / "multi")["env"] == {"A": "1", "B": "x=${A}"}


def test_a_config_with_mistakes_is_not_installed(machine: Machine, run: Run) -> None:
    machine.write("c.yaml", "default: q\nbackends: {p: {kernel: python3, start: eagr}}\n")
    result = run("install", "--user", "--config", "c.yaml")
    assert result.code == 1
    lines = result.err.splitlines()
    assert result.out == ""
    assert lines[0].startswith("c.yaml:1:10: default: there is no backend 'q'")
    assert lines[1].startswith("c.yaml:2:40: backends.p.start: 'eagr' is not one of lazy, eager")
    assert lines[2:] == ["multikernel install: not installed, because the config file has mistakes"]
    assert not machine.user_kernels.exists()


@pytest.mark.parametrize("kernel", ["ir", "multi", "broken"])
def test_a_config_whose_default_has_no_language_is_not_installed(machine: Machine, run: Run, kernel: str) -> None:
    (machine.add_kernel("broken", "x") / "kernel.json").write_text("{")
    machine.add_kernel("multi", "x", metadata={"multikernel": True})
    config = machine.write("c.yaml", f"backends: {{r: {{kernel: {kernel}}}}}\n")
    result = run("install", "--user", "--config", config)
    assert result.code == 1
    assert result.err.splitlines()[-1] == (
        f"multikernel install: c.yaml: install the kernelspec {kernel!r} first: the language of the default backend, "
        f"r, depends on it"
    )
    assert not machine.user_kernels.exists()


def test_another_backend_without_a_kernelspec_is_only_a_warning(machine: Machine, run: Run) -> None:
    config = machine.write("c.yaml", "default: p\nbackends: {p: {kernel: python3}, r: {kernel: ir}}\n")
    result = run("install", "--user", "--config", config)
    assert result.code == 0
    assert result.err == ("c.yaml: warning: r cannot start: the kernelspec 'ir' is not installed; installed: python3\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--config", "none.yaml"], "there is no file {work}/none.yaml"),
        (["--config", "."], "there is no file {work}"),
        (
            ["--name", "my kernel"],
            "--name 'my kernel': use only letters A to Z, digits and . _ - in the name of a kernelspec; "
            "--display-name sets what launchers show",
        ),
        (
            ["--name", ".."],
            "--name '..': use only letters A to Z, digits and . _ - in the name of a kernelspec; "
            "--display-name sets what launchers show",
        ),
        (["--env", "A=B", "1"], "--env 'A=B': not a valid name for an environment variable"),
        (
            ["--env", "MULTIKERNEL_CONFIG", "c.yaml"],
            "--env MULTIKERNEL_CONFIG: use --config FILE instead, which also checks the file",
        ),
        (["--config", "Ж.yaml"], "cannot derive a kernelspec name from {work}/Ж.yaml: add --name NAME"),
    ],
    ids=str,
)
def test_invalid_arguments_are_one_sentence_and_exit_code_2(
    machine: Machine, run: Run, arguments: list[str], complaint: str
) -> None:
    machine.write("Ж.yaml", GOOD)
    result = run("install", "--user", *arguments)
    assert (result.code, result.complaint) == (2, "multikernel install: " + complaint.format(work=machine.work))
    assert not machine.user_kernels.exists()


def test_another_kernel_is_neither_replaced_nor_hidden(machine: Machine, run: Run) -> None:
    folder = machine.add_kernel("ir", "R")
    before = kernel_json(folder)
    for place in (["--user"], ["--prefix", str(machine.kernels.parents[1])]):
        result = run("install", "--name", "IR", *place)
        assert result.code == 1
        assert result.complaint == (f"multikernel install: ir is another kernel, in {folder}: choose another --name")
    assert kernel_json(folder) == before
    assert not machine.user_kernels.exists()
    assert run("install", "--user", "--name", "python3").code == 1


def test_another_kernel_in_a_place_that_jupyter_does_not_know_is_not_replaced_either(
    machine: Machine, run: Run
) -> None:
    folder = machine.prefix_kernels / "other"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text('{"argv": ["x"], "display_name": "X", "language": "x"}')
    assert run("install", "--name", "other", "--prefix", machine.prefix).code == 1
    assert kernel_json(folder)["display_name"] == "X"


def test_the_same_multi_is_replaced(machine: Machine, run: Run) -> None:
    config = machine.write("c.yaml", GOOD)
    for display_name in ("One", "Two"):
        assert run("install", "--user", "--config", config, "--display-name", display_name).code == 0
    assert kernel_json(machine.user_kernels / "multi-c")["display_name"] == "Two"


def test_the_multi_of_another_config_is_replaced_only_if_it_is_named(machine: Machine, run: Run) -> None:
    first, second = machine.write("one/c.yaml", GOOD), machine.write("two/c.yaml", GOOD)
    run("install", "--user", "--config", first)
    result = run("install", "--user", "--config", second)
    folder = machine.user_kernels / "multi-c"
    assert result.code == 1
    assert result.complaint == (
        f"multikernel install: multi-c, in {folder}, is the Multi for {first}: use --name multi-c to replace it, "
        f"or another --name to keep both"
    )
    assert run("install", "--user", "--config", second, "--name", "multi-c").code == 0
    assert kernel_json(folder)["env"] == {"MULTIKERNEL_CONFIG": str(second)}


def test_an_unwritable_folder_is_one_sentence_with_a_hint(machine: Machine, run: Run) -> None:
    machine.system_kernels.parent.write_text("a file, not a folder")
    result = run("install")
    assert result.code == 1
    assert result.complaint == (
        f"multikernel install: cannot write to {machine.system_kernels}: Not a directory; add --user or --sys-prefix"
    )
