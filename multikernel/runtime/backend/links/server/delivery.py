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
from .counting import Count
from .layout import pack
from .life import RESTARTED, Life
from .request import MAIN, Fence, Lane, Request, at_fault, harmless_request

MOST_OWED = 1000
"""Requests whose answers are waited for; older ones will not be answered."""


class Delivery:
    """The messages of one kernel."""

    def __init__(
        self,
        backend: str,
        composer: Composer,
        received: Callable[[Channel, list[Frame]], None],
        gone: Callable[[str], None],
        undelivered: Callable[[Request, str], None],
    ) -> None:
        """Begin without a connection.

        `received` gets each message of the kernel (header, parent header, metadata, content, buffers), `gone` how it
        has ended, and `undelivered` what was given up and has no answer that could say so, and why.
        """
        self._composer, self._received, self._gone = composer, received, gone
        self._answers = Answers(backend, composer, received, undelivered)
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
        self._life = Life()
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
        self._life.broken()
        self._write, self._is_on_hold = None, False
        for request in self._unsure:
            request.breaks += 1
        self._in_doubt += self._unsure
        self._unsure = []

    def connected(self, write: Callable[[bytes], bool], *, is_busy: bool) -> None:
        """Go on over a new connection; `is_busy` says whether the kernel is at something.

        An idle kernel may be another one by now, so nothing is sent before it has said who it is. A busy one is not:
        what it does was sent by us.
        """
        self._write, self._written, self._is_on_hold = write, 0, False
        self._fences.clear()
        for request in at_fault(self._in_doubt):
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

    def make_sure(self) -> None:
        """Ask the kernel whether it is still at what it owes: its server says that it has nothing to do."""
        if self._write is not None and not self._is_on_hold and not self._held:
            self._fence_all(is_check=True)

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

    def _fence(self, lane: Lane, behind: list[Request], *, decides: bool = False, is_check: bool = False) -> None:
        request = self._own_request(lane)
        self._fences[request.id] = Fence(request, behind, decides, is_check)
        self._put_own(request)

    def _fence_all(self, *, is_check: bool = False) -> None:
        lanes: dict[Lane, list[Request]] = {}
        for request in self._owed.values():
            lanes.setdefault(request.lane, []).append(request)
        for lane, requests in lanes.items():
            self._fence(lane, requests, is_check=is_check)

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
                    self._answers.lost(request, is_idle=fence.is_check)
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
        self._fence_all()
        self._flush()

    # What comes in.

    def take(self, channel: Channel, frames: list[Frame]) -> None:
        """Take a message of the kernel, or of the server about it; WireError for one that cannot be read."""
        parent = parent_id(bytes(frames[1]))
        self._count.take(frames[0])
        if channel == "iopub" and (how := self._life.end_in(parent, frames)):
            self._gone(how)
            return
        if parent in self._own:
            if self._take_own(channel, parent, frames):
                return
        elif (request := self._owed.get(parent)) is not None:
            self._hear(request, channel, frames)
        self._received(channel, frames)

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
            if self._life.is_another(header.get("session"), request.header.get("session")):
                self._gone(RESTARTED)
            elif channel == "shell":
                self._count.begin(frames[0])
            return "reply"
        if channel == "iopub" and msg_type == "status" and decode(frames[3]).get("execution_state") == "idle":
            return "idle"
        return ""

    def _take_own(self, channel: Channel, parent: str, frames: list[Frame]) -> bool:
        """Take what is said about a request of our own; False for what is not, but has it for its parent.

        So do threads of the user's in kernels of ipykernel's kind before 6.29.
        """
        if channel == "iopub" and decode(frames[0]).get("msg_type") != "status":
            return False
        if parent == self._probe:
            self._probe_replies += channel == "shell"
        if (fence := self._fences.get(parent)) is None:
            return True
        part = self._part(fence.request, channel, frames)
        if part == "reply" and fence.decides and self._probe:
            self._refuses_repeats, self._probe = self._probe_replies == 1, ""
        fence.request.owes.discard(part)
        if not fence.request.owes:
            self._judge(fence)
        return True
