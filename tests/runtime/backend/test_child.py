"""A child is signalled, watched and closed, whatever its provisioner raises."""

import logging
import signal
from collections.abc import Iterator
from contextlib import closing

import anyio
import pytest
import zmq

from multikernel.core.errors import BackendStartError
from multikernel.runtime.backend.links import process as module

from .fake_kernel import FakeKernel, fake_kernel

pytestmark = pytest.mark.anyio


@pytest.fixture
def kernel() -> Iterator[FakeKernel]:
    """Return a kernel that can be connected to."""
    with fake_kernel() as kernel:
        yield kernel


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCH_SECONDS", 0.01)


async def polled(kernel: FakeKernel, count: int) -> None:
    """Wait until the process has been asked for so many times more."""
    until = kernel.provisioner.polls + count
    while kernel.provisioner.polls < until:
        await anyio.lowlevel.checkpoint()


async def test_a_signal_that_cannot_be_sent_is_an_error(kernel: FakeKernel) -> None:
    kernel.provisioner.signal_error = PermissionError(1, "Operation not permitted")
    with closing(kernel.child()) as child:
        child._setup_is_over.set()
        with anyio.fail_after(10), pytest.raises(PermissionError):
            await child.signal()
    assert kernel.provisioner.signals == [signal.SIGINT]


async def test_a_signal_to_a_process_that_has_ended_is_nothing_to_tell(
    kernel: FakeKernel, caplog: pytest.LogCaptureFixture
) -> None:
    kernel.provisioner.signal_error = ProcessLookupError(3, "No such process")
    with closing(kernel.child()) as child, caplog.at_level(logging.INFO):
        child._setup_is_over.set()
        await child.signal()
    assert caplog.text == ""
    assert kernel.output.lines() == []


async def test_a_signal_that_waits_for_the_setup_is_not_sent_once_the_child_is_closed(kernel: FakeKernel) -> None:
    child = kernel.child()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(child.signal)
        await anyio.lowlevel.checkpoint()
        child.close()
    assert kernel.provisioner.signals == []


async def test_a_process_that_cannot_be_asked_for_runs_on(kernel: FakeKernel, caplog: pytest.LogCaptureFixture) -> None:
    kernel.provisioner.exit_code = ConnectionError("no route to host")
    with closing(kernel.child()) as child:
        async with anyio.create_task_group() as tasks:
            how: list[str] = []

            async def wait() -> None:
                how.append(await child.wait_for_end())

            tasks.start_soon(wait)
            await polled(kernel, 5)
            assert how == []
            kernel.provisioner.exit_code = None
            await polled(kernel, 5)
            kernel.provisioner.exit_code = 3
            kernel.disconnect()
    assert how == ["exit code 3"]
    assert caplog.text.count("cannot tell whether r is still running: ConnectionError: no route to host") == 1


async def test_a_process_that_cannot_be_asked_for_has_ended_with_its_connection(kernel: FakeKernel) -> None:
    kernel.provisioner.exit_code = ConnectionError("no route to host")
    with closing(kernel.child()) as child, anyio.fail_after(20):
        while not kernel.delivered:
            kernel.publish()
            await anyio.lowlevel.checkpoint()
        kernel.disconnect()
        assert await child.wait_for_end() == "ConnectionError: no route to host"


async def test_what_fails_during_the_start_is_raised_as_it_is(
    kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(channel: str, frames: object) -> None:
        raise zmq.ZMQError(zmq.ENOTSOCK)

    with closing(kernel.child()) as child:
        monkeypatch.setattr(child.link, "send", refuse)
        with pytest.raises(zmq.ZMQError):
            await child.get_ready()


async def test_what_a_process_sends_last_is_waited_for(kernel: FakeKernel) -> None:
    with closing(kernel.child()) as child, anyio.fail_after(20):
        while not kernel.delivered:
            kernel.publish()
            await anyio.lowlevel.checkpoint()
        kernel.provisioner.exit_code = 3
        async with anyio.create_task_group() as tasks:
            how: list[str] = []

            async def wait() -> None:
                how.append(await child.wait_for_end())

            tasks.start_soon(wait)
            await polled(kernel, 1)
            for _ in range(10):
                await anyio.lowlevel.checkpoint()
            assert how == []
            kernel.disconnect()
    assert how == ["exit code 3"]


async def test_a_start_goes_on_while_the_process_cannot_be_asked_for(kernel: FakeKernel) -> None:
    kernel.provisioner.exit_code = ConnectionError("no route to host")
    with closing(kernel.child()) as child, anyio.fail_after(20):
        with anyio.move_on_after(0.2) as scope:
            await child.get_ready()
        assert scope.cancelled_caught
        kernel.provisioner.exit_code = 1
        with pytest.raises(BackendStartError, match=r"ended while it was starting \(exit code 1\)"):
            await child.get_ready()


@pytest.mark.parametrize("count", range(4))
async def test_a_channel_that_cannot_be_connected_leaves_no_other_open(kernel: FakeKernel, count: int) -> None:
    kernel.refuses_after = count
    with pytest.raises(zmq.ZMQError):
        kernel.child()
    assert [socket.closed for socket in kernel.connected] == [True] * count


async def test_a_channel_that_cannot_be_closed_leaves_no_other_open(
    kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(socket: "zmq.Socket[bytes]") -> None:
        raise zmq.ZMQError(zmq.ENOTSUP)

    monkeypatch.setattr(zmq.Socket, "disable_monitor", refuse)
    child = kernel.child()
    with pytest.raises(zmq.ZMQError):
        child.close()
    assert [socket.closed for socket in kernel.connected] == [True] * 4
    child.close()
