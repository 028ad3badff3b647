"""A child that dies ends what waited for it, within two seconds, and nothing else."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from .kernel import Answer, Json, Kernel, open_kernel
from .kernelspecs import SHOWN, Lobby, write_kernelspec
from .processes import Stopwatch, child_of, front, has_ended, left_of, wait_until_ended

Need = Callable[..., None]

SECONDS = 2.0
"""What Multi promises."""

MID_CELL = {
    "python3": "other = 1\nfor n in range(100): print('line', n)\nprint('go')\nimport time; time.sleep(100)",
    "ir": 'other <- 1\nfor (n in 0:99) cat("line", n, "\\n")\ncat("go\\n"); Sys.sleep(100)',
    "bash": "other=1\nfor n in $(seq 0 99); do echo line $n; done; echo go; sleep 100",
    "deno": "globalThis.other = 1;\nfor (let n = 0; n < 100; n++) console.log('line', n);\nconsole.log('go')\nfor(;;);",
}

IS_NEW = {
    "python3": "print('other' in globals())",
    "ir": 'cat(exists("other"))',
    "bash": "[ -v other ] && echo true || echo false",
    "deno": "console.log('other' in globalThis)",
}


def assert_died(answer: Answer, backend: str, how: str) -> None:
    """Check the end of a cell whose backend died."""
    assert answer.types[-2:] == ["error", "idle"]
    (error,) = answer.of("error")
    assert answer.content["status"] == "error"
    assert answer.content["ename"] == error["ename"] == "BackendDied"
    assert error["evalue"].startswith(f"{SHOWN.get(backend, backend)} died ({how})")
    assert "encryption" not in str(error["traceback"])


def assert_new(answer: Answer, backend: str) -> None:
    """Check the first cell after a death: it runs in an empty process and says so, once."""
    assert answer.content["status"] == "ok"
    assert answer.stream().strip().lower() == "false"
    notes = [content["text"] for content in answer.of("stream") if content["name"] == "stderr"]
    assert len(notes) == 1
    assert re.fullmatch(rf"{SHOWN.get(backend, backend)} .* new and empty\.\n", notes[0])


@pytest.mark.parametrize("backend", MID_CELL)
def test_kill_9_in_mid_cell(shared: Kernel, need: Need, backend: str) -> None:
    need(backend, "calysto_scheme")
    shared.run("%%calysto_scheme\n(define kept 5)")
    child = child_of(shared, backend)
    msg_id = shared.begin(f"%%{backend}\n{MID_CELL[backend]}")
    queued = shared.client.execute("%%calysto_scheme\nkept")
    grandchildren = child.children(recursive=True)
    watch = Stopwatch()
    child.kill()
    answer = shared.wait(msg_id)
    assert watch.seconds < SECONDS
    assert_died(answer, backend, "SIGKILL")
    lines = answer.stream().replace("\r\n", "\n").splitlines()
    assert [line.strip() for line in lines] == [*(f"line {n}" for n in range(100)), "go"]
    assert shared.wait(queued).content["status"] == "aborted"
    assert_new(shared.run(f"%%{backend}\n{IS_NEW[backend]}"), backend)
    second = shared.run(f"%%{backend}\n{IS_NEW[backend]}")
    assert second.stream("stderr") == ""
    assert shared.run("%%calysto_scheme\nkept").result == "5"
    assert left_of(grandchildren, seconds=5) == []


def test_output_that_is_on_its_way_when_the_child_dies_is_kept(shared: Kernel, tmp_path: Path) -> None:
    # A Unix socket of Linux holds some 160 small messages that nobody reads.
    os.mkfifo(tmp_path / "pipe")
    code = f"import os, time; print('go', flush=True); open('{tmp_path}/pipe').read()\n"
    code += "for n in range(100): print('line', n, flush=True)\ntime.sleep(0.3); os._exit(3)"
    child = child_of(shared, "python3")
    msg_id = shared.begin(code)
    front(shared).suspend()
    (tmp_path / "pipe").write_text("")
    wait_until_ended(child)
    front(shared).resume()
    answer = shared.wait(msg_id)
    assert_died(answer, "python3", "exit code 3")
    assert answer.stream().splitlines() == ["go", *(f"line {n}" for n in range(100))]
    assert_new(shared.run(IS_NEW["python3"]), "python3")


def test_the_error_shows_what_the_process_wrote_and_not_what_was_only_logged(shared: Kernel) -> None:
    shared.run("%%start python3")
    # ipykernel says at each start, of no request, what its debugger minds.
    content = {"name": "stderr", "text": "of no request"}
    shared.run(f"kernel = get_ipython().kernel; kernel.session.send(kernel.iopub_socket, 'stream', {content})")
    shared.run("print('kept', file=__import__('sys').__stderr__, flush=True)")
    assert "of no request" in str(shared.run("%%log python3").result)
    (error,) = shared.run("import os; os._exit(3)").of("error")
    assert "kept" in error["traceback"]
    assert "of no request" not in error["traceback"]


def test_a_child_that_crashes_while_it_is_being_stopped_holds_up_nobody(shared: Kernel) -> None:
    # zmq's thread, which all children share, tells of the broken connection while nobody listens any more.
    for _ in range(12):
        child = child_of(shared, "python3")
        stopping = shared.client.execute("%%stop python3")
        shared.until("execute_input", stopping)
        with suppress(psutil.NoSuchProcess):
            child.send_signal(signal.SIGSEGV)
        assert shared.wait(stopping).content["status"] == "ok"
        assert shared.run("print(1)", patience=20).stream() == "1\n"


def test_the_log_says_why_though_a_new_process_runs(shared: Kernel) -> None:
    child_of(shared, "python3")
    assert_died(shared.run("import os; os.write(2, b'the last words'); os._exit(3)"), "python3", "exit code 3")
    assert_new(shared.run(IS_NEW["python3"]), "python3")
    log = str(shared.run("%%log python3").result)
    assert "the last words\npython died (exit code 3)" in log


def test_os_exit_in_a_cell_and_its_last_output(shared: Kernel) -> None:
    watch = Stopwatch()
    # What zmq has not sent yet is lost with the process.
    answer = shared.run("import os, time\nprint('before', flush=True)\ntime.sleep(0.3)\nos._exit(3)")
    assert watch.seconds < SECONDS + 0.3
    assert_died(answer, "python3", "exit code 3")
    assert answer.stream() == "before\n"
    assert_new(shared.run(IS_NEW["python3"]), "python3")


def test_the_error_shows_what_the_process_wrote_last(shared: Kernel) -> None:
    answer = shared.run("import os\nos.write(2, b'the very last words\\n' * 20)\nos.abort()")
    assert_died(answer, "python3", "SIGABRT")
    assert 1 <= "\n".join(answer.content["traceback"]).count("the very last words") <= 10
    assert_new(shared.run(IS_NEW["python3"]), "python3")


@pytest.mark.parametrize(
    ("backend", "code", "how"),
    [("deno", "Deno.exit(3)", "exit code 3"), ("ir", '.Internal(quit("no", 4, FALSE))', "exit code 4")],
)
def test_a_child_that_ends_itself(shared: Kernel, need: Need, backend: str, code: str, how: str) -> None:
    need(backend)
    child = child_of(shared, backend)
    watch = Stopwatch()
    answer = shared.run(f"%%{backend}\n{code}")
    assert watch.seconds < SECONDS
    assert_died(answer, backend, how)
    assert has_ended(child)
    assert_new(shared.run(f"%%{backend}\n{IS_NEW[backend]}"), backend)


@pytest.mark.parametrize("backend", MID_CELL)
def test_killed_while_idle(shared: Kernel, need: Need, backend: str) -> None:
    need(backend)
    child_of(shared, backend).kill()
    # It is open whether the death is noticed before the cell comes, which then runs, or after, and it says so.
    answer = shared.run(f"%%{backend}\n{IS_NEW[backend]}", patience=10)
    if answer.content["status"] == "error":
        assert_died(answer, backend, "SIGKILL")
        answer = shared.run(f"%%{backend}\n{IS_NEW[backend]}")
    assert_new(answer, backend)


def test_every_kind_of_request_in_flight_is_answered(shared: Kernel) -> None:
    shared.run("import time")
    child = child_of(shared, "python3")
    cell = shared.begin("print('go', flush=True); time.sleep(100)")
    child.send_signal(signal.SIGSTOP)
    questions: dict[str, Json] = {
        "complete_request": {"code": "prin", "cursor_pos": 4},
        "inspect_request": {"code": "print", "cursor_pos": 5, "detail_level": 0},
        "is_complete_request": {"code": "for"},
    }
    asked = [shared.send(msg_type, content) for msg_type, content in questions.items()]
    unknown = shared.send("frobnicate_request", {})
    watch = Stopwatch()
    child.kill()
    assert_died(shared.wait(cell), "python3", "SIGKILL")
    answers = [shared.wait(msg_id) for msg_id in asked]
    assert [answer.content["status"] for answer in answers] == ["ok", "ok", "unknown"]
    assert shared.wait(unknown, has_reply=False).types[-1] == "idle"
    assert watch.seconds < SECONDS
    assert_new(shared.run(IS_NEW["python3"]), "python3")


def test_without_stop_on_error_the_queue_goes_on_in_a_new_process(shared: Kernel) -> None:
    msg_ids = [
        shared.client.execute(code, stop_on_error=False) for code in ("import os; os._exit(5)", IS_NEW["python3"])
    ]
    assert_died(shared.wait(msg_ids[0]), "python3", "exit code 5")
    assert_new(shared.wait(msg_ids[1]), "python3")


def test_silent_code_that_ends_its_kernel_is_answered_and_the_next_cell_told(shared: Kernel) -> None:
    answer = shared.run("import os; os._exit(6)", silent=True)
    assert answer.content["ename"] == "BackendDied"
    assert "execute_input" not in answer.types
    assert shared.run("other = 2", silent=True).content["status"] == "ok"
    assert shared.run("print('other' in globals())").stream("stderr").endswith("new and empty.\n")
    assert shared.run("print(other)").stream("stderr") == ""


def test_a_child_that_dies_while_it_waits_for_input(shared: Kernel) -> None:
    child = child_of(shared, "python3")
    msg_id = shared.client.execute("input('? ')", allow_stdin=True)
    shared.question()
    child.kill()
    assert_died(shared.wait(msg_id), "python3", "SIGKILL")
    shared.client.input("too late")
    assert_new(shared.run(IS_NEW["python3"]), "python3")


def test_a_dead_child_s_own_processes_end_too(shared: Kernel) -> None:
    code = (
        "import subprocess, sys\nprint(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']).pid)"
    )
    grandchild = psutil.Process(int(shared.run(code).stream()))
    assert_died(shared.run("import os; os._exit(0)"), "python3", "exit code 0")
    assert left_of([grandchild], seconds=5) == []
    assert_new(shared.run(IS_NEW["python3"]), "python3")


@pytest.fixture(scope="module")
def lobby() -> Iterator[Lobby]:
    """Return where the processes of a kernel that never answers call in."""
    with Lobby() as lobby:
        yield lobby


@pytest.fixture(scope="module")
def with_mute(lobby: Lobby, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a Multi with a backend `mute` that runs but never gets ready."""
    folder: Path = tmp_path_factory.mktemp("jupyter")
    write_kernelspec(folder, "mute", *lobby.argv("print('mute was here', flush=True); import time; time.sleep(1000)"))
    with open_kernel("multi", env={"JUPYTER_PATH": str(folder)}) as kernel:
        yield kernel


@pytest.mark.parametrize("cell", ["%%mute\nhello", "%%start mute"])
def test_killed_while_starting(with_mute: Kernel, lobby: Lobby, cell: str) -> None:
    with_mute.run("kept = 1")
    msg_id = with_mute.client.execute(cell)
    process = lobby.next_process()
    watch = Stopwatch()
    process.kill()
    answer = with_mute.wait(msg_id)
    assert watch.seconds < SECONDS
    assert answer.types == ["busy", "execute_input", "error", "idle"]
    assert answer.content["ename"] == "BackendStartError"
    assert answer.content["evalue"].startswith("mute ended while it was starting (SIGKILL)")
    assert with_mute.run("print(kept)").stream() == "1\n"
    assert left_of([process], seconds=0) == []


def test_a_cell_behind_exit_runs_on_a_new_child(multi: Kernel) -> None:
    multi.run("x = 1")
    msg_ids = [str(multi.client.execute(code)) for code in ("exit", "'x' in globals()", "%%python\n6 * 7")]
    answers = [multi.wait(msg_id) for msg_id in msg_ids]
    assert [answer.content["status"] for answer in answers] == ["ok", "ok", "ok"]
    assert [answer.result for answer in answers[1:]] == ["False", "42"]
    assert "python had ended and was restarted: it is new and empty." in answers[1].stream("stderr")
    assert "died" not in answers[1].stream("stderr")
