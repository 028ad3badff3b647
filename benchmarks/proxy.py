"""The floor: `python proxy.py CHILD_FILE FRONT_FILE` only passes messages between two connections, in C.

With `--sign` they pass through Python, which checks each signature and makes a new one, as whatever looks at messages
has to; of large messages both at the same time, in threads.
"""

import hmac
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import zmq

Socket = zmq.Socket[bytes]

PAIRS = {
    "shell": (zmq.ROUTER, zmq.DEALER),
    "control": (zmq.ROUTER, zmq.DEALER),
    "stdin": (zmq.ROUTER, zmq.DEALER),
    "iopub": (zmq.XPUB, zmq.XSUB),
}

DELIMITER = b"<IDS|MSG>"
COPIED, LARGE = 1 << 16, 1 << 23
"""Bytes: of frames that are copied, and of messages that are signed in threads; the same as in Multi."""


def main(child_file: str, front_file: str, *options: str) -> None:
    """Bind the ports of one connection file, connect to those of the other, and pass messages until killed."""
    child, front = (json.loads(Path(file).read_text("utf-8")) for file in (child_file, front_file))
    pairs = list(connected(child, front))
    if options:
        sign_all(pairs, front["key"].encode("ascii"))
    threads = [threading.Thread(target=zmq.proxy, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def connected(child: dict[str, Any], front: dict[str, Any]) -> Iterator[tuple[Socket, Socket]]:
    """Yield, for each channel, the socket towards the client and the one towards the child."""
    context: zmq.Context[Socket] = zmq.Context()
    context.setsockopt(zmq.RCVHWM, 0)
    context.setsockopt(zmq.SNDHWM, 0)
    context.setsockopt(zmq.RECONNECT_IVL, 10)
    for channel, kinds in PAIRS.items():
        ours, theirs = (context.socket(kind) for kind in kinds)
        if channel != "iopub":
            # A child sends an input_request to the identity from which the request came on shell.
            theirs.setsockopt(zmq.IDENTITY, b"proxy")
        ours.bind(f"tcp://{front['ip']}:{front[f'{channel}_port']}")
        theirs.connect(f"tcp://{child['ip']}:{child[f'{channel}_port']}")
        yield ours, theirs


def sign_all(pairs: Sequence[tuple[Socket, Socket]], key: bytes) -> None:
    """Pass messages on for ever, each with a signature of its own."""
    poller = zmq.Poller()
    others: dict[Socket, Socket] = {}
    for ours, theirs in pairs:
        others |= {ours: theirs, theirs: ours}
    for socket in others:
        poller.register(socket, zmq.POLLIN)
    auth = hmac.new(key, digestmod="sha256")

    def sign(signed: Sequence[bytes | memoryview]) -> bytes:
        digest = auth.copy()
        for frame in signed:
            digest.update(frame)
        return digest.hexdigest().encode("ascii")

    with ThreadPoolExecutor() as threads:
        while True:
            for socket, _ in poller.poll():
                parts = socket.recv_multipart(copy=False)
                frames = [part.bytes if len(part) < COPIED else part.buffer for part in parts]
                size = sum(map(len, frames))
                if DELIMITER in frames:
                    place = frames.index(DELIMITER) + 1
                    both = [frames[place + 1 : place + 5]] * 2
                    expected, made = threads.map(sign, both) if size >= LARGE else map(sign, both)
                    if hmac.compare_digest(expected, frames[place]):
                        frames[place] = made
                others[socket].send_multipart(frames, copy=size < COPIED)


if __name__ == "__main__":
    main(*sys.argv[1:])
