"""A start that waits in a queue elsewhere, or blocks, is given up at once and holds up nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .kernel import Kernel, open_kernel
from .kernelspecs import Lobby
from .processes import Stopwatch, wait_for_exit

PROVISIONER = """\
import asyncio, os, socket, time
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Bool, Integer, Unicode

class Queue(KernelProvisionerBase):
    blocks = Bool(config=True)
    port = Integer(config=True)
    diary = Unicode(config=True)
    has_process = False

    async def pre_launch(self, **kwargs):
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd, **kwargs):
        self.note("launch")
        with socket.create_connection(("127.0.0.1", self.port)) as lobby:
            lobby.sendall(b"%d\\n" % os.getpid())
        if self.blocks:
            time.sleep(30)
        await asyncio.Event().wait()

    async def kill(self, restart=False):
        self.note("kill")

    async def cleanup(self, restart=False):
        self.note("cleanup")

    async def poll(self): ...
    async def wait(self): ...
    async def send_signal(self, signum): ...
    async def terminate(self, restart=False): ...

    def note(self, text):
        with open(self.diary, "a") as diary:
            print(text, file=diary)
"""

ENTRY_POINT = "[jupyter_client.kernel_provisioners]\nqueue = queue_provisioner:Queue\n"

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  far: {{kernel: python3, at: queue, timeout: {timeout}}}
places:
  queue: {{provisioner: queue, options: {{port: {port}, blocks: {blocks}, diary: {diary}}}}}
"""


class Pending:
    """A Multi that knows `far`, whose starts never come to an end."""

    def __init__(self, kernel: Kernel, lobby: Lobby, diary: Path) -> None:
        self.kernel = kernel
        self._lobby = lobby
        self._diary = diary

    def begin(self) -> str:
        """Run a cell on it; return its msg_id as soon as the start is under way."""
        msg_id = str(self.kernel.client.execute("%%far\n1"))
        self._lobby.next_process()
        return msg_id

    def diary(self) -> list[str]:
        """Return what the provisioner was asked to do."""
        return self._diary.read_text().split()


@contextmanager
def pending(folder: Path, *, blocks: bool = False, timeout: float = 60) -> Iterator[Pending]:
    package = folder / "queue_provisioner-1.dist-info"
    package.mkdir()
    (folder / "queue_provisioner.py").write_text(PROVISIONER)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: queue_provisioner\nVersion: 1\n")
    (package / "entry_points.txt").write_text(ENTRY_POINT)
    with Lobby() as lobby:
        config, diary = folder / "multikernel.yaml", folder / "diary"
        options = {"timeout": timeout, "blocks": str(blocks).lower(), "diary": diary}
        config.write_text(CONFIG.format(port=lobby.port, **options))
        config.chmod(0o600)
        environment = {"MULTIKERNEL_CONFIG": str(config), "PYTHONPATH": str(folder)}
        with open_kernel("multi", env=environment) as kernel:
            yield Pending(kernel, lobby, diary)


def test_the_interrupt_button_gives_it_up(tmp_path: Path) -> None:
    with pending(tmp_path) as far:
        msg_id = far.begin()
        watch = Stopwatch()
        far.kernel.interrupt()
        assert far.kernel.wait(msg_id).content["ename"] == "Interrupted"
        assert watch.seconds < 2
        far.kernel.run("%%stop far")
        assert far.diary() == ["launch", "kill", "cleanup"]


def test_it_takes_no_longer_than_its_timeout(tmp_path: Path) -> None:
    with pending(tmp_path, timeout=0.5) as far:
        answer = far.kernel.wait(far.begin())
        assert answer.content["ename"] == "BackendStartError"
        assert "far did not get ready within 0.5 s" in answer.content["evalue"]
        assert answer.seconds < 3
        assert far.diary() == ["launch", "kill", "cleanup"]


def test_the_front_ends_without_it(tmp_path: Path) -> None:
    with pending(tmp_path) as far:
        far.begin()
        watch = Stopwatch()
        far.kernel.send("shutdown_request", {"restart": False}, channel="control")
        assert wait_for_exit(far.kernel, seconds=10) == 0
        assert watch.seconds < 3
        assert far.diary() == ["launch", "kill", "cleanup"]


def test_others_run_while_it_blocks(tmp_path: Path) -> None:
    with pending(tmp_path, blocks=True) as far:
        far.kernel.ask("complete_request", {"code": "pri", "cursor_pos": 3})
        msg_id = far.begin()
        watch = Stopwatch()
        assert far.kernel.ask("complete_request", {"code": "pri", "cursor_pos": 3}).seconds < 1
        assert far.kernel.ask("kernel_info_request", {}).seconds < 1
        far.kernel.interrupt()
        assert far.kernel.wait(msg_id).content["ename"] == "Interrupted"
        assert far.kernel.run("6 * 7").result == "42"
        assert watch.seconds < 5
