"""Cells in the background, with real kernels: what waits for what, and what an error or an interrupt reaches."""

from pathlib import Path

from .kernel import Kernel
from .side_by_side import beside, waiting

__all__ = ["beside"]


def statuses(kernel: Kernel, *msg_ids: str) -> list[str]:
    """Return the statuses of replies, in this order."""
    return [kernel.wait(msg_id).content["status"] for msg_id in msg_ids]


def test_cells_run_while_others_run_in_the_background(beside: Kernel, tmp_path: Path) -> None:
    running = {name: beside.begin(waiting(name, tmp_path / "file")) for name in ("python", "r", "sh")}
    assert beside.run("%%worker[0]\n1 + 1").result == "2"
    (tmp_path / "file").touch()
    for msg_id in running.values():
        answer = beside.wait(msg_id)
        assert answer.content["status"] == "ok"
        assert answer.stream() == "go\n"
        assert answer.types[:2] == ["busy", "execute_input"]


def test_the_kernel_is_busy_while_anything_runs(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(waiting("r", tmp_path / "file"))
    other = str(beside.client.execute("%%sh\ntrue"))
    beside.wait(other)
    states = [m for m in beside.foreign if m["msg_type"] == "status" and m["parent_header"]["msg_id"] == running]
    (tmp_path / "file").touch()
    answer = beside.wait(running)
    last = [m for m in (*states, *answer.iopub) if m["msg_type"] == "status"][-1]
    assert last["content"]["execution_state"] == "idle"
    assert [state for state in answer.types if state in ("busy", "idle")] == ["busy", "busy", "idle"]


def test_cells_of_one_backend_keep_their_order(beside: Kernel, tmp_path: Path) -> None:
    first = beside.begin(waiting("r", tmp_path / "file"))
    second = str(beside.client.execute("%%r --bg\nx <- 1; cat(x)"))
    third = str(beside.client.execute("%%r\nx <- x + 1; cat(x)"))
    (tmp_path / "file").touch()
    assert [beside.wait(msg_id).stream() for msg_id in (first, second, third)] == ["go\n", "1", "2"]


def test_an_error_in_the_background_shows_in_its_own_cell_and_aborts_nothing(beside: Kernel, tmp_path: Path) -> None:
    waits = str(beside.client.execute(waiting("python", tmp_path / "file", "")))
    beside.until("stream", waits, text="go")
    queued = [str(beside.client.execute(code)) for code in ("%%r --bg\nstop('no')", "%%sh\ntrue", "1", "%%wait\n")]
    (tmp_path / "file").touch()
    assert statuses(beside, waits) == ["ok"]
    failed, *others = (beside.wait(msg_id) for msg_id in queued)
    assert failed.content["status"] == "error"
    assert "no" in failed.of("error")[0]["evalue"]
    assert [answer.content["status"] for answer in others] == ["ok", "ok", "ok"]


def test_a_failure_in_the_foreground_leaves_what_has_begun_in_the_background(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(waiting("r", tmp_path / "file"))
    waits = str(beside.client.execute("%%r --bg\ncat('after')"))
    failing = str(beside.client.execute("1 / 0"))
    aborted = str(beside.client.execute("2"))
    assert statuses(beside, failing, aborted) == ["error", "aborted"]
    (tmp_path / "file").touch()
    assert [beside.wait(msg_id).stream() for msg_id in (running, waits)] == ["go\n", "after"]


def test_wait_joins(beside: Kernel, tmp_path: Path) -> None:
    for line in ("%%wait", "%%wait r", "%%wait sh r"):
        file = tmp_path / line.replace(" ", "_")
        running = beside.begin(waiting("r", file))
        joining = str(beside.client.execute(line))
        behind = str(beside.client.execute("1"))
        beside.have_arrived()
        assert joining not in beside.replies
        file.touch()
        assert statuses(beside, running, joining, behind) == ["ok", "ok", "ok"]
    running = beside.begin(waiting("r", tmp_path / "last"))
    assert beside.run("%%wait sh python").content["status"] == "ok"
    (tmp_path / "last").touch()
    beside.wait(running)


def test_a_copy_waits_for_the_cell_in_the_background_and_says_so(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(f"{waiting('r', tmp_path / 'file')}\nfit <- 42L")
    copying = str(beside.client.execute("%%python -i r:fit\nfit"))
    beside.until("stream", copying, text="Waiting for [")
    (tmp_path / "file").touch()
    beside.wait(running)
    answer = beside.wait(copying)
    assert answer.result == "42"
    assert "in the background, before fit from r to python is copied." in answer.stream("stderr")


def test_copies_that_cross_wait_for_nothing_in_a_circle(beside: Kernel) -> None:
    beside.run("x = 1")
    beside.run("%%r\ny <- 2L")
    cells = ("%%r -i x --bg\ny <- x + y", "%%python -i r:y --bg\nx = y")
    assert statuses(beside, *(str(beside.client.execute(code)) for code in cells)) == ["ok", "ok"]
    assert beside.run("x").result == "3"


def test_the_button_interrupts_the_cell_in_the_foreground_alone(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(waiting("r", tmp_path / "file"))
    front = beside.begin(waiting("python", tmp_path / "never", ""))
    beside.interrupt()
    assert beside.wait(front).content["ename"] == "KeyboardInterrupt"
    (tmp_path / "file").touch()
    assert statuses(beside, running) == ["ok"]


def test_the_button_interrupts_all_in_the_background_where_nothing_else_runs(beside: Kernel, tmp_path: Path) -> None:
    running = [beside.begin(waiting(name, tmp_path / "never")) for name in ("python", "r", "sh")]
    waits = str(beside.client.execute("%%r --bg\ncat('never')"))
    beside.have_arrived()
    beside.interrupt()
    answers = [beside.wait(msg_id) for msg_id in running]
    assert answers[0].content["ename"] == "KeyboardInterrupt"
    assert answers[1].content["status"] != "ok"
    late = beside.wait(waits)
    assert late.content["ename"] == "Interrupted"
    assert late.stream() == ""


def test_a_cell_that_waits_for_a_busy_backend_is_given_up_alone(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(waiting("r", tmp_path / "file"))
    waits = str(beside.client.execute("%%r\ncat('never')"))
    beside.have_arrived()
    beside.interrupt()
    assert beside.wait(waits).content["ename"] == "Interrupted"
    (tmp_path / "file").touch()
    assert statuses(beside, running) == ["ok"]


def test_one_backend_is_interrupted_by_its_name(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(waiting("python", tmp_path / "never"))
    other = beside.begin(waiting("r", tmp_path / "file"))
    assert beside.run("%%interrupt python").content["status"] == "ok"
    assert beside.wait(running).content["ename"] == "KeyboardInterrupt"
    (tmp_path / "file").touch()
    assert statuses(beside, other) == ["ok"]


def test_stop_and_restart_end_what_runs_and_waits_there(beside: Kernel, tmp_path: Path) -> None:
    for command in ("stop", "restart"):
        running = beside.begin(waiting("sh", tmp_path / "never"))
        waits = str(beside.client.execute("%%sh --bg\necho never"))
        other = beside.begin(waiting("r", tmp_path / command))
        assert beside.run(f"%%{command} sh").content["status"] == "ok"
        for msg_id in (running, waits):
            assert beside.wait(msg_id).content["ename"] == "BackendStopped"
        (tmp_path / command).touch()
        assert statuses(beside, other) == ["ok"]


def test_a_death_ends_the_cell_that_ran_and_the_next_one_runs_on_a_new_child(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(waiting("sh", tmp_path / "never"))
    waits = str(beside.client.execute("%%sh --bg\necho new"))
    beside.have_arrived()
    beside.children()["sh"].kill()
    assert beside.wait(running).content["ename"] == "BackendDied"
    answer = beside.wait(waits)
    assert (answer.content["status"], answer.stream()) == ("ok", "new\n")
    assert "it is new and empty" in answer.stream("stderr")


def test_two_backends_that_ask_are_answered_one_after_the_other(beside: Kernel) -> None:
    one = str(beside.client.execute("%%python --bg\nprint(input('Name? '))", allow_stdin=True))
    first = beside.question()
    two = str(beside.client.execute("%%r --bg\ncat(readline('City? '))", allow_stdin=True))
    beside.have_arrived()
    assert first["content"]["prompt"] == "python: Name? "
    assert not beside.client.stdin_channel.socket.poll(200)
    beside.client.input("Ada")
    second = beside.question()
    assert second["content"]["prompt"] == "r: City? "
    assert second["parent_header"]["msg_id"] == two
    beside.client.input("London")
    assert beside.wait(one).stream() == "Ada\n"
    assert beside.wait(two).stream().endswith("London")


def test_numbers_are_given_in_the_order_of_start(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(f"{waiting('python', tmp_path / 'file')}\n'slow'")
    quick = beside.run("%%worker[1]\n'quick'")
    (tmp_path / "file").touch()
    slow = beside.wait(running)
    count = slow.content["execution_count"]
    assert quick.content["execution_count"] == count + 1
    assert slow.of("execute_result")[0]["execution_count"] == count
    assert beside.run(f"Out[{count}]").result == "'slow'"


def test_background_and_use_do_not_go_together(beside: Kernel) -> None:
    answer = beside.run("%%use r\n%%r --bg\n1")
    assert answer.content["ename"] == "HeaderError"
    assert beside.run("%%use").result == "The default is python."


def test_backends_shows_what_runs_in_the_background(beside: Kernel, tmp_path: Path) -> None:
    running = beside.begin(waiting("r", tmp_path / "file"))
    waits = str(beside.client.execute("%%r &\n1"))
    shown = beside.run("%%backends").result
    (tmp_path / "file").touch()
    numbers = [beside.wait(msg_id).content["execution_count"] for msg_id in (running, waits)]
    assert f"In the background: [{numbers[0]}] runs on r, [{numbers[1]}] waits for r." in str(shown)
