"""The interrupt button stops what runs and what waits for it, and touches nothing else."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .kernel import Answer, Kernel, open_kernel
from .kernelspecs import Lobby, write_kernelspec
from .processes import Stopwatch, front, left_of

Need = Callable[..., None]

PYTHON_SLEEPS = "kept = 41; print('go', flush=True)\nimport time; time.sleep(100)"

ENDLESS = {
    "python sleeps": ("python3", PYTHON_SLEEPS, "print(kept + 1)", "error"),
    "python computes": ("python3", "kept = 41; print('go', flush=True)\nwhile True: pass", "print(kept + 1)", "error"),
    "R sleeps": ("ir", 'kept <- 41; cat("go\\n"); Sys.sleep(100)', "cat(kept + 1)", "aborted"),
    "R computes": ("ir", 'kept <- 41; cat("go\\n"); repeat {}', "cat(kept + 1)", "aborted"),
    # Control-C is lost on a program that bash, even alone, is just starting.
    "bash sleeps": ("bash", "kept=41; sh -c 'echo go; exec sleep 100'", "echo $((kept + 1))", "aborted"),
    "bash computes": ("bash", "kept=41; echo go; while :; do :; done", "echo $((kept + 1))", "aborted"),
    "deno computes": (
        "deno",
        'globalThis.kept = 41; console.log("go"); while (true) {}',
        "console.log(kept + 1)",
        "error",
    ),
}


@pytest.mark.parametrize("channel", ["control", "shell"])
@pytest.mark.parametrize("name", ENDLESS)
def test_a_running_cell_stops_and_its_backend_goes_on(shared: Kernel, need: Need, name: str, channel: str) -> None:
    backend, endless, check, status = ENDLESS[name]
    need(backend)
    msg_id = shared.begin(f"%%{backend}\n{endless}")
    watch = Stopwatch()
    reply = shared.ask("interrupt_request", {}, channel=channel)
    assert reply.content == {"status": "ok"}
    assert shared.wait(msg_id).content["status"] == status
    assert watch.seconds < 2
    after = shared.run(f"%%{backend}\n{check}")
    assert after.stream().split() == ["42"]
    assert after.stream("stderr") == ""


def test_xpython_that_cannot_be_interrupted_is_restarted_and_the_cell_says_so(shared: Kernel, need: Need) -> None:
    need("xpython")
    msg_id = shared.begin(f"%%xpython\n{PYTHON_SLEEPS}")
    assert shared.interrupt().content == {"status": "ok"}
    answer = shared.wait(msg_id)
    assert answer.content["ename"] == "BackendRestarted"
    assert "xpython cannot be interrupted, so it was restarted" in answer.of("error")[0]["evalue"]
    again = shared.run("%%xpython\nprint('kept' in globals())")
    assert again.stream() == "False\n"
    assert again.stream("stderr") == ""


@pytest.mark.parametrize("channel", ["control", "shell"])
def test_everything_queued_before_the_interrupt_is_aborted(shared: Kernel, need: Need, channel: str) -> None:
    need("ir", "bash")
    msg_id = shared.begin(PYTHON_SLEEPS)
    queued = [shared.client.execute(code) for code in ("print(1)", "%%ir\ncat(2)", "%%bash\necho 3", "%%use ir")]
    shared.have_arrived()
    shared.ask("interrupt_request", {}, channel=channel)
    assert shared.wait(msg_id).content["status"] == "error"
    for answer in (shared.wait(other) for other in queued):
        assert answer.content["status"] == "aborted"
        assert answer.types == ["busy", "idle"]
    assert shared.run("print(kept)").stream() == "41\n"


def test_what_is_queued_is_aborted_though_the_interrupted_cell_says_ok(
    shared: Kernel, need: Need, tmp_path: Path
) -> None:
    need("ir")
    # R ignores the signal while the command runs, which says through the pipe that it does. (A shell would not do: one
    # that is about to fork when the signal comes waits for its child, which did not get it.)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "sleeps.py").write_text(f"import time; open('{tmp_path}/pipe', 'w').write('go'); time.sleep(100)")
    msg_id = shared.client.execute(f'%%ir\nsystem2("{sys.executable}", "{tmp_path}/sleeps.py")')
    queued = shared.client.execute("1")
    shared.have_arrived()
    assert (tmp_path / "pipe").read_text() == "go"
    shared.interrupt()
    assert shared.wait(msg_id).content["status"] == "ok"
    assert shared.wait(queued).content["status"] == "aborted"


def test_idle_backends_get_no_signal_and_keep_their_state(shared: Kernel, need: Need) -> None:
    need("ir", "deno", "bash")
    # A signal to a backend goes to its process group, so a process in it bears witness; deno dies of one.
    shared.run("import subprocess, sys\nwitness = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)")
    shared.run("%%deno\nglobalThis.other = 7")
    shared.run("%%bash\nother=8")
    msg_id = shared.begin('%%ir\ncat("go\\n"); Sys.sleep(100)')
    shared.interrupt()
    assert shared.wait(msg_id).content["status"] == "aborted"
    assert shared.run("print(witness.poll()); witness.stdin.close(); witness.wait()").stream() == "None\n"
    assert shared.run("%%deno\nconsole.log(other)").stream() == "7\n"
    assert shared.run("%%bash\necho $other").stream() == "8\n"


def test_an_interrupt_of_nothing_is_answered_and_harms_nothing(shared: Kernel) -> None:
    shared.run("kept = 5")
    for channel in ("control", "shell"):
        answer = shared.ask("interrupt_request", {}, channel=channel)
        assert (answer.content, answer.types) == ({"status": "ok"}, ["busy", "idle"])
    assert shared.run("print(kept)").stream() == "5\n"


def test_input_is_interrupted_and_a_late_answer_goes_nowhere(shared: Kernel) -> None:
    msg_id = shared.client.execute("kept = 6; input('? ')", allow_stdin=True)
    shared.question()
    shared.interrupt()
    assert shared.wait(msg_id).content["ename"] == "KeyboardInterrupt"
    shared.client.input("too late")
    msg_id = shared.client.execute("print(kept, input('! '))", allow_stdin=True)
    assert shared.question()["content"]["prompt"] == "! "
    shared.client.input("in time")
    assert shared.wait(msg_id).stream() == "6 in time\n"


def test_a_press_that_comes_as_soon_as_a_child_is_ready_does_not_hit_its_setup(shared: Kernel) -> None:
    handler = "get_ipython().kernel.shell_handlers['execute_request'].__code__.co_filename"
    for _ in range(5):
        shared.run("%%restart python3")
        msg_id = shared.client.execute("import time; time.sleep(0.5)")
        shared.interrupt()
        shared.wait(msg_id)
        assert shared.run(handler).result == "'<frozen multikernel>'"


def test_r_that_has_just_begun_with_a_cell_lives_on(shared: Kernel, need: Need) -> None:
    need("ir")
    shared.run("%%ir\nkept <- 41")
    for _ in range(3):
        cell = shared.client.execute("%%ir\nSys.sleep(100)")
        shared.until("execute_input", cell)
        shared.interrupt()
        assert shared.wait(cell).content["status"] == "aborted"
    assert shared.run("%%ir\ncat(kept + 1)").stream() == "42"


def test_a_comm_handler_is_interrupted(shared: Kernel) -> None:
    shared.run(
        "import time\n"
        "def opened(comm, message): print('go', flush=True); time.sleep(100)\n"
        "get_ipython().kernel.comm_manager.register_target('slow', opened)"
    )
    msg_id = shared.send("comm_open", {"comm_id": "c", "target_name": "slow", "data": {}})
    shared.until("stream", msg_id, text="go")
    shared.interrupt()
    assert shared.wait(msg_id, has_reply=False, patience=5).types[-1] == "idle"
    assert shared.run("print(1)").stream() == "1\n"


def test_sigint_to_the_front_does_as_the_button_does(shared: Kernel) -> None:
    msg_id = shared.begin(PYTHON_SLEEPS)
    os.kill(front(shared).pid, signal.SIGINT)
    assert shared.wait(msg_id).content["ename"] == "KeyboardInterrupt"
    os.kill(front(shared).pid, signal.SIGINT)
    shared.have_arrived()
    assert shared.run("print(kept)").stream() == "41\n"


def test_a_cell_that_ignores_the_interrupt_is_told_of_and_the_next_press_restarts_its_backend(
    shared: Kernel, need: Need
) -> None:
    need("bash")
    shared.run("%%bash\nother=9")
    ignores = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nkept = 1; print('go')\nwhile True: pass"
    msg_id = shared.begin(ignores)
    shared.interrupt()
    watch = Stopwatch()
    note = shared.until("stream", msg_id, text="has not reacted")["content"]
    assert 9 < watch.seconds < 12
    assert note["name"] == "stderr"
    assert note["text"].count("\n") == 1
    shared.interrupt()
    answer = shared.wait(msg_id, patience=2)
    assert answer.content["ename"] == answer.of("error")[0]["ename"] == "BackendRestarted"
    assert shared.run("print('kept' in globals())").stream() == "False\n"
    assert shared.run("%%bash\necho $other").stream() == "9\n"


@pytest.fixture(scope="module")
def lobby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lobby]:
    """Return where the processes of a kernel that never answers call in."""
    with Lobby() as lobby:
        yield lobby


@pytest.fixture(scope="module")
def with_mute(lobby: Lobby, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a Multi with a backend `mute` that runs but never gets ready."""
    folder: Path = tmp_path_factory.mktemp("jupyter")
    write_kernelspec(folder, "mute", *lobby.argv())
    with open_kernel("multi", env={"JUPYTER_PATH": str(folder)}) as kernel:
        yield kernel


def assert_interrupted(answer: Answer) -> None:
    """Check the answer to a cell that was interrupted before any child had it."""
    # The busy of a cell that still runs follows the idle of other requests, such as that of the button.
    assert [kind for kind in answer.types[1:] if kind != "busy"] == ["execute_input", "error", "idle"]
    assert answer.content["status"] == "error"
    assert answer.content["ename"] == answer.of("error")[0]["ename"] == "Interrupted"


@pytest.mark.parametrize("channel", ["control", "shell"])
def test_a_cell_whose_backend_is_starting_ends_and_so_does_the_process(
    with_mute: Kernel, lobby: Lobby, channel: str
) -> None:
    with_mute.run("kept = 3")
    msg_id = with_mute.client.execute("%%mute\nhello")
    queued = with_mute.client.execute("kept = 4")
    process = lobby.next_process()
    with_mute.ask("interrupt_request", {}, channel=channel)
    assert_interrupted(with_mute.wait(msg_id, patience=2))
    assert with_mute.wait(queued).content["status"] == "aborted"
    assert left_of([process], seconds=3) == []
    assert with_mute.run("print(kept)").stream() == "3\n"


def test_a_start_by_command_is_interrupted_too(with_mute: Kernel, lobby: Lobby) -> None:
    msg_id = with_mute.client.execute("%%start mute")
    process = lobby.next_process()
    with_mute.interrupt()
    assert_interrupted(with_mute.wait(msg_id, patience=2))
    assert with_mute.run("%%stop mute").content["status"] == "ok"
    assert left_of([process], seconds=3) == []
