"""Front-ends that watch: comms of the target `multikernel`, and what has been sent on them."""

from typing import Any

from multikernel.core.errors import MultiError
from multikernel.core.protocol.wire import Json

from ...desk import Desk

BUSY = "busy"


def open_comm(desk: Desk, comm_id: str = "c") -> list[str]:
    """Let a front-end open a comm."""
    return desk.request("comm_open", comm_id=comm_id, target_name="multikernel", data={})


def sent(desk: Desk, comm_id: str = "c") -> list[Json]:
    """Return all that was sent on a comm."""
    contents = [message.content() for message in desk.front_messages("comm_msg")]
    return [content["data"] for content in contents if content["comm_id"] == comm_id]


def snapshot(desk: Desk, comm_id: str = "c") -> Json:
    """Return the last snapshot that was sent on a comm."""
    return [data for data in sent(desk, comm_id) if "backends" in data][-1]


def backend(desk: Desk, name: str) -> Json:
    """Return what the last snapshot has on a backend."""
    return next(dict(each) for each in snapshot(desk)["backends"] if each["name"] == name)


def look(desk: Desk) -> list[str]:
    """Let the time pass after which changes are sent."""
    return desk.fire("panel", "")


def ask(desk: Desk, comm_id: str = "c", **data: Any) -> list[str]:
    """Let a front-end ask something; return what follows besides the statuses of its message."""
    lines = desk.request("comm_msg", comm_id=comm_id, data={"id": 1} | data)
    return [line for line in lines if line.split()[1] not in ("busy", "idle")]


def done(desk: Desk, number: int, outcome: Json | MultiError) -> list[str]:
    """Say that what a front-end has asked for is done."""
    lines = desk._take(desk.router.job_done(("panel", f"question {number}"), outcome))
    assert not any("Traceback" in line for line in desk.logs)
    return lines


def answer(desk: Desk, comm_id: str = "c") -> Json:
    """Return the last answer that was sent on a comm."""
    return [data for data in sent(desk, comm_id) if "id" in data][-1]
