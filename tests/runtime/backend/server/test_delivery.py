"""No message is lost that can be had, and none runs twice, however connections break."""

import json
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Composer, Frame, Message
from multikernel.runtime.backend.links.server.delivery import GONE, LARGEST, RESTARTED, Delivery
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
        self.delivery = Delivery("r", self.composer, self.received, self.gone.append, self.notes.append)
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


STEPS = ("send", "send", "comm", "there", "there", "acknowledge", "step", "step", "back", "back", "break", "connect")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=60), st.booleans(), st.booleans(), st.booleans())
def test_whatever_happens_in_whatever_order(
    steps: list[str], refuses_repeats: bool, has_session: bool, says_idle: bool
) -> None:
    kernel = Kernel(refuses_repeats=refuses_repeats, has_session=has_session, says_idle=says_idle)
    near = Near(kernel)
    sent, comms = [], []
    near.connect()
    actions: dict[str, Callable[[], None]] = {
        "send": lambda: sent.append(near.send()),
        "comm": lambda: comms.append(near.send("comm_msg")),
        "there": near.there,
        "acknowledge": near.acknowledge,
        "step": kernel.step,
        "back": near.back,
        "break": near.break_off,
        "connect": near.connect,
    }
    for step in steps:
        actions[step]()
    near.settle()
    near.acknowledge()
    last = near.send()
    near.settle()
    assert near.of(last) == ["busy", "ok", "idle"]
    assert kernel.ran[last] == 1
    assert near.gone == []
    for request in (*sent, *comms):
        assert kernel.ran[request] <= 1, "it ran twice"
    for request in sent:
        said = near.of(request)
        assert said.count("idle") + (said.count("ok") + said.count("error")) <= 2 + ("error" in said)
        # Half an answer is left to the core.
        assert "idle" in said or "ok" in said
        if said == ["busy", "ok", "idle"]:
            event("whole")
            assert kernel.ran[request] == 1
    if refuses_repeats:
        assert all(kernel.ran[request] == 1 for request in (*sent, *comms)), "it did not run"


def test_a_request_that_has_arrived_and_is_being_done_is_not_sent_again() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    cell = near.send()
    near.there()
    near.acknowledge()
    near.break_off()
    later = near.send()
    near.connect()
    # It is busy, so it is the kernel that it was, and takes what comes.
    assert len(near.way_there) == 2
    near.settle()
    assert near.of(cell) == near.of(later) == ["busy", "ok", "idle"]
    assert len(kernel.seen) == 3


def test_what_may_have_run_in_a_kernel_that_would_run_it_again_is_an_error() -> None:
    near = Near(Kernel(refuses_repeats=False))
    near.connect()
    cell = near.send()
    near.break_off()
    near.send("comm_msg")
    near.break_off()
    near.settle()
    assert near.of(cell) == ["error", "error", "idle"]
    [text] = {content["evalue"] for _, _, parent, content in near.heard if "evalue" in content}
    assert text == (
        "the connection to r broke just then, so this may have run there or not: look, and run it again if it has not."
    )


def test_an_end_that_was_lost() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    cell = near.send()
    near.there()
    kernel.step()
    near.back()
    near.break_off()
    near.settle()
    assert near.of(cell) == ["busy", "error", "error", "idle"]
    assert "has not kept how this ended" in near.heard[-1 - 1][3]["evalue"]


def test_an_end_that_was_lost_while_the_kernel_goes_on() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    cell, later = near.send(), near.send()
    near.there()
    near.there()
    near.acknowledge()
    kernel.step()
    near.back()
    near.break_off()
    near.settle()
    assert near.of(cell) == ["busy", "error", "error", "idle"]
    assert near.of(later) == ["busy", "ok", "idle"]


def test_outputs_that_were_lost_are_counted() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    first = near.send()
    near.settle()
    assert near.of(first) == ["busy", "ok", "idle"]
    cell = near.send()
    near.there()
    header = json.loads(bytes(kernel.queue[0][1][0]))
    kernel.say("iopub", "status", {"execution_state": "busy"}, header)
    near.back()
    kernel.say("iopub", "stream", {"text": "1"}, header)
    kernel.say("iopub", "stream", {"text": "2"}, header)
    kernel.said.clear()
    near.break_off()
    near.settle()
    lines = [content["text"] for _, msg_type, parent, content in near.heard if (msg_type, parent) == ("stream", cell)]
    assert lines == ["the connection to r broke, and 2 messages were lost, so outputs may be missing here\n"]
    assert near.of(cell)[-2:] == ["stream", "idle"]


def test_a_silent_connection_that_is_given_up_may_have_lost_what_nobody_counts() -> None:
    kernel = Kernel(has_session=False)
    near = Near(kernel)
    near.connect()
    cell = near.send()
    near.there()
    kernel.say("iopub", "status", {"execution_state": "busy"}, {"msg_id": cell})
    near.back()
    near.break_off(is_noticed=False)
    assert near.of(cell) == ["busy", "stream"]


def test_a_kernel_that_was_restarted_meanwhile_gets_nothing() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    near.send()
    near.settle()
    near.break_off()
    kernel.session = "another"
    cell = near.send()
    near.connect()
    near.there()
    kernel.step()
    ran = kernel.ran[cell]
    while near.way_back or kernel.said:
        near.back()
    assert near.gone[0] == RESTARTED
    assert ran == 0


@pytest.mark.parametrize("state", GONE)
def test_what_the_server_says_of_a_kernel(state: str) -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    kernel.say("iopub", "status", {"execution_state": state}, {})
    near.back()
    assert near.gone == [GONE[state]]
    assert near.heard == []


def test_a_message_that_breaks_the_connection_is_not_sent_again() -> None:
    near = Near(Kernel())
    near.connect()
    message = near.composer.message("execute_request", {"code": "x" * LARGEST})
    near.send_message("shell", message)
    near.break_off()
    near.settle()
    assert near.of(message.id) == ["error", "error", "idle"]
    assert "take 10 MB at most" in near.heard[-1 - 1][3]["evalue"]


def test_while_a_connection_is_silent_nothing_is_sent() -> None:
    near = Near(Kernel())
    near.connect()
    near.delivery.hold()
    cell = near.send()
    assert not near.way_there
    near.delivery.go_on()
    near.settle()
    assert near.of(cell) == ["busy", "ok", "idle"]


def test_a_busy_kernel_gets_answers_to_its_questions() -> None:
    """Its shell channel may wait for just that."""
    kernel = Kernel(refuses_repeats=False)
    near = Near(kernel)
    near.connect()
    near.send()
    near.there()
    near.acknowledge()
    doubt = near.send()
    near.break_off()
    near.send("input_reply", "stdin")
    later = near.send()
    near.connect()
    channels = [unpack(data)[0] for data in near.way_there]
    assert channels[0] == "stdin"
    near.settle()
    assert "error" in near.of(doubt)
    assert near.of(later) == ["busy", "ok", "idle"]
