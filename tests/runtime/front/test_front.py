"""Large messages are signed in threads: the order stays, and what was foreseen is sent only if it is what comes."""

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
import zmq

from multikernel.core.protocol.wire import Composer, Message, Wire
from multikernel.runtime.front.connection import Connection
from multikernel.runtime.front.front import Front
from multikernel.runtime.in_order import LARGE
from multikernel.runtime.sockets import open_context
from multikernel.trace.watchers import Trace

pytestmark = pytest.mark.anyio

PATIENCE = 20
PORTS = {f"{channel}_port": number for number, channel in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1)}
COMPOSER = Composer("5e551011", lambda: "2026-01-01T00:00:00Z")


class Reader:
    """A front, and a client that reads its iopub."""

    def __init__(self, front: Front, client: "zmq.Socket[bytes]") -> None:
        self.front = front
        self._client = client
        self._wire = Wire(b"key")

    def send(self, *messages: Message) -> None:
        """Send on iopub."""
        for message in messages:
            self.front.send("iopub", message, ())

    async def read(self) -> Message:
        """Return the next message, which has to be signed."""
        with anyio.fail_after(PATIENCE):
            while not self._client.poll(0):
                await anyio.lowlevel.checkpoint()
        return self._wire.unpack(self._client.recv_multipart())[1]

    async def sizes(self, count: int) -> list[int]:
        """Return the sizes of the next messages."""
        return [len((await self.read()).content_frame) for _ in range(count)]


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    """Return a front that a client has subscribed to."""
    info = {"transport": "ipc", "ip": str(tmp_path / "s"), "key": "key", **PORTS}
    with (
        open_context(linger=0) as context,
        open_context(linger=0) as clients,
        closing(Front(context, Connection(info, "c.json"), COMPOSER, Trace("own"))) as front,
    ):
        front.serve(lambda channel, client, message: None, lambda: None)
        client = clients.socket(zmq.SUB)
        client.connect(f"ipc://{tmp_path / 's'}-2")
        client.subscribe(b"")
        reader = Reader(front, client)
        assert (await reader.read()).type == "iopub_welcome"
        yield reader


def output(size: int) -> Message:
    """Return an output with a content of so many bytes."""
    content = b'{"text":"' + b"x" * (size - 11) + b'"}'
    return replace(COMPOSER.message("stream", {}), content_frame=memoryview(content), buffers=(b"buffer",))


async def test_outputs_keep_their_order(reader: Reader) -> None:
    sizes = [100, LARGE, 200, LARGE + 1, 300, 400]
    reader.send(*map(output, sizes))
    assert await reader.sizes(len(sizes)) == sizes


async def test_what_was_foreseen_is_sent_once(reader: Reader) -> None:
    message = output(LARGE)
    reader.front.foresee(replace(message))
    packed = reader.front._foreseen
    reader.send(message, output(100))
    assert packed is not None
    assert reader.front._foreseen is None
    assert await reader.read() == (await packed.packed)[0]
    assert await reader.sizes(1) == [100]


@pytest.mark.parametrize("changes", ["content", "buffers", "header", "parent", "metadata", "nothing"])
async def test_what_was_foreseen_is_not_sent_for_anything_else(reader: Reader, changes: str) -> None:
    message = output(LARGE)
    foreseen = {
        "content": message.with_content_frame(memoryview(bytes(message.content_frame))),
        "buffers": replace(message, buffers=(b"other",)),
        "header": replace(message, header_frame=b'{"msg_id":"forged","msg_type":"stream"}'),
        "parent": replace(message, parent_frame=b'{"msg_id":"forged"}'),
        "metadata": replace(message, metadata_frame=b'{"a":1}'),
        "nothing": output(LARGE),
    }[changes]
    reader.front.foresee(foreseen)
    reader.send(message)
    assert await reader.read() == message


async def test_what_was_foreseen_and_is_forgotten_is_not_sent(reader: Reader) -> None:
    reader.front.foresee(output(LARGE))
    reader.front.foresee(None)
    reader.send(output(100))
    assert await reader.sizes(1) == [100]


async def test_one_is_foreseen_at_a_time(reader: Reader) -> None:
    first, second = output(LARGE), output(LARGE + 1)
    reader.front.foresee(first)
    reader.front.foresee(second)
    assert reader.front._foreseen is not None
    assert reader.front._foreseen.message is first
    reader.send(first, second)
    assert await reader.sizes(2) == [LARGE, LARGE + 1]


async def test_the_last_large_output_is_sent_before_the_front_ends(reader: Reader) -> None:
    reader.send(output(LARGE))
    await reader.front.drain()
    assert await reader.sizes(1) == [LARGE]
