"""A front-end that watches: a comm of the target `multikernel`, its snapshots and its questions."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from .kernel import PATIENCE, Json, Kernel


class FrontEnd:
    """One comm, opened."""

    def __init__(self, kernel: Kernel, subshell_id: str | None = None) -> None:
        """Open it, in a subshell if one is given, as JupyterLab does."""
        self.kernel = kernel
        self.comm_id = uuid4().hex
        self._subshell_id = subshell_id
        self._asked = 0
        self._read = 0
        self.opened = self._send("comm_open", {"target_name": "multikernel", "data": {"version": 1}})

    def _send(self, msg_type: str, content: Json) -> str:
        header = self.kernel.client.session.msg_header(msg_type)
        if self._subshell_id is not None:
            header["subshell_id"] = self._subshell_id
        self.kernel.send(msg_type, {"comm_id": self.comm_id, **content}, header=header)
        return str(header["msg_id"])

    def snapshots(self) -> list[Json]:
        """Return those that have been read."""
        return [message["content"]["data"] for message in self.kernel.foreign if self._is_snapshot(message)]

    def _is_snapshot(self, message: Json) -> bool:
        parent_id = message["parent_header"].get("msg_id")
        return bool(message["msg_type"] == "comm_msg" and parent_id == self.opened)

    def until(self, is_meant: Callable[[Json], bool], *, patience: float = PATIENCE) -> Json:
        """Return the first snapshot from here on that is meant."""
        for data in self.snapshots()[self._read :]:
            self._read += 1
            if is_meant(data):
                return data
        while True:
            message = self.kernel.until("comm_msg", self.opened, patience=patience)
            if self._is_snapshot(message):
                self._read += 1
                data = message["content"]["data"]
                if is_meant(data):
                    return dict(data)

    def backend(self, name: str, is_meant: Callable[[Json], bool] = lambda backend: True) -> Json:
        """Return what the first snapshot from here on has on a backend where that is meant."""
        data = self.until(lambda data: is_meant(in_snapshot(data, name)))
        return in_snapshot(data, name)

    def send(self, data: object) -> str:
        """Send anything at all; return the msg_id."""
        return self._send("comm_msg", {"data": data})

    def ask(self, do: str, *, patience: float = PATIENCE, **data: Any) -> Json:
        """Ask something, and return the answer without its id."""
        self._asked += 1
        msg_id = self.send({"id": self._asked, "do": do, **data})
        answer = self.answer(msg_id, patience=patience)
        assert answer.pop("id") == self._asked
        return answer

    def answer(self, msg_id: str, *, patience: float = PATIENCE) -> Json:
        """Return the answer to a question."""
        message = self.kernel.first(msg_id, lambda message: message["msg_type"] == "comm_msg", patience=patience)
        return dict(message["content"]["data"])

    def close(self) -> None:
        """Close it."""
        self.kernel.wait(self._send("comm_close", {"data": {}}), has_reply=False)


def in_snapshot(data: Json, name: str) -> Json:
    """Return what a snapshot has on a backend."""
    return next(dict(backend) for backend in data["backends"] if name in (backend["name"], *backend["aliases"]))
