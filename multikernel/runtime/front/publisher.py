"""The iopub channel: all subscribers get all messages, and one that does not read costs neither the others nor memory.

zmq's own limit counts messages, of whatever size, and drops what exceeds it without a word. So it is kept small here,
and refuses (XPUB_NODROP) instead of dropping; what it refuses waits in a `Backlog` of its subscriber, limited in bytes.

With XPUB_MANUAL the publisher itself decides what a subscriber gets: what begins with an address of its own, in place
of the topic; and, if it has asked for everything, what begins with EVERYBODY, which is sent once for all of them while
none is behind. A client's zmq only checks that a message begins as it has asked for.
"""

import itertools
import logging
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

import anyio
import zmq

from ...core.protocol.wire import Composer, Frame, Message
from ..sockets import MESSAGES_PER_TURN, MORE, NOBLOCK, LoopSocket, receive, send
from .backlog import WAITING_BYTES, Backlog, Entry, Gap
from .large_messages import LARGE, LargeMessages

MESSAGES_IN_ZMQ = 1024
"""So many may wait in zmq for one subscriber; those that are not LARGE take 16 MB at most."""

EVERYBODY = b"\x00all."

SUBSCRIBE, UNSUBSCRIBE = b"\x01", b"\x00"

Pack = Callable[[Message], list[Frame]]
Connection = tuple[int, int]
"""File descriptor and inode of a subscriber's connection."""

NO_INODE = 0
"""Of a connection that has been closed."""

log = logging.getLogger(__name__)


def prepare(iopub: "zmq.Socket[bytes]") -> None:
    """Set the options that a publisher's socket needs, before it is bound."""
    iopub.setsockopt(zmq.SNDHWM, MESSAGES_IN_ZMQ)
    iopub.setsockopt(zmq.XPUB_NODROP, 1)
    iopub.setsockopt(zmq.XPUB_MANUAL, 1)


class Subscriber:
    """One client, by its connection: what it has asked for, and what waits for it."""

    def __init__(self, connection: Connection, limit: int, large: LargeMessages) -> None:
        """Begin without a subscription."""
        self.connection = connection
        self.addresses: dict[bytes, bytes] = {}
        """By the topics that it has asked for, how messages begin that go to this subscriber alone."""
        self.backlog = Backlog(limit)
        self.large = large

    @property
    def wants_everything(self) -> bool:
        """Whether it has asked for all topics."""
        return b"" in self.addresses

    def address(self, topic: bytes) -> bytes | None:
        """Return how a message of this topic has to begin; None if the subscriber has not asked for it."""
        return next((address for asked, address in self.addresses.items() if topic.startswith(asked)), None)

    def is_connected(self) -> bool:
        """Whether its connection is open: zmq does not tell which one has been closed."""
        fd, inode = self.connection
        return fd < 0 or _inode(fd) == inode != NO_INODE


class Publisher(LoopSocket):
    """A bound XPUB socket."""

    def __init__(self, iopub: "zmq.Socket[bytes]", composer: Composer, pack: Pack, limit: int = WAITING_BYTES) -> None:
        """Take over a socket that was prepared; `limit` is how many bytes may wait for each subscriber."""
        self._composer = composer
        self._pack = pack
        self._limit = limit
        self._numbers = itertools.count()
        self._subscribers: dict[Connection, Subscriber] = {}
        self._selective: list[Subscriber] = []
        """Those that have not asked for everything."""
        self._behind: list[Subscriber] = []
        """Those for which something waits."""
        self._is_flush_due = False
        self._is_mixed_up = False
        self._moved_on = anyio.Event()
        super().__init__(iopub, lambda frames: None, self._drained)

    def publish(self, message: Message, frames: Sequence[Frame]) -> None:
        """Send a message, packed, to all that have asked for it, now or as soon as they read."""
        topic = self._topic(message)
        if self._behind or sum(map(len, frames)) >= LARGE or not self._try(EVERYBODY + topic, frames):
            self._publish_to(self._subscribers.values(), topic, message, frames)
        elif self._selective:
            self._publish_to(self._selective, topic, message, frames)

    async def drain(self) -> None:
        """Wait until nothing waits for any subscriber.

        What a closed socket still sends, only zmq has. (To lift its limit then is no way out: zmq 4.3.5 crashes now and
        then if SNDHWM is set while a client disconnects.)
        """
        while self._behind:
            self._moved_on = anyio.Event()
            await self._moved_on.wait()

    def _topic(self, message: Message) -> bytes:
        return f"kernel.{self._composer.session}.{message.type}".encode("utf-8", "replace")

    def _publish_to(
        self, subscribers: Iterable[Subscriber], topic: bytes, message: Message, frames: Sequence[Frame]
    ) -> None:
        """Send a message to each of these that has asked for it, or let it wait."""
        for subscriber in subscribers:
            address = subscriber.address(topic)
            if address is None or (not subscriber.backlog and self._send_to(subscriber, address, frames)):
                continue
            if subscriber not in self._behind:
                self._behind.append(subscriber)
            had_missed = subscriber.backlog.missed
            subscriber.backlog.add(topic, message, frames)
            if subscriber.backlog.missed and not had_missed:
                log.warning(
                    "an iopub subscriber has stopped reading: messages beyond %.0f MB are not kept for it",
                    self._limit / 1e6,
                )
        self._flush_soon()

    def _try(self, first: bytes, frames: "Sequence[Frame | zmq.Frame]") -> bool:
        """Send a message that begins so, if zmq takes it."""
        try:
            send(self._socket, first, MORE, True)
        except zmq.Again:
            return False
        self.send(frames)
        return True

    def _send_to(self, subscriber: Subscriber, address: bytes, frames: Sequence[Frame]) -> bool:
        """Send a message to one subscriber, if zmq takes it."""
        size = sum(map(len, frames))
        if size < LARGE:
            return self._try(address, frames)
        if not subscriber.large.has_room(size):
            return False
        number, lent = subscriber.large.lend(frames, size)
        is_sent = self._try(address, lent)
        if not is_sent:
            subscriber.large.take_back(number, size)
        return is_sent

    def _send_waiting(self, subscriber: Subscriber) -> bool:
        """Send what waits for a subscriber, as much as zmq takes in one turn; return whether it may take more."""
        backlog = subscriber.backlog
        for _ in range(MESSAGES_PER_TURN):
            if not backlog:
                return False
            topic, frames = backlog.next(self._report)
            address = subscriber.address(topic)
            if address is not None and not self._send_to(subscriber, address, frames):
                return False
            backlog.pop()
        return True

    def _report(self, gap: Gap) -> Entry:
        """Return a message on stderr, below the request whose messages are missing."""
        text = (
            f"{gap.count:,} messages are missing here: this client did not read them "
            f"while {self._limit / 1e6:,.0f} MB were waiting for it.\n"
        )
        message = self._composer.message("stream", {"name": "stderr", "text": text})
        message = replace(message, parent_id=gap.parent_id, parent_frame=gap.parent_frame)
        return Entry(self._topic(message), self._pack(message))

    def _flush_soon(self) -> None:
        """Send what waits when the loop gets to it, in case zmq has taken notice of a reader while it was called."""
        if self._behind and not self._is_flush_due:
            self._is_flush_due = True
            self._loop.call_soon(self._read_some)

    def _drained(self) -> None:
        """Send what waits: a subscription, or room for more, has woken the loop."""
        self._is_mixed_up = self._is_flush_due = False
        if self._behind:
            may_take_more = [self._send_waiting(subscriber) for subscriber in self._behind]
            self._behind = [subscriber for subscriber in self._behind if subscriber.backlog]
            self._moved_on.set()
            if any(may_take_more):
                self._flush_soon()

    def _take_next(self) -> None:
        """Take in a subscription, or the end of one."""
        frame = receive(self._socket, NOBLOCK, False)
        kind, topic = frame.bytes[:1], frame.bytes[1:]
        connection = _connection(frame)
        if connection is None and kind == SUBSCRIBE:
            # This zmq does not tell; what is only lost is the end of the connection.
            connection = (-1 - next(self._numbers), 0)
        if kind not in (SUBSCRIBE, UNSUBSCRIBE):
            # zmq 4.3.5 now takes each subscription for one of the client whose subscription comes after it, until all
            # that have arrived are read: the wrong clients would be subscribed.
            self._is_mixed_up = True
        if connection is None:
            self._forget_disconnected()
        elif self._is_mixed_up:
            _disconnect(connection)
        elif kind == SUBSCRIBE:
            self._subscribe(connection, topic)
        else:
            self._unsubscribe(connection, topic)

    def _subscribe(self, connection: Connection, topic: bytes) -> None:
        """Let a client have what begins so, and welcome it (JEP 65)."""
        if topic.startswith(EVERYBODY):
            log.warning("an iopub subscriber is disconnected: it asked for a topic that is reserved")
            _disconnect(connection)
            return
        subscriber = self._subscribers.get(connection)
        if subscriber is None:
            self._forget_disconnected()
            subscriber = Subscriber(connection, self._limit, LargeMessages(self._flush_soon))
            self._subscribers[connection] = subscriber
        address = subscriber.addresses.setdefault(topic, b"%b\x00%08x" % (topic, next(self._numbers)))
        self._socket.setsockopt(zmq.SUBSCRIBE, address)
        if not topic:
            self._socket.setsockopt(zmq.SUBSCRIBE, EVERYBODY)
        self._list_selective()
        self._welcome(subscriber, topic)

    def _welcome(self, subscriber: Subscriber, topic: bytes) -> None:
        """Send a welcome under the topic itself: for as long as that takes, this subscriber alone has that.

        Its parent is the subscription, where JEP 65 has none: Kernel Gateway 3.0 indexes the parent's msg_id, and never
        reads on if there is none. With ipykernel it gets no welcome, since only the first subscriber does.
        """
        content = {"subscription": topic.decode("utf-8", "replace")}
        welcome = self._composer.message("iopub_welcome", content, self._composer.message("subscription", content))
        frames = self._pack(welcome)
        self._socket.setsockopt(zmq.SUBSCRIBE, topic)
        if not self._try(topic, frames):
            self._publish_to([subscriber], topic, welcome, frames)
        self._socket.setsockopt(zmq.UNSUBSCRIBE, topic)

    def _unsubscribe(self, connection: Connection, topic: bytes) -> None:
        subscriber = self._subscribers.get(connection)
        if subscriber is None or topic not in subscriber.addresses:
            return
        self._socket.setsockopt(zmq.UNSUBSCRIBE, subscriber.addresses.pop(topic))
        if not topic:
            self._socket.setsockopt(zmq.UNSUBSCRIBE, EVERYBODY)
        if not subscriber.addresses:
            self._forget([subscriber])
        self._list_selective()

    def _forget_disconnected(self) -> None:
        self._forget([each for each in self._subscribers.values() if not each.is_connected()])

    def _forget(self, gone: Sequence[Subscriber]) -> None:
        for subscriber in gone:
            del self._subscribers[subscriber.connection]
            if subscriber in self._behind:
                self._behind.remove(subscriber)
        self._moved_on.set()
        self._list_selective()

    def _list_selective(self) -> None:
        self._selective = [each for each in self._subscribers.values() if not each.wants_everything]


def _connection(frame: "zmq.Frame") -> Connection | None:
    """Return by which connection a frame has come; None if it tells that one has been closed."""
    try:
        fd = int(frame.get(zmq.SRCFD))
    except zmq.ZMQError:
        return None
    return fd, _inode(fd)


def _inode(fd: int) -> int:
    try:
        return os.fstat(fd).st_ino
    except OSError:
        return NO_INODE


def _disconnect(connection: Connection) -> None:
    """Close a connection that zmq holds; a client that is right otherwise connects and subscribes again by itself."""
    fd, inode = connection
    with suppress(OSError), socket.socket(fileno=os.dup(fd)) as copy:
        if _inode(fd) == inode:
            copy.shutdown(socket.SHUT_RDWR)
