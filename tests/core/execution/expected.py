"""What desks say about the ends of cells, and what has gone to children."""

from ..desk import Desk
from ..lines import make_message

ALL = ("python3", "ir", "bash")


def ended(number: int, status: str = "ok") -> list[str]:
    """Return the lines that end a cell."""
    return [f"shell execute_reply of {number}: {status}", f"iopub idle of {number}"]


def failed(number: int, error: str) -> list[str]:
    """Return the lines that end a cell with an error of Multi's own."""
    return [f"iopub error of {number}: {error}", *ended(number, "error")]


def sent(lines: list[str]) -> list[str]:
    """Return which bodies lines have sent, as `ir 1`."""
    return [f"{line.split()[0]} {line.split()[3].rstrip(':')}" for line in lines if " <- execute_request" in line]


def in_subshell(desk: Desk, code: str) -> list[str]:
    """Let a new subshell of the notebook run a cell."""
    desk.request("create_subshell_request", "control")
    message = desk.message("execute_request", {"code": code})
    header = {**message.header, "subshell_id": desk.last("create_subshell_reply")["subshell_id"]}
    return desk.front(make_message(message.id, message.type, {"code": code}, header=header))
