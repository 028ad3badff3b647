"""A kernel that its owner goes on using is one more backend, and is never ended by Multi."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from .kernel import Kernel, open_kernel
from .lacking import need_root

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  mine: {{at: own}}
places:
  own: {{connection_file: {file}}}
"""


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[KernelManager]:
    """Return the manager of the kernel."""
    manager = KernelManager(connection_file=str(tmp_path / "k.json"))
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.execute("x = 41", reply=True)
    client.stop_channels()
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(owner: KernelManager, tmp_path: Path) -> Iterator[Kernel]:
    """Return a Multi that knows it as `mine`."""
    config = tmp_path / "multikernel.yaml"
    config.write_text(CONFIG.format(file=owner.connection_file))
    config.chmod(0o600)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        yield kernel


def test_it_runs_cells_and_is_detached_by_stop(kernel: Kernel, owner: KernelManager) -> None:
    kernel.run("1; 2; 3")
    answer = kernel.run("%%mine\nx + 1")
    assert answer.result == "42"
    assert answer.of("execute_result")[0]["execution_count"] == answer.content["execution_count"] == 2
    assert kernel.run("%%mine\nlen(In)").result == "4", "empty inputs would make it more"
    assert kernel.run("%%stop mine").result == "mine is detached; its kernel goes on."
    assert owner.is_alive()
    assert kernel.run("%%mine\nx").result == "41"
    refused = kernel.run("%%restart mine")
    assert refused.content["ename"] == "BackendError"
    assert "only its owner can restart it" in refused.content["evalue"]
    assert kernel.run("%%mine\nx").result == "41"


def test_it_is_interrupted(kernel: Kernel, owner: KernelManager) -> None:
    msg_id = kernel.begin("%%mine\nprint('go', flush=True)\nimport time; time.sleep(100)")
    kernel.interrupt()
    assert kernel.wait(msg_id).content["ename"] == "KeyboardInterrupt"
    assert kernel.run("%%mine\nx").result == "41"


@pytest.mark.parametrize("does", ["restart", "end"])
def test_a_cell_that_runs_ends_when_its_owner_restarts_or_ends_it(
    kernel: Kernel, owner: KernelManager, does: str
) -> None:
    msg_id = kernel.begin("%%mine\nprint('go', flush=True)\nimport time; time.sleep(100)")
    if does == "restart":
        owner.restart_kernel(now=True)
    else:
        owner.shutdown_kernel(now=True)
    answer = kernel.wait(msg_id)
    assert answer.content["ename"] == "BackendDied"
    assert answer.seconds < 5
    assert "its owner has ended or restarted it" in answer.content["evalue"]
    after = kernel.run("%%mine\n'x' in globals()")
    if does == "restart":
        assert after.result == "False"
        assert "mine is attached again" in after.stream("stderr")
    else:
        assert after.content["ename"] == "BackendStartError"
        assert "mine cannot be attached" in after.content["evalue"]


def test_it_goes_on_when_the_front_ends(owner: KernelManager, tmp_path: Path) -> None:
    config = tmp_path / "multikernel.yaml"
    config.write_text(CONFIG.format(file=owner.connection_file))
    config.chmod(0o600)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        assert kernel.run("%%mine\nx").result == "41"
        kernel.send("shutdown_request", {"restart": False}, channel="control")
    assert owner.is_alive()
    assert Path(owner.connection_file).exists()


def test_values_go_there_and_back_as_long_as_it_sees_the_same_files(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run("y = [1, 'two']")
    assert kernel.run("%%mine -i y -o z\nz = y[::-1]").content["status"] == "ok"
    assert kernel.run("z").result == "['two', 1]"
    need_root()
    kernel.run(f"%%mine\nimport os; os.chroot({str(tmp_path)!r})")
    assert kernel.run("%%stop mine").content["status"] == "ok"
    refused = kernel.run("%%mine -i y -o z\nz = 5")
    assert "mine shares no files with this machine" in refused.content["evalue"]
    assert kernel.run("%%mine\nz").result == "['two', 1]"
