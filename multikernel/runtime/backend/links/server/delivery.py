"""Messages to and from a kernel over connections that break: none is lost that can be had, and none runs twice.

A server keeps what a kernel says for the session that was connected last. It says nothing of what it has received, so:

- A ping follows each message; its pong comes when the server has handed on what was written before. What was written
  and has neither that nor an answer of the kernel's is in doubt when the connection breaks.
- When there is a new connection, a kernel_info_request of our own is sent as a fence: kernels take requests of one
  channel in their order, so at its end all before it have ended, and what is still missing then is lost for good.
- What is in doubt is sent again, the same bytes, to kernels that refuse what they have had: those of ipykernel's kind
  check for repeated signatures. Whether a kernel does is found out when it matters, by sending it a request that does
  no harm twice. In other kernels what is in doubt ends with an error, since it may have run.

No I/O, no clock: `link` owns the connections and tells of them.
"""

from collections.abc import Callable, Sequence

from .....core.actions import Channel
from .....core.protocol.wire import Composer, Frame, decode, parent_id
from .answers import Answers
from .counting import Count, Sessions
from .layout import pack
from .request import MAIN, Fence, Lane, Request, harmless_request

MOST_OWED = 1000
"""Requests whose answers are waited for; older ones will not be answered."""

LARGEST = 10 << 20
"""Bytes: servers break the connection at a larger message, unless they are told otherwise (tornado's
`websocket_max_message_size`)."""

GONE = {
    "restarting": "it died, and the server has started another one in its place",
    "autorestarting": "it died, and the server has started another one in its place",
    "dead": "it died, and the server could not start it again",
}
"""What a server says of a kernel, on its own behalf or as the kernel's state."""

RESTARTED = "the server has restarted it while the connection was lost"


class Delivery:
    """The messages of one kernel."""

    def __init__(
        self,
        backend: str,
        composer: Composer,
        received: Callable[[Channel, list[Frame]], None],
        gone: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        """Begin without a connection.

        `received` gets each message of the kernel (header, parent header, metadata, content, buffers), `gone` how it
        has ended, and `note` what went wrong that no request can be told.
        """
        self._composer, self._received, self._gone = composer, received, gone
        self._answers = Answers(backend, composer, received, note)
        self._write: Callable[[bytes], bool] | None = None
        self._is_on_hold = False
        self._held: frozenset[str] = frozenset()
        """Channels on which nothing may be sent yet, although there is a connection."""
        self._kept: list[Request] = []
        """What could not be sent yet."""
        self._written = 0
        """Messages on this connection."""
        self._unsure: list[Request] = []
        """Those of which nobody has said that they have arrived."""
        self._in_doubt: list[Request] = []
        """Those of earlier connections."""
        self._owed: dict[str, Request] = {}
        self._fences: dict[str, Fence] = {}
        self._own: dict[str, None] = {}
        """Ids of the requests that are made here."""
        self._probe = ""
        """Id of what was sent twice."""
        self._probe_replies = 0
        self._refuses_repeats: bool | None = None
        self._sessions = Sessions()
        self._count = Count()
        self._was_connected = False

    @property
    def is_owed(self) -> bool:
        """Whether the kernel has something to answer."""
        return bool(self._owed or self._kept)

    # What goes out.

    def send(self, channel: Channel, frames: Sequence[Frame]) -> None:
        """Send a message, of which the header is the first frame, as soon as that is possible."""
        header_frame = bytes(frames[0])
        request = Request(channel, decode(header_frame), header_frame, pack(channel, frames))
        if channel in ("shell", "control") and request.type.endswith("_request"):
            request.owes = {"reply", "idle"}
        if self._write is None or self._is_on_hold or channel in self._held:
            self._kept.append(request)
        else:
            self._put(request)

    def _put(self, request: Request) -> None:
        if self._write is None or not self._write(request.data):
            self._kept.append(request)
            return
        self._written += 1
        request.number = self._written
        self._unsure.append(request)
        if request.owes:
            self._owed[request.id] = request
            if len(self._owed) > MOST_OWED:
                del self._owed[next(iter(self._owed))]

    def _flush(self) -> None:
        kept, self._kept = self._kept, []
        for request in kept:
            if request.channel in self._held:
                self._kept.append(request)
            else:
                self._put(request)

    def acknowledged(self, number: int) -> None:
        """So many messages of this connection have reached the kernel's socket there."""
        while self._unsure and self._unsure[0].number <= number:
            self._unsure.pop(0).data = b""

    # Connections.

    def hold(self) -> None:
        """Keep what is sent from now on: nothing comes over the connection, though it may yet."""
        self._is_on_hold = True

    def go_on(self) -> None:
        """Send what was kept: the connection was never broken."""
        self._is_on_hold = False
        self._flush()

    def disconnected(self, *, was_given_up: bool = False) -> None:
        """Keep what is sent from now on: the connection has ended, maybe with something still on its way."""
        for request in list(self._owed.values()):
            request.has_crossed = request.was_heard
            if was_given_up and request.was_heard and not self._count.is_kept:
                self._answers.add_line(request, "was silent and has been given up, so outputs may be missing here")
        self._count.broken()
        self._sessions.broken()
        self._write, self._is_on_hold = None, False
        self._in_doubt += self._unsure
        self._unsure = []

    def connected(self, write: Callable[[bytes], bool], *, is_busy: bool) -> None:
        """Go on over a new connection; `is_busy` says whether the kernel is at something.

        An idle kernel may be another one by now, so nothing is sent before it has said who it is. A busy one is not:
        what it does was sent by us.
        """
        self._write, self._written, self._is_on_hold = write, 0, False
        self._fences.clear()
        for request in [each for each in self._in_doubt if len(each.data) > LARGEST]:
            self._in_doubt.remove(request)
            self._owed.pop(request.id, None)
            self._answers.too_large(request)
        if not self._was_connected:
            self._was_connected = True
            self._flush()
            return
        can_repeat = not self._in_doubt or self._refuses_repeats is True
        if is_busy and can_repeat:
            self._settle()
            return
        self._held = frozenset({"shell"} if is_busy else {"shell", "control", "stdin"})
        self._flush()
        if not can_repeat and self._refuses_repeats is None:
            self._send_probe()
        self._fence(MAIN, [each for each in self._owed.values() if each.lane == MAIN], decides=True)

    def tick(self) -> None:
        """Some time has passed: a fence that was answered ends without its idle, which some kernels do not send."""
        for fence in list(self._fences.values()):
            if fence.was_replied:
                self._judge(fence)
            fence.was_replied = "reply" not in fence.request.owes

    def _send_probe(self) -> None:
        request = self._own_request(MAIN)
        self._probe, self._probe_replies = request.id, 0
        self._put_own(request)
        self._put_own(request)

    def _fence(self, lane: Lane, behind: list[Request], *, decides: bool = False) -> None:
        request = self._own_request(lane)
        self._fences[request.id] = Fence(request, behind, decides)
        self._put_own(request)

    def _put_own(self, request: Request) -> None:
        if self._write is not None and self._write(request.data):
            self._written += 1

    def _own_request(self, lane: Lane) -> Request:
        request = harmless_request(self._composer, lane)
        self._own[request.id] = None
        if len(self._own) > MOST_OWED:
            del self._own[next(iter(self._own))]
        return request

    def _judge(self, fence: Fence) -> None:
        """Take a fence's end: what is before it and has not ended will not any more."""
        del self._fences[fence.request.id]
        for request in fence.behind:
            if request.id in self._owed and request not in self._in_doubt:
                del self._owed[request.id]
                # Of half an answer, the core makes the other half up.
                if len(request.owes) == 2:
                    self._answers.lost(request)
        if fence.decides:
            self._settle()

    def _settle(self) -> None:
        """Send again what is in doubt, or give it up; then all that was kept, and let fences tell what is lost."""
        self._held = frozenset()
        in_doubt, self._in_doubt = self._in_doubt, []
        for request in in_doubt:
            if request.was_heard:
                continue
            if self._refuses_repeats:
                self._put(request)
            else:
                self._owed.pop(request.id, None)
                self._answers.in_doubt(request)
        lanes: dict[Lane, list[Request]] = {}
        for request in self._owed.values():
            lanes.setdefault(request.lane, []).append(request)
        for lane, requests in lanes.items():
            self._fence(lane, requests)
        self._flush()

    # What comes in.

    def take(self, channel: Channel, frames: list[Frame]) -> None:
        """Take a message of the kernel, or of the server about it; WireError for one that cannot be read."""
        parent = parent_id(bytes(frames[1]))
        self._count.take(frames[0])
        if not parent and channel == "iopub" and self._says_gone(frames):
            return
        if parent in self._own:
            self._take_own(channel, parent, frames)
            return
        if (request := self._owed.get(parent)) is not None:
            self._hear(request, channel, frames)
        self._received(channel, frames)

    def _says_gone(self, frames: list[Frame]) -> bool:
        header = decode(frames[0])
        state = decode(frames[3]).get("execution_state") if header.get("msg_type") == "status" else None
        how = GONE.get(state) if isinstance(state, str) else None
        if how is not None:
            self._gone(how)
        return how is not None

    def _hear(self, request: Request, channel: Channel, frames: list[Frame]) -> None:
        if not request.was_heard:
            request.was_heard = True
            request.data = b""
            self._unsure = [each for each in self._unsure if each is not request]
        part = self._part(request, channel, frames)
        if part == "idle" and request.has_crossed:
            # Only the reply may still be on its way.
            missing = self._count.missing() - ("reply" in request.owes)
            if missing > 0:
                self._answers.add_line(
                    request, f"broke, and {missing} messages were lost, so outputs may be missing here"
                )
        request.owes.discard(part)
        if not request.owes:
            self._owed.pop(request.id, None)

    def _part(self, request: Request, channel: Channel, frames: list[Frame]) -> str:
        """Return which part of an answer a message is: `reply`, `idle`, or the empty text."""
        header = decode(frames[0])
        msg_type = str(header.get("msg_type"))
        if channel == request.channel and msg_type.endswith("_reply"):
            if self._sessions.is_other(header.get("session"), request.header.get("session")):
                self._gone(RESTARTED)
            elif channel == "shell":
                self._count.begin(frames[0])
            return "reply"
        if channel == "iopub" and msg_type == "status" and decode(frames[3]).get("execution_state") == "idle":
            return "idle"
        return ""

    def _take_own(self, channel: Channel, parent: str, frames: list[Frame]) -> None:
        if parent == self._probe:
            self._probe_replies += channel == "shell"
        if (fence := self._fences.get(parent)) is None:
            return
        part = self._part(fence.request, channel, frames)
        if part == "reply" and fence.decides and self._probe:
            self._refuses_repeats, self._probe = self._probe_replies == 1, ""
        fence.request.owes.discard(part)
        if not fence.request.owes:
            self._judge(fence)
