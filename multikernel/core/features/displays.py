"""Displays that update: `display_id`s are a kernel's own names, and two kernels may have the same one.

The first backend that uses an id keeps it; another's gets the backend's name, so that neither updates the other's.
"""

import re
from collections.abc import Mapping

from ..actions import Channel
from ..backend import Backend
from ..bounded import Bounded
from ..errors import MultiError
from ..exchange import NotebookExchange
from ..feature import Feature, Rule
from ..protocol.rewrite import FAR
from ..protocol.wire import Message
from ..spine import Spine

DISPLAY_ID = re.compile(rb'"display_id"\s*:\s*("(?:[^"\\]|\\.)*")')

IDS_KEPT = 10_000
"""Ids whose owners are known: the newest of those that were used."""


class Displays(Feature):
    """Tells equal ids of two backends apart."""

    def __init__(self, spine: Spine) -> None:
        """Begin with no displays."""
        self._owners: Bounded[bytes, str] = Bounded(IDS_KEPT)
        """By an id as it is in JSON, the backend that has it."""

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Look at what is shown and what changes it."""
        return {("iopub", "display_data"): self._shown, ("iopub", "update_display_data"): self._shown}

    def _shown(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message:
        frame = message.content_frame
        found = DISPLAY_ID.search(frame, max(0, len(frame) - FAR)) or DISPLAY_ID.search(frame, 0, FAR)
        if found is None or self._is_owned(bytes(found[1]), backend.name):
            return message
        transient = message.content().get("transient")
        if not isinstance(transient, dict) or "display_id" not in transient:
            return message
        return message.with_content(transient={**transient, "display_id": f"{transient['display_id']}@{backend.name}"})

    def _is_owned(self, display_id: bytes, backend: str) -> bool:
        """Whether an id is a backend's own; it is from now on if it was nobody's."""
        owner = self._owners.get(display_id, backend)
        self._owners[display_id] = owner
        return owner == backend

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Forget the displays of a child that has gone."""
        for display_id in [key for key, owner in self._owners.items() if owner == backend.name]:
            del self._owners[display_id]
