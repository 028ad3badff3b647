"""A Multi with the kernels that faults strike, and a witness that no fault may touch."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpecManager

from ..e2e.kernel import Kernel, open_kernel
from ..e2e.kernelspecs import Lobby
from .subjects import SUBJECTS

CONFIG = """\
default: witness
backends:
  witness: {kernel: python3}
  nowhere: {kernel: nowhere}
  garbage: {kernel: garbage}
  never: {kernel: never, timeout: 2}
"""

GARBAGE = "import os\nos.write(1, bytes(range(128, 256)) * 9000 + b'\\n\\x1b[2J\\x00 at last\\n')\nos._exit(0)"

NO_KERNELS = {
    "nowhere": ["/nowhere/at/all", "{connection_file}"],
    "garbage": [sys.executable, "-c", GARBAGE, "{connection_file}"],
    "never": [sys.executable, "-c", "print('not yet', flush=True); input()", "{connection_file}"],
}
"""Command lines that are not those of a kernel."""


class Arena:
    """A running Multi, and the means to strike its children."""

    def __init__(self, kernel: Kernel, lobbies: ExitStack, folder: Path, *, has_small_disk: bool) -> None:
        """Start all backends."""
        self.has_small_disk = has_small_disk
        self.kernel = kernel
        self.folder = folder
        self.runtime = folder / "runtime"
        self._lobbies = lobbies
        kernel.run(f"%%start witness {' '.join(SUBJECTS)}")
        kernel.run("%%witness\nimport threading\nkept = 41")
        reply = kernel.ask("create_subshell_request", {}, channel="control")
        self._subshell = reply.content["subshell_id"]

    def plan(self, backend: str, code: str) -> None:
        """Let each new process of a backend say that it is there, and do something, before it becomes the kernel."""
        # A new lobby, since a process that was started once more has called in at the one before.
        self._lobbies.close()
        self._lobby = self._lobbies.enter_context(Lobby())
        (self.folder / backend).write_text(self._lobby.code(code), "utf-8")

    def plan_nothing(self, backend: str) -> None:
        """Let new processes of a backend be the kernel at once."""
        (self.folder / backend).unlink(missing_ok=True)

    def next_process(self) -> psutil.Process:
        """Wait for a process to say that it is there."""
        return self._lobby.next_process()

    @contextmanager
    def bystanders(self, struck: str) -> Iterator[None]:
        """Check that the other backends, and a cell that runs in one meanwhile, notice nothing."""
        before = self._others(struck)
        code = "%%witness\ngate = threading.Event()\nprint('go', flush=True)\nprint(gate.wait(600), kept)"
        message = self.kernel.client.session.msg("execute_request", {"code": code, "silent": False})
        message["header"]["subshell_id"] = self._subshell
        self.kernel.client.shell_channel.send(message)
        running = message["header"]["msg_id"]
        self.kernel.until("stream", running, text="go")
        yield
        self.kernel.run("%%witness\ngate.set()")
        answer = self.kernel.wait(running)
        assert answer.stream() == "go\nTrue 41\n"
        assert answer.stream("stderr") == ""
        assert self._others(struck) == before

    def log(self, backend: str) -> str:
        """Return what `%%log` shows."""
        return str(self.kernel.run(f"%%log {backend}", store_history=False).result)

    def _others(self, struck: str) -> dict[str, psutil.Process]:
        own = (struck, f"struck-{struck}")
        return {name: process for name, process in self.kernel.children().items() if name not in own}


@contextmanager
def open_arena(folder: Path, env: dict[str, str]) -> Iterator[Arena]:
    """Open an arena in an empty folder, with these environment variables; its runtime folder may be there already."""
    config = [CONFIG]
    for name, argv in NO_KERNELS.items():
        _write_kernelspec(folder, name, {"argv": argv, "display_name": name, "language": "none"})
    for name, subject in SUBJECTS.items():
        config.append(f"  {name}: {{kernel: struck-{name}}}\n")
        resources = Path(KernelSpecManager().find_kernel_specs()[subject.kernelspec])
        spec = json.loads((resources / "kernel.json").read_text("utf-8"))
        program, *arguments = spec["argv"]
        program = sys.executable if program == "python" else program
        at_start = [sys.executable, "-I", "-S", str(Path(__file__).parent / "at_start.py"), str(folder / name)]
        spec["argv"] = [*at_start, "{connection_file}", program, *arguments]
        _write_kernelspec(folder, f"struck-{name}", spec)
    (folder / "multikernel.yaml").write_text("".join(config), "utf-8")
    own = {
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PATH": os.pathsep.join([str(folder), os.environ["JUPYTER_PATH"]]),
        # A shell that is killed while it reads its owner's .bashrc may leave a lock there, as pyenv's does.
        "HOME": str(folder),
        "MULTIKERNEL_CONFIG": str(folder / "multikernel.yaml"),
    }
    with (
        _small_disk(folder / "runtime") as has_small_disk,
        ExitStack() as lobbies,
        open_kernel("multi", env={**own, **env}) as kernel,
    ):
        yield Arena(kernel, lobbies, folder, has_small_disk=has_small_disk)


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Make a folder, on a disk of its own that is soon full, and yield whether that was possible: only root mounts."""
    folder.mkdir(mode=0o700)
    options = ["-t", "tmpfs", "-o", "size=1m,mode=700", "multikernel-faults", str(folder)]
    is_mounted = subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", str(folder)], check=True)


def _write_kernelspec(folder: Path, name: str, content: dict[str, object]) -> None:
    spec = folder / "kernels" / name
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps(content), "utf-8")
