"""A reliable, ordered stream of records over connections that may break; both ends of a pipe use it.

Like all of this package it runs on Python 3.8.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

VERSION = 2
"""Of all that the two ends say to each other; they refuse another one."""

CHUNK_HEAD = struct.Struct(">QQI")
"""Number of the chunk (0: none, a sign of life), number of the last chunk received, bytes of it."""
CHECK = struct.Struct(">I")
"""Comes behind the head, before the bytes: the CRC-32 of both. Whatever writes to the same pipe is noticed by it."""
RECORD_HEAD = struct.Struct(">BI")
"""Kind, number of frames; their sizes follow, 8 bytes each."""
CHUNK = 1 << 17
MOST_FRAMES = 1_000_000
LARGEST_RECORD = 1 << 30

CHANNELS = ("shell", "control", "stdin", "iopub")
"""The kinds of records that are messages; `shell` is 0."""
OUTPUT, WORD, PIECE = 4, 5, 6
"""Kinds of records: what the kernel wrote to stdout and stderr; a JSON object between the two ends; part of a file."""

BEAT_SECONDS = 1.5
MOST_SILENT_BEATS = 5
"""A connection is dead within 9 s: before a kernel is said not to have reacted to an interrupt."""
CHUNKS_PER_ACKNOWLEDGEMENT = 4
"""Less than the smallest window of `files`."""
CHUNK_OVERHEAD = 200
"""Bytes that a chunk takes besides its data."""


class ProtocolError(Exception):
    """The other end has sent what cannot be."""


class Garbled(ProtocolError):
    """What has come is no chunk: something else writes to the same pipe. A new connection may be free of that."""


class TooLarge(Exception):
    """A record that no stream carries."""


def head_of(number: int, seen: int, data: Any) -> bytes:
    """Return what comes before the bytes of a chunk."""
    head = CHUNK_HEAD.pack(number, seen, len(data))
    return head + CHECK.pack(zlib.crc32(data, zlib.crc32(head)))


class Reader:
    """Feeds bytes to a generator that yields how many it wants next."""

    def __init__(self, steps: Generator[int, bytes, None]) -> None:
        """Begin with what the generator wants first."""
        self._steps = steps
        self._parts: list[memoryview] = []
        self._missing = next(steps)

    def feed(self, data: memoryview) -> None:
        """Take bytes as they come; it keeps a view of them."""
        while len(data) >= self._missing:
            self._parts.append(data[: self._missing])
            whole, data = b"".join(self._parts), data[self._missing :]
            self._parts.clear()
            self._missing = self._steps.send(whole)
        if data:
            self._parts.append(data)
            self._missing -= len(data)


class Stream:
    """One end of a reliable, ordered stream of records over connections that break.

    Records are cut into numbered chunks. Those that the other end has not acknowledged are kept, and sent again over
    the next connection. It does no I/O but `transport.write`.
    """

    def __init__(self, take: Callable[[int, list[bytes]], None], *, is_prompt: bool = False) -> None:
        """Give each record, as kind and frames, to `take`, which raises nothing but ProtocolError.

        Some ways hold a small write back until something has come from the other end: srun of Slurm 22.05 does, for 40
        ms (Nagle's algorithm and delayed acknowledgements of TCP). There the near end `is_prompt`, and acknowledges at
        once.
        """
        self._chunks_per_acknowledgement = 1 if is_prompt else CHUNKS_PER_ACKNOWLEDGEMENT
        self.seen = 0
        """Number of the last chunk that has come."""
        self.held = 0
        """Bytes that the other end has not acknowledged."""
        self._take = take
        self.last = self.acknowledged = 0
        """Numbers of the last chunk that was to be sent, and of the last that the other end has."""
        self._told = 0
        self._sent: deque[tuple[int, Any]] = deque()
        self._unsent: deque[tuple[int, Any]] = deque()
        self._records = Reader(self._read_records())
        self._transport: Any = None
        self._is_writable = self._was_heard = False
        self._silent_beats = 0

    def connected(self, transport: Any, seen: object) -> None:
        """Go on over a new connection, whose other end has `seen` so many chunks; ProtocolError if that cannot be."""
        if not isinstance(seen, int) or not self.acknowledged <= seen <= self.last:
            raise ProtocolError(f"has seen chunk {seen!r:.99} of {self.last}")
        self._drop(seen)
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()
        self._chunks = Reader(self._read_chunks())
        self._transport, self._is_writable, self._was_heard, self._silent_beats = transport, True, True, 0
        self.flush()

    def disconnected(self, transport: Any) -> bool:
        """Forget a connection; False if it was not, or no longer, the current one."""
        was_current = self._transport is transport
        if was_current:
            self._transport, self._is_writable = None, False
        return was_current

    def writable(self, transport: Any, is_writable: bool) -> None:
        """Note whether a connection takes more."""
        if self._transport is transport:
            self._is_writable = is_writable
            self.flush()

    def has_room(self, most: int) -> bool:
        """Whether what can wait may be sent now: nothing else waits, and not too many bytes are on their way."""
        return self._is_writable and not self._unsent and self.held < most

    def send(self, kind: int, frames: Sequence[Any]) -> None:
        """Keep a record until the other end has it; `flush` sends it. TooLarge if it would refuse it."""
        size = sum(map(len, frames))
        if len(frames) > MOST_FRAMES or size > LARGEST_RECORD:
            raise TooLarge(f"{len(frames)} frames with {size} bytes are more than the connection takes")
        for chunk in _chunks(kind, frames):
            self.last += 1
            self._unsent.append((self.last, chunk))
            self.held += len(chunk) + CHUNK_OVERHEAD

    def say(self, **word: Any) -> None:
        """Send a JSON object."""
        self.send(WORD, [json.dumps(word).encode()])
        self.flush()

    def flush(self) -> None:
        """Send what the connection takes."""
        while self._unsent and self._is_writable:
            parts: list[Any] = []
            size = 0
            while self._unsent and size < CHUNK:
                number, data = self._unsent.popleft()
                self._sent.append((number, data))
                parts += (head_of(number, self.seen, data), data)
                size += len(data)
            self._told = self.seen
            self._transport.write(b"".join(parts))

    def acknowledge(self) -> None:
        """Tell what has been received; it is a sign of life, too."""
        if self._is_writable:
            self._told = self.seen
            self._transport.write(head_of(0, self.seen, b""))

    def beat(self) -> bool:
        """Give a sign of life, each BEAT_SECONDS; False if the other end has given none for too long."""
        self._silent_beats = 0 if self._was_heard else self._silent_beats + 1
        self._was_heard = False
        self.acknowledge()
        return self._transport is None or self._silent_beats < MOST_SILENT_BEATS

    def feed(self, transport: Any, data: bytes) -> None:
        """Take what a connection has received; what an earlier one still brings is ignored."""
        if self._transport is transport:
            self._was_heard = True
            self._chunks.feed(memoryview(data))
            if self.seen - self._told >= self._chunks_per_acknowledgement:
                self.acknowledge()

    def _read_chunks(self) -> Generator[int, bytes, None]:
        while True:
            head = yield CHUNK_HEAD.size
            number, acknowledged, size = CHUNK_HEAD.unpack(head)
            if size > CHUNK or number > self.seen + 1 or acknowledged > self.last:
                raise Garbled(f"has sent chunk {number} of {size} bytes after {self.seen}")
            check = yield CHECK.size
            data = yield size
            if CHECK.pack(zlib.crc32(data, zlib.crc32(head))) != check:
                raise Garbled(f"has sent chunk {number} with something else in it")
            self._drop(acknowledged)
            if number == self.seen + 1:
                self.seen = number
                self._records.feed(memoryview(data))

    def _read_records(self) -> Generator[int, bytes, None]:
        while True:
            kind, count = RECORD_HEAD.unpack((yield RECORD_HEAD.size))
            if kind > PIECE or count > MOST_FRAMES:
                raise ProtocolError(f"has sent a record of kind {kind} with {count} frames")
            sizes = struct.unpack(f">{count}Q", (yield 8 * count))
            if sum(sizes) > LARGEST_RECORD:
                raise ProtocolError(f"has sent a record of {sum(sizes)} bytes")
            frames = []
            for size in sizes:
                frames.append((yield size))
            self._take(kind, frames)

    def _drop(self, acknowledged: int) -> None:
        self.acknowledged = max(self.acknowledged, acknowledged)
        while self._sent and self._sent[0][0] <= acknowledged:
            self.held -= len(self._sent.popleft()[1]) + CHUNK_OVERHEAD


def _chunks(kind: int, frames: Sequence[Any]) -> Iterator[Any]:
    """Cut a record; a large frame is not copied."""
    head = RECORD_HEAD.pack(kind, len(frames)) + struct.pack(f">{len(frames)}Q", *map(len, frames))
    small = bytearray()
    for frame in (head, *frames):
        if len(small) + len(frame) <= CHUNK:
            small += frame
            continue
        if small:
            yield bytes(small)
            small.clear()
        view = memoryview(frame)
        for begin in range(0, len(view), CHUNK):
            yield view[begin : begin + CHUNK]
    if small:
        yield bytes(small)
