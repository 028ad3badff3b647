"""A front without sockets: what has arrived is taken when the test says so, as the loop would."""

from collections import deque
from collections.abc import Callable

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Identities, Message

CLIENT = (b"client",)


class FakeFront:
    """Channels towards a notebook that is the test itself."""

    def __init__(self) -> None:
        """Begin with nothing sent, and nothing that has arrived."""
        self.sent: list[tuple[Channel, Message]] = []
        self.fails: Callable[[Channel, Message], None] = lambda channel, message: None
        """May raise what sending a message raises."""
        self._arrived: dict[Channel, deque[Message]] = {"shell": deque(), "control": deque(), "stdin": deque()}

    def serve(self, deliver: Callable[[Channel, Identities, Message], None], drained: Callable[[], None]) -> None:
        """Take who is told of messages."""
        self._deliver, self._drained = deliver, drained

    def send(self, channel: Channel, message: Message, client: Identities) -> None:
        """Send a message to the notebook."""
        self.fails(channel, message)
        self.sent.append((channel, message))

    def read_shell(self) -> None:
        """Deliver what has arrived on shell."""
        self._read("shell")

    def arrive(self, channel: Channel, message: Message) -> None:
        """Say that the notebook has sent a message, which the loop has not read yet."""
        self._arrived[channel].append(message)

    def read(self, channel: Channel) -> bool:
        """Do as the loop does when a channel can be read; return whether there was anything."""
        if not self._arrived[channel]:
            return False
        self._read(channel)
        self._drained()
        return True

    def _read(self, channel: Channel) -> None:
        while self._arrived[channel]:
            self._deliver(channel, CLIENT, self._arrived[channel].popleft())
