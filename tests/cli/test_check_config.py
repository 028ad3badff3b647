"""`multikernel check` finds mistakes in a config file."""

import pytest

from .conftest import Machine, Run

WRONG = """\
default: q
backends:
  p: {kernel: python3, start: eagr}
  p: {kernel: python3}
"""


def test_a_good_file_has_no_mistakes(machine: Machine, run: Run) -> None:
    file = machine.write("c.yaml", "backends: {p: {kernel: python3}}\n")
    for name in ("c.yaml", str(file)):
        result = run("check", name)
        assert (result.code, result.lines) == (0, [f"{name}: no mistakes"])


def test_each_mistake_is_a_line_that_editors_can_jump_to(machine: Machine, run: Run) -> None:
    machine.write("c.yaml", WRONG)
    result = run("check", "c.yaml")
    assert result.code == 1
    assert [line.rsplit(": ", 1)[0].split(": ")[:2] for line in result.lines] == [
        ["c.yaml:1:10", "default"],
        ["c.yaml:3:31", "backends.p.start"],
        ["c.yaml:4:3", "backends.p"],
    ]


def test_kernelspecs_that_are_not_installed_are_reported_at_their_position(machine: Machine, run: Run) -> None:
    machine.add_kernel("ir", "R")
    machine.write("c.yaml", "default: p\nbackends:\n  p: {kernel: python3}\n  my.r:\n    kernel: irr\n")
    result = run("check", "c.yaml")
    assert result.code == 1
    assert result.lines == [
        "c.yaml:5:13: backends.my.r.kernel: the kernelspec 'irr' is not installed (did you mean 'ir'?); installed: "
        "ir, python3"
    ]


def test_a_missing_program_and_a_multi_are_reported_too(machine: Machine, run: Run) -> None:
    folder = machine.add_kernel("ir", "R", ["/gone/R"])
    run("install", "--user")
    machine.write("c.yaml", "default: p\nbackends: {p: {kernel: python3}, r: {kernel: ir}, m: {kernel: multi}}\n")
    assert run("check", "c.yaml").lines == [
        "c.yaml:2:46: backends.r.kernel: its program /gone/R does not exist: reinstall the kernel, or fix "
        f"{folder}/kernel.json",
        "c.yaml:2:63: backends.m.kernel: the kernelspec 'multi' is a Multi, which cannot be a backend; use one of ir, "
        "python3",
    ]


def test_kernelspec_names_are_case_insensitive_as_in_jupyter(machine: Machine, run: Run) -> None:
    machine.write("c.yaml", "backends: {p: {kernel: Python3}}\n")
    assert run("check", "c.yaml").lines == ["c.yaml: no mistakes"]


def test_a_missing_cwd_is_reported_relative_to_the_file(machine: Machine, run: Run) -> None:
    (machine.work / "sub" / "data").mkdir(parents=True)
    machine.write("sub/c.yaml", "backends: {p: {kernel: python3, cwd: data}}\n")
    assert run("check", "sub/c.yaml").code == 0
    machine.write("sub/c.yaml", "backends: {p: {kernel: python3, cwd: date}}\n")
    result = run("check", "sub/c.yaml")
    assert result.code == 1
    assert result.lines[0].startswith("sub/c.yaml:1:38: backends.p.cwd: ")


def test_without_an_argument_it_checks_the_file_for_the_working_folder(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = machine.write("multikernel.yaml", "backends: {p: {kernel: python3}}\n")
    (machine.work / "sub").mkdir()
    monkeypatch.chdir("sub")
    assert run("check").lines == [f"{config}: no mistakes"]
    config.write_text("backends: {p: {kernel: python4}}\n")
    result = run("check")
    assert result.code == 1
    assert result.lines[0].startswith(f"{config}:1:24: backends.p.kernel: the kernelspec 'python4' is not installed")


def test_without_any_config_there_is_nothing_to_check(machine: Machine, run: Run) -> None:
    result = run("check")
    assert result.code == 0
    assert result.lines == ["no multikernel.yaml applies here, so every installed kernelspec is a backend"]
    assert run("check", "--json").json == {"file": None, "config": None, "ok": True, "findings": []}


@pytest.mark.parametrize("arguments", [[], ["multikernel.yaml"]], ids=["found", "named"])
def test_a_file_that_the_kernel_would_not_trust_is_a_mistake(machine: Machine, run: Run, arguments: list[str]) -> None:
    config = machine.write("multikernel.yaml", "backends: {p: {kernel: python3}}\n")
    config.chmod(0o666)
    result = run("check", *arguments)
    assert result.code == 1
    assert result.lines == [
        "multikernel.yaml:1:1: not used, because other users can write to it; if you trust it, run chmod go-w "
        + (arguments[0] if arguments else str(config))
    ]


def test_a_file_named_on_the_command_line_needs_no_trust(machine: Machine, run: Run) -> None:
    machine.write("c.yaml", "backends: {p: {kernel: python3}}\n").chmod(0o666)
    assert run("check", "c.yaml").code == 0


def test_a_file_of_the_user_s_own_needs_no_trust(machine: Machine, run: Run) -> None:
    folder = machine.root / "config"
    folder.mkdir()
    machine.write("../../config/multikernel.yaml", "backends: {p: {kernel: python3}}\n").chmod(0o666)
    assert run("check", folder / "multikernel.yaml").code == 0
    assert run("check").code == 0


def test_a_named_file_is_checked_whatever_the_environment_says(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTIKERNEL_CONFIG", str(machine.write("c.yaml", "backends: {p: {kernel: python3}}\n")))
    machine.write("multikernel.yaml", "backends: {p: {kernel: python3}}\n").chmod(0o666)
    assert run("check", "multikernel.yaml").code == 1
    assert run("check").code == 0


def test_more_mistakes_than_a_cell_shows_are_all_shown(machine: Machine, run: Run) -> None:
    keys = "".join(f"  p{number}: {{}}\n" for number in range(150))
    machine.write("c.yaml", f"default: p0\nbackends:\n{keys}")
    assert len(run("check", "c.yaml").lines) == 150


def test_an_endless_file_is_not_read_to_its_end(machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTIKERNEL_CONFIG", "/dev/zero")
    for name in ("check", "list"):
        assert "/dev/zero:1:1: " in run(name).out


def test_json_has_each_finding_with_its_position(machine: Machine, run: Run) -> None:
    file = machine.write("c.yaml", "backends: {p: {kernel: python3, start: eagr}}\n")
    result = run("check", "c.yaml", "--json")
    assert result.code == 1
    assert result.json == {
        "file": "c.yaml",
        "config": str(file),
        "ok": False,
        "findings": [
            {
                "file": "c.yaml",
                "severity": "mistake",
                "what": "'eagr' is not one of lazy, eager (did you mean 'eager'?)",
                "line": 1,
                "column": 40,
                "path": "backends.p.start",
                "cell": None,
                "id": None,
            }
        ],
    }


def test_what_cannot_be_read_is_one_sentence_and_exit_code_2(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, complaint in {
        "none.yaml": "there is no file none.yaml",
        ".": ". is a folder, not a config file or a notebook",
    }.items():
        result = run("check", name)
        assert (result.code, result.complaint) == (2, f"multikernel check: {complaint}")
    monkeypatch.setenv("MULTIKERNEL_CONFIG", "/nowhere/c.yaml")
    result = run("check")
    assert result.code == 2
    assert result.complaint == (
        "multikernel check: /nowhere/c.yaml cannot be read: No such file or directory; "
        "$MULTIKERNEL_CONFIG names this file"
    )
