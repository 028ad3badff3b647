"""What a link whose connection may break reports to its listener."""

import logging
from collections.abc import Callable

from ....core.actions import Channel
from ....core.protocol.wire import Frame
from .link import Listener

log = logging.getLogger(__name__)


class Reports:
    """Messages, and whether there is a connection; what comes before there is a listener waits for it."""

    def __init__(self, backend: str, is_back: Callable[[], None] = lambda: None) -> None:
        """Take the backend's name, for the log, and who else hears that the connection is back."""
        self._is_back = is_back
        self.is_lost = False
        """The connection is."""
        self.is_closed = False
        self._backend = backend
        self._listener: Listener | None = None
        self._early: list[tuple[Channel, list[Frame]]] = []

    def listen(self, listener: Listener) -> None:
        """Report to a listener, what has come already first."""
        self._listener = listener
        for channel, frames in self._early:
            listener.received(channel, frames)
        self._early.clear()

    def close(self) -> None:
        """Report nothing from now on."""
        self.is_closed = True

    def received(self, channel: Channel, frames: list[Frame]) -> None:
        """Report a message."""
        if self.is_closed:
            return
        if self._listener is None:
            self._early.append((channel, frames))
        else:
            self._listener.received(channel, frames)

    def lost(self, why: str) -> None:
        """Report that the connection is lost, unless that is known."""
        if not self.is_lost:
            self.is_lost = True
            log.warning("the connection is lost: %s", why, extra={"backend": self._backend})
            if self._listener is not None and not self.is_closed:
                self._listener.lost(why)

    def back(self) -> None:
        """Report that there is a connection, unless that is known."""
        if self.is_lost:
            self.is_lost = False
            log.info("the connection is back", extra={"backend": self._backend})
            if self._listener is not None and not self.is_closed:
                self._listener.back()
            self._is_back()
