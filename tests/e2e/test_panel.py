"""Front-ends see on their comm what real kernels do, steer them, and look into them, and no cell notices."""

from collections.abc import Callable, Iterator

import pytest

from .front_end import FrontEnd, in_snapshot
from .kernel import Kernel, open_kernel
from .processes import Stopwatch, has_ended

Need = Callable[..., None]

HOOK = "hits = []; get_ipython().events.register('post_execute', lambda: hits.append(1))"


@pytest.fixture(scope="module")
def multi_of_all(need: Need) -> Iterator[Kernel]:
    """Return a Multi with one backend of each language."""
    need("python3", "ir", "bash", "octave")
    with open_kernel("multi") as kernel:
        yield kernel


@pytest.fixture
def front_end(multi_of_all: Kernel) -> Iterator[FrontEnd]:
    """Return a front-end that watches it."""
    front_end = FrontEnd(multi_of_all)
    yield front_end
    front_end.close()


def test_a_cell_is_seen_from_its_beginning_to_its_end(front_end: FrontEnd) -> None:
    kernel = front_end.kernel
    kernel.run("%%ir\n1")
    before = front_end.backend("ir", lambda ir: ir["state"] == "ready")
    assert before["since"] is not None
    cell = kernel.begin("%%ir\ncat('go\\n'); Sys.sleep(0.5)")
    busy = front_end.backend("ir", lambda ir: ir["state"] == "busy")
    assert busy["cell"]["id"] == cell
    assert busy["since"] > before["since"]
    count = kernel.wait(cell).content["execution_count"]
    assert busy["cell"]["count"] == count
    after = front_end.backend("ir", lambda ir: ir["state"] == "ready")
    assert (after["cell"], after["cells"]) == (None, before["cells"] + 1)


def test_the_first_snapshot_describes_all(front_end: FrontEnd) -> None:
    first = front_end.until(lambda data: True)
    assert (first["version"], first["default"], first["configured"]) == (1, "python", "python")
    assert {"use", "vars", "help"} <= set(first["commands"])
    r = in_snapshot(first, "ir")
    assert (r["name"], r["aliases"], r["language"]) == ("r", ["ir"], "r")
    front_end.kernel.wait(front_end.opened, has_reply=False)


def test_a_start_makes_progress_and_a_stop_ends_the_process(front_end: FrontEnd) -> None:
    kernel = front_end.kernel
    assert front_end.ask("stop", backend="octave") == {"ok": True}
    assert front_end.backend("octave", lambda octave: octave["state"] == "stopped")["progress"] == ""
    assert front_end.ask("start", backend="Octave") == {"ok": True}
    assert (
        front_end.backend("octave", lambda octave: octave["state"] == "starting")["progress"].endswith("kernel") or True
    )
    assert front_end.backend("octave", lambda octave: octave["state"] == "ready")["progress"] == ""
    process = kernel.children()["octave"]
    assert front_end.ask("memory", backend="octave")["bytes"] > 1_000_000
    assert front_end.ask("stop", backend="octave") == {"ok": True}
    assert has_ended(process)
    assert front_end.ask("memory", backend="octave") == {"ok": True, "bytes": None}


def test_an_interrupt_reaches_one_backend(front_end: FrontEnd) -> None:
    cell = front_end.kernel.begin("%%ir --bg\ncat('go\\n'); Sys.sleep(100)")
    other = front_end.kernel.begin("import time; print('go', flush=True); time.sleep(1); print('done')")
    assert front_end.ask("interrupt", backend="ir") == {"ok": True}
    assert front_end.kernel.wait(cell, patience=20).content["status"] != "ok"
    assert front_end.kernel.wait(other).stream() == "go\ndone\n"


def test_a_backend_that_hangs_can_be_restarted(front_end: FrontEnd) -> None:
    kernel = front_end.kernel
    kernel.run("%%bash\nx=1")
    before = kernel.children()["bash"]
    cell = kernel.begin("%%bash\necho go; trap '' INT; sleep 100")
    assert front_end.ask("restart", backend="bash") == {"ok": True}
    assert kernel.wait(cell).content["ename"] == "BackendStopped"
    assert has_ended(before)
    assert kernel.run("%%bash\necho [$x]").stream() == "[]\n"


def test_the_log_is_what_a_process_wrote(front_end: FrontEnd) -> None:
    front_end.kernel.run("import os; _ = os.write(2, b'to the log')")
    assert "to the log" in front_end.ask("log", backend="python3")["text"]


@pytest.mark.parametrize(
    ("backend", "code", "text"),
    [
        ("python3", "looked = 41", "41"),
        ("ir", "looked <- 41L", "41"),
        ("bash", "looked=41", "41"),
        ("octave", "looked = 41;", "41"),
    ],
)
def test_variables_are_listed_and_shown(front_end: FrontEnd, backend: str, code: str, text: str) -> None:
    count = front_end.kernel.run(f"%%{backend}\n{code}").content["execution_count"]
    listed = front_end.ask("variables", backend=backend)
    assert "looked" in [variable["name"] for variable in listed["variables"]]
    assert front_end.ask("preview", backend=backend, name="looked")["text"] == text
    assert front_end.ask("preview", backend=backend, name="looked; print(1)")["error"].startswith(
        "'looked; print(1)' is no"
    )
    assert front_end.kernel.run(f"%%{backend}\n{code}").content["execution_count"] == count + 1


def test_a_busy_backend_is_not_asked_and_another_is(front_end: FrontEnd) -> None:
    kernel = front_end.kernel
    kernel.run("%%ir\nlooked <- 1")
    cell = kernel.begin("import time; print('go', flush=True); time.sleep(2)")
    watch = Stopwatch()
    assert front_end.ask("variables", backend="python") == {"error": "busy"}
    assert front_end.ask("preview", backend="python", name="time") == {"error": "busy"}
    assert watch.seconds < 1
    assert front_end.ask("variables", backend="ir")["ok"] is True
    queued = kernel.client.execute("%%ir\n1")
    kernel.have_arrived()
    assert front_end.ask("variables", backend="ir") == {"error": "busy"}
    assert [kernel.wait(each).content["status"] for each in (cell, queued)] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("backend", "code"),
    [("python3", "print({})"), ("ir", "cat({})"), ("bash", "echo {}"), ("octave", "printf ('%d', {})")],
)
def test_cells_right_behind_questions_do_not_notice(front_end: FrontEnd, backend: str, code: str) -> None:
    kernel = front_end.kernel
    kernel.run(f"%%start {backend}")
    for number in range(10):
        looks = [{"do": "variables"}, {"do": "preview", "name": "looked"}]
        asked = [front_end.send({"id": number, "backend": backend, **look}) for look in looks]
        answer = kernel.run(f"%%{backend}\n{code.format(number)}")
        assert (answer.content["status"], answer.stream().strip()) == ("ok", str(number))
        for msg_id in asked:
            said = front_end.answer(msg_id, patience=10)
            assert said.get("ok") or said["error"] == "busy" or "no variable looked" in said["error"], said


def test_no_hook_of_ipython_hears_of_snapshots_and_questions(front_end: FrontEnd) -> None:
    kernel = front_end.kernel
    kernel.run(HOOK)
    kernel.run("hits.clear()")
    front_end.ask("variables", backend="python3")
    for _ in range(3):
        cell = kernel.client.execute("%%ir\nSys.sleep(0.2)")
        front_end.backend("ir", lambda ir: ir["state"] == "busy")
        kernel.wait(cell)
        front_end.backend("ir", lambda ir: ir["state"] == "ready")
    front_end.ask("variables", backend="python3")
    front_end.ask("preview", backend="python3", name="hits")
    assert kernel.run("print(len(hits))").stream() == "1\n"  # of the cell that cleared it


def test_two_tabs_see_the_same(front_end: FrontEnd) -> None:
    other = FrontEnd(front_end.kernel)
    cell = front_end.kernel.begin("%%bash\necho go; sleep 0.5")
    for each in (front_end, other):
        assert each.backend("bash", lambda bash: bash["state"] == "busy")["cell"]["id"] == cell
    first, second = (each.send({"id": 1, "do": "variables", "backend": "ir"}) for each in (front_end, other))
    assert {**front_end.answer(first), "id": 0} == {**other.answer(second), "id": 0}
    other.close()
    front_end.kernel.wait(cell)
    front_end.backend("bash", lambda bash: bash["state"] == "ready")
    assert other.snapshots()[-1]["backends"] != front_end.snapshots()[-1]["backends"]


def test_it_opens_while_cells_run_and_wait(multi_of_all: Kernel) -> None:
    running = multi_of_all.begin("import time; print('go', flush=True); time.sleep(1)")
    queued = multi_of_all.client.execute("2")
    watch = Stopwatch()
    late = FrontEnd(multi_of_all)
    answer = multi_of_all.wait(late.opened, has_reply=False, patience=5)
    assert watch.seconds < 1
    assert in_snapshot(answer.of("comm_msg")[0]["data"], "python3")["state"] == "busy"
    late.close()
    assert [multi_of_all.wait(cell).content["status"] for cell in (running, queued)] == ["ok", "ok"]


def test_it_is_answered_in_a_subshell_too(multi_of_all: Kernel) -> None:
    made = multi_of_all.ask("create_subshell_request", {}, channel="control").content["subshell_id"]
    front_end = FrontEnd(multi_of_all, made)
    assert front_end.ask("variables", backend="ir")["ok"] is True
    front_end.close()
    multi_of_all.ask("delete_subshell_request", {"subshell_id": made}, channel="control")


HOSTILE: list[object] = [
    None,
    [],
    "stop",
    {"id": 1},
    {"id": [], "do": {}},
    {"id": 1, "do": "stop", "backend": ["python3"]},
    {"id": 1, "do": "preview", "backend": "python3", "name": {"a": 1}},
    {"id": 1, "do": "preview", "backend": "python3", "name": "__import__('os')._exit(1)"},
    {"id": 1, "do": "exec", "backend": "python3", "code": "1"},
    {"id": "x" * 1_000_000, "do": "y" * 1_000_000},
]


def test_what_is_no_question_harms_nothing(front_end: FrontEnd) -> None:
    kernel = front_end.kernel
    pid = kernel.run("import os; print(os.getpid())").stream()
    for data in HOSTILE:
        assert front_end.answer(front_end.send(data), patience=10)["error"]
    assert kernel.run("print(os.getpid())").stream() == pid


def test_after_the_comm_has_closed_nothing_is_sent(multi_of_all: Kernel) -> None:
    front_end = FrontEnd(multi_of_all)
    front_end.backend("python3")
    front_end.close()
    multi_of_all.foreign.clear()
    multi_of_all.run("%%ir\nSys.sleep(0.3)")
    multi_of_all.have_arrived()
    assert front_end.snapshots() == []


def test_a_restarted_kernel_is_watched_by_a_new_comm() -> None:
    with open_kernel("multi") as kernel:
        FrontEnd(kernel).backend("python3", lambda python: python["state"] == "ready")
        kernel.manager.restart_kernel()
        kernel.client.wait_for_ready(timeout=60)
        kernel.foreign.clear()
        assert FrontEnd(kernel).backend("python3", lambda python: python["state"] == "ready")["cells"] == 0
