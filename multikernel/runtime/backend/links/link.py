"""What every way to a kernel has in common.

Each kind has a function that opens it: an async context manager that starts the kernel, yields the link and ends the
kernel on leaving. It raises BackendStartError or BackendNotFound. `links.opening` chooses by the backend's place.
"""

from collections.abc import Sequence
from typing import Protocol

from ....core.actions import Channel
from ....core.protocol.wire import Frame
from ....core.services import Files


class Listener(Protocol):
    """What a link reports to."""

    def received(self, channel: Channel, frames: list[Frame]) -> None:
        """Take a message of the kernel; it never raises."""

    def lost(self, why: str) -> None:
        """The connection, not the kernel, has gone, and may come back."""

    def back(self) -> None:
        """The connection is back; what was missed follows."""


class Link(Protocol):
    """The way to one kernel that runs."""

    shares_files: bool | None
    """Whether paths of this machine mean the same there; None until the kernel has been asked."""

    @property
    def key(self) -> bytes:
        """Of the signatures of the kernel's messages."""

    @property
    def signature_scheme(self) -> str:
        """Of the kernel's messages, such as `hmac-sha256`."""

    @property
    def transport(self) -> str:
        """What the kernel is reached by, for the log: such as `ipc` or `ssh`."""

    @property
    def pid(self) -> int:
        """The kernel's process on this machine; 0 where it is elsewhere or unknown."""

    @property
    def where(self) -> str:
        """Host and process, as `gpu1:4711`; empty for a kernel on this machine."""

    @property
    def is_ours(self) -> bool:
        """Whether Multi started the kernel; in one that is attached it sets nothing up, and its owner ends it."""

    @property
    def files(self) -> Files | None:
        """What copies the files of values between here and there; None where nothing has to, or nothing can."""

    def listen(self, listener: Listener) -> None:
        """Report to a listener from now on; called once, before anything is sent, and nothing is reported before."""

    def send(self, channel: Channel, frames: Sequence[Frame]) -> None:
        """Send a message; this never blocks, and while the connection is lost the message is kept, in order."""

    async def signal(self, number: int) -> None:
        """Send a signal to the kernel; it may raise anything, such as PermissionError for one that sudo runs."""

    async def wait_for_end(self) -> str:
        """Wait until the kernel has ended and all that it had sent was received; return how it ended.

        The wait may be cancelled and begun again.
        """

    def close(self) -> None:
        """Receive nothing from now on; closing twice is fine."""
