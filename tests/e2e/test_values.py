"""`-i`, `-o` and `%%vars` with real kernels."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .irkernel import SLOW_TO_ABORT
from .kernel import PATIENCE, Kernel, open_kernel
from .processes import family, front, left_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(autouse=True)
def both(need: Callable[..., None]) -> None:
    """Skip where one of the kernels is missing."""
    need("python3", "ir")


def error_of(kernel: Kernel, code: str) -> str:
    """Return the error of a cell, as its reply and its output have it."""
    answer = kernel.run(code)
    assert answer.content["status"] == "error", answer.content
    assert [content["ename"] for content in answer.of("error")] == [answer.content["ename"]]
    return f"{answer.content['ename']}: {answer.content['evalue']}"


def test_a_variable_goes_there_and_a_result_comes_back(shared: Kernel) -> None:
    shared.run("x = 0.1 + 0.2; names = ['a', 'ü😀']")
    answer = shared.run("%%ir -i x,names -o y,again=names\nprint(names); y <- x * 2")
    assert answer.content["status"] == "ok", answer.content
    assert "ü" in answer.stream()
    assert shared.run("(x, y, again)").result == "(0.30000000000000004, 0.6000000000000001, ['a', 'ü😀'])"


def test_the_counter_the_history_and_the_names_are_as_before(multi: Kernel) -> None:
    visible = "sorted(n for n in globals() if not n.startswith('_i') and not n[1:].isdigit())"
    multi.run("x = 5; list = c = print = 'mine'")
    before = multi.run(visible).result
    multi.run("%%ir\nc <- list <- function(...) stop('mine'); assign <- ls <- x <- 6; .Last.value")
    count = multi.run("%%ir -i x -o x\nNULL").content["execution_count"]
    assert multi.run("_ih[-1]").content["execution_count"] == count + 1
    assert multi.run(visible).result == before
    assert multi.run("%%ir\nprint(base::ls())").stream().split()[1:] == ['"assign"', '"c"', '"list"', '"ls"', '"x"']


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("%%ir -i nothing\n1", "TransferError: There is no variable nothing in python."),
        ("%%ir -i x=import\n1", "is a keyword of Python's"),
        ("%%ir -i if=one\n1", "is a reserved word of R's"),
        ("%%ir -i _x=one\n1", "is no name in R"),
        ("%%ir -i bash:x\n1", "TransferError: bash is not running, so it has no variables."),
        ("%%ir -i df['x']\n1", "-i and -o take names only. Run `x = df['x']` in python, and name x."),
        ("%%ir -i onne\n1", "There is no variable onne in python. Did you mean one?"),
        ("%%ir -i f\n1", "TransferError: f (function) cannot be copied; run `f = f.__qualname__` first."),
        ("%%ir -i deep\n1", "TransferError: deep['a'][1] (function) cannot be copied; run"),
        ("%%ir -o g\ng <- function() 1", "TransferError: g (function) is code, and stays in R; run"),
        ("%%ir -i nul\n1", "has the character NUL"),
    ],
)
def test_what_cannot_be_copied_is_said(shared: Kernel, cell: str, text: str) -> None:
    shared.run("one = 1; f = lambda: 1\ndef f(): pass\ndeep = {'a': [1, f]}; nul = 'a\\0b'")
    assert text in error_of(shared, cell)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("-o class=ran", "'class' is a keyword of Python's, so it cannot be a variable in python; another name can"),
        (
            "-o a.b",
            "'a.b' is no identifier in Python, so it cannot be a variable in python; another name can, as in a_b=a.b",
        ),
        ("-o _x", "'_x' is no name in R"),
        ("-o bash:RANDOM=ran", "'RANDOM' is a variable of bash's own"),
        ("-o calysto_scheme:x", "there is no adapter for scheme"),
        ("-i one -o if", "'if' is a reserved word of R's"),
    ],
)
def test_what_could_not_be_copied_back_is_refused_before_the_body_runs(
    shared: Kernel, need: Callable[..., None], options: str, text: str
) -> None:
    need("bash", "calysto_scheme")
    shared.run("one = 1")
    shared.run("%%ir\nrm(list = ls())")
    assert text in error_of(shared, f"%%ir {options}\nran <- TRUE; a.b <- 1")
    assert "FALSE FALSE" in shared.run("%%ir\ncat(exists('ran'), exists('one'))").stream()
    shared.run("%%stop bash calysto_scheme")


def test_of_several_variables_none_is_set_if_one_cannot_be_copied(shared: Kernel) -> None:
    shared.run("first = 1; f = lambda: 1")
    assert "cannot be copied" in error_of(shared, "%%ir -i first,f\n1")
    assert "FALSE" in shared.run("%%ir\nprint(exists('first'))").stream()


def test_a_data_set_that_r_shows_is_a_variable(shared: Kernel) -> None:
    assert shared.run("%%ir -o mtcars\nNULL").content["status"] == "ok"
    assert shared.run("mtcars.shape").result == "(32, 11)"


def test_nothing_is_copied_back_after_an_error(shared: Kernel) -> None:
    shared.run("y = 'before'")
    assert "stop" not in error_of(shared, "%%ir -o y\ny <- 1; stop('no')")
    assert shared.run("y").result == "'before'"


def test_a_body_does_not_run_without_its_variables(shared: Kernel) -> None:
    error_of(shared, "%%ir -i nothing\nran <- TRUE")
    assert "FALSE" in shared.run("%%ir\nprint(exists('ran'))").stream()


def test_vars_is_a_table_of_what_runs(shared: Kernel) -> None:
    shared.run("x = [1, 2, 3]")
    shared.run("%%ir\nm <- matrix(1:6, 2)")
    answer = shared.run("%%vars")
    rows = [line.split() for line in (answer.result or "").splitlines()]
    assert rows[0] == ["backend", "variable", "type", "shape", "size"]
    assert ["python", "x", "list", "3"] in [row[:4] for row in rows]
    assert ["r", "m", "matrix", "2", "x", "3"] in [row[:6] for row in rows]
    page = answer.of("display_data")[0]["data"]["text/html"]
    assert "<td style='text-align: left'>m</td>" in page
    assert (shared.run("%%vars bash").result or "").splitlines()[-1] == "bash is stopped."
    assert "bash" not in shared.children()


def test_vars_does_not_wait_for_a_busy_backend(shared: Kernel) -> None:
    shared.run("%%ir\n1")
    cell = shared.begin("%%ir\ncat('go'); while (TRUE) Sys.sleep(0.1)")
    answer = shared.run("%%vars --now")
    assert "r is busy." in (answer.result or "")
    shared.interrupt()
    shared.wait(cell)


def test_a_transfer_can_be_interrupted(shared: Kernel, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    slow = f"function() {{ file.create('{begun}'); while (TRUE) Sys.sleep(0.1) }}"
    shared.run(f"%%ir\n{SLOW_TO_ABORT}makeActiveBinding('slow', {slow}, globalenv())")
    msg_id = str(shared.client.execute("%%python3 -i ir:slow\n1"))
    deadline = time.monotonic() + PATIENCE
    while not begun.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    shared.interrupt()
    answer = shared.wait(msg_id)
    assert answer.content["ename"] == "Interrupted", answer.content
    assert "2" in shared.run("%%ir\nrm(slow); print(2)").stream()


def test_a_child_that_dies_in_a_transfer_is_said(multi: Kernel) -> None:
    multi.run("x = 1")
    multi.run("%%ir\nmakeActiveBinding('end', function() tools::pskill(Sys.getpid(), 9L), globalenv())")
    assert error_of(multi, "%%python3 -i ir:end\n1").startswith("BackendDied: r died (SIGKILL)")
    assert multi.run("x").result == "1"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has memory that is a folder")
def test_nothing_is_left_in_memory_however_the_front_ends() -> None:
    with open_kernel("multi") as kernel:
        kernel.run("import numpy as np; x = np.zeros(10**6)")
        assert kernel.run("%%ir -i x\nstopifnot(length(x) == 1e6)").content["status"] == "ok"
        (folder,) = Path("/dev/shm").glob(f"multikernel-{front(kernel).pid}-*")
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o777 == 0o700
        processes = family(kernel)
        front(kernel).kill()
        assert left_of(processes, seconds=20) == []
        assert not folder.exists()
