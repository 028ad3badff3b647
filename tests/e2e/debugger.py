"""A debugger that asks what JupyterLab 4.6 asks (packages/debugger: session.ts, service.ts), in that order."""

import time
from typing import Any

from ipykernel.compiler import murmur2_x86

from .kernel import PATIENCE, Answer, Json, Kernel

INITIALIZE = {
    "clientID": "jupyterlab",
    "clientName": "JupyterLab",
    "adapterID": "",
    "pathFormat": "path",
    "linesStartAt1": True,
    "columnsStartAt1": True,
    "supportsVariableType": True,
    "supportsVariablePaging": True,
    "supportsRunInTerminalRequest": True,
    "locale": "en",
}


class Debugger:
    """The debugger panel beside a notebook."""

    def __init__(self, kernel: Kernel) -> None:
        """Ask for the state, as opening a notebook does."""
        self.kernel = kernel
        self._seq = 0
        self._events: list[Json] = []
        self.info = self.ask("debugInfo")["body"]

    def ask(self, command: str, **arguments: Any) -> Json:
        """Send a request on control and return the content of the reply."""
        answer = self.wait(self.send(command, **arguments))
        assert answer.reply["header"]["msg_type"] == "debug_reply"
        return answer.content

    def send(self, command: str, **arguments: Any) -> str:
        """Send a request on control and return its msg_id."""
        content = {"type": "request", "seq": self._seq, "command": command, "arguments": arguments}
        self._seq += 1
        return self.kernel.send("debug_request", content, channel="control")

    def wait(self, msg_id: str) -> Answer:
        """Wait until a request is over."""
        answer = self.kernel.wait(msg_id, channel="control")
        self._events += [message["content"] for message in answer.iopub if message["msg_type"] == "debug_event"]
        return answer

    def event(self, name: str) -> Json:
        """Wait for the next event of a name, whichever request it has as its parent, and return its body."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for message in [m for m in self.kernel.foreign if m["msg_type"] == "debug_event"]:
                self.kernel.foreign.remove(message)
                self._events.append(message["content"])
            for content in self._events:
                if content["event"] == name:
                    self._events.remove(content)
                    return dict(content["body"])
            message = self.kernel._next(self.kernel.client.iopub_channel, deadline, f"the event {name}")
            self.kernel.foreign.append(message)

    def turn_on(self) -> None:
        """Press the bug button."""
        self.info = self.ask("debugInfo")["body"]
        assert self.ask("initialize", **INITIALIZE)["success"]
        assert self.ask("attach")["success"]

    def turn_off(self) -> None:
        """Press it again."""
        self.ask("disconnect", restart=False, terminateDebuggee=False)

    def path(self, code: str) -> str:
        """Return the name that JupyterLab gives to a cell's file."""
        number = murmur2_x86(code, self.info["hashSeed"])  # type: ignore[no-untyped-call]
        return f"{self.info['tmpFilePrefix']}{number}{self.info['tmpFileSuffix']}"

    def set_breakpoints(self, code: str, *lines: int) -> Json:
        """Click on the gutter of a cell, and return the body of the last reply."""
        path = self.ask("dumpCell", code=code)["body"]["sourcePath"]
        assert path == self.path(code)
        self.ask("debugInfo")
        breakpoints = [{"line": line} for line in lines]
        return dict(
            self.ask("setBreakpoints", breakpoints=breakpoints, source={"path": path}, sourceModified=False)["body"]
        )

    def frames(self) -> list[Json]:
        """Wait until the child has stopped and return the frames, the innermost first."""
        stopped = self.event("stopped")
        return list(self.ask("stackTrace", threadId=stopped["threadId"])["body"]["stackFrames"])

    def variables(self, frame: Json) -> dict[str, str]:
        """Return the variables of a frame's first scope with their values."""
        scopes = self.ask("scopes", frameId=frame["id"])["body"]["scopes"]
        reply = self.ask("variables", variablesReference=scopes[0]["variablesReference"])
        return {variable["name"]: variable["value"] for variable in reply["body"]["variables"]}

    def go(self, command: str) -> None:
        """Press one of the buttons: `continue`, `next`, `stepIn`, `stepOut`."""
        assert self.ask(command, threadId=1)["success"]
