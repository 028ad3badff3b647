"""Subshells (JEP 91): Multi has them whatever its children have, and they do what ipykernel's alone do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .kernel import Answer, Json, Kernel, open_kernel

Need = Callable[..., None]

GATE = "import threading\ngate = threading.Event()"
PASS = "print('go', flush=True)\ngate.wait(60)"

ECHO = """\
def opened(comm, message):
    comm.on_msg(lambda m: comm.send(m['content']['data']))
get_ipython().kernel.comm_manager.register_target('echo', opened)"""


def send(kernel: Kernel, subshell: str | None, msg_type: str, content: Json) -> str:
    """Send a request in a subshell, as JupyterLab does: its headers always have the field."""
    message = kernel.client.session.msg(msg_type, content)
    message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)
    return str(message["header"]["msg_id"])


def execute(kernel: Kernel, subshell: str | None, code: str) -> str:
    """Execute a cell in a subshell."""
    return send(kernel, subshell, "execute_request", {"code": code, "silent": False})


def control(kernel: Kernel, msg_type: str, **content: Any) -> Json:
    """Ask something about subshells and return the reply's content."""
    return kernel.ask(msg_type, content, channel="control").content


@contextmanager
def subshell_of(kernel: Kernel) -> Iterator[str]:
    """Create a subshell, and delete it in the end."""
    subshell = control(kernel, "create_subshell_request")["subshell_id"]
    yield subshell
    assert control(kernel, "delete_subshell_request", subshell_id=subshell) == {"status": "ok"}


@pytest.fixture(params=["multi", "python3"])
def each(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """Return Multi, and ipykernel alone: both pass the same tests."""
    with open_kernel(request.param) as kernel:
        kernel.run(GATE)
        yield kernel


def test_a_subshell_computes_while_a_cell_of_the_main_shell_runs(each: Kernel) -> None:
    assert "kernel subshells" in each.ask("kernel_info_request", {}).content["supported_features"]
    with subshell_of(each) as subshell:
        main = each.begin(PASS)
        done = each.wait(send(each, subshell, "complete_request", {"code": "gat", "cursor_pos": 3}))
        assert done.content["matches"] == ["gate"]
        beside = each.wait(execute(each, subshell, "print('beside'); gate.set()"))
        assert beside.stream() == "beside\n"
        assert beside.iopub[0]["parent_header"]["subshell_id"] == subshell
        assert each.wait(main).content["status"] == "ok"


def test_subshells_are_listed_and_unknown_ones_are_refused(each: Kernel) -> None:
    with subshell_of(each) as first, subshell_of(each) as second:
        assert control(each, "list_subshell_request")["subshell_id"] == [first, second]
    assert control(each, "list_subshell_request") == {"status": "ok", "subshell_id": []}
    assert control(each, "delete_subshell_request", subshell_id=first)["status"] == "error"
    refused = each.wait(execute(each, first, "1"))
    assert refused.types == ["busy", "idle"]
    evalue = f"Unknown subshell_id {first!r}"
    error = {"ename": "UnknownSubshellError", "evalue": evalue, "traceback": []}
    assert refused.content == {"status": "error", **error}


def test_a_comm_of_a_subshell_answers_while_a_cell_of_the_main_shell_runs(each: Kernel) -> None:
    each.run(ECHO)
    with subshell_of(each) as subshell:
        opening = {"comm_id": "mine", "target_name": "echo", "data": {}}
        each.wait(send(each, subshell, "comm_open", opening), has_reply=False)
        main = each.begin(PASS)
        for number in range(3):
            said = send(each, subshell, "comm_msg", {"comm_id": "mine", "data": {"n": number}})
            answer = each.wait(said, has_reply=False)
            assert answer.types == ["busy", "comm_msg", "idle"]
            assert answer.of("comm_msg")[0]["data"] == {"n": number}
        each.wait(execute(each, subshell, "gate.set()"))
        each.wait(main)


def test_an_error_in_a_subshell_aborts_nothing_in_the_main_shell(each: Kernel) -> None:
    with subshell_of(each) as subshell:
        main, queued = each.begin(PASS), each.client.execute("print('not aborted')")
        failed = each.wait(execute(each, subshell, "1/0"))
        assert failed.content["ename"] == "ZeroDivisionError"
        each.wait(execute(each, subshell, "gate.set()"))
        assert each.wait(main).content["status"] == "ok"
        assert each.wait(queued).stream() == "not aborted\n"


def test_an_interrupt_ends_the_cell_of_the_main_shell_alone(each: Kernel) -> None:
    with subshell_of(each) as subshell:
        beside = execute(each, subshell, "print('go', flush=True); gate.wait(60); print('beside')")
        each.until("stream", beside, text="go")
        main = each.begin(PASS.replace("gate.wait(60)", "import time; time.sleep(60)"))
        if each.manager.kernel_name == "multi":
            each.interrupt()
        else:
            each.manager.interrupt_kernel()
        assert each.wait(main).content["ename"] == "KeyboardInterrupt"
        each.run("gate.set()")
        assert each.wait(beside).stream() == "go\nbeside\n"


# Of Multi only.


def test_what_a_deleted_subshell_had_not_finished_is_an_error(multi: Kernel, tmp_path: Path) -> None:
    # ipykernel 7.4 takes no request at all while it deletes a subshell in which something runs: only a file gets in.
    gate = tmp_path / "gate"
    wait = f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    with subshell_of(multi) as subshell:
        running = execute(multi, subshell, f"import os, time; print('go', flush=True)\n{wait}")
        multi.until("stream", running, text="go")
        queued = execute(multi, subshell, "2")
    assert multi.wait(queued).content["ename"] == "UnknownSubshellError"
    gate.touch()
    assert multi.wait(running).content["ename"] == "UnknownSubshellError"
    assert multi.run("6 * 7").result == "42"


def test_a_backend_without_subshells_takes_their_cells_one_after_another(multi: Kernel, need: Need) -> None:
    need("ir")
    multi.run("%%start ir")
    with subshell_of(multi) as subshell:
        first = multi.begin('%%ir\ncat("go\\n"); x <- 1; Sys.sleep(0.3); x <- 2')
        second = execute(multi, subshell, "%%ir\nx")
        beside = multi.wait(execute(multi, None, "%%backends --x"))
        assert beside.content["status"] == "error"
        assert multi.wait(second).result == "[1] 2"
        assert multi.wait(first).content["status"] == "ok"


def test_a_subshell_outlives_a_backend(multi: Kernel) -> None:
    def threads() -> Answer:
        return multi.wait(execute(multi, subshell, "threading.current_thread().name[:9]"))

    with subshell_of(multi) as subshell:
        multi.run(GATE)
        assert threads().result == "'subshell-'"
        multi.run("%%restart python3")
        multi.run(GATE)
        assert threads().result == "'subshell-'"


def test_two_backends_have_a_subshell_each(multi: Kernel, need: Need) -> None:
    need("bash")
    multi.run("%%start bash")
    with subshell_of(multi) as subshell:
        multi.run(GATE)
        main = multi.begin(PASS)
        assert multi.wait(execute(multi, subshell, "%%bash\necho beside")).stream() == "beside\n"
        multi.wait(execute(multi, subshell, "gate.set()"))
        multi.wait(main)
