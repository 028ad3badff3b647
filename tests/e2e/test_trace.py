"""Messages are shown on their way, to those who watch and in a log file, and nobody is held up by it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .kernel import PATIENCE, Kernel, open_kernel
from .processes import family, front, left_of, wait_for_exit
from .watching import ids, story, watching

Need = Callable[..., None]

CELL = [
    "notebook -> front execute_request",
    "front -> notebook status busy",
    "front -> notebook execute_input",
    "front -> bash execute_request",
    "bash -> front status busy",
    "bash -> front execute_input",
    "bash -> front stream",
    "front -> notebook stream",
    "bash -> front execute_reply",
    "front -> notebook execute_reply",
    "bash -> front status idle",
    "front -> notebook status idle",
]


def refusal(runtime: Path, *arguments: str) -> tuple[str, str]:
    """Return what `multikernel trace` prints and says, where it is not to watch."""
    command = [sys.executable, "-P", "-m", "multikernel", "trace", *arguments]
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(runtime)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    return done.stdout, done.stderr


def run_all(kernel: Kernel) -> None:
    """Run a cell on each backend of the test, so that all that a start has to say has been said."""
    kernel.run("0")
    kernel.run("%%bash\necho 0")


def test_a_start_is_in_the_log_file_from_the_first_message(tmp_path: Path) -> None:
    env = {"MULTIKERNEL_TRACE": str(tmp_path / "trace-{pid}.log")}
    with open_kernel("multi", env=env, cwd=str(tmp_path)) as kernel:
        pid = front(kernel).pid
        file = tmp_path / f"trace-{pid}.log"
        kernel.run("print('secret')")
        lines = file.read_text("utf-8").splitlines()
        assert file.stat().st_mode & 0o777 == 0o600
    assert lines[0].startswith(f"# Multi {pid} in {tmp_path}, since 20")
    shell = story(lines, "shell")
    assert shell[0] in ("front -> python kernel_info_request", "notebook -> front kernel_info_request")
    assert shell.index("front -> python kernel_info_request") < shell.index("python -> front kernel_info_reply")
    assert shell[-2:] == ["python -> front execute_reply", "front -> notebook execute_reply"]
    assert "secret" not in "".join(lines)


def test_a_cell_s_whole_story_is_told_in_order_live_and_in_the_file(tmp_path: Path, need: Need) -> None:
    need("bash")
    file = tmp_path / "trace.log"
    env = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "MULTIKERNEL_TRACE": str(file)}
    with open_kernel("multi", env=env) as kernel:
        run_all(kernel)
        with watching(tmp_path / "runtime") as watch, watching(tmp_path / "runtime") as other:
            kernel.run("%%bash\necho 1")
            lines = watch.until("front -> notebook     iopub   status idle")
            assert other.until("front -> notebook     iopub   status idle") == lines
            written = file.read_text("utf-8").splitlines()
            assert watch.introduction.split(", since")[0] == written[0].split(", since")[0]
            assert written[-len(lines) :] == lines
    assert sorted(story(lines, "shell", "iopub")) == sorted(CELL)
    for channel in ("shell", "iopub"):
        told = story(lines, channel)
        assert told == [step for step in CELL if step in told]
    request = ids(lines, "notebook -> front execute_request")[0]
    assert ids(lines, "front -> bash execute_request") == (request, "")
    assert ids(lines, "bash -> front stream")[1] == request
    assert ids(lines, "front -> notebook stream") == ids(lines, "bash -> front stream")
    assert max(map(len, lines)) <= 120


def test_passwords_are_not_shown_nor_written(tmp_path: Path) -> None:
    file = tmp_path / "trace.log"
    env = {
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "MULTIKERNEL_TRACE": str(file),
        "MULTIKERNEL_TRACE_CONTENT": "1",
    }
    with open_kernel("multi", env=env) as kernel, watching(tmp_path / "runtime", "--content") as watch:
        cell = kernel.client.execute("import getpass; p = getpass.getpass('The question: ')", allow_stdin=True)
        assert kernel.question()["content"]["prompt"] == "The question: "
        kernel.client.input("the password")
        assert kernel.wait(cell).content["status"] == "ok"
        watch.until("input_reply")
        kernel.run("'the end'")
        live = "\n".join(watch.until("'the end'"))
    for text in (live, file.read_text("utf-8")):
        assert text.count("input_reply") == text.count("(not shown)") == 2
        assert '"prompt": "The question: "' in text
        assert "the password" not in text


def test_a_message_with_a_wrong_signature_is_told_with_the_reason(tmp_path: Path) -> None:
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel, watching(tmp_path) as watch:
        message = kernel.client.session.serialize(kernel.client.session.msg("kernel_info_request"))
        message[1] = b"0" * 64
        kernel.client.shell_channel.socket.send_multipart(message)
        line = watch.until("dropped: a signature")[-1]
        assert line[13:] == "notebook -> front     shell   dropped: a signature that is missing or wrong"


def test_only_what_is_asked_for_is_shown(tmp_path: Path, need: Need) -> None:
    need("bash")
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        run_all(kernel)
        with watching(tmp_path, "--backend", "bash", "--type", "execute_*") as watch:
            kernel.run("1")
            kernel.run("%%bash\necho 1")
            lines = watch.until("execute_reply")
    assert story(lines, "shell", "iopub") == [step for step in CELL if "bash" in step and "execute_" in step]


def test_a_watcher_that_does_not_read_holds_up_nothing_and_says_what_it_missed(tmp_path: Path) -> None:
    file = tmp_path / "trace.log"
    env = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "MULTIKERNEL_TRACE": str(file)}
    with open_kernel("multi", env=env) as kernel:
        kernel.run("from IPython.display import display")
        memory, written = front(kernel).memory_info().rss, len(file.read_text("utf-8").splitlines())
        with watching(tmp_path / "runtime") as watch:
            watch.stop()
            shown = []
            for start in range(0, 20_000, 500):
                # ipykernel itself drops what is more than 1000 messages ahead of its sender thread.
                answer = kernel.run(f"for n in range({start}, {start + 500}): display(n)")
                shown += [content["data"]["text/plain"] for content in answer.of("display_data")]
            assert shown == list(map(str, range(20_000)))
            assert front(kernel).memory_info().rss - memory < 32 << 20
            watch.go_on()
            watch.until("messages are missing here")
            kernel.run("'the end'")
            lines = watch.until("front -> notebook     iopub   status idle")
            missed = sum(int(line.split()[1]) for line in lines if line.startswith("# "))
            told = [line for line in lines if not line.startswith("# ")]
            assert missed > 10_000
            assert missed + len(told) == len(file.read_text("utf-8").splitlines()) - written


def test_the_end_of_multi_is_the_end_of_the_trace_and_nothing_is_left(tmp_path: Path) -> None:
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        kernel.run("1")
        with watching(tmp_path) as watch:
            pid = front(kernel).pid
            kernel.ask("shutdown_request", {"restart": False}, channel="control")
            assert wait_for_exit(kernel, seconds=5) == 0
            assert watch.end() == f"Multi {pid} has ended\n"
            assert "front -> notebook shutdown_reply" in story(watch.lines, "control")
    assert list(tmp_path.iterdir()) == []


def test_a_multi_that_is_killed_ends_the_trace_too(tmp_path: Path) -> None:
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel, watching(tmp_path) as watch:
        processes = family(kernel)
        pid = front(kernel).pid
        front(kernel).kill()
        assert watch.end() == f"Multi {pid} has ended; its last messages may be missing\n"
        assert left_of(processes, seconds=5) == []
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_a_watcher_that_goes_away_leaves_multi_as_it_was(tmp_path: Path, number: signal.Signals) -> None:
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        kernel.run("1")
        before = front(kernel).net_connections("unix")
        with watching(tmp_path) as watch:
            watch.process.send_signal(number)
            if number == signal.SIGINT:
                assert watch.end() == ""
            assert watch.process.wait(timeout=PATIENCE) in (0, -number)
            assert kernel.run("1 + 1").result == "2"
            assert front(kernel).net_connections("unix") == before


def test_one_of_several_multis_is_named_by_its_pid(tmp_path: Path) -> None:
    env = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    assert "no Multi of yours is running" in refusal(tmp_path / "runtime")[1]
    with (
        open_kernel("multi", env=env, cwd=str(folders[0])) as one,
        open_kernel("multi", env=env, cwd=str(folders[1])) as two,
    ):
        pids = [front(kernel).pid for kernel in (one, two)]
        listed, complaint = refusal(tmp_path / "runtime")
        rows = [line.split() for line in listed.splitlines()[1:]]
        assert sorted((int(row[0]), row[-1]) for row in rows) == sorted(zip(pids, map(str, folders), strict=True))
        assert complaint == "multikernel trace: several Multis are running: choose one with multikernel trace PID\n"
        listed, complaint = refusal(tmp_path / "runtime", str(os.getpid()))
        assert complaint.startswith(f"multikernel trace: no Multi of yours has the pid {os.getpid()}: ")
        assert len(listed.splitlines()) == 3
        with watching(tmp_path / "runtime", str(pids[1])) as watch:
            assert watch.introduction.startswith(f"# Multi {pids[1]} in {folders[1]}, since 20")


def test_a_path_that_is_too_long_for_a_socket_is_one_sentence(tmp_path: Path) -> None:
    runtime = tmp_path / ("long" * 25)
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(runtime)}) as kernel:
        assert kernel.run("1").result == "1"
        listed, complaint = refusal(runtime)
        assert listed == ""
        assert f"cannot watch Multi {front(kernel).pid}: the path {runtime}" in complaint
        assert "JUPYTER_RUNTIME_DIR" in complaint
        assert "MULTIKERNEL_TRACE" in complaint


@pytest.mark.parametrize("name", ["", "nowhere/trace.log", "fifo"])
def test_a_log_file_that_cannot_be_written_keeps_no_notebook_from_running(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    with open_kernel("multi", env={"MULTIKERNEL_TRACE": f"{tmp_path}/{name}"}) as kernel:
        assert kernel.run("1").result == "1"
