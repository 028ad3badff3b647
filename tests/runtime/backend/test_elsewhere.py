"""A provisioner that is not this machine's may queue, fail, block and lose its kernel: it holds up nobody else."""

import signal
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

from multikernel.core.config import BackendConfig
from multikernel.core.errors import BackendNotFound, BackendStartError
from multikernel.core.places import ProvisionerPlace
from multikernel.runtime.backend.launch import open_child
from multikernel.runtime.backend.launch_context import LaunchContext
from multikernel.runtime.backend.links import elsewhere
from multikernel.runtime.backend.output import Output

from .launching import IPYKERNEL, install_provisioner, launch_context, write_kernelspec
from .remote import Remote, remembered

pytestmark = pytest.mark.anyio

PATIENCE = 30.0


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LaunchContext]:
    """Return what children need, with a kernelspec `remote` and one for each trouble."""
    install_provisioner(monkeypatch, "remote", Remote)
    for trouble in ("", "queues", "fails", "blocks", "lies", "mute"):
        stanza = {"provisioner_name": "remote", "config": {"trouble": trouble}}
        write_kernelspec(tmp_path, trouble or "remote", IPYKERNEL, kernel_provisioner=stanza)
    write_kernelspec(tmp_path, "plain", IPYKERNEL)
    with remembered(), launch_context(tmp_path) as context:
        yield context


@pytest.fixture
async def output() -> AsyncIterator[Output]:
    """Return an output, closed in the end."""
    output = Output()
    yield output
    output.close()


async def wait_for(event: threading.Event) -> None:
    """Wait for what happens in another thread."""
    assert await anyio.to_thread.run_sync(event.wait, PATIENCE)


def config(kernel: str, timeout: float = 60.0) -> BackendConfig:
    return BackendConfig("far", kernel, timeout=timeout)


async def test_it_starts_is_interrupted_and_ends_in_a_thread_of_its_own(context: LaunchContext, output: Output) -> None:
    async with open_child(config("remote"), context, output, lambda *_: None) as child:
        assert child.link.transport == "tcp"
        assert child.link.shares_files is None
        assert (child.pid, child.link.where) == (0, "remote")
        assert context.watchdog._groups == set()
        await child.signal()
    assert Remote.taken[:3] == ["pre_launch", "launch", f"signal {signal.SIGINT}"]
    assert Remote.taken[-1] == "cleanup"
    assert Remote.threads == {"provisioners of tests"}


async def test_a_start_that_waits_in_a_queue_ends_with_the_timeout(context: LaunchContext, output: Output) -> None:
    with pytest.raises(BackendStartError, match=r"far did not get ready within 0.2 s"):
        async with open_child(config("queues", timeout=0.2), context, output, lambda *_: None):
            pass
    assert Remote.taken == ["pre_launch", "launch", "kill", "cleanup"]


async def test_a_start_that_waits_in_a_queue_can_be_cancelled(context: LaunchContext, output: Output) -> None:
    async with anyio.create_task_group() as tasks:

        async def start() -> None:
            async with open_child(config("queues"), context, output, lambda *_: None):
                pass

        tasks.start_soon(start)
        await wait_for(Remote.queued)
        tasks.cancel_scope.cancel()
    assert Remote.taken == ["pre_launch", "launch", "kill", "cleanup"]


async def test_what_a_launch_that_failed_has_started_is_killed(context: LaunchContext, output: Output) -> None:
    with pytest.raises(BackendStartError, match="far could not be started: the cluster is full"):
        async with open_child(config("fails"), context, output, lambda *_: None):
            pass
    assert Remote.taken == ["pre_launch", "launch", "kill", "cleanup"]


async def test_one_that_blocks_holds_up_neither_the_loop_nor_another_start(
    context: LaunchContext, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "CANCEL_SECONDS", 0.1)
    async with anyio.create_task_group() as tasks:

        async def start() -> None:
            async with open_child(config("blocks"), context, output, lambda *_: None):
                pass

        tasks.start_soon(start)
        await wait_for(Remote.queued)
        tasks.cancel_scope.cancel()
    assert "still busy ending far" in output.lines()[-1]
    assert Remote.taken == ["pre_launch", "launch"]
    async with open_child(config("remote"), context, output, lambda *_: None):
        pass
    Remote.taken.clear()
    Remote.cleaned.clear()
    Remote.blocked.set()
    await wait_for(Remote.cleaned)
    assert Remote.taken == ["kill", "cleanup"]


async def test_its_death_is_noticed_as_soon_as_its_connection_ends(
    context: LaunchContext, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "POLL_SECONDS", 1000.0)
    assert await how_it_ends(context, output, "remote") == "SIGKILL"


async def test_one_that_its_provisioner_takes_for_running_has_ended_with_its_connection(
    context: LaunchContext, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(elsewhere, "GONE_SECONDS", 0.2)
    how = await how_it_ends(context, output, "lies")
    assert how == "its connection has ended, though its provisioner takes it for running"


async def test_one_whose_provisioner_does_not_answer_has_ended_with_its_connection(
    context: LaunchContext, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(elsewhere, "END_SECONDS", 0.2)
    how = await how_it_ends(context, output, "mute")
    assert how == "TimeoutError: its provisioner does not answer"
    Remote.blocked.set()
    await wait_for(Remote.cleaned)


async def how_it_ends(context: LaunchContext, output: Output, kernel: str) -> str:
    """Kill a kernel while it is watched, and return what is said about it."""
    ends: list[str] = []
    async with (
        open_child(config(kernel), context, output, lambda *_: None) as child,
        anyio.create_task_group() as tasks,
    ):

        async def wait() -> None:
            ends.append(await child.wait_for_end())
            tasks.cancel_scope.cancel()

        Remote.polled.clear()
        tasks.start_soon(wait)
        await wait_for(Remote.polled)
        provisioner = child.link._manager.provisioner  # type: ignore[attr-defined]
        provisioner.process.kill()
        provisioner.process.wait()
        await anyio.sleep(PATIENCE)
    return ends[0]


async def test_a_place_launches_a_kernelspec_of_this_machine(context: LaunchContext, output: Output) -> None:
    place = ProvisionerPlace("cluster", "remote", {"trouble": "fails"})
    far = BackendConfig("far", "plain", place=place)
    with pytest.raises(BackendStartError, match="the cluster is full"):
        async with open_child(far, context, output, lambda *_: None):
            pass
    near = BackendConfig("near", "plain")
    async with open_child(near, context, Output(), lambda *_: None) as child:
        assert child.pid


async def test_a_place_s_provisioner_that_is_not_installed_is_named(context: LaunchContext, output: Output) -> None:
    far = BackendConfig("far", "plain", place=ProvisionerPlace("cluster", "nobody-s", {}))
    with pytest.raises(BackendNotFound, match="The place 'cluster' needs the provisioner 'nobody-s', which is not"):
        async with open_child(far, context, output, lambda *_: None):
            pass


@pytest.mark.parametrize(
    ("transport", "ip", "key", "supported", "outcome"),
    [
        ("tcp", "127.0.0.1", None, ["curve"], ""),
        ("tcp", "localhost", None, ["curve"], ""),
        ("ipc", "/tmp/k", None, ["curve"], ""),
        ("tcp", "192.0.2.7", b"key", ["curve"], ""),
        ("tcp", "gpu1", None, None, "noted"),
        ("tcp", "::ffff:192.0.2.7", None, ["curve"], "refused"),
        ("tcp", "192.0.2.7", None, ["curve"], "refused"),
    ],
)
def test_a_connection_to_another_host_is_encrypted_or_not_made_where_its_kernelspec_claims_so(
    transport: str, ip: str, key: bytes | None, supported: list[str] | None, outcome: str
) -> None:
    spec = SimpleNamespace(metadata={"supported_encryption": supported})
    manager: Any = SimpleNamespace(transport=transport, ip=ip, curve_publickey=key, kernel_spec=spec)
    notes: list[str] = []
    if outcome == "refused":
        with pytest.raises(BackendStartError, match=r"could not be started: the connection to far .* is not encrypted"):
            elsewhere._check_encryption(config("k"), manager, notes.append)
    else:
        elsewhere._check_encryption(config("k"), manager, notes.append)
    assert notes == (["the connection to far at gpu1 is not encrypted"] if outcome == "noted" else [])
