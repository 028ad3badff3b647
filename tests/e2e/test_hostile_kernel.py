"""A child that says what it should not, under whatever parent, on every channel, harms no other and not the front."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import hostile_kernel
from .kernel import Kernel, open_kernel
from .kernelspecs import write_kernelspec
from .processes import front
from .test_comms import ECHO, open_comm, open_comms

HOSTILE = str(Path(hostile_kernel.__file__))
IPYKERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


@pytest.fixture
def multi(tmp_path: Path) -> Iterator[Kernel]:
    """Return a Multi with an IPython and a hostile backend; its stderr has no traceback."""
    write_kernelspec(tmp_path, "enemy", sys.executable, HOSTILE, "{connection_file}")
    write_kernelspec(tmp_path, "python3", *IPYKERNEL, language="python")
    log = tmp_path / "stderr"
    with log.open("w") as stderr, open_kernel("multi", env={"JUPYTER_PATH": str(tmp_path)}, stderr=stderr) as kernel:
        yield kernel
    assert "Traceback" not in log.read_text("utf-8", "replace")


def test_a_hostile_child_reaches_nothing_but_its_own_cells(multi: Kernel, tmp_path: Path) -> None:
    process = front(multi)
    assert multi.run("%%enemy\nx").content["status"] == "ok"
    multi.run(ECHO)
    comm, opening = open_comm(multi, "echo")
    multi.wait(opening, has_reply=False)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    cell = multi.begin(f"print('go', flush=True); open({str(pipe)!r}).read(); print(input()); 6 * 7", allow_stdin=True)
    session = multi.foreign[-1]["header"]["session"]
    # Behind it Multi asks python3 which comms there are, and gets no answer before the cell is over.
    second, opening = open_comm(multi, "echo")
    multi.have_arrived()

    told = json.dumps({"cell": cell, "comm": comm, "session": session})
    attack = multi.ask("complete_request", {"code": f"%%enemy\n{told}", "cursor_pos": len(told) + 10})
    assert attack.content["matches"] == ["proper"]

    pipe.write_text("")
    multi.question()
    multi.client.input("typed")
    answer = multi.wait(cell)
    shown = [kind for kind in answer.types if kind != "busy"]
    assert shown == ["execute_input", "stream", "stream", "execute_result", "idle"]
    assert answer.stream() == "go\ntyped\n"
    assert answer.result == "42"
    assert (answer.content["status"], answer.content["execution_count"]) == ("ok", 3)
    assert "hostile" not in str([*multi.foreign, *multi.replies.values()])
    assert multi.ask("complete_request", {"code": "prin", "cursor_pos": 4}).content["matches"] == ["print"]
    multi.wait(opening, has_reply=False)
    assert open_comms(multi) == {comm: {"target_name": "echo"}, second: {"target_name": "echo"}}
    assert multi.run("%%enemy\nx").content["status"] == "ok"
    assert front(multi) == process
