"""A client that does not read iopub costs the front a bounded sum, others nothing, and is told what it misses."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest
import zmq
from jupyter_client.session import Session

from multikernel.runtime.front.backlog import RESERVED, WAITING_BYTES
from multikernel.runtime.front.large_messages import LARGE, LARGE_IN_ZMQ
from multikernel.runtime.front.publisher import MESSAGES_IN_ZMQ

from ..e2e.kernel import PATIENCE, Json, Kernel, open_kernel
from ..e2e.processes import front

SIZES = (10, 10, 10, 1_000, 10_000, 50_000, 1_000_000)
"""Of outputs, in turn."""

ROUNDS = {False: 250, True: 1_000}
"""Whether everything is tested -> how often."""

CELL = """\
for n in range({rounds}):
    for size in {sizes}:
        display({{"text/plain": str(n), "text/x": "x" * size}}, raw=True)
    input()"""
"""It waits for the client that reads, so that nothing is kept for that one, however slow the machine is."""

BOUND = WAITING_BYTES + WAITING_BYTES // RESERVED + MESSAGES_IN_ZMQ * LARGE + LARGE_IN_ZMQ

CONSTANT = 50_000_000
"""Bytes that what passes through takes without a stalled client, and the allocator."""


@contextmanager
def stalled_client(kernel: Kernel) -> Iterator[Callable[[], Json]]:
    """Subscribe to iopub and do not read; yield what does, one message after the other."""
    info = dict(kernel.client.get_connection_info())
    session = Session(key=info["key"], signature_scheme=info["signature_scheme"])
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVHWM, 1)
        socket.setsockopt(zmq.RCVTIMEO, int(1000 * PATIENCE))
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(f"{info['transport']}://{info['ip']}:{info['iopub_port']}")

        def read() -> Json:
            _, frames = session.feed_identities(socket.recv_multipart())
            return dict(session.deserialize(frames))

        assert read()["msg_type"] == "iopub_welcome"
        yield read


def peak(process: psutil.Process) -> int:
    """Return the most memory that a process has had, in bytes."""
    with open(f"/proc/{process.pid}/status") as status:
        return 1024 * int(next(line.split()[1] for line in status if line.startswith("VmHWM:")))


@pytest.mark.skipif(not psutil.LINUX, reason="only Linux tells the peak")
def test_a_client_that_does_not_read(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    rounds = ROUNDS[request.config.getoption("every_fault", False)]
    with open_kernel("multi") as kernel, stalled_client(kernel) as read:
        kernel.run("print(1)")
        while read()["content"].get("execution_state") != "idle":
            pass
        before = front(kernel).memory_info().rss
        msg_id = kernel.client.execute(CELL.format(rounds=rounds, sizes=SIZES))
        for _ in range(rounds):
            for _ in SIZES:
                kernel.until("display_data", msg_id)
            kernel.question()
            kernel.client.input("")
        answer = kernel.wait(msg_id)
        shown = [len(content["data"]["text/x"]) for content in answer.of("display_data")]
        assert shown == list(SIZES) * rounds
        growth = peak(front(kernel)) - before
        assert growth < BOUND + CONSTANT
        heard = [read()]
        while heard[-1]["content"].get("execution_state") != "idle":
            heard.append(read())
        (told,) = (message for message in heard if message["msg_type"] == "stream")
        assert {message["parent_header"]["msg_id"] for message in heard} == {msg_id}
        missed = int(told["content"]["text"].split()[0].replace(",", ""))
        assert len(heard) - 1 + missed == len(answer.iopub)
        assert kernel.run("print(2)").stream() == "2\n"
        assert read()["content"] == {"execution_state": "busy"}
    sent = sum(len(json.dumps(message, default=str)) for message in answer.iopub)
    what = f"a client does not read {sent / 1e6:.0f} MB of outputs of one cell"
    record_property(
        "figure",
        [what, f"the front takes {growth / 1e6:.0f} MB more; {missed:,} messages are missing there, as it is told"],
    )
