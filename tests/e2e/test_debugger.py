"""JupyterLab's debugger on Multi: step by step what it is on ipykernel alone, with header lines and without."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .debugger import Debugger
from .kernel import Json, Kernel, open_kernel
from .processes import child_of

Need = Callable[..., None]

FUNCTION = "def double(n):\n    twice = n * 2\n    return twice"
CALLS = "first = double(4)\nsecond = double(first)\nprint(second)"
MAGIC = "%time first = double(4)\nsecond = double(first)\nprint(second)"
"""Under a header this is a body that has to begin on the first line, so the header is cut."""


class Notebook:
    """Two cells under one debugger; where things happen is said as a cell and a line of its body."""

    def __init__(self, kernel: Kernel, function: str, calls: str, header: str) -> None:
        """Take the cells' bodies, and the header lines above both."""
        self.kernel = kernel
        self.debugger = Debugger(kernel)
        self.cells = {"function": header + function, "calls": header + calls}
        self.header_lines = header.count("\n")

    def place(self, item: Json) -> tuple[str, int]:
        """Return the cell and the line of a frame or a breakpoint, or the file if it is no cell's."""
        cells = {self.debugger.path(code): name for name, code in self.cells.items()}
        path, line = item["source"]["path"], item["line"]
        return (cells[path], line - self.header_lines) if path in cells else (path, line)

    def set_breakpoints(self, cell: str, *lines: int) -> list[tuple[str, int]]:
        """Set a cell's breakpoints and return where they are."""
        body = self.debugger.set_breakpoints(self.cells[cell], *(line + self.header_lines for line in lines))
        return [self.place(one) for one in body["breakpoints"]]

    def stop(self) -> list[tuple[object, ...]]:
        """Wait until the child stops, and return the frames with their local variables."""
        seen: list[tuple[object, ...]] = []
        for frame in self.debugger.frames():
            file, line = self.place(frame)
            variables = self.debugger.variables(frame) if file in self.cells else {}
            seen.append((frame["name"], file, line, {name: variables[name] for name in variables if " " not in name}))
        return seen


def debug(kernel: Kernel, calls: str, header: str = "") -> list[object]:
    """Debug two cells with every button, and return all that there was to see."""
    notebook = Notebook(kernel, FUNCTION, calls, header)
    debugger, cells = notebook.debugger, notebook.cells
    seen: list[object] = []
    debugger.turn_on()
    kernel.run(cells["function"])
    seen.append(notebook.set_breakpoints("function", 2))
    seen.append(notebook.set_breakpoints("calls", 1, 3))
    listed = debugger.ask("debugInfo")["body"]
    seen.append(
        {
            notebook.place({"source": {"path": one["source"]}, "line": 0})[0]: [
                point["line"] - notebook.header_lines for point in one["breakpoints"]
            ]
            for one in listed["breakpoints"]
        }
    )
    cell = kernel.client.execute(cells["calls"])
    seen.append(notebook.stop())
    for button in ("continue", "next", "stepOut", "next", "next", "stepOut", "stepIn"):
        debugger.go(button)
        seen.append((button, notebook.stop()))
    shown = debugger.ask("source", source={"path": debugger.path(cells["calls"])})["body"]["content"]
    seen.append(shown.removeprefix(header))
    notebook.set_breakpoints("calls")
    notebook.set_breakpoints("function")
    debugger.go("continue")
    seen.append(kernel.wait(cell).stream().splitlines()[-1:])
    names = [variable["name"] for variable in debugger.ask("inspectVariables")["body"]["variables"]]
    seen.append(names)
    debugger.turn_off()
    seen.append(debugger.ask("debugInfo")["body"]["isStarted"])
    return seen


@pytest.fixture(scope="module")
def alone() -> dict[str, list[object]]:
    """Return what there is to see on ipykernel alone, by the body of the cell."""
    seen = {}
    for calls in (CALLS, MAGIC):
        with open_kernel("python3") as kernel:
            seen[calls] = debug(kernel, calls)
    return seen


@pytest.mark.parametrize(
    ("calls", "header"),
    [
        (CALLS, ""),
        (CALLS, "%%python3\n"),
        (CALLS, "\n%%log python3\n\n%%python\n"),
        (MAGIC, "%%log python3\n%%python3\n"),
    ],
    ids=["no header", "header", "commands and header", "header that is cut"],
)
def test_every_step_is_that_of_ipykernel_alone(
    multi: Kernel, alone: dict[str, list[object]], calls: str, header: str
) -> None:
    assert debug(multi, calls, header) == alone[calls]


def stopped_in_calls(kernel: Kernel, header: str = "") -> tuple[Notebook, str]:
    """Return a notebook that has stopped in the first line of the second cell, and the msg_id of that cell."""
    notebook = Notebook(kernel, FUNCTION, CALLS, header)
    notebook.debugger.turn_on()
    kernel.run(notebook.cells["function"])
    notebook.set_breakpoints("calls", 1)
    cell = str(kernel.client.execute(notebook.cells["calls"]))
    assert notebook.stop()[0][1:3] == ("calls", 1)
    return notebook, cell


def test_breakpoints_outlive_their_child(multi: Kernel) -> None:
    child = child_of(multi, "python3")
    notebook, cell = stopped_in_calls(multi, "%%python3\n")
    child.kill()
    assert multi.wait(cell).content["ename"] == "BackendDied"
    notebook.debugger.event("continued")
    notebook.debugger.event("terminated")
    assert notebook.debugger.ask("debugInfo")["body"]["isStarted"]
    notebook.set_breakpoints("function", 3)
    multi.run("%%restart python3")
    multi.run(notebook.cells["function"])
    cell = str(multi.client.execute(notebook.cells["calls"]))
    assert notebook.stop()[0][1:3] == ("calls", 1)
    notebook.debugger.go("continue")
    assert notebook.stop()[0][1:3] == ("function", 3)
    notebook.set_breakpoints("function")
    notebook.debugger.go("continue")
    assert multi.wait(cell).stream() == "16\n"


def test_a_cell_that_has_stopped_is_interrupted_as_alone(multi: Kernel) -> None:
    notebook, cell = stopped_in_calls(multi)
    multi.interrupt()
    notebook.debugger.event("continued")
    answer = multi.wait(cell)
    assert answer.content["ename"] == "KeyboardInterrupt"
    assert [kind for kind in answer.types[1:] if kind != "busy"] == ["execute_input", "error", "idle"]
    assert multi.run("1").result == "1"


def test_other_backends_go_on_while_a_cell_has_stopped(multi: Kernel, need: Need) -> None:
    need("ir")
    multi.run("%%ir\nlonely_name <- 1")
    notebook, cell = stopped_in_calls(multi)
    code = "%%ir\nlonely_n"
    answer = multi.ask("complete_request", {"code": code, "cursor_pos": len(code)})
    assert answer.content["matches"] == ["lonely_name"]
    r_cell = "%%ir\nx <- 1"
    path = notebook.debugger.ask("dumpCell", code=r_cell)["body"]["sourcePath"]
    assert path == notebook.debugger.path(r_cell)
    assert notebook.debugger.set_breakpoints(r_cell, 2) == {"breakpoints": []}
    multi.run("%%restart python3 --now")
    assert multi.wait(cell).content["ename"] == "BackendStopped"
    assert multi.run("%%ir\nlonely_name").result == "[1] 1"


def test_a_step_beyond_the_end_of_a_cell_does_not_end_in_multis_own_code(multi: Kernel, need: Need) -> None:
    need("bash")
    notebook, cell = stopped_in_calls(multi)
    notebook.set_breakpoints("calls", 3)
    notebook.debugger.go("continue")
    notebook.stop()
    notebook.debugger.go("next")
    multi.wait(cell)
    multi.run("%%bash\necho moves the counter")
    cell = str(multi.client.execute("1"))
    path = notebook.debugger.frames()[0]["source"]["path"]
    assert not path.startswith("<"), "ipykernel alone stops in a file of IPython's, logger.py"
    notebook.debugger.go("continue")
    assert multi.wait(cell).result == "1"


def test_a_debugger_is_promised_at_once_and_waits_while_its_backend_starts(multi: Kernel) -> None:
    assert "debugger" in multi.ask("kernel_info_request", {}).content["supported_features"]
    multi.run("%%stop python3")
    assert Debugger(multi).info["exceptionPaths"] == []
    start = multi.send("execute_request", {"code": "1"})
    multi.have_arrived()
    assert Debugger(multi).info["exceptionPaths"] == ["Python Exceptions"], "the child's own answer"
    multi.wait(start)


def test_xeus_python_is_debugged_too(need: Need, tmp_path: Path) -> None:
    need("xpython")
    config = tmp_path / "multikernel.yaml"
    config.write_text("default: bash\nbackends: {bash: {kernel: bash}, xpython: {kernel: xpython}}\n")
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as multi:
        debugger = Debugger(multi)
        assert debugger.info["isStarted"] is False
        debugger.turn_on()
        cell = f"%%xpython\n{CALLS}"
        multi.run(f"%%xpython\n{FUNCTION}")
        debugger.set_breakpoints(cell, 3)
        request = str(multi.client.execute(cell))
        (frame,) = debugger.frames()
        assert (frame["source"]["path"], frame["line"]) == (debugger.path(cell), 3)
        assert debugger.variables(frame)["first"] == "8"
        debugger.go("continue")
        assert multi.wait(request).stream().strip() == "16"


def test_without_a_debugger_it_says_so(need: Need, tmp_path: Path) -> None:
    need("bash")
    config = tmp_path / "multikernel.yaml"
    config.write_text("default: bash\nbackends: {bash: {kernel: bash}}\n")
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as multi:
        assert "debugger" not in multi.ask("kernel_info_request", {}).content["supported_features"]
        debugger = Debugger(multi)
        assert debugger.info["isStarted"] is False
        reply = debugger.ask("initialize")
        assert (reply["success"], reply["message"]) == (False, "No backend with a debugger is configured.")
