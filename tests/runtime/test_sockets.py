"""Messages are received as they were sent, whole or not."""

from collections.abc import Iterator
from contextlib import closing

import anyio
import pytest
import zmq

from multikernel.core.protocol.wire import DELIMITER, Frame
from multikernel.runtime.sockets import COPY_THRESHOLD, LoopSocket, open_context

pytestmark = pytest.mark.anyio

PATIENCE = 20
WHOLE = [DELIMITER, b"signature", b"header", b"parent", b"metadata", b"content"]
LARGE = b"x" * COPY_THRESHOLD


@pytest.fixture
def pair() -> Iterator[tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"]]:
    """Return a socket that sends, and one that receives from it."""
    with open_context(linger=0) as context:
        sender, receiver = context.socket(zmq.PUSH), context.socket(zmq.PULL)
        sender.bind("inproc://pair")
        receiver.connect("inproc://pair")
        yield sender, receiver


async def received(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"], messages: list[list[bytes]], *, is_from_kernel: bool
) -> list[list[bytes]]:
    """Send messages and one more, and return what arrives before that."""
    arrived: list[list[bytes]] = []
    is_over = anyio.Event()

    def take(frames: list[Frame]) -> None:
        if frames[-1] == b"last":
            is_over.set()
        else:
            arrived.append([bytes(frame) for frame in frames])

    sender, receiver = pair
    for frames in [*messages, [b"last"]]:
        sender.send_multipart(frames)
    with closing(LoopSocket(receiver, take, is_from_kernel=is_from_kernel)), anyio.fail_after(PATIENCE):
        await is_over.wait()
    return arrived


@pytest.mark.parametrize("is_from_kernel", [True, False])
async def test_whole_messages_arrive_as_they_were_sent(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"], is_from_kernel: bool
) -> None:
    messages = [
        WHOLE,
        [b"topic", *WHOLE],
        [b"one", b"two", *WHOLE, b"buffer", b""],
        [*WHOLE[:3], LARGE, LARGE, LARGE, LARGE],
        [*WHOLE[:2], DELIMITER, DELIMITER, DELIMITER, DELIMITER, DELIMITER],
        [b"alone"],
        [b"one", b"two"],
        [DELIMITER],
        WHOLE,
    ]
    assert await received(pair, messages, is_from_kernel=is_from_kernel) == messages


@pytest.mark.parametrize("length", range(1, 6))
async def test_one_that_breaks_off_costs_a_kernel_one_more_at_most(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"], length: int
) -> None:
    messages = [WHOLE, WHOLE[:length], WHOLE, [b"topic", *WHOLE]]
    arrived = await received(pair, messages, is_from_kernel=True)
    assert (arrived[0], arrived[-1]) == (messages[0], messages[-1])
    assert len(arrived) >= 3


@pytest.mark.parametrize("length", range(1, 6))
async def test_one_that_breaks_off_costs_other_clients_nothing(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"], length: int
) -> None:
    messages = [WHOLE, WHOLE[:length], WHOLE]
    assert await received(pair, messages, is_from_kernel=False) == messages


async def test_one_that_breaks_off_last_is_received(
    pair: tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"],
) -> None:
    sender, receiver = pair
    arrived: list[list[Frame]] = []
    is_heard = anyio.Event()

    def take(frames: list[Frame]) -> None:
        arrived.append(frames)
        is_heard.set()

    sender.send_multipart(WHOLE[:3])
    with closing(LoopSocket(receiver, take, is_from_kernel=True)):
        with anyio.fail_after(PATIENCE):
            await is_heard.wait()
    assert arrived[0][0] == DELIMITER
