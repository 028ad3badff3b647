"""A running kernel and a client of it: what the tests drive Multi, and the children alone, with."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from multikernel.runtime.backend.tcp_ports import reserved_ports

PATIENCE = 60.0
"""Seconds after which a test gives up; generous, since only a hang takes so long."""

Json = dict[str, Any]

ODD_KERNELSPECS = pytest.mark.filterwarnings(
    "ignore:Passing unrecognized arguments to super.KernelSpec:DeprecationWarning"
)
"""For tests that start bash_kernel or calysto_scheme themselves: their kernelspecs have keys that traitlets minds."""


@dataclass
class Answer:
    """All that came back for one request."""

    reply: Json
    """The reply, header and all; empty if none was asked for."""
    iopub: list[Json] = field(default_factory=list)
    """Every iopub message with the request as its parent, busy and idle included."""
    seconds: float = 0.0

    @property
    def content(self) -> Json:
        """Content of the reply."""
        return dict(self.reply["content"])

    @property
    def types(self) -> list[str]:
        """Types of the iopub messages, statuses written as `busy` and `idle`."""
        return [m["content"].get("execution_state", m["msg_type"]) for m in self.iopub]

    def of(self, msg_type: str) -> list[Json]:
        """Contents of the iopub messages of a type."""
        return [m["content"] for m in self.iopub if m["msg_type"] == msg_type]

    def stream(self, name: str = "stdout") -> str:
        """Text of a stream, joined."""
        return "".join(content["text"] for content in self.of("stream") if content["name"] == name)

    @property
    def result(self) -> str | None:
        """`text/plain` of the execute_result or, as in R, of the last display_data."""
        shown = [*self.of("display_data"), *self.of("execute_result")]
        return str(shown[-1]["data"]["text/plain"]) if shown else None


class Kernel:
    """A kernel with one client; every message is checked for what must always hold."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        """Take a started manager and a client with open channels."""
        self.manager = manager
        self.client = client
        self.foreign: list[Json] = []
        """iopub messages that came while a request was waited for, and belong to another one."""
        self.replies: dict[str, Json] = {}
        """Replies that came while another was waited for, by the msg_id that they answer."""
        self._signatures: set[bytes] = set()

    def run(self, code: str, *, patience: float = PATIENCE, **options: Any) -> Answer:
        """Execute a cell and wait for its reply and its idle."""
        return self.wait(self.client.execute(code, **options), patience=patience)

    def ask(self, msg_type: str, content: Json, *, channel: str = "shell", patience: float = PATIENCE) -> Answer:
        """Send any request and wait for its reply and its idle."""
        return self.wait(self.send(msg_type, content, channel=channel), channel=channel, patience=patience)

    def begin(self, code: str, **options: Any) -> str:
        """Execute a cell that prints `go`, wait for that, and return the msg_id."""
        msg_id = str(self.client.execute(code, **options))
        self.until("stream", msg_id, text="go")
        return msg_id

    def have_arrived(self) -> None:
        """Wait until the front has all that was sent to it on shell."""
        self.ask("kernel_info_request", {})

    def send(self, msg_type: str, content: Json, *, channel: str = "shell", **frames: Any) -> str:
        """Send any message and return its msg_id."""
        message = self.client.session.msg(msg_type, content)
        message.update(frames)
        getattr(self.client, f"{channel}_channel").send(message)
        return str(message["header"]["msg_id"])

    def wait(
        self, msg_id: str, *, channel: str = "shell", has_reply: bool = True, patience: float = PATIENCE
    ) -> Answer:
        """Wait until a request is over; AssertionError if that takes too long or a rule is broken."""
        start = time.monotonic()
        answer = Answer(self.replies.pop(msg_id, {}), self.claim(msg_id))
        is_over = "idle" in answer.types
        while not is_over:
            message = self._next(self.client.iopub_channel, start + patience, f"idle of {msg_id}", answer)
            if message["parent_header"].get("msg_id") == msg_id:
                answer.iopub.append(message)
                is_over = message["content"].get("execution_state") == "idle"
            else:
                self.foreign.append(message)
        while has_reply and not answer.reply:
            message = self._next(getattr(self.client, f"{channel}_channel"), start + patience, f"reply to {msg_id}")
            if message["parent_header"]["msg_id"] == msg_id:
                answer.reply = message
            else:
                self.replies[message["parent_header"]["msg_id"]] = message
        answer.seconds = time.monotonic() - start
        assert (answer.types[0], answer.types[-1]) == ("busy", "idle"), answer.types
        assert answer.types.count("idle") == 1, answer.types
        return answer

    def until(self, msg_type: str, msg_id: str, *, text: str = "", patience: float = PATIENCE) -> Json:
        """Wait for an iopub message of a type under a request, one with a text in it; `wait` sees it all the same.

        An empty msg_id stands for a message that has no parent.
        """
        start = time.monotonic()
        while True:
            message = self._next(self.client.iopub_channel, start + patience, f"{msg_type} under {msg_id}")
            self.foreign.append(message)
            is_meant = message["parent_header"].get("msg_id", "") == msg_id and message["msg_type"] == msg_type
            if is_meant and text in str(message["content"]):
                return message

    def first(self, msg_id: str, is_meant: Callable[[Json], bool], *, patience: float = PATIENCE) -> Json:
        """Return the first iopub message under a request that is meant; it may be here already."""
        for message in self.foreign:
            if message["parent_header"].get("msg_id") == msg_id and is_meant(message):
                return message
        deadline = time.monotonic() + patience
        while True:
            message = self._next(self.client.iopub_channel, deadline, f"what is meant under {msg_id}")
            self.foreign.append(message)
            if message["parent_header"].get("msg_id") == msg_id and is_meant(message):
                return message

    def question(self, *, patience: float = PATIENCE) -> Json:
        """Wait for an input_request and return it."""
        return self._next(self.client.stdin_channel, time.monotonic() + patience, "input_request")

    def claim(self, msg_id: str) -> list[Json]:
        """Take the iopub messages of a request that came before anyone waited for them."""
        mine = [message for message in self.foreign if message["parent_header"].get("msg_id") == msg_id]
        self.foreign = [message for message in self.foreign if message["parent_header"].get("msg_id") != msg_id]
        return mine

    def interrupt(self) -> Answer:
        """Press the interrupt button."""
        return self.ask("interrupt_request", {}, channel="control")

    def children(self) -> dict[str, psutil.Process]:
        """Return the processes of the started backends, by name and by kernelspec, as `%%backends` shows them."""
        rows = self.run("%%backends", store_history=False).result
        assert rows is not None
        head, *body = rows.splitlines()[:-1]
        found = {}
        for row in body:
            words = row.replace(" * ", "   ").split()
            pids = [word for word in words[1:] if word.isdigit()]
            if len(pids) > 1 and "MB" in words:
                process = psutil.Process(int(words[words.index("MB") - 2]))
                found[words[0]] = found[row[head.index("kernelspec") : head.index("language")].strip()] = process
        return found

    def _next(self, channel: Any, deadline: float, what: str, so_far: Answer | None = None) -> Json:
        """Return the next message of a channel, decoded here: jupyter_client takes three times as long, for dates."""
        if not channel.socket.poll(max(10, (deadline - time.monotonic()) * 1000)):
            got = f"; got {so_far.types}" if so_far else ""
            raise AssertionError(f"waited too long for {what}{got}")
        _, (signature, *frames) = self.client.session.feed_identities(channel.socket.recv_multipart())
        assert signature == self.client.session.sign(frames[:4])
        assert signature not in self._signatures, "a message came twice"
        self._signatures.add(signature)
        header, parent_header, metadata, content = map(json.loads, frames[:4])
        return {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": header["msg_type"],
            "parent_header": parent_header,
            "metadata": metadata,
            "content": content,
            "buffers": [memoryview(frame) for frame in frames[4:]],
        }


@contextmanager
def open_kernel(
    name: str,
    *,
    env: dict[str, str] | None = None,
    cwd: str | None = None,
    stderr: IO[str] | None = None,
    **profile: Any,
) -> Iterator[Kernel]:
    """Start a kernel, with a manager that has these profile, and connect a client to it; on leaving, shut it down."""
    with reserved_ports() as ports:
        manager = KernelManager(kernel_name=name, **{**ports, **profile})
        manager.start_kernel(env={**os.environ, **(env or {})}, cwd=cwd, stderr=stderr)
        try:
            client = manager.client()
            client.start_channels()
            try:
                client.wait_for_ready(timeout=PATIENCE)
                yield Kernel(manager, client)
            finally:
                client.stop_channels()
        finally:
            manager.shutdown_kernel()
            manager.context.term()
