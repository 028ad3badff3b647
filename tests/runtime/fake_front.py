"""A front without sockets: what has arrived is taken when the test says so, as the loop would."""

from collections import deque
from collections.abc import Callable

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Identities, Message

CLIENT = (b"client",)


class Callbacks:
    """Calls what the loop would call back, and keeps what that raises, which the loop would only log."""

    def __init__(self) -> None:
        """Begin without errors."""
        self.errors: list[Exception] = []

    def __call__(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function."""
        try:
            function(*arguments)
        except Exception as error:
            self.errors.append(error)


class FakeFront:
    """Channels towards a notebook that is the test itself."""

    def __init__(self, call: Callbacks) -> None:
        """Begin with nothing sent, and nothing that has arrived."""
        self._call = call
        self.sent: list[tuple[Channel, Message]] = []
        self._arrived: dict[Channel, deque[Message]] = {"shell": deque(), "control": deque(), "stdin": deque()}

    def serve(self, deliver: Callable[[Channel, Identities, Message], None], drained: Callable[[], None]) -> None:
        """Take who is told of messages."""
        self._deliver, self._drained = deliver, drained

    def send(self, channel: Channel, message: Message, client: Identities) -> None:
        """Send a message to the notebook."""
        self.sent.append((channel, message))

    def foresee(self, message: Message | None) -> None:
        """Do nothing: all that is sent here is small."""

    def read_shell(self) -> None:
        """Deliver what has arrived on shell."""
        while self._arrived["shell"]:
            self._deliver("shell", CLIENT, self._arrived["shell"].popleft())

    def arrive(self, channel: Channel, message: Message) -> None:
        """Say that the notebook has sent a message, which the loop has not read yet."""
        self._arrived[channel].append(message)

    def read(self, channel: Channel) -> bool:
        """Do as the loop does when a channel can be read; return whether there was anything."""
        if not self._arrived[channel]:
            return False
        while self._arrived[channel]:
            self._call(self._deliver, channel, CLIENT, self._arrived[channel].popleft())
        self._call(self._drained)
        return True
