"""However Multi ends, nothing of it remains: no process, no file."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from jupyter_client.connect import write_connection_file

from .kernel import PATIENCE, Kernel, open_kernel
from .kernelspecs import Lobby, write_kernelspec
from .processes import Stopwatch, child_of, family, front, left_of, wait_for_exit

Need = Callable[..., None]

CHILDREN = ("python3", "ir", "bash", "deno")


@contextmanager
def with_four_children(runtime: Path) -> Iterator[tuple[Kernel, list[psutil.Process]]]:
    """Return a Multi with four children at work, with processes of their own, and all processes below the front."""
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(runtime)}) as kernel:
        kernel.run(f"%%start {' '.join(CHILDREN)}")
        assert kernel.children().keys() >= set(CHILDREN)
        kernel.run("import subprocess, sys\np = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)")
        kernel.run("%%deno\nsetInterval(() => {}, 1000); 1")
        kernel.begin("%%bash\necho go; sleep 1000")
        processes = family(kernel)
        assert len(processes) >= 7
        try:
            yield kernel, processes
        finally:
            for process in processes:
                if process.is_running():
                    process.kill()


def left_files(runtime: Path) -> list[str]:
    """Return what lies in a runtime directory."""
    return sorted(str(path.relative_to(runtime)) for path in runtime.rglob("*"))


def test_the_private_directory_is_nobody_else_s(tmp_path: Path) -> None:
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        kernel.run("1")
        (directory,) = tmp_path.iterdir()
        assert directory.stat().st_mode & 0o777 == 0o700
        for path in directory.rglob("*"):
            # Who may not enter the directory cannot reach a socket in it, whatever its mode.
            assert path.is_socket() or path.stat().st_mode & 0o077 == 0
    assert left_files(tmp_path) == []


def test_sigkill_of_the_whole_process_group_leaves_nothing(tmp_path: Path, need: Need) -> None:
    need(*CHILDREN)
    with with_four_children(tmp_path) as (kernel, processes):
        assert left_files(tmp_path) != []
        os.killpg(os.getpgid(front(kernel).pid), signal.SIGKILL)
        assert left_of(processes, seconds=5) == []
        assert left_files(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_to_end_leaves_nothing(tmp_path: Path, need: Need, number: signal.Signals) -> None:
    need(*CHILDREN)
    with with_four_children(tmp_path) as (kernel, processes):
        watch = Stopwatch()
        os.kill(front(kernel).pid, number)
        assert wait_for_exit(kernel, seconds=5) == 0
        assert watch.seconds < 5
        assert left_of(processes, seconds=0.5) == []
        assert left_files(tmp_path) == []


@pytest.mark.parametrize("channel", ["control", "shell"])
def test_shutdown_is_answered_and_over_within_two_seconds(tmp_path: Path, need: Need, channel: str) -> None:
    need(*CHILDREN)
    with with_four_children(tmp_path) as (kernel, processes):
        watch = Stopwatch()
        answer = kernel.ask("shutdown_request", {"restart": channel == "shell"}, channel=channel)
        assert answer.content == {"status": "ok", "restart": channel == "shell"}
        assert answer.seconds < 0.5
        assert wait_for_exit(kernel, seconds=5) == 0
        assert watch.seconds < 2
        assert left_of(processes, seconds=0.5) == []
        assert left_files(tmp_path) == []


@pytest.mark.parametrize("stopped", ["python3", "ir"])
def test_a_child_that_is_stopped_does_not_hold_up_the_end(tmp_path: Path, need: Need, stopped: str) -> None:
    need(stopped)
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        kernel.run(f"%%start {stopped} python3")
        processes = family(kernel)
        child_of(kernel, stopped).suspend()
        watch = Stopwatch()
        kernel.send("shutdown_request", {"restart": False}, channel="control")
        assert wait_for_exit(kernel, seconds=10) == 0
        assert watch.seconds < 5
        assert left_of(processes, seconds=0.5) == []
        assert left_files(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_the_end_while_a_child_is_starting(tmp_path: Path, number: signal.Signals) -> None:
    runtime = tmp_path / "runtime"
    with Lobby() as lobby:
        write_kernelspec(tmp_path, "mute", *lobby.argv())
        env = {"JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_PATH": str(tmp_path)}
        with open_kernel("multi", env=env) as kernel:
            kernel.client.execute("%%mute\nhello")
            mute = lobby.next_process()
            processes = [mute, *family(kernel)]
            watch = Stopwatch()
            os.kill(front(kernel).pid, number)
            assert wait_for_exit(kernel, seconds=5) in (0, -number)
            assert left_of(processes, seconds=5) == []
            assert watch.seconds < 5
            assert left_files(runtime) == []


def test_stopping_one_backend_ends_its_processes_and_removes_its_files(tmp_path: Path, need: Need) -> None:
    need("bash")
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        child_of(kernel, "python3")
        before = left_files(tmp_path)
        kernel.run("%%bash\nsleep 1000 &")
        child = child_of(kernel, "bash")
        processes = [child, *child.children(recursive=True)]
        assert len(processes) >= 3
        assert len(left_files(tmp_path)) > len(before)
        watch = Stopwatch()
        kernel.run("%%stop bash")
        assert watch.seconds < 5
        assert left_of(processes, seconds=1) == []
        assert left_files(tmp_path) == before


def test_multi_goes_on_when_its_watchdog_has_been_killed(tmp_path: Path, need: Need) -> None:
    need("ir")
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        kernel.run("kept = 1")
        (watchdog,) = (process for process in family(kernel) if "watchdog" in " ".join(process.cmdline()))
        watchdog.kill()
        assert left_of([watchdog], seconds=5) == []
        assert kernel.run("%%ir\ncat(1)").stream() == "1"
        assert kernel.run("%%restart ir\n%%ir\ncat(2)").stream() == "2"
        assert kernel.run("print(kept)").stream() == "1\n"
        processes = family(kernel)
        kernel.send("shutdown_request", {"restart": False}, channel="control")
        assert wait_for_exit(kernel, seconds=5) == 0
        assert left_of(processes, seconds=1) == []
        assert left_files(tmp_path) == []


def test_a_restart_by_the_server_gives_a_new_multi_on_the_same_ports(tmp_path: Path, need: Need) -> None:
    need("ir")
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        kernel.run("kept = 1")
        kernel.run("%%use ir")
        processes = [front(kernel), *family(kernel)]
        kernel.manager.restart_kernel()
        assert left_of(processes, seconds=0.5) == []
        kernel.client.wait_for_ready(timeout=PATIENCE)
        answer = kernel.run("print('kept' in globals())")
        assert (answer.stream(), answer.content["execution_count"]) == ("False\n", 1)
    assert left_files(tmp_path) == []


def test_the_front_ends_when_its_parent_has_been_killed(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from jupyter_client.manager import KernelManager\n"
        "manager = KernelManager(kernel_name='multi')\n"
        "manager.start_kernel(stdout=sys.stderr)\n"
        "client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=60)\n"
        "print(manager.provisioner.pid, flush=True)\n"
        "input()\n"
    )
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    with psutil.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, env=env) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        processes = [child, *child.children(recursive=True)]
        parent.kill()
        assert left_of(processes, seconds=5) == []
    assert [name for name in left_files(tmp_path) if name.startswith("multikernel")] == []


def test_a_server_that_is_gone_before_the_front_is_up_leaves_no_front(tmp_path: Path) -> None:
    file, _ = write_connection_file(str(tmp_path / "front.json"))
    # The shell ends at once, and is the server as far as the front knows.
    front_command = f"{sys.executable} -P -m multikernel -f {file} >/dev/null 2>&1"
    script = f"export JPY_PARENT_PID=$$; {front_command} & echo $!"
    pid = int(subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, text=True, check=True).stdout)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(20)
