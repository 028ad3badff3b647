"""Data that goes from one other machine to another: it passes here, and is not put down."""

from contextlib import AsyncExitStack
from dataclasses import replace

from ..core.services import Content, ValueServices
from .carrying import Progress, write
from .crossing import Crossing, End, Way, adapter_in
from .language import DATA


class Passing:
    """The data files of such values, which are open where they were written."""

    def __init__(self, services: ValueServices, stack: AsyncExitStack) -> None:
        """Close them when the stack is left."""
        self._services, self._stack = services, stack
        self._contents: dict[str, Content] = {}
        """By folder."""

    async def takes(self, crossing: Crossing) -> bool:
        """Open what a source has written, unless it has to come here; TransferError.

        It does where it is dealt out or joined, or the target's adapter reads it.
        """
        adapter = adapter_in(crossing.targets[0])
        if crossing.way is not Way.COPY or getattr(adapter, "reads_data", True):
            return False
        source, target = (self._services.files(ends[0].backend) for ends in (crossing.sources, crossing.targets))
        if self._services.here in (source, target):
            return False
        folder = crossing.sources[0].folder
        content = await self._stack.enter_async_context(source.open(folder, DATA))
        if content is not None:
            self._contents[folder] = content
        return True

    def sized(self, crossing: Crossing) -> Crossing:
        """Return a crossing that knows how large its data is, though that is not here."""
        source = crossing.sources[0]
        if source.folder not in self._contents:
            return crossing
        return replace(crossing, sources=(replace(source, elsewhere=self._contents[source.folder].size),))

    async def go_on(self, end: End, progress: Progress) -> None:
        """Let data go where it is needed, if it has been taken; TransferError."""
        if (content := self._contents.get(end.folder)) is not None:
            await write(content, self._services.files(end.backend), end.folder, DATA, progress)
