"""What grows in a long session: 12,000 cells, 2,000 comms, 100 restarts, a client that does not read, a week."""

import signal
import time
from statistics import median

import zmq

from ..client import connect
from ..contenders import Field, Running, Workshop
from ..measuring import Rows, in_turn, resident_bytes, seconds_of

COMPARED = 500
"""Cells at the beginning and at the end whose round trips are compared."""
CELLS = 12_000
STEP = 100
"""Cells between two looks at the memory."""
KEPT = 10_000
"""Requests whose late outputs Multi still places; only after so many can memory be flat."""
COMMS = 1_000
COMM_ROUNDS = 100
RESTARTS = 100
FIRST_RESTARTS = 20
"""Restarts after which all has been used once."""
UNREAD = 400
"""Outputs of 1 MB that a client does not read."""
WEEK_SECONDS = 60
PATIENCE = 120.0

OPEN = f"""
from comm import create_comm
comms = [create_comm(target_name='benchmark') for _ in range({COMMS})]
"""
CLOSE = "for comm in comms: comm.close()"


def measure(workshop: Workshop) -> Rows:
    """Measure all of it."""
    with workshop.open("alone", "multi") as field:
        rows = cells(field)
    with workshop.open("alone", "multi") as field:
        rows |= comms(field)
    with workshop.open("multi") as field:
        rows |= restarts(field["multi"])
    with workshop.open("multi") as field:
        rows |= unread(field["multi"])
    with workshop.open("hurried") as field:
        rows |= week(field["hurried"])
    return rows


def cells(field: Field) -> Rows:
    """Round trips compared with those of the child alone, at the beginning and at the end, and memory on the way."""
    actions = seconds_of(field, "1")
    first = in_turn(COMPARED, actions)
    sizes = []
    for number in range(COMPARED, CELLS - COMPARED):
        for act in actions.values():
            act()
        if number % STEP == 0:
            sizes.append(resident_bytes(field["multi"].front))
    last = in_turn(COMPARED, actions)
    flat = sizes[KEPT // STEP :]
    return {
        "growth_cells": {
            "multi": _ratios(last["multi"], last["alone"]),
            "first": _ratios(first["multi"], first["alone"]),
        },
        "growth_cells_memory": {"multi": [sizes[-1] - sizes[0]]},
        "growth_cells_flat": {"multi": [max(0.0, flat[-1] - flat[0])]},
    }


def comms(field: Field) -> Rows:
    """Round trips with many open comms, and memory from the first thousand to the second one."""
    actions = seconds_of(field, "1")
    before = in_turn(COMM_ROUNDS, actions)
    sizes = []
    for _ in range(2):
        for running in field.values():
            running.run(OPEN)
        during = in_turn(COMM_ROUNDS, actions)
        for running in field.values():
            running.run(CLOSE)
        sizes.append(resident_bytes(field["multi"].front))
    return {
        "growth_comms": {
            "multi": _ratios(during["multi"], during["alone"]),
            "first": _ratios(before["multi"], before["alone"]),
        },
        "growth_comms_memory": {"multi": [max(0.0, sizes[1] - sizes[0])]},
    }


def restarts(multi: Running) -> Rows:
    """Memory and file descriptors after many restarts of the default backend."""
    seen = []
    for _ in range(RESTARTS):
        multi.client.run("%%restart main", PATIENCE)
        multi.client.run("1", PATIENCE)
        seen.append((resident_bytes(multi.front), multi.front.num_fds()))
    (size, files), (size_then, files_then) = seen[FIRST_RESTARTS], seen[-1]
    return {
        "growth_restarts": {"multi": [max(0.0, size_then - size)]},
        "growth_restarts_files": {"multi": [max(0, files_then - files)]},
    }


def unread(multi: Running) -> Rows:
    """Memory for a client that has stopped reading, and what others wait for because of it."""
    before = [multi.client.run("1").seconds for _ in range(COMM_ROUNDS)]
    idle = resident_bytes(multi.front)
    with zmq.Context() as context:
        # What the client's own zmq takes is not the front's.
        context.setsockopt(zmq.RCVHWM, 1)
        context.setsockopt(zmq.RCVBUF, 1 << 13)
        context.setsockopt(zmq.LINGER, 0)
        stalled = connect(context, multi.connection, "iopub")
        # The welcome shows that it is subscribed.
        stalled.recv_multipart()
        # Not prints, which the child would make a few huge messages of; one message is kept whatever its size.
        multi.client.run(f"for _ in range({UNREAD}): display({{'text/plain': 'x' * 1_000_000}}, raw=True)", PATIENCE)
        size = resident_bytes(multi.front)
        during = [multi.client.run("1").seconds for _ in range(COMM_ROUNDS)]
        stalled.close()
    return {
        "growth_unread": {"multi": [size - idle]},
        "growth_unread_wait": {"multi": [median(during)], "first": [median(before)]},
    }


def week(multi: Running) -> Rows:
    """Memory and file descriptors of a front with nothing to do, whose clock runs a week."""
    before, files = resident_bytes(multi.front), multi.front.num_fds()
    multi.front.send_signal(signal.SIGUSR1)
    time.sleep(WEEK_SECONDS)
    multi.front.send_signal(signal.SIGUSR1)
    multi.client.run("1", PATIENCE)
    return {
        "growth_week": {"multi": [max(0.0, resident_bytes(multi.front) - before)]},
        "growth_week_files": {"multi": [max(0, multi.front.num_fds() - files)]},
    }


def _ratios(times: list[float], others: list[float]) -> list[float]:
    return [one / other for one, other in zip(times, others, strict=True)]
