"""A lean client, the same for all: raw sockets, requests packed before the clock starts, replies not decoded."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import zmq
from jupyter_client.session import Session

Json = dict[str, Any]
Frames = list[bytes]


class RequestFailed(Exception):
    """A request got no answer, or its cell failed."""


PATIENCE = 30.0
"""Seconds without a message after which a contender has failed."""
ASK_AGAIN = 50
"""Milliseconds to wait for anything on iopub before concluding that the subscription is not active yet."""
DELIMITER = b"<IDS|MSG>"
LARGE = 1 << 16


@dataclass(slots=True)
class Answer:
    """Everything that came back for one request."""

    seconds: float = 0.0
    """Until both the reply and idle had arrived."""
    reply: bytes = b""
    """Content of the reply."""
    outputs: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Header and content of each iopub message before idle, except statuses and execute_input.

    Large contents are left out.
    """


class Client:
    """One client of one kernel, with shell and iopub."""

    def __init__(self, connection: Json) -> None:
        """Connect to the addresses in a connection file; nothing needs to be listening yet."""
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        for option in (zmq.RCVHWM, zmq.SNDHWM, zmq.LINGER):
            self._context.setsockopt(option, 0)
        self._context.setsockopt(zmq.RECONNECT_IVL, 5)
        self._session = Session(key=connection["key"].encode(), signature_scheme=connection["signature_scheme"])
        self._poller = zmq.Poller()
        self._sockets = {channel: connect(self._context, connection, channel) for channel in ("shell", "iopub")}
        for socket in self._sockets.values():
            self._poller.register(socket, zmq.POLLIN)
        self._iopub = self._sockets["iopub"]

    def close(self) -> None:
        """Close all channels."""
        self._context.destroy(linger=0)

    def run(self, code: str, patience: float = PATIENCE, outputs: int = 0) -> Answer:
        """Run a cell and wait for this many outputs, even after idle; RequestFailed unless the reply says ok."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        answer = self.ask("execute_request", {**content, "stop_on_error": True}, patience, outputs)
        reply = json.loads(answer.reply)
        if reply["status"] != "ok":
            lines = [f"{reply.get('ename', reply['status'])}: {reply.get('evalue', '')}", *reply.get("traceback", [])]
            raise RequestFailed("\n".join(lines))
        return answer

    def ask(self, msg_type: str, content: Json, patience: float = PATIENCE, outputs: int = 0) -> Answer:
        """Send a request on shell and wait for its reply and idle; RequestFailed after `patience` silent seconds."""
        frames, msg_id = self._pack(msg_type, content)
        start = time.perf_counter()
        self._sockets["shell"].send_multipart(frames)
        return self._wait(msg_id, start, patience, outputs)

    def begin(self, code: str) -> None:
        """Run a cell without waiting for it."""
        frames, _ = self._pack("execute_request", {"code": code, "silent": False, "store_history": True})
        self._sockets["shell"].send_multipart(frames)

    def get_ready(self, start: float, patience: float = PATIENCE) -> float:
        """Request kernel_info until there is a reply and a message on iopub; return the seconds from start to reply."""
        seconds = 0.0
        is_heard = False
        deadline = start + patience
        self._ask_for_info()
        while not (seconds and is_heard):
            events = self._poller.poll(ASK_AGAIN)
            if time.perf_counter() > deadline:
                raise RequestFailed("no kernel_info_reply" if is_heard else "nothing on iopub")
            if not events and seconds:
                self._ask_for_info()
            for socket, _ in events:
                socket.recv_multipart()
                if socket is self._iopub:
                    is_heard = True
                else:
                    seconds = seconds or time.perf_counter() - start
        return seconds

    def _ask_for_info(self) -> None:
        self._sockets["shell"].send_multipart(self._pack("kernel_info_request", {})[0])

    def _pack(self, msg_type: str, content: Json) -> tuple[Frames, bytes]:
        message = self._session.msg(msg_type, content)
        return self._session.serialize(message), message["header"]["msg_id"].encode()

    def _wait(self, msg_id: bytes, start: float, patience: float, outputs: int) -> Answer:
        answer = Answer()
        late = 0
        has_reply = is_idle = False
        while not (has_reply and is_idle and outputs <= len(answer.outputs) + late):
            events = self._poller.poll(int(patience * 1000))
            if not events:
                raise RequestFailed(f"silent for {patience:g} s; reply: {has_reply}, idle: {is_idle}")
            for socket, _ in events:
                while (frames := _receive(socket)) is not None:
                    if msg_id not in frames[1]:
                        continue
                    if socket is not self._iopub:
                        has_reply, answer.reply = True, frames[3]
                    elif b'"status"' in frames[0]:
                        is_idle = is_idle or b'"idle"' in frames[3]
                    elif b'"execute_input"' in frames[0]:
                        pass
                    elif is_idle:
                        late += 1
                    else:
                        answer.outputs.append((frames[0], frames[3]))
        answer.seconds = time.perf_counter() - start
        return answer


def connect(context: "zmq.Context[zmq.Socket[bytes]]", connection: Json, channel: str) -> "zmq.Socket[bytes]":
    """Connect to a channel; to iopub with a subscription to everything."""
    socket = context.socket(zmq.SUB if channel == "iopub" else zmq.DEALER)
    if channel == "iopub":
        socket.subscribe(b"")
    separator = "-" if connection["transport"] == "ipc" else ":"
    socket.connect(f"{connection['transport']}://{connection['ip']}{separator}{connection[f'{channel}_port']}")
    return socket


def _receive(socket: "zmq.Socket[bytes]") -> Frames | None:
    """Return header, parent header, metadata and content, unless it is large; None if nothing has arrived.

    Frames are not copied, so that the cost of a large message is what the contenders do with it.
    """
    try:
        parts = socket.recv_multipart(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        return None
    frames = [part.bytes if len(part) < LARGE else b"" for part in parts]
    return frames[frames.index(DELIMITER) + 2 :]
