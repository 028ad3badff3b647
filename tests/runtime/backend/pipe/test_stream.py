"""A stream loses no record, doubles none and keeps their order, wherever its connections break."""

import struct
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.runtime.backend.links.pipe.agent import stream as module
from multikernel.runtime.backend.links.pipe.agent.stream import (
    CHUNK,
    CHUNK_HEAD,
    CHUNKS_PER_ACKNOWLEDGEMENT,
    LARGEST_RECORD,
    MOST_FRAMES,
    MOST_SILENT_BEATS,
    PIECE,
    RECORD_HEAD,
    ProtocolError,
    Stream,
    head_of,
)

Record = tuple[int, list[bytes]]


class Wire:
    """One direction of a connection: what was written, and not delivered yet."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> None:
        self.written += data


class End:
    """A stream, and all that it has taken."""

    def __init__(self) -> None:
        self.taken: list[Record] = []
        self.sent: list[Record] = []
        self.stream = Stream(lambda kind, frames: self.taken.append((kind, frames)))
        self.wire = Wire()

    def send(self, *frames: bytes, kind: int = 0) -> None:
        self.sent.append((kind, list(frames)))
        self.stream.send(kind, frames)
        self.stream.flush()


class Ends:
    """Both ends, and the connection between them."""

    def __init__(self) -> None:
        self.near, self.far = End(), End()

    def connect(self) -> None:
        """Connect, as a front does that has not yet noticed what the far end has received meanwhile."""
        near, far = self.near, self.far
        for end in (near, far):
            end.stream.disconnected(end.wire)
            end.wire = Wire()
        near_seen, far_seen = near.stream.seen, far.stream.seen
        far.stream.connected(far.wire, near_seen)
        near.stream.connected(near.wire, far_seen)

    def deliver(self, sender: End, receiver: End, size: int) -> None:
        data = bytes(sender.wire.written[:size])
        del sender.wire.written[:size]
        receiver.stream.feed(receiver.wire, data)

    def finish(self) -> None:
        """Deliver everything."""
        while self.near.wire.written or self.far.wire.written:
            self.deliver(self.near, self.far, 1 << 30)
            self.deliver(self.far, self.near, 1 << 30)

    def check(self) -> None:
        """Nothing is lost, doubled or out of order."""
        assert self.near.taken == self.far.sent
        assert self.far.taken == self.near.sent


OPERATION = st.one_of(
    st.tuples(st.just("send"), st.booleans(), st.lists(st.integers(0, 2 * CHUNK + 1) | st.integers(0, 30), max_size=4)),
    st.tuples(st.just("deliver"), st.booleans(), st.integers(0, CHUNK) | st.integers(0, 60)),
    st.tuples(st.just("writable"), st.booleans(), st.booleans()),
    st.tuples(st.just("break"), st.just(True), st.just(0)),
)


@given(st.lists(OPERATION, max_size=40))
def test_whatever_breaks_all_records_come_once_and_in_order(operations: list[tuple[str, bool, object]]) -> None:
    ends, numbers = Ends(), count()
    ends.connect()
    for what, is_near, value in operations:
        one, other = (ends.near, ends.far) if is_near else (ends.far, ends.near)
        if what == "send":
            assert isinstance(value, list)
            one.send(*(bytes([next(numbers) % 256]) * size for size in value))
        elif what == "deliver":
            assert isinstance(value, int)
            ends.deliver(one, other, value)
        elif what == "writable":
            one.stream.writable(one.wire, bool(value))
        else:
            ends.connect()
    ends.connect()
    ends.finish()
    ends.check()
    for end in (ends.near, ends.far):
        end.stream.acknowledge()
    ends.finish()
    assert ends.near.stream.held == ends.far.stream.held == 0


def test_a_connection_that_breaks_at_any_byte() -> None:
    def start() -> Ends:
        ends = Ends()
        ends.connect()
        for number in range(3):
            ends.near.send(b"%d" % number, b"", b"frame", kind=number)
        return ends

    for cut in range(len(start().near.wire.written) + 1):
        ends = start()
        ends.deliver(ends.near, ends.far, cut)
        ends.connect()
        ends.finish()
        ends.check()


def test_records_that_are_sent_while_there_is_no_connection_wait_for_one() -> None:
    ends = Ends()
    ends.near.send(b"early")
    ends.connect()
    ends.near.stream.disconnected(ends.near.wire)
    ends.near.send(b"late")
    ends.connect()
    ends.finish()
    assert ends.far.taken == [(0, [b"early"]), (0, [b"late"])]


def test_a_chunk_that_comes_twice_is_taken_once() -> None:
    ends = Ends()
    ends.connect()
    ends.near.send(b"a")
    ends.near.wire.written *= 2
    ends.finish()
    assert ends.far.taken == [(0, [b"a"])]


def test_what_an_earlier_connection_still_brings_is_ignored() -> None:
    ends = Ends()
    ends.connect()
    ends.near.send(b"a")
    old, data = ends.far.wire, bytes(ends.near.wire.written)
    ends.connect()
    ends.far.stream.feed(old, data)
    assert ends.far.taken == []
    assert not ends.far.stream.disconnected(old)
    ends.finish()
    assert ends.far.taken == [(0, [b"a"])]


def test_records_are_acknowledged_before_there_are_many() -> None:
    ends = Ends()
    ends.connect()
    for _ in range(100):
        ends.near.send(b"x" * 1000)
        ends.finish()
    assert ends.near.stream.held < CHUNKS_PER_ACKNOWLEDGEMENT * 1500


@pytest.mark.parametrize("is_prompt", [True, False])
def test_where_small_writes_are_held_back_each_record_is_acknowledged_at_once(is_prompt: bool) -> None:
    ends = Ends()
    ends.near.stream = Stream(lambda kind, frames: None, is_prompt=is_prompt)
    ends.connect()
    for _ in range(3):
        ends.far.send(b"x")
        ends.finish()
        assert (ends.far.stream.held == 0) is is_prompt


def test_acknowledgements_that_were_lost_are_made_up_for_by_the_next_connection() -> None:
    ends = Ends()
    ends.connect()
    ends.near.send(b"x" * 1000)
    ends.deliver(ends.near, ends.far, 1 << 30)
    assert ends.near.stream.held > 1000
    ends.connect()
    assert ends.near.stream.held == 0
    assert ends.near.wire.written == b""


def test_a_connection_that_takes_nothing_gets_nothing() -> None:
    ends = Ends()
    ends.connect()
    ends.near.stream.writable(ends.near.wire, False)
    ends.near.send(b"x")
    ends.near.stream.acknowledge()
    assert ends.near.wire.written == b""
    ends.near.stream.writable(ends.far.wire, True)
    assert ends.near.wire.written == b""
    ends.near.stream.writable(ends.near.wire, True)
    ends.finish()
    ends.check()


def test_a_connection_over_which_nothing_comes_is_dead_after_some_beats() -> None:
    ends = Ends()
    ends.connect()
    assert ends.near.stream.beat()
    assert [ends.near.stream.beat() for _ in range(MOST_SILENT_BEATS)] == [True] * (MOST_SILENT_BEATS - 1) + [False]
    ends.connect()
    for _ in range(3 * MOST_SILENT_BEATS):
        assert ends.near.stream.beat()
        assert ends.far.stream.beat()
        ends.finish()
    ends.near.stream.disconnected(ends.near.wire)
    assert all(ends.near.stream.beat() for _ in range(3 * MOST_SILENT_BEATS))


def chunk(data: bytes, number: int = 1, acknowledged: int = 0) -> bytes:
    return head_of(number, acknowledged, data) + data


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a gap": lambda: chunk(b"x", number=3),
    "a huge chunk": lambda: CHUNK_HEAD.pack(1, 0, CHUNK + 1),
    "noise in a chunk": lambda: chunk(b"abc")[:-2] + b"?" + chunk(b"abc")[-2:-1],
    "noise in a head": lambda: b"\0" * 7 + b"\x01" + bytes(8) + chunk(b"abc")[16:-3] + b"xyz",
    "what was never sent": lambda: chunk(b"", 0, 1),
    "an unknown kind": lambda: chunk(RECORD_HEAD.pack(PIECE + 1, 0)),
    "too many frames": lambda: chunk(RECORD_HEAD.pack(0, MOST_FRAMES + 1)),
    "a huge frame": lambda: chunk(RECORD_HEAD.pack(0, 1) + struct.pack(">Q", LARGEST_RECORD + 1)),
    "huge frames": lambda: chunk(RECORD_HEAD.pack(0, 2) + struct.pack(">2Q", LARGEST_RECORD, 1)),
    "sizes that overflow": lambda: chunk(RECORD_HEAD.pack(0, 2) + struct.pack(">2Q", 2**64 - 1, 1)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_cannot_be_is_an_error(what: str) -> None:
    ends = Ends()
    ends.connect()
    with pytest.raises(ProtocolError):
        ends.near.stream.feed(ends.near.wire, HOSTILE[what]())
    assert ends.near.taken == []


@pytest.mark.parametrize("seen", [-1, 2, 1 << 70, "1", None, 0.5, [1]])
def test_an_end_that_has_seen_what_was_never_sent_is_refused(seen: object) -> None:
    end = End()
    end.send(b"x")
    with pytest.raises(ProtocolError):
        end.stream.connected(Wire(), seen)


def test_an_end_that_has_forgotten_what_it_had_is_refused() -> None:
    ends = Ends()
    ends.connect()
    ends.near.send(b"x")
    ends.finish()
    ends.connect()
    with pytest.raises(ProtocolError):
        ends.near.stream.connected(Wire(), 0)


@given(st.binary(max_size=200), st.integers(1, 50))
def test_noise_is_an_error_or_waits_for_more(noise: bytes, size: int) -> None:
    end = End()
    end.stream.connected(end.wire, 0)
    try:
        for begin in range(0, len(noise), size):
            end.stream.feed(end.wire, noise[begin : begin + size])
    except ProtocolError:
        pass
    assert all(kind <= PIECE for kind, _ in end.taken)


def test_a_size_that_was_announced_takes_no_memory_before_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    end = End()
    end.stream.connected(end.wire, 0)
    head = RECORD_HEAD.pack(0, 1) + struct.pack(">Q", LARGEST_RECORD)
    end.stream.feed(end.wire, chunk(head + b"x"))
    assert sum(map(len, end.stream._records._parts)) == 1
    assert module.CHUNK < 1 << 20
