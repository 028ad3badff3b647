"""A lean client: raw sockets, requests packed before the clock starts, replies not decoded. It is the same for all."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import zmq
from jupyter_client.session import Session

Json = dict[str, Any]
Frames = list[bytes]

PATIENCE = 60.0
"""Seconds without a message after which a contender is given up."""
ASK_AGAIN = 50
"""Milliseconds to wait for anything on iopub, after which its subscription is taken as not there yet."""
DELIMITER = b"<IDS|MSG>"
LARGE = 1 << 16


@dataclass(slots=True)
class Answer:
    """What came back for one request."""

    seconds: float = 0.0
    """Until both the reply and idle were there."""
    reply: bytes = b""
    """Content of the reply."""
    outputs: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Header and content of each iopub message that came before idle, but statuses and execute_input.

    A large content is left out.
    """


class Client:
    """One client of one kernel, with shell, control and iopub."""

    def __init__(self, connection: Json) -> None:
        """Connect to the addresses of a connection file; nobody needs to be there yet."""
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        for option in (zmq.RCVHWM, zmq.SNDHWM, zmq.LINGER):
            self._context.setsockopt(option, 0)
        self._context.setsockopt(zmq.RECONNECT_IVL, 5)
        self._session = Session(key=connection["key"].encode(), signature_scheme=connection["signature_scheme"])
        self._poller = zmq.Poller()
        sockets = {}
        for channel, kind in (("shell", zmq.DEALER), ("control", zmq.DEALER), ("iopub", zmq.SUB)):
            socket = sockets[channel] = self._context.socket(kind)
            if channel == "iopub":
                socket.subscribe(b"")
            socket.connect(f"tcp://{connection['ip']}:{connection[f'{channel}_port']}")
            self._poller.register(socket, zmq.POLLIN)
        self._sockets = sockets
        self._iopub = sockets["iopub"]

    def close(self) -> None:
        """Close all channels."""
        self._context.destroy(linger=0)

    def run(self, code: str, patience: float = PATIENCE) -> Answer:
        """Run a cell."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        return self.ask("execute_request", {**content, "stop_on_error": True}, patience)

    def ask(self, msg_type: str, content: Json, patience: float = PATIENCE, buffers: Sequence[bytes] = ()) -> Answer:
        """Send a request on shell and wait for its reply and its idle; TimeoutError if there is nothing for long."""
        frames, msg_id = self._pack(msg_type, content)
        start = time.perf_counter()
        self._sockets["shell"].send_multipart([*frames, *buffers], copy=not buffers)
        return self._wait(msg_id, start, patience)

    def begin(self, code: str) -> None:
        """Run a cell and do not wait for it."""
        frames, _ = self._pack("execute_request", {"code": code, "silent": False, "store_history": True})
        self._sockets["shell"].send_multipart(frames)

    def tell(self, msg_type: str, content: Json) -> None:
        """Send a request on control and do not wait for its reply."""
        frames, _ = self._pack(msg_type, content)
        self._sockets["control"].send_multipart(frames)

    def get_ready(self, start: float, patience: float = PATIENCE) -> float:
        """Ask for kernel_info until there is a reply and something on iopub; return the seconds from start to reply."""
        seconds = 0.0
        is_heard = False
        deadline = start + patience
        self.tell_shell("kernel_info_request")
        while not (seconds and is_heard):
            events = self._poller.poll(ASK_AGAIN)
            if time.perf_counter() > deadline:
                raise TimeoutError("no kernel_info_reply" if is_heard else "nothing on iopub")
            if not events and seconds:
                self.tell_shell("kernel_info_request")
            for socket, _ in events:
                socket.recv_multipart()
                if socket is self._iopub:
                    is_heard = True
                else:
                    seconds = seconds or time.perf_counter() - start
        return seconds

    def tell_shell(self, msg_type: str) -> None:
        """Send a request without content on shell and do not wait for its reply."""
        frames, _ = self._pack(msg_type, {})
        self._sockets["shell"].send_multipart(frames)

    def _pack(self, msg_type: str, content: Json) -> tuple[Frames, bytes]:
        message = self._session.msg(msg_type, content)
        return self._session.serialize(message), message["header"]["msg_id"].encode()

    def _wait(self, msg_id: bytes, start: float, patience: float) -> Answer:
        answer = Answer()
        has_reply = is_idle = False
        while not (has_reply and is_idle):
            events = self._poller.poll(int(patience * 1000))
            if not events:
                raise TimeoutError(f"silent for {patience:g} s; reply: {has_reply}, idle: {is_idle}")
            for socket, _ in events:
                while (frames := _receive(socket)) is not None:
                    if msg_id not in frames[1]:
                        continue
                    if socket is not self._iopub:
                        has_reply, answer.reply = True, frames[3]
                    elif b'"status"' in frames[0]:
                        is_idle = is_idle or b'"idle"' in frames[3]
                    elif not is_idle and b'"execute_input"' not in frames[0]:
                        answer.outputs.append((frames[0], frames[3]))
        answer.seconds = time.perf_counter() - start
        return answer


def _receive(socket: "zmq.Socket[bytes]") -> Frames | None:
    """Return header, parent header, metadata and content, a large content left out; None if nothing has arrived.

    Frames are not copied, so that what a large message costs is what the contenders do with it.
    """
    try:
        parts = socket.recv_multipart(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        return None
    frames = [part.bytes if len(part) < LARGE else b"" for part in parts]
    return frames[frames.index(DELIMITER) + 2 :]
