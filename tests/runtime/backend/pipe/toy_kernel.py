"""A kernel that starts at once, and whose messages are plain words. It runs on Python 3.8.

`say COUNT SIZE` publishes numbered outputs, `exit CODE` publishes one more and ends, `write TEXT` goes to stdout,
`publish TEXT` to iopub, `env NAME`, `cwd` and `echo TEXT` are answered.
"""

import json
import os
import signal
import sys

import zmq

with open(sys.argv[-1]) as file:
    connection = json.load(file)

context = zmq.Context()
sockets = {}
for name in ("shell", "control", "stdin", "iopub", "hb"):
    sockets[name] = context.socket(zmq.PUB if name == "iopub" else zmq.ROUTER)
    sockets[name].setsockopt(zmq.SNDHWM, 0)
    separator = "-" if connection["transport"] == "ipc" else ":"
    sockets[name].bind(
        "{}://{}{}{}".format(connection["transport"], connection["ip"], separator, connection[name + "_port"])
    )

signal.signal(signal.SIGINT, lambda number, frame: sockets["iopub"].send(b"interrupted"))
poller = zmq.Poller()
poller.register(sockets["shell"], zmq.POLLIN)
poller.register(sockets["control"], zmq.POLLIN)
while True:
    for socket, _ in poller.poll():
        peer, frame = socket.recv_multipart()[:2]
        what, _, rest = frame.decode().partition(" ")
        answer = rest
        if what == "say":
            number, size = map(int, rest.split())
            for each in range(number):
                sockets["iopub"].send_multipart([b"%d" % each, b"x" * size])
        elif what == "publish":
            sockets["iopub"].send(rest.encode())
        elif what == "exit":
            sockets["iopub"].send(b"last")
            context.destroy()
            sys.exit(int(rest))
        elif what == "write":
            os.write(1, rest.encode() + b"\n")
        elif what == "env":
            answer = os.environ.get(rest, "")
        elif what == "cwd":
            answer = os.getcwd()
        socket.send_multipart([peer, answer.encode()])
