"""A case is a string of bytes; whoever makes messages of it draws from it, and gets zeros when it is used up.

So hypothesis and atheris drive the same targets, and a file with bytes is all that it takes to see a failure again.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Draws from the bytes of a case."""

    def __init__(self, case: bytes) -> None:
        """Take the bytes."""
        self._case = case
        self._at = 0

    @property
    def are_used_up(self) -> bool:
        """Whether only zeros are left."""
        return self._at >= len(self._case)

    def below(self, end: int) -> int:
        """Draw a number from 0 on, below `end`, which is at most 65536."""
        count = 1 if end <= 256 else 2
        return int.from_bytes(self.bytes(count), "big") % end

    def bytes(self, count: int) -> bytes:
        """Draw so many bytes, fewer at the end of the case."""
        drawn = self._case[self._at : self._at + count]
        self._at += count
        return drawn

    def one_of(self, values: Sequence[T]) -> T:
        """Draw one of some values; the first is the one at the end of the case."""
        return values[self.below(len(values))]

    def once_in(self, count: int) -> bool:
        """Say yes once in so many times, and no at the end of the case."""
        return self.below(count) == count - 1
