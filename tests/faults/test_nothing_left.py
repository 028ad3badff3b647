"""However Multi ends, and whatever its children are doing: no process and no file remains."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from ..e2e.kernel import PATIENCE, Kernel
from ..e2e.kernelspecs import Lobby, write_kernelspec
from ..e2e.processes import Stopwatch, wait_until_ended

Need = Callable[..., None]
Record = Callable[[str, object], None]

SECONDS = 5.0
"""What Multi promises, a server that dies above it included."""

LIMIT = 20.0

SERVER = """\
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name="multi")
manager.start_kernel()
print(manager.connection_file, manager.provisioner.pid, flush=True)
input()"""
"""A server, as far as Multi can tell."""

READY = ("python3", "ir", "bash", "deno")
STARTING = ("mute1", "mute2")

GRANDCHILDREN = """\
import subprocess, sys
wait = [sys.executable, "-c", "import time; time.sleep(1000)"]
subprocess.Popen(wait)
print(subprocess.Popen(wait, start_new_session=True).pid)"""


@dataclass(frozen=True)
class Scene:
    """A server, Multi below it, and six children: one is stopped, one has children, two are starting."""

    kernel: Kernel
    server: "subprocess.Popen[str]"
    front: psutil.Process
    processes: list[psutil.Process]
    """All that Multi has started, but for what has left its session."""
    connection_file: Path
    """That of Multi itself, which is the server's."""
    files: Path
    """Where Multi puts files: runtime directory and temporary ones."""


@contextmanager
def open_scene(folder: Path) -> Iterator[Scene]:
    """Set the scene."""
    files = folder / "files"
    for each in ("runtime", "tmp"):
        (files / each).mkdir(parents=True)
    with Lobby() as lobby:
        for name in STARTING:
            write_kernelspec(folder, name, *lobby.argv())
        own = {
            "JUPYTER_RUNTIME_DIR": str(files / "runtime"),
            "TMPDIR": str(files / "tmp"),
            "JUPYTER_PATH": os.pathsep.join([str(folder), os.environ["JUPYTER_PATH"]]),
            # As in arena.py: a shell that is killed may leave a lock there.
            "HOME": str(folder),
        }
        with subprocess.Popen(
            [sys.executable, "-c", SERVER],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            assert server.stdout is not None
            connection_file, pid = server.stdout.readline().split()
            client = BlockingKernelClient(connection_file=connection_file)
            client.load_connection_file()
            client.start_channels(hb=False)
            client.wait_for_ready(timeout=PATIENCE)
            kernel, front = Kernel(KernelManager(), client), psutil.Process(int(pid))
            processes: list[psutil.Process] = []
            try:
                kernel.run(f"%%start {' '.join(READY)}")
                loner = psutil.Process(int(kernel.run(GRANDCHILDREN).stream()))
                kernel.run("%%bash\nsleep 1000 &")
                for name in STARTING:
                    kernel.client.execute(f"%%start {name} --now")
                starting = [lobby.next_process() for _ in STARTING]
                kernel.children()["ir"].suspend()
                processes += [process for process in front.children(recursive=True) if process != loner]
                assert set(starting) < set(processes)
                yield Scene(kernel, server, front, processes, Path(connection_file), files)
            finally:
                client.stop_channels()
                for process in (loner, front, *processes):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                server.kill()


def end_group(scene: Scene) -> None:
    os.killpg(os.getpgid(scene.front.pid), signal.SIGKILL)


def terminate(scene: Scene) -> None:
    scene.front.send_signal(signal.SIGTERM)


def hang_up(scene: Scene) -> None:
    scene.front.send_signal(signal.SIGHUP)


def shut_down(scene: Scene) -> None:
    scene.kernel.send("shutdown_request", {"restart": False}, channel="control")


def server_dies(scene: Scene) -> None:
    scene.server.kill()


ENDS = {
    "SIGKILL of its process group": end_group,
    "SIGTERM": terminate,
    "SIGHUP": hang_up,
    "shutdown_request": shut_down,
    "the server above it gets SIGKILL": server_dies,
}
"""What happens -> how."""


def left_files(scene: Scene) -> list[Path]:
    """Return what is left of Multi's own files, R's temporary folder not counted."""
    in_memory = Path("/dev/shm").glob(f"multikernel-{scene.front.pid}-*")
    return [*in_memory, *scene.files.rglob("multikernel*"), *scene.files.rglob("*kernel*.log")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the ways; tests/e2e/test_shutdown.py has the others in a simpler scene."""
    is_everything = metafunc.config.getoption("every_fault", False)
    metafunc.parametrize("how", ENDS if is_everything else [*ENDS][::4])


def test_nothing_is_left(tmp_path: Path, need: Need, record_property: Record, how: str) -> None:
    need(*READY)
    with open_scene(tmp_path) as scene:
        assert left_files(scene)
        watch = Stopwatch()
        ENDS[how](scene)
        for process in (scene.front, *scene.processes):
            wait_until_ended(process, seconds=LIMIT)
        seconds = watch.seconds
        while left := left_files(scene):
            assert watch.seconds < LIMIT, left
        others = {path.name for path in (scene.files / "tmp").iterdir()} - {scene.connection_file.name}
        assert [name for name in others if not name.startswith("Rtmp")] == []
    record_property("figure", [f"{how}, with six children at work", f"nothing is left after {seconds:.1f} s"])
