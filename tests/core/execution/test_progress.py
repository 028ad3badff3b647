"""The line below a cell that shows what its backend's start waits for, such as a job in a queue."""

from multikernel.core.actions import Stop
from multikernel.core.config import BackendConfig, Config, Group
from tests.core.desk import Desk

PENDING, LATER, RUNS = "job 7 pending (Priority)", "job 7 pending (Priority), expected 14:05", "job 7 runs on gpu7"


def shown(desk: Desk, request: object) -> list[str]:
    """Return the lines as the notebook shows them in the end, renewed in place."""
    lines: dict[str, str] = {}
    for message in desk.front_messages():
        if message.parent_id == str(request) and message.type in ("display_data", "update_display_data"):
            content = message.content()
            display = content["transient"]["display_id"]
            assert (display in lines) == (message.type == "update_display_data")
            lines[display] = content["data"]["text/plain"]
    return list(lines.values())


def test_one_line_is_renewed_in_place() -> None:
    desk = Desk("python3")
    desk.execute("%%r\n1")
    desk.progress("ir", "submitting a job", is_shown=False)
    assert shown(desk, 1) == []
    for text in (PENDING, LATER, RUNS):
        desk.progress("ir", text)
        assert shown(desk, 1) == [text]
        assert desk.backend("ir").progress == text
    desk.progress("ir", "launching its kernel", is_shown=False)
    desk.ready("ir")
    desk.finish("ir", 1)
    assert shown(desk, 1) == [RUNS]


def test_a_cell_that_comes_later_shows_it_at_once() -> None:
    desk = Desk("python3")
    desk.start("ir")
    desk.progress("ir", PENDING)
    assert desk.front_messages("display_data") == []
    desk.execute("%%r\n1")
    assert shown(desk, 1) == [PENDING]
    desk.progress("ir", RUNS)
    assert shown(desk, 1) == [RUNS]


def test_each_backend_of_a_broadcast_has_a_line() -> None:
    desk = Desk("python3")
    desk.execute("%%r,bash\n1")
    desk.progress("ir", PENDING)
    desk.progress("bash", "job 8 pending")
    desk.progress("ir", LATER)
    assert shown(desk, 1) == [LATER, "job 8 pending"]


def test_there_is_no_note_that_it_is_still_starting() -> None:
    desk = Desk("python3")
    desk.execute("%%r,bash\n1")
    desk.progress("ir", PENDING)
    assert desk.fire("slow start", 1) == ["iopub stderr of 1: bash is still starting; interrupt the cell to give up."]


def test_nor_for_the_others_of_its_group_whose_job_may_be_the_same() -> None:
    workers = {f"worker[{i}]": BackendConfig(f"worker[{i}]", "python3", group="worker") for i in range(2)}
    backends = {**workers, "r": BackendConfig("r", "ir")}
    desk = Desk(config=Config(backends, "r", groups={"worker": Group("worker", tuple(workers))}))
    desk.execute("%%worker,r\n1")
    desk.progress("worker[0]", PENDING)
    assert desk.fire("slow start", 1) == ["iopub stderr of 1: r is still starting; interrupt the cell to give up."]


def test_a_cell_that_was_given_up_shows_nothing_more_and_one_of_the_next_start_has_a_line_of_its_own() -> None:
    desk = Desk("python3")
    desk.execute("%%r\n1")
    desk.progress("ir", PENDING)
    desk.interrupt_all()
    assert Stop("ir", keeps_job=True) in desk.actions
    desk.progress("ir", LATER)
    assert shown(desk, 1) == [PENDING]
    assert desk.backend("ir").progress == ""
    desk.execute("%%r\n1")
    assert shown(desk, 2) == []
    desk.progress("ir", "job 8 pending")
    assert shown(desk, 2) == ["job 8 pending"]


def test_a_backend_that_is_stopped_lets_its_job_go_and_one_that_is_restarted_does_not() -> None:
    desk = Desk("python3", "ir")
    desk.stop("ir")
    assert Stop("ir") in desk.actions
    desk._take(desk.router.stop("ir", keeps_job=True))
    assert Stop("ir", keeps_job=True) in desk.actions
