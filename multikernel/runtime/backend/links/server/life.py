"""Whether the kernel is still the one that was started, by what it and its server say."""

from collections.abc import Sequence

from .....core.protocol.wire import Frame, decode

GONE = {
    "restarting": "it died, and the server has started another one in its place",
    "autorestarting": "it died, and the server has started another one in its place",
    "dead": "it died, and the server could not start it again",
}
"""What a server says of a kernel, on its own behalf or as the kernel's state."""

RESTARTED = "it was restarted on the server"

MOST_SESSIONS = 2
"""A kernel that has so many has none of its own."""


class Life:
    """One kernel, as its messages show it."""

    def __init__(self) -> None:
        """Begin without any."""
        self._sessions: set[object] = set()
        """Of its replies."""
        self._was_broken = False
        self._last: Frame = b""
        """The header of what it has published last about a request."""

    def broken(self) -> None:
        """Take it that what comes now may be of another process."""
        self._was_broken = True

    def is_another(self, session: object, of_request: object) -> bool:
        """Take the session in a reply; return whether another process has sent it.

        IRkernel 1.3.2 repeats that of the request, and a kernel may have a new one each time.
        """
        if session == of_request:
            return False
        if not self._was_broken:
            if len(self._sessions) < MOST_SESSIONS:
                self._sessions.add(session)
            return False
        return len(self._sessions) == 1 and session not in self._sessions

    def end_in(self, parent: str, frames: Sequence[Frame]) -> str:
        """Return how the kernel has ended, if a message on iopub says so; WireError for one that cannot be read.

        Of a restart that somebody asked for, the server says nothing. Kernels of ipykernel's kind tell everybody that
        they were asked to shut down; others may say that they are starting, which a process does once.
        """
        header = bytes(frames[0])
        if b'"shutdown_reply"' in header:
            return RESTARTED if decode(frames[3]).get("restart") is True else ""
        if parent:
            self._last = header
            return ""
        if decode(header).get("msg_type") != "status":
            return ""
        state = decode(frames[3]).get("execution_state")
        if state == "starting" and self._last:
            return RESTARTED if decode(header).get("session") != decode(self._last).get("session") else ""
        return GONE.get(state, "") if isinstance(state, str) else ""
