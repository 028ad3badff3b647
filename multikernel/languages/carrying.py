"""Carries the files of values from where they were written to where they are read."""

from collections.abc import AsyncIterator, Callable, Iterable

import anyio

from ..core.services import Content, Files

REPORT_SECONDS = 0.5

Report = Callable[[int, int], None]
"""Gets how many bytes have been carried, and how many there are in all, as far as that is known."""


class Progress:
    """How far a transfer is."""

    def __init__(self, report: Report = lambda done, total: None) -> None:
        """Report, but not more often than every REPORT_SECONDS."""
        self._report = report
        self._done = self._total = 0
        self._reported_at = float("-inf")

    def expect(self, size: int) -> None:
        """Know of so many bytes more."""
        self._total += size

    def carried(self, size: int) -> None:
        """Note that so many bytes have got somewhere."""
        self._done += size
        if (now := anyio.current_time()) - self._reported_at > REPORT_SECONDS or self._done == self._total:
            self._reported_at = now
            self._report(self._done, self._total)


async def carry(source: Files, target: Files, folder: str, names: Iterable[str], progress: Progress) -> None:
    """Carry files of a folder, those that exist; TransferError."""
    if source is not target:
        for name in names:
            async with source.open(folder, name) as content:
                if content is not None:
                    await write(content, target, folder, name, progress)


async def write(content: Content, target: Files, folder: str, name: str, progress: Progress) -> None:
    """Write what is read elsewhere; TransferError. Nothing is held here but what is on its way."""
    progress.expect(content.size)
    await target.write(folder, name, Content(content.size, _noting(content.pieces, progress)))


async def _noting(pieces: AsyncIterator[bytes], progress: Progress) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece
        progress.carried(len(piece))
