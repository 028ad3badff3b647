"""The floor: `python proxy.py CHILD_FILE FRONT_FILE` only passes messages between two connections, in C."""

import json
import sys
import threading
from pathlib import Path

import zmq

PAIRS = {
    "shell": (zmq.ROUTER, zmq.DEALER),
    "control": (zmq.ROUTER, zmq.DEALER),
    "stdin": (zmq.ROUTER, zmq.DEALER),
    "iopub": (zmq.XPUB, zmq.XSUB),
}


def main(child_file: str, front_file: str) -> None:
    """Bind the ports of one connection file, connect to those of the other, and pass messages until killed."""
    child, front = (json.loads(Path(file).read_text("utf-8")) for file in (child_file, front_file))
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    context.setsockopt(zmq.RCVHWM, 0)
    context.setsockopt(zmq.SNDHWM, 0)
    context.setsockopt(zmq.RECONNECT_IVL, 10)
    threads = []
    for channel, kinds in PAIRS.items():
        ours, theirs = (context.socket(kind) for kind in kinds)
        if channel != "iopub":
            # A child sends an input_request to the identity from which the request came on shell.
            theirs.setsockopt(zmq.IDENTITY, b"proxy")
        ours.bind(f"tcp://{front['ip']}:{front[f'{channel}_port']}")
        theirs.connect(f"tcp://{child['ip']}:{child[f'{channel}_port']}")
        threads.append(threading.Thread(target=zmq.proxy, args=(ours, theirs)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
