"""The front as a process: its options, and what it says when it cannot begin."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

MULTI = [sys.executable, "-P", "-m", "multikernel"]
PATIENCE = 60.0

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def connection_file(tmp_path: Path) -> str:
    """Return a connection file whose path has a space."""
    folder = tmp_path / "with space"
    folder.mkdir()
    path, _ = write_connection_file(str(folder / "kernel 1.json"), key=b"a key", kernel_name="multi")
    return path


@pytest.fixture
def start(connection_file: str) -> Iterator[Start]:
    """Return a function that starts the front with options; it is ended afterwards."""
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str, cwd: Path | None = None) -> "subprocess.Popen[str]":
        processes.append(subprocess.Popen([*MULTI, *options], stderr=subprocess.PIPE, text=True, cwd=cwd))
        return processes[-1]

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def answers(connection_file: str) -> bool:
    """Whether a front on a connection file runs a cell."""
    client = BlockingKernelClient(connection_file=connection_file)
    client.load_connection_file()
    # The heartbeat of a client without a manager calls a kernel dead that takes longer than a second to start.
    client.start_channels(hb=False)
    client.execute("1")
    reply = client.get_shell_msg(timeout=PATIENCE)
    client.stop_channels()
    return bool(reply["content"]["status"] == "ok")


@pytest.mark.parametrize(
    "options",
    [
        ["-f", "{}"],
        ["--f={}"],
        ['--f="{}"'],
        ["--f='{}'"],
        ["-f", '"{}"'],
        ['--f="{}"', "--debug"],
        ["-f", "{}", "--HistoryManager.hist_file=:memory:", "--log-level", "10", "surplus"],
        ["--profile=x", "--no-secure", "--f={}"],
    ],
    ids=" ".join,
)
def test_the_connection_file_is_found(start: Start, connection_file: str, options: list[str]) -> None:
    start(*(option.format(connection_file) for option in options))
    assert answers(connection_file)


LINE = re.compile(r"\[([A-Z]+) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} ([\w.]+)(?: (\S+))?\] (.+)")
"""Level, logger, backend and text."""


def log_of(process: "subprocess.Popen[str]") -> list[tuple[str, ...]]:
    """End a front and return what it has logged: level, logger, backend or "", text."""
    process.terminate()
    lines = process.communicate(timeout=PATIENCE)[1].splitlines()
    matches = [LINE.fullmatch(line) for line in lines]
    assert None not in matches, lines
    return [match.groups("") for match in matches if match is not None]


@pytest.mark.parametrize("option", ["--debug", "--log-level=debug", "--log-level=10"])
def test_debug_logs_what_is_dropped(start: Start, connection_file: str, option: str) -> None:
    process = start("-f", connection_file, option)
    assert answers(connection_file)
    client = BlockingKernelClient(connection_file=connection_file)
    client.load_connection_file()
    client.start_channels(hb=False)
    client.input("to nobody")
    assert process.stderr is not None
    dropped = next(line for line in process.stderr if "input_reply" in line)
    client.stop_channels()
    found = LINE.fullmatch(dropped.rstrip("\n"))
    assert found is not None
    assert found.groups("")[:3] == ("DEBUG", "multikernel.runtime.driver", "")


def test_the_log_says_which_backend_it_is_about(start: Start, connection_file: str) -> None:
    process = start("-f", connection_file, "--log-level", "INFO")
    assert answers(connection_file)
    log = log_of(process)
    assert {line[0] for line in log} == {"INFO"}
    assert "listens to the notebook over tcp, not encrypted" in log[0][-1]
    (ready,) = (line for line in log if "ready" in line[-1])
    assert ready[2] == "python"
    assert re.fullmatch(r"it is ready, over ipc, as process \d+", ready[3])


def test_without_a_level_only_warnings_are_logged(start: Start, connection_file: str) -> None:
    process = start("-f", connection_file)
    assert answers(connection_file)
    assert log_of(process) == []


def test_the_environment_says_the_level_if_no_option_does(
    start: Start, connection_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTIKERNEL_LOG_LEVEL", "info")
    process = start("-f", connection_file)
    assert answers(connection_file)
    assert "python" in {backend for _, _, backend, _ in log_of(process)}


def test_a_level_that_is_not_known_is_said_and_the_notebook_runs_all_the_same(
    start: Start, connection_file: str
) -> None:
    process = start("-f", connection_file, "--log-level", "loud")
    assert answers(connection_file)
    (line,) = log_of(process)
    assert line[0] == "WARNING"
    assert "'loud'" in line[-1]


def refuse(*options: str) -> str:
    """Run a front that cannot begin and return the one line that it says."""
    done = subprocess.run([*MULTI, *options], capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("multikernel: ")
    return line


BROKEN = {
    "empty": "",
    "not JSON": "{",
    "a list": "[]",
    "no ports": '{"key": "k"}',
    "null": "null",
    "binary": "\ufffd\x00",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_connection_file_is_one_sentence_and_exit_code_1(tmp_path: Path, name: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(BROKEN[name], "utf-16" if name == "binary" else "utf-8")
    assert "broken.json" in refuse("-f", str(path))


def test_a_missing_connection_file_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    assert "nowhere.json" in refuse("-f", str(tmp_path / "nowhere.json"))
    assert str(tmp_path) in refuse("-f", str(tmp_path))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("signature_scheme", "rot13"),
        ("signature_scheme", 5),
        ("key", None),
        ("transport", "carrier-pigeon"),
        ("ip", "not an address"),
        ("shell_port", "high"),
        ("shell_port", -1),
        ("iopub_port", 99_999),
    ],
)
def test_a_connection_file_with_a_wrong_value_is_one_sentence_and_exit_code_1(
    connection_file: str, key: str, value: object
) -> None:
    info = json.loads(Path(connection_file).read_text())
    Path(connection_file).write_text(json.dumps({**info, key: value}))
    refuse("-f", connection_file)


def test_a_port_that_is_taken_is_one_sentence_and_exit_code_1(start: Start, connection_file: str) -> None:
    start("-f", connection_file)
    assert answers(connection_file)
    assert "port" in refuse("-f", connection_file)


def test_a_runtime_folder_that_cannot_be_used_is_one_sentence_and_exit_code_1(
    connection_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", connection_file)
    assert "runtime folder cannot be used" in refuse("-f", connection_file)


def test_nothing_of_the_notebook_s_folder_runs_at_the_start(start: Start, tmp_path: Path, connection_file: str) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("yaml", "zmq", "anyio", "sitecustomize", "usercustomize", "multikernel", "ipykernel", "json", "site"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name}.py of the folder ran')")
    process = start("-f", connection_file, cwd=folder)
    assert answers(connection_file)
    process.terminate()
    assert "of the folder ran" not in process.communicate(timeout=PATIENCE)[1]


def test_version() -> None:
    done = subprocess.run([*MULTI, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip().count(".") >= 1
