"""A backend that does not start is an error in the cell that wanted it, with what to look at, and harms no other."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .kernel import Answer, Kernel, open_kernel
from .kernelspecs import Lobby, write_kernelspec
from .processes import Stopwatch, front, wait_until_ended

SPEAKS = "import sys\nfor n in range(30): print('complaint', n, file=sys.stderr)\nsys.exit(7)"
GARBAGE = "import os\nos.write(1, bytes(range(128, 256)) * 9000 + b'\\n\\x1b[2J\\x00 at last\\n')\nos._exit(0)"
SIGNALLED = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"
CHATTY = "import sys, time\nsys.stdout.write('x' * 300_000 + '\\nend\\n')\nsys.stdout.flush()\nsys.exit(1)"

COMMAND_LINES = {
    "missing": ["/nowhere/at/all", "{connection_file}"],
    "not-executable": ["/etc/hostname", "{connection_file}"],
    "speaks": [sys.executable, "-c", SPEAKS, "{connection_file}"],
    "garbage": [sys.executable, "-c", GARBAGE, "{connection_file}"],
    "signalled": [sys.executable, "-c", SIGNALLED, "{connection_file}"],
    "chatty": [sys.executable, "-c", CHATTY, "{connection_file}"],
    "no-module": [sys.executable, "-m", "there.is.no.such.module", "-f", "{connection_file}"],
    "works": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
}


@pytest.fixture(scope="module")
def lobby() -> Iterator[Lobby]:
    """Return where the processes of a kernel that never answers call in."""
    with Lobby() as lobby:
        yield lobby


@pytest.fixture(scope="module")
def broken(lobby: Lobby, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a Multi with backends that do not start, and one that does."""
    folder: Path = tmp_path_factory.mktemp("jupyter")
    for name, argv in COMMAND_LINES.items():
        write_kernelspec(folder, name, *argv)
    write_kernelspec(folder, "no-argv")
    write_kernelspec(folder, "mute", *lobby.argv())
    for name, text in {"not-json": "{", "not-object": "[]", "empty-object": "{}", "odd-types": '{"argv": "x"}'}.items():
        (folder / "kernels" / name).mkdir()
        (folder / "kernels" / name / "kernel.json").write_text(text, "utf-8")
    with open_kernel("multi", env={"JUPYTER_PATH": str(folder)}) as kernel:
        kernel.run("kept = 1")
        yield kernel
        assert kernel.run("print(kept)").stream() == "1\n"


def fail(kernel: Kernel, backend: str) -> Answer:
    """Run a cell on a backend that does not start; check what all such cells have in common."""
    watch = Stopwatch()
    answer = kernel.run(f"%%{backend}\nhello")
    assert watch.seconds < 2
    assert answer.types == ["busy", "execute_input", "error", "idle"]
    (error,) = answer.of("error")
    assert answer.content["status"] == "error"
    assert answer.content["ename"] == error["ename"] == "BackendStartError"
    assert backend in error["evalue"]
    assert error["traceback"] == answer.content["traceback"]
    assert not any("Traceback (most recent call last)" in line or "multikernel/" in line for line in error["traceback"])
    return answer


@pytest.mark.parametrize("backend", ["missing", "not-executable", "no-argv"])
def test_a_command_that_cannot_be_run(broken: Kernel, backend: str) -> None:
    evalue = fail(broken, backend).content["evalue"]
    assert "\n" not in evalue


def test_the_error_names_the_command_that_is_missing(broken: Kernel) -> None:
    assert "/nowhere/at/all" in fail(broken, "missing").content["evalue"]


def test_the_last_lines_of_a_process_that_exits_are_in_the_error(broken: Kernel) -> None:
    content = fail(broken, "speaks").content
    assert "exit code 7" in content["evalue"]
    assert content["traceback"][1:] == [f"complaint {n}" for n in range(20, 30)]


def test_garbage_is_shown_and_does_no_harm(broken: Kernel) -> None:
    content = fail(broken, "garbage").content
    assert "exit code 0" in content["evalue"]
    assert content["traceback"][-1].endswith("at last")


def test_a_flood_does_not_make_a_flood_of_the_error(broken: Kernel) -> None:
    content = fail(broken, "chatty").content
    assert content["traceback"][-1] == "end"
    assert sum(map(len, content["traceback"])) <= 100_000


def test_a_signal_is_named(broken: Kernel) -> None:
    assert "SIGSEGV" in fail(broken, "signalled").content["evalue"]


def test_a_kernel_whose_package_is_not_installed_says_so(broken: Kernel) -> None:
    content = fail(broken, "no-module").content
    assert "No module named" in content["traceback"][-1]


def test_the_same_again_fails_the_same_way_and_is_not_called_a_death(broken: Kernel) -> None:
    first, second = fail(broken, "speaks"), fail(broken, "speaks")
    assert first.content["traceback"] == second.content["traceback"]


def test_start_says_what_failed_and_starts_the_others(broken: Kernel) -> None:
    answer = broken.run("%%start speaks works missing")
    assert answer.types == ["busy", "execute_input", "error", "idle"]
    assert answer.content["ename"] == "BackendStartError"
    assert "speaks" in answer.content["evalue"]
    assert broken.run("%%works\nprint(1)").stream() == "1\n"
    assert "works" in broken.children()


def test_a_failed_start_aborts_what_has_arrived_and_no_more(broken: Kernel, lobby: Lobby) -> None:
    failing = broken.client.execute("%%mute\n1")
    process = lobby.next_process()
    # The cell and the death are both there when the front looks again.
    front(broken).suspend()
    queued = broken.client.execute("print(1)")
    process.kill()
    wait_until_ended(process)
    front(broken).resume()
    assert broken.wait(failing).content["status"] == "error"
    assert broken.wait(queued).content["status"] == "aborted"
    assert broken.run("print(2)").stream() == "2\n"


def test_kernelspecs_that_cannot_be_read_are_no_backends(broken: Kernel) -> None:
    table = broken.run("%%backends", store_history=False).result
    assert table is not None
    assert "not-json" not in table
    assert "works" in table


def test_questions_for_a_backend_that_does_not_start_are_answered_at_once(broken: Kernel) -> None:
    answer = broken.ask("complete_request", {"code": "%%speaks\nprin", "cursor_pos": 13}, patience=5)
    assert answer.content["matches"] == []
    assert "speaks" not in broken.children()
