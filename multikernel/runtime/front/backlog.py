"""What waits for a client that reads slower than the front publishes: bounded in bytes, and honest about gaps."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...core.protocol.wire import Frame, Message

WAITING_BYTES = 128 * 1024 * 1024
"""So much may wait for one client, some 90,000 small outputs; or one message that is larger."""

RESERVED = 8
"""The limit divided by this comes on top, for NEEDED types and for telling of gaps."""

OVERHEAD = 512
"""Bytes that a message takes besides what is in its frames."""

NEEDED = frozenset({"status"})
"""Types that are kept when others have to go: clients wait for the idle of each request, some of them forever."""


class Entry(NamedTuple):
    """A message that waits."""

    topic: bytes
    frames: Sequence[Frame]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return OVERHEAD + sum(map(len, self.frames))


@dataclass(slots=True)
class Gap:
    """Messages of one request that a client misses."""

    parent_id: str
    parent_frame: bytes
    count: int = 0

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return OVERHEAD + len(self.parent_frame)


@dataclass(slots=True)
class Room:
    """Bytes, and how many of them are taken."""

    limit: int
    taken: int = 0

    def has(self, size: int) -> bool:
        """Whether so many more are left."""
        return self.taken + size <= self.limit


class Backlog:
    """Messages in order, and gaps where there was no room for more.

    Once a message had no room, others get none until all that waits has been taken: one long gap tells its reader more
    than many short ones.
    """

    def __init__(self, limit: int = WAITING_BYTES) -> None:
        """Begin with nothing; the limit is in bytes."""
        self.missed = 0
        """How many messages this client has missed altogether."""
        self._entries: deque[tuple[Entry | Gap, Room]] = deque()
        self._gaps: dict[str, Gap] = {}
        """Those that wait, by the msg_id of their request."""
        self._room, self._reserve = Room(limit), Room(limit // RESERVED)
        self._is_full = False

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._entries)

    @property
    def size(self) -> int:
        """Bytes that all that waits takes."""
        return self._room.taken + self._reserve.taken

    def add(self, topic: bytes, message: Message, frames: Sequence[Frame]) -> None:
        """Let the frames of a message wait, or note that it will be missing."""
        entry = Entry(topic, frames)
        if not self._entries or (not self._is_full and self._room.has(entry.size)):
            self._append(entry, self._room)
        elif message.type in NEEDED and self._reserve.has(entry.size):
            self._append(entry, self._reserve)
        else:
            self._is_full = True
            self._miss(message)

    def next(self, tell: Callable[[Gap], Entry]) -> Entry:
        """Return what has waited longest; if that is a gap, a message that tells of it."""
        entry, room = self._entries[0]
        if isinstance(entry, Gap):
            del self._gaps[entry.parent_id]
            room.taken -= entry.size
            entry = tell(entry)
            room.taken += entry.size
            self._entries[0] = entry, room
        return entry

    def pop(self) -> None:
        """Take that away."""
        entry, room = self._entries.popleft()
        room.taken -= entry.size
        self._is_full = self._is_full and bool(self._entries)

    def _miss(self, message: Message) -> None:
        self.missed += 1
        gap = self._gaps.get(message.parent_id)
        if gap is None:
            gap = Gap(message.parent_id, message.parent_frame)
            # Clients have no place for what belongs to no request.
            if not gap.parent_id or not self._reserve.has(gap.size):
                return
            self._gaps[gap.parent_id] = gap
            self._append(gap, self._reserve)
        gap.count += 1

    def _append(self, entry: Entry | Gap, room: Room) -> None:
        self._entries.append((entry, room))
        room.taken += entry.size
