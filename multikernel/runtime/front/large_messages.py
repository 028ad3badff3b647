"""Large messages on their way to one subscriber: how many bytes of them zmq still holds."""

import asyncio
import itertools
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress

import zmq

from ...core.protocol.wire import Frame

LARGE = 1 << 14
"""Bytes; messages below it are limited by their number."""

LARGE_IN_ZMQ = 1 << 23
"""Bytes of large messages that zmq may hold for one subscriber; one message may be larger."""


class LargeMessages:
    """Counts what zmq has not yet sent.

    zmq refers to the memory of the longest frame until it has sent it; when it lets go, pyzmq's garbage collector does,
    in a thread of its own.
    """

    def __init__(self, released: Callable[[], None]) -> None:
        """Begin with none; `released` is called on the running loop each time that zmq has sent one."""
        self.in_zmq = 0
        self._released = released
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count()
        self._lent: dict[int, weakref.ref[memoryview]] = {}

    def has_room(self, size: int) -> bool:
        """Whether a message of so many bytes may be sent now."""
        return self.in_zmq == 0 or self.in_zmq + size <= LARGE_IN_ZMQ

    def lend(self, frames: Sequence[Frame], size: int) -> "tuple[int, list[Frame | zmq.Frame]]":
        """Return the frames to send, which count until zmq lets go of them, and the number of this loan."""
        number = next(self._numbers)
        longest = max(range(len(frames)), key=lambda index: len(frames[index]))
        view = memoryview(frames[longest])

        def let_go(reference: "weakref.ref[memoryview]") -> None:
            # In the end there is no loop any more, and nothing to send.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._let_go, number, size)

        to_send = [zmq.Frame(view, copy=False) if index == longest else frame for index, frame in enumerate(frames)]
        self._lent[number] = weakref.ref(view, let_go)
        self.in_zmq += size
        return number, to_send

    def take_back(self, number: int, size: int) -> None:
        """Do not count a loan that zmq has refused."""
        del self._lent[number]
        self.in_zmq -= size

    def _let_go(self, number: int, size: int) -> None:
        if number in self._lent:
            self.take_back(number, size)
            self._released()
