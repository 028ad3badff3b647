"""A kernel on a server, and the near end of the way there, without the way."""

import json
from collections import Counter, deque
from typing import Any

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Composer, Frame, Message
from multikernel.runtime.backend.links.server.delivery import Delivery
from multikernel.runtime.backend.links.server.layout import pack, unpack


class Kernel:
    """A kernel that takes requests one after another, and the server in front of it."""

    def __init__(self, *, refuses_repeats: bool = True, has_session: bool = True, says_idle: bool = True) -> None:
        self.refuses_repeats, self.has_session, self.says_idle = refuses_repeats, has_session, says_idle
        self.session = "kernel"
        self.ran: Counter[str] = Counter()
        self.seen: set[bytes] = set()
        self.queue: deque[tuple[Channel, list[Frame]]] = deque()
        """What the server has handed on."""
        self.said: deque[bytes] = deque()
        """What the server has, to be sent or kept."""
        self._count = 0

    def take(self, data: bytes) -> None:
        """Hand on what has come to the server."""
        self.queue.append(unpack(data))

    def step(self) -> None:
        """Handle one request."""
        if self.queue:
            channel, frames = self.queue.popleft()
            if bytes(frames[0]) in self.seen and self.refuses_repeats:
                return
            self.seen.add(bytes(frames[0]))
            header = json.loads(bytes(frames[0]))
            self.ran[header["msg_id"]] += 1
            if header["msg_type"].endswith("_request"):
                kind = header["msg_type"].removesuffix("_request")
                self.say("iopub", "status", {"execution_state": "busy"}, header)
                self.say(channel, f"{kind}_reply", {"status": "ok"}, header)
                if self.says_idle or kind != "kernel_info":
                    self.say("iopub", "status", {"execution_state": "idle"}, header)

    def say(self, channel: Channel, msg_type: str, content: Any, parent: Any) -> None:
        """Say something."""
        self._count += 1
        session = self.session if self.has_session else parent.get("session", "")
        header = {"msg_id": f"{session}_1_{self._count}", "msg_type": msg_type, "session": session}
        self.said.append(pack(channel, [json.dumps(each).encode() for each in (header, parent, {}, content)]))

    @property
    def is_busy(self) -> bool:
        """Whether it has something to do."""
        return bool(self.queue)


class Near:
    """The near end."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.composer = Composer("front", lambda: "2026-01-01T00:00:00Z")
        self.heard: list[tuple[Channel, Any, str, Any]] = []
        """Channel, type, parent and content of what has come."""
        self.gone: list[str] = []
        self.notes: list[str] = []
        self.delivery = Delivery(
            "r", self.composer, self.received, self.gone.append, lambda request, why: self.notes.append(why)
        )
        self.way_there: deque[bytes] = deque()
        self.way_back: deque[bytes] = deque()
        self.is_connected = False
        self.arrived = 0

    def received(self, channel: Channel, frames: list[Frame]) -> None:
        header, parent, _, content = [json.loads(bytes(frame)) for frame in frames[:4]]
        self.heard.append((channel, header["msg_type"], parent.get("msg_id", ""), content))

    def connect(self) -> None:
        """Connect; the server sends what it has kept."""
        if not self.is_connected:
            self.is_connected, self.arrived = True, 0
            self.delivery.connected(self.write, is_busy=self.kernel.is_busy)

    def write(self, data: bytes) -> bool:
        self.way_there.append(data)
        return True

    def break_off(self, *, is_noticed: bool = True) -> None:
        """Break the connection; what was on its way is lost, but for what the server kept if it noticed."""
        if self.is_connected:
            self.is_connected = False
            self.way_there.clear()
            self.way_back.clear()
            self.delivery.disconnected(was_given_up=not is_noticed)

    def send(self, msg_type: str = "execute_request", channel: Channel = "shell") -> str:
        message = self.composer.message(msg_type, {})
        self.send_message(channel, message)
        return message.id

    def send_message(self, channel: Channel, message: Message) -> None:
        self.delivery.send(channel, [message.header_frame, b"{}", b"{}", message.content_frame])

    def there(self) -> None:
        """Let one message arrive at the server."""
        if self.way_there:
            self.kernel.take(self.way_there.popleft())
            self.arrived += 1

    def acknowledge(self) -> None:
        """Let a pong arrive."""
        if self.is_connected:
            self.delivery.acknowledged(self.arrived)

    def back(self) -> None:
        """Let the server send what it has, and one message arrive."""
        if self.is_connected:
            self.way_back.extend(self.kernel.said)
            self.kernel.said.clear()
        if self.way_back:
            self.delivery.take(*unpack(self.way_back.popleft()))

    def settle(self) -> None:
        """Let everything happen that is to."""
        self.connect()
        for _ in range(1000):
            self.there()
            self.kernel.step()
            self.back()
            self.delivery.tick()

    def of(self, request: str) -> list[str]:
        """Return the types of what has come for a request, and its status."""
        return [
            content.get("execution_state", content.get("status", msg_type))
            for _, msg_type, parent, content in self.heard
            if parent == request
        ]
