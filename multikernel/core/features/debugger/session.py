"""What a debugger that is on has been told, so that a new child of its backend can be told again."""

from dataclasses import dataclass, field

from ...backend import Backend
from ...protocol.wire import Json
from .source_files import SourceFiles, path_in

BEFORE_CELLS = ("initialize", "attach")
AFTER_CELLS = ("setExceptionBreakpoints", "configurationDone")
"""Requests that a new child has to hear again, before and after those for each cell."""


@dataclass(slots=True)
class DebugSession:
    """A debugger that is on, from `initialize` to `disconnect`."""

    backend: Backend
    settings: dict[str, Json] = field(default_factory=dict)
    """Command -> content of the request."""
    breakpoints: dict[str, Json] = field(default_factory=dict)
    """The notebook's path of a cell -> content of its last `setBreakpoints`."""
    stopped_thread: object = None
    """Where the child has stopped, as the notebook knows; None where it has not. Written by debugger."""

    def heard(self, content: Json) -> None:
        """Note a request that has had its effect."""
        command, arguments = content.get("command"), content.get("arguments")
        if command in (*BEFORE_CELLS, *AFTER_CELLS):
            self.settings[command] = content
        elif command == "setBreakpoints" and isinstance(arguments, dict):
            self.breakpoints.pop(path_in(arguments), None)
            lines = arguments.get("breakpoints")
            if isinstance(lines, list) and lines and all(isinstance(line, dict) for line in lines):
                self.breakpoints[path_in(arguments)] = content

    def lines(self) -> dict[str, list[Json]]:
        """Return the breakpoints as `debugInfo` has them."""
        return {path: content["arguments"]["breakpoints"] for path, content in self.breakpoints.items()}

    def contents(self, sources: SourceFiles) -> list[Json]:
        """Return the contents of the requests that tell a new child all."""
        cells = []
        for path, content in self.breakpoints.items():
            if (file := sources.to_child(path)).code is not None:
                cells.append({**content, "command": "dumpCell", "arguments": {"code": file.text}})
            cells.append({**content, "arguments": sources.arguments_to_child(content["arguments"])})
        before, after = (
            [self.settings[c] for c in group if c in self.settings] for group in (BEFORE_CELLS, AFTER_CELLS)
        )
        return [*before, *cells, *after]
