"""A kernel that answers properly at last, and says all that it should not when it is asked for a completion.

The code to complete is JSON: the msg_id of another backend's cell, and the id of a comm of that. Run as a process:
`python hostile_kernel.py CONNECTION_FILE`.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import zmq
from jupyter_client.session import Session

HUGE = 100_000_000
"""Bytes of a header."""
GUESSED = 60
"""How many of the ids that Multi gives are tried."""

NONSENSE: list[Any] = [None, True, -1, 10**30, 1.5, float("nan"), "", "\ud800", [], [[{}]], {}, {"a": None}]
SAID: list[tuple[str, dict[str, Any]]] = [
    ("status", {"execution_state": "idle"}),
    ("status", {"execution_state": "busy"}),
    ("stream", {"name": "stdout", "text": "hostile"}),
    ("execute_input", {"code": "hostile", "execution_count": 666}),
    ("execute_result", {"data": {"text/plain": "hostile"}, "metadata": {}, "execution_count": 666}),
    ("error", {"ename": "Hostile", "evalue": "", "traceback": []}),
    ("execute_reply", {"status": "ok", "execution_count": 666, "user_expressions": {}}),
    ("complete_reply", {"status": "ok", "matches": ["hostile"], "cursor_start": 0, "cursor_end": 0, "metadata": {}}),
    ("comm_open", {"target_name": "hostile", "data": {}}),
    ("comm_close", {"data": {}}),
    ("comm_info_reply", {"status": "ok", "comms": {}}),
    ("create_subshell_reply", {"status": "ok", "subshell_id": "hostile"}),
    ("debug_reply", {"success": True, "body": {"tmpFilePrefix": "hostile", "tmpFileSuffix": "", "hashSeed": 0}}),
    ("debug_event", {"event": [], "body": {}}),
    ("kernel_info_reply", {"status": "ok", "implementation": ["hostile"], "language_info": {"name": {}}}),
    ("interrupt_reply", {"status": "ok"}),
    ("shutdown_reply", {"status": "ok"}),
    ("input_request", {"prompt": "password:", "password": True}),
]
INFO = {
    "status": "ok",
    "protocol_version": "5.5",
    "implementation": "hostile",
    "language_info": {"name": "hostile"},
}


class HostileKernel:
    """A kernel with all its sockets in one thread."""

    def __init__(self, connection_file: str) -> None:
        """Bind what the connection file says."""
        with open(connection_file, encoding="utf-8") as file:
            self._info = json.load(file)
        self._session = Session(key=self._info["key"].encode(), signature_scheme=self._info["signature_scheme"])
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        kinds = {"shell": zmq.ROUTER, "control": zmq.ROUTER, "stdin": zmq.ROUTER, "iopub": zmq.PUB, "hb": zmq.REP}
        self._sockets = {channel: self._bind(channel, kind) for channel, kind in kinds.items()}

    def _bind(self, channel: str, kind: int) -> "zmq.Socket[bytes]":
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.SNDHWM, 0)
        transport, ip, port = self._info["transport"], self._info["ip"], self._info[f"{channel}_port"]
        socket.bind(f"{transport}://{ip}{':' if transport == 'tcp' else '-'}{port}")
        return socket

    def run(self) -> None:
        """Answer requests until there is one to shut down."""
        poller = zmq.Poller()
        for channel in ("shell", "control"):
            poller.register(self._sockets[channel], zmq.POLLIN)
        is_over = False
        while not is_over:
            ready = dict(poller.poll())
            for channel in ("shell", "control"):
                if self._sockets[channel] in ready:
                    is_over = self._answer(channel)
        self._context.destroy(linger=1000)

    def _answer(self, channel: str) -> bool:
        identities, frames = self._session.feed_identities(self._sockets[channel].recv_multipart())
        request = self._session.deserialize(frames)
        self._session.send(self._sockets["iopub"], "status", {"execution_state": "busy"}, request)
        if request["msg_type"] == "complete_request":
            self._attack(identities[0], request)
        if request["msg_type"] == "kernel_info_request":
            for frame in (b"[]", b"{", b"\xff", b"[" * 100_000):
                parts = self._frames("kernel_info_reply", {}, request["header"]["msg_id"])[2:5]
                self._sockets[channel].send_multipart([*identities, *self._signed([*parts, frame])])
        reply = request["msg_type"].replace("_request", "_reply")
        content = (
            INFO if reply == "kernel_info_reply" else {"status": "ok", "execution_count": 1, "matches": ["proper"]}
        )
        self._session.send(self._sockets[channel], reply, content, request, identities)
        self._session.send(self._sockets["iopub"], "status", {"execution_state": "idle"}, request)
        return bool(request["msg_type"] == "shutdown_request")

    def _attack(self, client: bytes, request: dict[str, Any]) -> None:
        """Say everything on every channel."""
        told = json.loads(request["content"]["code"])
        for channel in ("iopub", "shell", "control", "stdin"):
            before = [] if channel == "iopub" else [client]
            for frames in self._messages(told, request["header"]["session"]):
                self._sockets[channel].send_multipart([*before, *frames])

    def _messages(self, told: dict[str, str], session: str) -> Iterator[list[bytes]]:
        parents = [told["cell"], "", "nobody"]
        for number in range(GUESSED):
            own = f"{told['session']}_{number}"
            parents += [own, f"question-{own}", f"question-{own}@python3"]
        for parent in parents:
            for msg_type, content in SAID:
                yield self._frames(msg_type, {"comm_id": told["comm"], **content}, parent)
        for msg_type, content in SAID:
            for key in content:
                for value in NONSENSE:
                    yield self._frames(msg_type, {**content, key: value}, told["cell"])
        for frame in (b"[" * 900 + b"]" * 900, b'{"a":' * 100_000, b"\xff", b"", b"1" * 5000):
            yield self._signed([*self._frames("stream", {}, told["cell"])[2:5], frame])
        yield from self._broken(self._frames("stream", {"name": "stdout", "text": "hostile"}, told["cell"]))

    def _broken(self, frames: list[bytes]) -> Iterator[list[bytes]]:
        """Yield what is no message: cut, unsigned, wrongly signed, said before, with headers that are none."""
        yield from (frames[:end] for end in range(1, len(frames)))
        yield [frames[0], b"", *frames[2:]]
        yield [frames[0], b"0" * 64, *frames[2:]]
        yield from [frames] * 3
        deep = b'{"msg_id":"1","msg_type":"stream","a":' + b"[" * 950 + b"]" * 950 + b"}"
        for header in (b"\xff", b"[]", b"5", b"{}", b'{"msg_id":1,"msg_type":[]}', deep):
            yield self._signed([header, *frames[3:6]])
            yield self._signed([frames[2], header, *frames[4:6]])
        yield self._signed([b'{"msg_id":"1","msg_type":"stream","a":"' + b"x" * HUGE + b'"}', *frames[3:6]])

    def _frames(self, msg_type: str, content: dict[str, Any], parent: str) -> list[bytes]:
        header = self._session.msg_header(msg_type)
        parts = [{**header, "date": ""}, {"msg_id": parent} if parent else {}, {}, content]
        return self._signed([json.dumps(part).encode() for part in parts])

    def _signed(self, parts: list[bytes]) -> list[bytes]:
        return [b"<IDS|MSG>", self._session.sign(parts), *parts]


if __name__ == "__main__":
    HostileKernel(sys.argv[1]).run()
