"""A large output is checked in a thread: what comes after it comes after it, and a forged one never comes."""

from collections.abc import Iterator
from contextlib import closing

import anyio
import pytest

from multikernel.core.protocol.wire import Frame, Message, Wire, parse_message
from multikernel.runtime.backend.child import Child
from multikernel.runtime.in_order import LARGE
from tests.core.lines import child_message, make_message

from .fake_kernel import KEY, FakeKernel, fake_kernel

pytestmark = pytest.mark.anyio

PATIENCE = 20
REQUEST = make_message("1", "execute_request", {"code": "x"})
SIZES = [LARGE, 0, LARGE + 1, 0, 0, LARGE]


@pytest.fixture
def kernel() -> Iterator[FakeKernel]:
    """Return a kernel that can be connected to."""
    with fake_kernel() as kernel:
        yield kernel


class Sender:
    """Says what a kernel says, signed with its key."""

    def __init__(self) -> None:
        self._wire = Wire(KEY)
        self.said: list[Message] = []

    def output(self, size: int, parent: str = "1") -> list[Frame]:
        """Return an output with a text of so many bytes."""
        message = child_message("stream", parent, {"name": "stdout", "text": f"{len(self.said)} {'x' * size}"})
        self.said.append(message)
        return [b"topic", *self._wire.pack(message)]


async def checked(child: Child) -> None:
    """Wait until all that has arrived was taken."""
    with anyio.fail_after(PATIENCE):
        while any(channel.waits for channel in child._checked.values()):
            await anyio.lowlevel.checkpoint()


async def test_outputs_keep_their_order(kernel: FakeKernel) -> None:
    sender = Sender()
    with closing(kernel.child()) as child:
        for size in SIZES:
            child.received("iopub", sender.output(size))
        assert kernel.delivered == []
        await checked(child)
    assert [message.content_frame for _, message in kernel.delivered] == [each.content_frame for each in sender.said]


async def test_other_channels_do_not_wait(kernel: FakeKernel) -> None:
    sender = Sender()
    with closing(kernel.child()) as child:
        child.received("iopub", sender.output(LARGE))
        child.received("shell", sender.output(0))
        assert [channel for channel, _ in kernel.delivered] == ["shell"]
        await checked(child)
    assert [channel for channel, _ in kernel.delivered] == ["shell", "iopub"]


@pytest.mark.parametrize("place", [2, 6])
async def test_a_forged_one_never_comes(kernel: FakeKernel, place: int) -> None:
    sender = Sender()
    frames = sender.output(LARGE)
    frames[place] = bytes(frames[place]).replace(b"x", b"y", 1) if place == 6 else b"0" * 64
    with closing(kernel.child()) as child:
        child.received("iopub", frames)
        child.received("iopub", sender.output(0))
        await checked(child)
    assert [message.content_frame for _, message in kernel.delivered] == [sender.said[1].content_frame]


async def test_one_that_is_no_message_is_dropped(kernel: FakeKernel) -> None:
    with closing(kernel.child()) as child:
        child.received("iopub", [b"x" * LARGE])
        await checked(child)
    assert kernel.delivered == []


async def test_a_replay_is_known(kernel: FakeKernel) -> None:
    frames = Sender().output(LARGE)
    with closing(kernel.child()) as child:
        child.received("iopub", frames)
        child.received("iopub", list(frames))
        await checked(child)
    assert len(kernel.delivered) == 1


async def test_a_closed_child_delivers_nothing(kernel: FakeKernel) -> None:
    with closing(kernel.child()) as child:
        child.received("iopub", Sender().output(LARGE))
        child.close()
        await checked(child)
    assert kernel.delivered == []


async def test_the_end_comes_after_all_outputs(kernel: FakeKernel) -> None:
    kernel.provisioner.exit_code = 1
    with closing(kernel.child()) as child:
        kernel.disconnect()
        child.received("iopub", Sender().output(LARGE))
        with anyio.fail_after(PATIENCE):
            assert await child.wait_for_end() == "exit code 1"
        assert len(kernel.delivered) == 1


@pytest.mark.parametrize(("parent", "is_foreseen"), [("1", True), ("2", False)])
async def test_what_the_last_request_causes_is_foreseen(kernel: FakeKernel, parent: str, is_foreseen: bool) -> None:
    foreseen: list[Message | None] = []
    frames = Sender().output(LARGE, parent)
    with closing(kernel.child(foreseen.append)) as child:
        child.send("shell", REQUEST)
        child.received("iopub", frames)
        expected = child._composer.forward(parse_message(frames[3:]), REQUEST.header_frame)
        assert foreseen == ([expected] if is_foreseen else [])
        await checked(child)
    assert foreseen[-1] is None
