"""Who has no key is not heard, every subscriber is welcomed, and all that leaves is of one session."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.session import Session

from .kernel import PATIENCE, Json, Kernel

Need = Callable[..., None]

MILLISECONDS = int(PATIENCE * 1000)


class RawClient:
    """Sockets to a front, to say what no proper client says."""

    def __init__(self, kernel: Kernel) -> None:
        """Connect to shell, control, stdin and iopub."""
        info = dict(kernel.client.get_connection_info())
        self.session = Session(key=info["key"], signature_scheme=info["signature_scheme"])
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._info = info
        self.sockets = {
            channel: self.open(channel, kind)
            for channel, kind in {
                "shell": zmq.DEALER,
                "control": zmq.DEALER,
                "stdin": zmq.DEALER,
                "iopub": zmq.SUB,
                "hb": zmq.REQ,
            }.items()
        }

    def frames(self, msg_type: str, content: Json) -> list[bytes]:
        """Return the signed frames of a message, the delimiter first."""
        return self.session.serialize(self.session.msg(msg_type, content))

    def subscribe(self, topic: bytes = b"") -> None:
        """Subscribe to iopub."""
        self.sockets["iopub"].setsockopt(zmq.SUBSCRIBE, topic)

    def receive(self, channel: str) -> tuple[bytes, Json]:
        """Return the next message, checked as a client checks it, with what stands before the delimiter."""
        socket = self.sockets[channel]
        assert socket.poll(MILLISECONDS), f"nothing came on {channel}"
        before, frames = self.session.feed_identities(socket.recv_multipart())
        return b"".join(before), dict(self.session.deserialize(frames))

    def close(self) -> None:
        """Disconnect."""
        self._context.destroy(linger=0)

    def open(self, channel: str, kind: int) -> "zmq.Socket[bytes]":
        """Connect a socket of any kind to a channel."""
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.RCVTIMEO, MILLISECONDS)
        socket.connect(f"{self._info['transport']}://{self._info['ip']}:{self._info[f'{channel}_port']}")
        return socket


@pytest.fixture
def raw(shared: Kernel) -> Iterator[RawClient]:
    """Return raw sockets to the shared Multi."""
    client = RawClient(shared)
    yield client
    client.close()


EXECUTE = {"code": "heard.append(1)", "silent": False, "store_history": False, "allow_stdin": False}


def unsigned(frames: list[bytes]) -> list[bytes]:
    """Take the signature away."""
    return [frames[0], b"", *frames[2:]]


def wrongly_signed(frames: list[bytes]) -> list[bytes]:
    """Change the last digit of the signature."""
    return [frames[0], frames[1][:-1] + (b"0" if frames[1][-1:] != b"0" else b"1"), *frames[2:]]


def changed(frames: list[bytes]) -> list[bytes]:
    """Change the content and leave the signature."""
    return [*frames[:5], frames[5].replace(b"heard.append(1)", b"heard.append(2)")]


def no_delimiter(frames: list[bytes]) -> list[bytes]:
    """Begin with the signature."""
    return frames[1:]


def not_json(frames: list[bytes], session: Session) -> list[bytes]:
    """Sign a header that is not JSON."""
    parts = [b"\xff\x00{", *frames[3:6]]
    return [frames[0], session.sign(parts), *parts]


BROKEN: dict[str, Callable[[list[bytes], Session], list[bytes]]] = {
    "unsigned": lambda frames, session: unsigned(frames),
    "wrongly signed": lambda frames, session: wrongly_signed(frames),
    "content changed": lambda frames, session: changed(frames),
    "no delimiter": lambda frames, session: no_delimiter(frames),
    "delimiter only": lambda frames, session: frames[:1],
    "cut before content": lambda frames, session: frames[:5],
    "empty frame": lambda frames, session: [b""],
    "garbage": lambda frames, session: [b"\x00" * 1000, b"<IDS|MSG>", b"\xff" * 64, *[b"\xff"] * 4],
    "signed, not JSON": not_json,
    "signed, header a list": lambda frames, session: resigned(frames, session, 2, []),
    "signed, header empty": lambda frames, session: resigned(frames, session, 2, {}),
    "signed, parent a number": lambda frames, session: resigned(frames, session, 3, 5),
    "signed, header of 100 MB": lambda frames, session: resigned(
        frames, session, 2, {**json.loads(frames[2]), "a": "x" * 100_000_000}
    ),
    "signed, header deep": lambda frames, session: deep(frames, session, 2, b"[", b"]"),
    "signed, parent deep": lambda frames, session: deep(frames, session, 3, b'{"a":', b"}"),
    "signed, msg_type a number": lambda frames, session: resigned(
        frames, session, 2, {**json.loads(frames[2]), "msg_type": 1}
    ),
}


def resigned(frames: list[bytes], session: Session, index: int, value: Any) -> list[bytes]:
    """Replace a frame and sign again."""
    parts = [*frames[2:index], json.dumps(value).encode(), *frames[index + 1 : 6]]
    return [frames[0], session.sign(parts), *parts]


def deep(frames: list[bytes], session: Session, index: int, before: bytes, after: bytes) -> list[bytes]:
    """Add what Python can decode, but not encode again, to a frame and sign again."""
    value = frames[index].rstrip(b"}") + b', "a":' if index == 2 else b'{"msg_id":"1","a":'
    parts = [*frames[2:index], value + before * 950 + b"1" + after * 950 + b"}", *frames[index + 1 : 6]]
    return [frames[0], session.sign(parts), *parts]


@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
def test_what_is_not_a_signed_message_is_ignored(shared: Kernel, raw: RawClient, channel: str) -> None:
    shared.run("heard = []")
    for break_ in BROKEN.values():
        raw.sockets[channel].send_multipart(break_(raw.frames("execute_request", EXECUTE), raw.session))
    # A message of the same socket that is in order is answered first of all, so the others were not.
    raw.sockets["control" if channel == "stdin" else channel].send_multipart(raw.frames("kernel_info_request", {}))
    _, reply = raw.receive("control" if channel == "stdin" else channel)
    assert reply["msg_type"] == "kernel_info_reply"
    assert shared.run("print(heard)").stream() == "[]\n"


@pytest.mark.parametrize("name", BROKEN)
def test_nothing_broken_runs_or_is_answered(shared: Kernel, raw: RawClient, name: str) -> None:
    shared.run("heard = []")
    raw.sockets["shell"].send_multipart(BROKEN[name](raw.frames("execute_request", EXECUTE), raw.session))
    raw.sockets["shell"].send_multipart(raw.frames("comm_info_request", {}))
    assert raw.receive("shell")[1]["msg_type"] == "comm_info_reply"
    assert shared.run("print(heard)").stream() == "[]\n"


@pytest.mark.parametrize("content", [[], None, "x", 5, {"code": None}, {"code": ["x"]}, {}], ids=repr)
def test_a_signed_request_with_senseless_content_is_answered_with_an_error(
    shared: Kernel, raw: RawClient, content: Any
) -> None:
    frames = resigned(raw.frames("execute_request", EXECUTE), raw.session, 5, content)
    raw.sockets["shell"].send_multipart(frames)
    _, reply = raw.receive("shell")
    assert reply["msg_type"] == "execute_reply"
    assert reply["content"]["status"] == "error"
    assert shared.run("print(1)").stream() == "1\n"


def test_a_replayed_message_is_heard_once(shared: Kernel, raw: RawClient) -> None:
    shared.run("heard = []")
    frames = raw.frames("execute_request", EXECUTE)
    raw.sockets["shell"].send_multipart(frames)
    assert raw.receive("shell")[1]["msg_type"] == "execute_reply"
    raw.sockets["shell"].send_multipart(frames)
    raw.sockets["shell"].send_multipart(raw.frames("comm_info_request", {}))
    assert raw.receive("shell")[1]["msg_type"] == "comm_info_reply"
    assert shared.run("print(heard)").stream() == "[1]\n"


def test_messages_are_answered_by_the_key_alone_whoever_the_sender_says_he_is(raw: RawClient) -> None:
    raw.sockets["shell"].send_multipart([b"an", b"envelope", *raw.frames("kernel_info_request", {})])
    envelope, reply = raw.receive("shell")
    assert envelope == b"anenvelope"
    assert reply["content"]["status"] == "ok"


def test_each_of_two_subscribers_is_welcomed(shared: Kernel) -> None:
    first, second = RawClient(shared), RawClient(shared)
    sessions = set()
    for client in (first, second):
        client.subscribe()
        topic, welcome = client.receive("iopub")
        assert (topic, welcome["msg_type"], welcome["content"]) == (b"", "iopub_welcome", {"subscription": ""})
        assert welcome["parent_header"]["msg_id"]
        sessions.add(welcome["header"]["session"])
    second.subscribe(b"kernel.")
    topic, welcome = second.receive("iopub")
    assert (topic, welcome["content"]) == (b"kernel.", {"subscription": "kernel."})
    sessions.add(welcome["header"]["session"])
    sessions.add(shared.run("1").reply["header"]["session"])
    assert len(sessions) == 1
    first.close()
    second.close()


def test_heartbeats_come_back(raw: RawClient) -> None:
    for beat in (b"ping", b"\x00" * 10):
        raw.sockets["hb"].send(beat)
        assert raw.sockets["hb"].poll(MILLISECONDS)
        assert raw.sockets["hb"].recv() == beat


def test_what_no_subscriber_sends_is_ignored(shared: Kernel, raw: RawClient) -> None:
    with raw.open("iopub", zmq.XSUB) as xsub:
        for frame in (b"", b"\x05", b"\x00never subscribed", b"\x01" + b"\xff" * 1000, b"x" * 1_000_000):
            xsub.send_multipart([frame, *raw.frames("execute_request", EXECUTE)])
        xsub.send(b"\x01")
        while (frames := xsub.recv_multipart())[0]:
            assert frames[0] == b"\xff" * 1000
        assert b"iopub_welcome" in frames[3]
    assert shared.run("print(1)").stream() == "1\n"


def test_every_message_on_every_channel_is_of_one_session(shared: Kernel, need: Need) -> None:
    need("ir", "bash", "deno")
    with_input = shared.client.execute("import warnings; input(); warnings.warn('late'); 1 / 0", allow_stdin=True)
    question = shared.question()
    shared.client.input("")
    answers = [
        shared.wait(with_input),
        *(
            shared.run(cell)
            for cell in ("%%ir\n1; warning('x')", "%%bash\necho 1; false", "%%deno\n1", "%%nope", "%%backends")
        ),
        shared.ask("complete_request", {"code": "%%ir\nread.c", "cursor_pos": 11}),
        shared.ask("kernel_info_request", {}),
        shared.ask("history_request", {"hist_access_type": "tail", "n": 3}),
        shared.interrupt(),
    ]
    said = [question, *(message for answer in answers for message in (answer.reply, *answer.iopub))]
    assert len({message["header"]["session"] for message in said}) == 1
    assert len({message["header"]["msg_id"] for message in said}) == len(said)
    assert all(message["parent_header"]["session"] == shared.client.session.session for message in said)


def test_output_goes_to_all_clients_and_replies_to_the_one_that_asked(shared: Kernel) -> None:
    second = BlockingKernelClient(connection_file=shared.manager.connection_file)
    second.load_connection_file()
    second.start_channels()
    second.wait_for_ready(timeout=PATIENCE)
    msg_id = shared.client.execute("print('for all')")
    answer = shared.wait(msg_id)
    types: list[str] = []
    while types[-1:] != ["idle"]:
        message = second.get_iopub_msg(timeout=PATIENCE)
        if message["parent_header"].get("msg_id") == msg_id:
            types.append(message["content"].get("execution_state", message["msg_type"]))
    assert types == answer.types
    second.kernel_info()
    assert second.get_shell_msg(timeout=PATIENCE)["msg_type"] == "kernel_info_reply"
    second.stop_channels()
