"""How much of files is on its way at once."""

from typing import cast

import pytest

from multikernel.runtime.backend.links.pipe.agent.files import LEAST_WINDOW, LONGEST_QUEUE, MOST_WINDOW, Window
from multikernel.runtime.backend.links.pipe.agent.stream import Stream


class Asked:
    """A stream as its window sees it, and a clock."""

    last = acknowledged = 0
    seconds = 100.0
    size = 0

    def has_room(self, size: int) -> bool:
        """Note how much may be on its way."""
        self.size = size
        return True

    def now(self) -> float:
        """Return the time."""
        return self.seconds

    def send(self, window: Window, seconds: float) -> int:
        """Send a chunk that is acknowledged after so many seconds; return how much might be on its way before."""
        assert window.has_room()
        self.last += 1
        self.seconds += seconds
        self.acknowledged = self.last
        return self.size


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_as_much_is_on_its_way_as_does_not_wait_long_in_a_queue(delay: float) -> None:
    stream = Asked()
    window = Window(cast(Stream, stream), stream.now)
    sizes = [stream.send(window, delay) for _ in range(20)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (LEAST_WINDOW, MOST_WINDOW)
    sizes = [stream.send(window, delay + LONGEST_QUEUE * 1.5) for _ in range(20)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == LEAST_WINDOW
    assert [stream.send(window, delay) for _ in range(3)][-1] > LEAST_WINDOW
