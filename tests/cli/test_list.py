"""`multikernel list` shows the backends of a folder, and why something is missing."""

import sys

import pytest

from .conftest import Machine, Run

ALL_INSTALLED = "no multikernel.yaml: every installed kernelspec is a backend"


def test_without_a_config_every_kernelspec_is_a_backend(machine: Machine, run: Run) -> None:
    machine.add_kernel("ir", "R", ["/bin/sh", "-c", "R"])
    result = run("list")
    assert result.code == 0
    assert [line.split() for line in result.lines[:3]] == [
        ["backend", "aliases", "kernelspec", "language", "interpreter"],
        ["python", "*", "python3", "python3", "python", sys.executable],
        ["r", "ir", "ir", "R", "/bin/sh"],
    ]
    assert result.lines[3] == f"* default; {ALL_INSTALLED}"


def test_with_a_config_its_backends_and_its_file_are_shown(machine: Machine, run: Run) -> None:
    config = machine.write(
        "multikernel.yaml", "default: p\nbackends: {p: {kernel: python3, aliases: [py, q]}, p2: {kernel: Python3}}\n"
    )
    (machine.work / "sub").mkdir()
    result = run("list", "sub")
    assert [line.split() for line in result.lines[1:3]] == [
        ["p", "*", "py,", "q", "python3", "python", sys.executable],
        ["p2", "Python3", "python", sys.executable],
    ]
    assert result.lines[3] == f"* default; {config}"


def test_several_backends_of_one_kernelspec_are_one_row(machine: Machine, run: Run) -> None:
    machine.write(
        "multikernel.yaml",
        "default: w[1]\n"
        "backends: {worker: {kernel: python3, aliases: [w], count: 4}, gone: {kernel: gone, count: 9}}\n",
    )
    result = run("list")
    assert [line.split() for line in result.lines[1:3]] == [
        ["worker", "*", "w", "python3", "python", sys.executable],
        ["gone", "gone", "refused"],
    ]
    wrong = run("check").lines
    assert len(wrong) == 1
    assert "backends.gone.kernel: " in wrong[0]


def test_a_language_of_the_config_is_shown_and_names_the_backend(machine: Machine, run: Run) -> None:
    machine.add_kernel("duckdb", "")
    machine.write(
        "multikernel.yaml",
        "default: p\nbackends:\n  p: {kernel: python3}\n  d: {kernel: Duckdb, language: bash}\n"
        "  q: {kernel: none, language: Q}\n",
    )
    lines = run("list").lines
    assert [line.split()[:3] for line in lines[2:4]] == [["d", "Duckdb", "bash"], ["q", "none", "Q"]]
    assert any(line.startswith("hidden: %%bash:") for line in lines)


def test_magics_that_headers_hide_are_shown(machine: Machine, run: Run) -> None:
    machine.add_kernel("bash", "bash")
    assert run("list").lines[-3:] == [
        f"hidden: %%{name}: selects a backend, not python's own magic; to run the magic, put %%python on the line "
        "above it"
        for name in ("bash", "python", "python3")
    ]


def test_a_default_without_magics_hides_none(machine: Machine, run: Run) -> None:
    machine.add_kernel("ir", "R")
    machine.write("multikernel.yaml", "default: r\nbackends: {r: {kernel: ir}, bash: {kernel: python3}}\n")
    assert "hidden" not in run("list").out


def test_kernelspecs_that_no_header_line_can_name_are_shown(machine: Machine, run: Run) -> None:
    for name in ("log", "vars", "my kernel"):
        machine.add_kernel(name, "x")
    out = run("list").lines
    assert "hidden: log: %%log is a command: give it another name in a multikernel.yaml" in out
    assert "hidden: vars: %%vars is a command: give it another name in a multikernel.yaml" in out
    assert "hidden: my kernel: a header line cannot contain this name: give it another one in a multikernel.yaml" in out


def test_a_kernelspec_that_is_not_installed_is_refused_with_a_suggestion(machine: Machine, run: Run) -> None:
    machine.add_kernel("octave", "octave")
    machine.write("multikernel.yaml", "default: p\nbackends: {p: {kernel: python3}, o: {kernel: octav}}\n")
    result = run("list")
    assert result.code == 0
    assert result.lines[2].split() == ["o", "octav", "refused"]
    assert result.lines[-1] == (
        "refused: o: the kernelspec 'octav' is not installed (did you mean 'octave'?); installed: octave, python3"
    )


def test_a_multi_is_not_a_backend(machine: Machine, run: Run) -> None:
    run("install", "--user")
    assert "multi " not in run("list").out
    machine.write("multikernel.yaml", "default: p\nbackends: {p: {kernel: python3}, m: {kernel: multi}}\n")
    assert run("list").lines[-1] == (
        "refused: m: the kernelspec 'multi' is a Multi, which cannot be a backend; use one of python3"
    )


def test_a_missing_program_is_refused(machine: Machine, run: Run) -> None:
    folder = machine.add_kernel("old", "python", ["/gone/bin/python", "-m", "ipykernel_launcher"])
    assert run("list").lines[-1] == (
        f"refused: old: its program /gone/bin/python does not exist: reinstall the kernel, or fix {folder}/kernel.json"
    )


def test_a_program_is_found_as_jupyter_client_finds_it(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multikernel.config.kernelspecs.is_provisioner", lambda name: True)
    tool = machine.root / "bin" / "tool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    own = machine.add_kernel("own", "x", ["{resource_dir}/start"])
    (own / "start").write_text("#!/bin/sh\n")
    (own / "start").chmod(0o755)
    machine.add_kernel("spec-path", "x", ["tool"], env={"PATH": f"{tool.parent}:${{PATH}}"})
    machine.add_kernel("backend-path", "x", ["tool"])
    machine.add_kernel(
        "remote", "x", ["tool"], metadata={"kernel_provisioner": {"provisioner_name": "far-provisioner"}}
    )
    machine.write(
        "multikernel.yaml",
        f"default: a\nbackends: {{a: {{kernel: own}}, b: {{kernel: spec-path}}, r: {{kernel: remote}},\n"
        f"  c: {{kernel: backend-path, env: {{PATH: '{tool.parent}'}}}}, d: {{kernel: backend-path}}}}\n",
    )
    found = {
        backend["name"]: (backend["interpreter"], backend["refused"])
        for backend in run("list", "--json").json["backends"]
    }
    assert found["a"] == (str(own / "start"), None)
    assert found["b"] == found["c"] == (str(tool), None)
    assert found["r"] == (None, None)
    assert found["d"][0] is None
    assert found["d"][1].startswith("its program tool does not exist: ")


def test_python_is_multi_s_own_interpreter_whatever_the_path(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.add_kernel("mine", "python", ["python3", "-m", "mine"])
    monkeypatch.setenv("PATH", str(machine.root))
    assert run("list").lines[1].split() == ["mine", "mine", "python", sys.executable]


def test_a_kernelspec_that_cannot_be_read_is_refused(machine: Machine, run: Run) -> None:
    odd = '{"argv": ["x"], "metadata": {"kernel_provisioner": 5}}'
    for name, text in {"broken": "{", "list": "[]", "odd": odd, "typed": '{"argv": 5}', "empty": "{}"}.items():
        (machine.add_kernel(name, "x") / "kernel.json").write_text(text)
    (machine.add_kernel("away", "x") / "kernel.json").write_text(
        '{"argv": ["x"], "metadata": {"kernel_provisioner": {"provisioner_name": "nowhere"}}}'
    )
    lines = [line for line in run("list").lines if line.startswith("refused: ")]
    file = f"{machine.kernels}/{{}}/kernel.json"
    assert [line.split(": ")[1] for line in lines] == ["empty", "away", "broken", "list", "odd", "typed"]
    assert lines[0] == f"refused: empty: {file.format('empty')} names no program: argv must be a list of strings"
    assert (
        lines[1] == f"refused: away: its kernel provisioner 'nowhere' is not installed; {file.format('away')} names it"
    )
    assert lines[2].startswith(f"refused: broken: {file.format('broken')} cannot be read: ")


def test_a_config_with_mistakes_is_refused_and_the_backends_used_instead_are_shown(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "backends: {p: {kernel: python3, start: eagr}, q: {}}\n")
    result = run("list")
    assert result.code == 0
    assert result.lines[1].split()[0] == "python"
    at = result.lines.index("refused: the config file; until it is fixed, every installed kernelspec is a backend:")
    assert [line.split(": ")[1] for line in result.lines[at + 1 :]] == ["backends.p.start", "backends.q"]
    assert run("list", "--json").json["mistakes"][0] == {
        "line": 1,
        "column": 40,
        "path": "backends.p.start",
        "what": "'eagr' is not one of lazy, eager (did you mean 'eager'?)",
    }


def test_a_config_that_is_not_trusted_is_refused(machine: Machine, run: Run) -> None:
    config = machine.write("multikernel.yaml", "backends: {p: {kernel: python3}}\n")
    config.chmod(0o666)
    assert run("list").lines[-1] == (
        f"multikernel.yaml:1:1: not used, because other users can write to it; if you trust it, run chmod go-w {config}"
    )


def test_the_config_of_the_environment_comes_first(machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.write("multikernel.yaml", "backends: {p: {kernel: python3}}\n")
    named = machine.write("other.yaml", "backends: {q: {kernel: python3}}\n")
    monkeypatch.setenv("MULTIKERNEL_CONFIG", str(named))
    assert run("list", "--json").json["config"] == str(named)


def test_json_has_everything_under_fixed_keys(machine: Machine, run: Run) -> None:
    (machine.add_kernel("broken", "x") / "kernel.json").write_text("{")
    config = machine.write("multikernel.yaml", "default: py\nbackends: {python: {kernel: python3, aliases: [py]}}\n")
    answer = run("list", "--json").json
    fault = answer["broken_kernelspecs"].pop("broken")
    assert fault.startswith(f"{machine.kernels}/broken/kernel.json cannot be read: ")
    assert answer == {
        "folder": str(machine.work),
        "config": str(config),
        "mistakes": [],
        "default": "python",
        "backends": [
            {
                "name": "python",
                "aliases": ["py"],
                "kernelspec": "python3",
                "place": None,
                "language": "python",
                "interpreter": sys.executable,
                "refused": None,
                "trust": None,
            }
        ],
        "hidden": [
            {
                "name": "%%python",
                "why": "selects a backend, not python's own magic; to run the magic, put %%python on the line above it",
            },
        ],
        "broken_kernelspecs": {},
    }


def test_a_missing_folder_is_one_sentence_and_exit_code_2(machine: Machine, run: Run) -> None:
    for name in ("nowhere", str(machine.write("file", ""))):
        result = run("list", name)
        assert (result.code, result.complaint) == (2, f"multikernel list: {name} is not a folder")


def test_a_machine_without_kernels_is_one_sentence_and_exit_code_1(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multikernel.config.kernelspecs.find_spec", lambda name: None)
    for name in ("list", "init", "install"):
        result = run(name)
        assert result.code == 1
        assert "pip install ipykernel" in result.complaint
