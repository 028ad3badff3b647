"""Run a kernel's cells on it alone, below a header of Multi's, and on Multi with it as the default."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.e2e.kernel import Answer, Json, Kernel, open_kernel
from tests.e2e.same_as_alone import seen, without_counts

from .species import ZOO, Species

Mode = Literal["alone", "header", "default"]
MODES: tuple[Mode, ...] = ("alone", "header", "default")

PATIENCE = 30.0
"""Seconds in which a kernel answers a cell, the one that starts it included, or never."""
BRIEF = 10.0
"""Seconds in which it answers a completion, or an interrupt."""
GRACE = 0.5
"""Seconds in which a kernel that is alone settles: ILua dies if a request follows its first answer at once."""
RUNNING = 1.0
"""Seconds that a cell runs before it is interrupted: some kernels do not hear it while they print."""
NEVER = "no answer"


@dataclass
class Observation:
    """What was seen of a kernel in a mode, by check; a check that the kernel has nothing for is not there."""

    seen: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    """From the first cell, or the kernel's start if it is alone, to the end of that cell."""
    starts: int = 0
    info: Json = field(default_factory=dict)


class Observer:
    """A kernel in a mode, and how its cells are written there."""

    def __init__(self, species: Species, mode: Mode, kernel: Kernel) -> None:
        """Take a kernel, Multi or the kernel itself."""
        self._species = species
        self._kernel = kernel
        self._above = f"%%{species.name}\n" if mode == "header" else ""
        self._is_alone = mode == "alone"

    def run(self, cell: str) -> Any:
        """Run a cell and return what a front-end gets."""
        try:
            answer = self._kernel.run(self._above + cell, stop_on_error=False, patience=PATIENCE)
            if self._is_alone:
                # deno shows something after its idle, which Multi waits for.
                self._kernel.ask("kernel_info_request", {}, patience=BRIEF)
                answer.iopub.extend(self._kernel.claim(answer.reply["parent_header"]["msg_id"]))
        except AssertionError:
            return NEVER
        # Multi's own, after 10 s.
        note = {"name": "stderr", "text": f"{self._species.name} is still starting; interrupt the cell to give up.\n"}
        answer.iopub = [message for message in answer.iopub if message["content"] != note]
        found = without_counts(seen(answer))
        # What R, bash and tslab call abort, the protocol and Multi call aborted.
        found["reply"]["status"] = found["reply"]["status"].replace("aborted", "abort")
        return found

    def ask(self, msg_type: str, cell: str, **content: Any) -> Any:
        """Ask something about the end of a cell; positions in the answer are those without a header."""
        code = self._above + cell
        try:
            answer = self._kernel.ask(msg_type, {"code": code, "cursor_pos": len(code), **content}, patience=BRIEF)
        except AssertionError:
            return NEVER
        reply = {key: value for key, value in answer.content.items() if key != "metadata"}
        for key in ("cursor_start", "cursor_end"):
            if key in reply:
                reply[key] -= len(self._above)
        return reply

    def interrupt(self, cell: str) -> Any:
        """Begin a cell that never ends, interrupt it, and return its reply and whether the kernel lives on."""
        try:
            request = self._kernel.begin(self._above + cell, stop_on_error=False)
            time.sleep(RUNNING)
            if self._is_alone:
                self._kernel.manager.interrupt_kernel()
            else:
                self._kernel.interrupt()
            ended = self._kernel.wait(request, patience=BRIEF)
        except AssertionError:
            return NEVER
        status = ended.content["status"].replace("aborted", "abort")
        return [status, ended.content.get("ename"), self.run(self._species.cells[0]) != NEVER]

    def all(self) -> dict[str, Any]:
        """Look at everything that the kernel has cells for, but its first cell."""
        species = self._species
        found: dict[str, Any] = {"outputs": [self.run(cell) for cell in species.cells[1:]]}
        if species.error:
            found["error"] = self.run(species.error)
            found["lines"] = self.run(self._below(species.error))
        if species.magic:
            found["magic"] = self.run(species.magic)
        if species.only_comment:
            found["comment"] = self.run(species.only_comment)
        if species.complete:
            found["complete"] = self.ask("complete_request", species.complete)
        if species.inspect:
            found["inspect"] = self.ask("inspect_request", species.inspect, detail_level=0)
        if self._above:
            found["bare"] = self._bare_header()
        if species.loop:
            found["interrupt"] = self.interrupt(species.loop)
        return found

    def _below(self, cell: str) -> str:
        """Return a cell that has, whatever the mode, a line above it where the kernel knows line comments."""
        comment = self._species.comment
        return f"{comment}{self._species.name}\n{cell}" if comment and not self._above else cell

    def _bare_header(self) -> Any:
        answer: Answer = self._kernel.run(self._above, patience=PATIENCE)
        return [answer.types, answer.content["status"]]


def observe(species: Species, mode: Mode) -> Observation:
    """Start the kernel in a mode and look at everything."""
    species.starts.write_text("")
    begin = time.monotonic()
    with open_in(species, mode) as kernel:
        if mode != "alone":
            begin = time.monotonic()
        else:
            time.sleep(GRACE)
        observer = Observer(species, mode, kernel)
        first = observer.run(species.cells[0])
        seconds = time.monotonic() - begin
        info = kernel.ask("kernel_info_request", {}).content if mode == "alone" else {}
        found = observer.all()
        starts = len(species.starts.read_text().splitlines())
    return Observation({**found, "outputs": [first, *found["outputs"]]}, seconds, starts, info)


@contextmanager
def open_in(species: Species, mode: Mode) -> Iterator[Kernel]:
    """Start the kernel alone, or Multi with it among the backends or as the default."""
    environment = {"JUPYTER_PATH": f"{species.data}:{ZOO / 'data' / 'python3'}"}
    if mode == "default":
        config = species.data / "multikernel.yaml"
        config.write_text(f"default: {species.name}\nbackends:\n  {species.name}: {{kernel: {species.name}}}\n")
        environment["MULTIKERNEL_CONFIG"] = str(config)
    name = species.name if mode == "alone" else "multi"
    with open_kernel(name, env=environment) as kernel:
        yield kernel
