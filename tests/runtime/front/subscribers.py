"""A publisher with real subscribers, whose connections hold little, so that one that does not read is soon behind."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import anyio
import zmq

from multikernel.core.protocol.wire import Composer, Message, Wire
from multikernel.runtime.front.publisher import Pack, Publisher, prepare
from multikernel.runtime.sockets import open_context

SESSION = "5e551011"
SMALL_BUFFER = 8192


class Client:
    """A subscriber that reads when it is told to."""

    def __init__(self, socket: "zmq.Socket[bytes]") -> None:
        self.socket = socket
        self.wire = Wire(b"key")
        self.first_frames: list[bytes] = []

    async def read(self) -> Message:
        """Wait for the next message."""
        with anyio.fail_after(20):
            while not self.socket.poll(0):
                await anyio.lowlevel.checkpoint()
        frames = self.socket.recv_multipart()
        self.first_frames.append(frames[0])
        return self.wire.unpack(frames)[1]

    async def read_until(self, is_last: Callable[[Message], bool]) -> list[Message]:
        """Read up to a message, which is the last one returned."""
        messages = [await self.read()]
        while not is_last(messages[-1]):
            messages.append(await self.read())
        return messages

    async def numbers(self, last: int) -> list[int]:
        """Return what outputs say, up to the last one."""
        messages = await self.read_until(lambda message: number(message) == last)
        return [number(message) for message in messages]

    async def welcome(self) -> str:
        """Wait for a welcome, and return to which subscription."""
        message = await self.read()
        assert message.type == "iopub_welcome"
        assert message.parent_id
        return str(message.content()["subscription"])


class Newspaper:
    """A publisher, with what to publish and to whom."""

    def __init__(self, publisher: Publisher, address: str, composer: Composer, pack: Pack, opened: ExitStack) -> None:
        self.publisher = publisher
        self._pack = pack
        self.composer = composer
        self._address = address
        self._opened = opened
        self._clients = opened.enter_context(open_context(linger=0))
        self._count = itertools.count()

    def client(self, kind: int = zmq.SUB) -> Client:
        """Connect a client that does not subscribe yet."""
        socket = self._opened.enter_context(self._clients.socket(kind))
        socket.setsockopt(zmq.RCVHWM, 1)
        socket.setsockopt(zmq.RCVBUF, SMALL_BUFFER)
        socket.setsockopt(zmq.RECONNECT_IVL, 10)
        socket.connect(self._address)
        return Client(socket)

    async def subscriber(self, topic: bytes = b"") -> Client:
        """Connect a client that has subscribed."""
        client = self.client()
        client.socket.setsockopt(zmq.SUBSCRIBE, topic)
        assert await client.welcome() == topic.decode()
        return client

    def request(self) -> Message:
        """Return a request, for outputs to be published below it."""
        return self.composer.message("execute_request", {})

    def publish(self, parent: Message, *, size: int = 0, msg_type: str = "display_data", **content: object) -> int:
        """Publish a message of at least so many bytes; return its number."""
        count = next(self._count)
        message = self.composer.message(msg_type, {"n": count, "x": "x" * size, **content}, parent)
        # As it comes from a child: a view that could be written to.
        message = message.with_content_frame(memoryview(bytearray(message.content_frame)))
        self.publisher.publish(message, self._pack(message))
        return count

    def idle(self, parent: Message) -> int:
        """Publish that a request is done."""
        return self.publish(parent, msg_type="status", execution_state="idle")


def number(message: Message) -> int:
    """Return the number of a message, -1 for one that has none."""
    return int(message.content().get("n", -1))


@contextmanager
def open_newspaper(limit: int) -> Iterator[Newspaper]:
    """Open a publisher on the running loop, for each of whose subscribers so many bytes may wait."""
    ids = itertools.count()
    composer = Composer(SESSION, lambda: f"2026-01-01T00:00:{next(ids)}Z")
    wire = Wire(b"key")
    with ExitStack() as opened:
        context = opened.enter_context(open_context())
        socket = context.socket(zmq.XPUB)
        socket.setsockopt(zmq.LINGER, 500)
        socket.setsockopt(zmq.SNDBUF, SMALL_BUFFER)
        prepare(socket)
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        publisher = opened.enter_context(closing(Publisher(socket, composer, wire.pack, limit)))
        yield Newspaper(publisher, f"tcp://127.0.0.1:{port}", composer, wire.pack, opened)
