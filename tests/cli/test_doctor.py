"""`multikernel doctor` prints each finding and how to fix it; it starts real backends."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import zmq

from multikernel.cli.doctor.progress import ERASE, Progress
from multikernel.config.settings import history_file

from .conftest import Machine, Result, Run

NOTHING_STARTS = "backends: {gone: {kernel: gone}}"
"""A config with which no kernel starts; it has one mistake."""


@pytest.fixture(autouse=True)
def runtime(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a runtime folder whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", folder)
        yield Path(folder)


def lines_about(result: Result, subject: str) -> list[tuple[str, str]]:
    """Return state and text of the lines about a subject."""
    found = (line.partition("  ") for line in result.lines)
    return [
        (state, text.strip().removeprefix(f"{subject}: ")) for state, _, text in found if f" {subject}:" in f" {text}"
    ]


def test_on_a_healthy_machine_all_is_ok_and_nothing_is_left(machine: Machine, run: Run, runtime: Path) -> None:
    result = run("doctor")
    assert result.code == 0
    assert result.lines[-1] == "no problems found"
    assert {line.split()[0] for line in result.lines[:-1]} == {"ok"}
    ((_, started),) = lines_about(result, "backend python")
    assert started.startswith("ipython ")
    assert ", ready over ipc in " in started
    assert lines_about(result, "kernelspec python3") == [("ok", f"python, {sys.executable}")]
    assert "kernelspecs that support it: python3" in result.out
    assert list(runtime.iterdir()) == []


def test_a_path_that_is_too_long_for_sockets_is_worth_a_note(
    machine: Machine, run: Run, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime / ("x" * 100)))
    result = run("doctor")
    assert result.code == 0
    assert [state for state, _ in lines_about(result, "runtime folder")] == ["ok", "note"]
    assert "ready over tcp" in lines_about(result, "backend python")[0][1]


def test_a_backend_that_does_not_start_is_a_problem_and_the_others_are_started(machine: Machine, run: Run) -> None:
    machine.add_kernel("broken", "x", [sys.executable, "-c", "raise SystemExit('no licence')"])
    config = "default: b\nbackends:\n  b: {kernel: broken}\n  p: {kernel: python3, startup: 1/0}\n"
    path = machine.write("multikernel.yaml", config)
    result = run("doctor")
    assert result.code == 1
    assert result.lines[-1] == "2 problems"
    ((state, broken),) = lines_about(result, "backend b")
    assert state == "problem"
    assert broken.startswith("b ended while it was starting (exit code 1); its last output: no licence; ")
    assert broken.endswith("jupyter console --kernel broken")
    ((state, python),) = lines_about(result, "backend p")
    assert state == "problem"
    assert "its startup code failed: ZeroDivisionError" in python
    assert python.endswith(f"fix backends.p.startup in {path.name}")


def test_the_config_file_is_checked_as_by_check(machine: Machine, run: Run) -> None:
    path = machine.write("multikernel.yaml", NOTHING_STARTS)
    result = run("doctor")
    assert result.code == 1
    ((state, config),) = lines_about(result, "config")
    assert (state, config) == ("problem", run("check").lines[0])
    assert [state for state, _ in lines_about(result, "backend gone")] == ["problem"]
    path.chmod(0o666)
    machine.add_kernel("python3", "python")
    assert "other users can write to it" in lines_about(run("doctor"), "config")[0][1]


def test_kernelspecs_are_checked(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "default: a\nbackends: {a: {kernel: gone}, b: {kernel: no-program}}")
    machine.add_kernel("no-program", "x", ["/nowhere/x"])
    machine.add_kernel("unused", "x", ["/nowhere/x"])
    machine.add_kernel("no-file", "x", [sys.executable, "{resource_dir}/start.py"])
    machine.add_kernel("no-language", "")
    (machine.add_kernel("no-json", "x") / "kernel.json").write_text("{")
    machine.add_kernel("old-multi", "x", metadata={"multikernel": True})
    machine.add_kernel("new-multi", "x", metadata={"multikernel": True, "supported_encryption": ["curve"]})
    result = run("doctor")
    found = {name: lines_about(result, f"kernelspec {name}") for name in os.listdir(machine.kernels)}
    assert found["no-program"] == [
        (
            "problem",
            "its program /nowhere/x does not exist; reinstall the kernel, or run jupyter kernelspec remove no-program",
        )
    ]
    assert found["unused"][0][0] == "note"
    assert found["no-file"][0][0] == "note"
    assert "no-file/start.py, which does not exist" in found["no-file"][0][1]
    assert "names no language" in found["no-language"][0][1]
    assert found["no-json"][0][1].endswith("jupyter kernelspec remove no-json")
    assert "multikernel install --name old-multi" in found["old-multi"][0][1]
    assert found["new-multi"][0][0] == "ok"


@pytest.mark.parametrize(
    ("backends", "state", "what"),
    [
        ("a: {kernel: mute, language: lua}", "ok", f"lua, {sys.executable}"),
        ("a: {kernel: mute, language: lua}, b: {kernel: Mute, language: ada}", "ok", f"ada, lua, {sys.executable}"),
        ("a: {kernel: mute, language: lua}, b: {kernel: mute}", "note", "it names no language"),
        ("a: {kernel: python3, language: lua}", "note", "it names no language"),
    ],
)
def test_a_language_in_the_config_is_as_good_as_one_in_the_kernelspec(
    machine: Machine, run: Run, backends: str, state: str, what: str
) -> None:
    machine.write("multikernel.yaml", f"default: a\nbackends: {{{backends}}}")
    machine.add_kernel("mute", "")
    ((found, text),) = lines_about(run("doctor"), "kernelspec mute")
    assert (found, text[: len(what)]) == (state, what)


def test_a_libzmq_without_encryption_is_worth_a_note(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.write("multikernel.yaml", NOTHING_STARTS)
    monkeypatch.setattr(zmq, "has", lambda capability: False)
    ((state, what),) = lines_about(run("doctor"), "encryption")
    assert state == "note"
    assert "lacks CurveZMQ" in what


def test_folders_that_others_can_write_are_a_problem(machine: Machine, run: Run, runtime: Path) -> None:
    machine.write("multikernel.yaml", NOTHING_STARTS)
    runtime.chmod(0o770)
    assert lines_about(run("doctor"), "runtime folder") == [
        ("problem", f"other users can write to {runtime}; run chmod go-w {runtime}")
    ]


def test_a_folder_that_is_a_file_is_a_problem(
    machine: Machine, run: Run, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = runtime / "file"
    file.touch()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(file / "runtime"))
    result = run("doctor")
    assert result.code == 1
    assert lines_about(result, "runtime folder") == [
        ("problem", f"{file} is not a folder; rename it, or set JUPYTER_RUNTIME_DIR")
    ]
    assert [state for state, _ in lines_about(result, "backends")] == ["problem"]


def test_a_folder_that_cannot_be_written_is_a_problem(
    machine: Machine, run: Run, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.write("multikernel.yaml", NOTHING_STARTS)
    # Root can write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: path != runtime)
    assert (
        "is not writable; make it writable, or set JUPYTER_RUNTIME_DIR "
        in lines_about(run("doctor"), "runtime folder")[0][1]
    )


def test_a_full_disk_is_a_problem(machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.write("multikernel.yaml", NOTHING_STARTS)
    usage = SimpleNamespace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    assert "only 1 MB are free in " in lines_about(run("doctor"), "data folder")[0][1]


def test_a_history_that_others_can_read_is_a_problem(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", NOTHING_STARTS)
    file = history_file()
    file.parent.mkdir(parents=True)
    file.touch(0o600)
    assert lines_about(run("doctor"), "history") == [("ok", str(file))]
    file.chmod(0o644)
    assert lines_about(run("doctor"), "history") == [("problem", f"other users can read {file}; run chmod 600 {file}")]


def test_ctrl_c_ends_every_kernel_that_it_has_started(machine: Machine, runtime: Path) -> None:
    code = "import time; print('x', flush=True); time.sleep(600)"
    machine.add_kernel("mute", "x", [sys.executable, "-c", code])
    machine.write("multikernel.yaml", "backends: {m: {kernel: mute}}")
    command = [sys.executable, "-P", "-m", "multikernel", "doctor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        doctor = psutil.Process(process.pid)
        while not (children := [child for child in doctor.children() if json.dumps(code)[1:-1] in child.cmdline()]):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err == "multikernel doctor: interrupted; every kernel that it had started has ended\n"
    assert not any(child.is_running() for child in children)
    assert list(runtime.iterdir()) == []


def test_backends_start_side_by_side(machine: Machine, run: Run) -> None:
    """Each of two kernels exits only after the other one has begun."""
    for ours, other in (("a", "b"), ("b", "a")):
        code = (
            "import os, time\n"
            f"open({str(machine.root / ours)!r}, 'w')\n"
            f"while not os.path.exists({str(machine.root / other)!r}):\n    time.sleep(0.01)\n"
            "raise SystemExit('they met')"
        )
        machine.add_kernel(ours, "x", [sys.executable, "-c", code])
    machine.write(
        "multikernel.yaml", "default: a\nbackends: {a: {kernel: a, timeout: 20}, b: {kernel: b, timeout: 20}}"
    )
    result = run("doctor")
    for name in ("a", "b"):
        ((_, what),) = lines_about(result, f"backend {name}")
        assert "they met" in what


def test_a_terminal_shows_which_backends_are_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    progress = Progress(3)
    progress.started("a")
    progress.started("b")
    with progress.ended("a"):
        terminal.write("a is ready\n")
    progress.started("c" * 40)
    with progress.ended("b"):
        terminal.write("b is ready\n")
    shown = terminal.getvalue().split(ERASE)
    assert shown[:4] == ["", "0 of 3 done; trying a", "0 of 3 done; trying a, b", "a is ready\n"]
    assert shown[4] == "1 of 3 done; trying b"
    assert len(shown[5]) == 39
    assert shown[6] == "b is ready\n"


def test_there_is_no_progress_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(1)
    progress.started("a")
    progress.erase()
    assert capsys.readouterr().err == ""


def test_a_closed_pipe_ends_the_starts(machine: Machine, runtime: Path) -> None:
    command = [sys.executable, "-P", "-m", "multikernel", "doctor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "config:" not in process.stdout.readline():
            assert process.poll() is None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 1
    assert list(runtime.iterdir()) == []
