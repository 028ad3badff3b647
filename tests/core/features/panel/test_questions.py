"""What front-ends ask is done by jobs, answered once, and never in front of a cell."""

from typing import Any

import pytest

from multikernel.core.config import BackendConfig, Config, Group
from multikernel.core.errors import BackendStartError, TransferError

from ...desk import Desk
from .watching import BUSY, answer, ask, done, open_comm, sent

SENT = "iopub comm_msg of {}"


def asked(*ready: str) -> Desk:
    """Return a desk with a front-end that may ask."""
    desk = Desk(*ready)
    open_comm(desk)
    return desk


@pytest.mark.parametrize("do", ["start", "stop", "restart", "interrupt", "log", "memory"])
def test_what_commands_do_is_a_job(do: str) -> None:
    desk = asked("python3")
    assert ask(desk, do=do, backend="R") == [f"do {do} ir of question 0"]
    assert done(desk, 0, {}) == [SENT.format(2)]
    assert answer(desk) == {"id": 1, "ok": True}
    assert done(desk, 0, {}) == []


@pytest.mark.parametrize("name", ["a text", 0, -1, "x" * 200])
def test_the_answer_has_the_id_of_the_question(name: object) -> None:
    desk = asked("python3")
    ask(desk, id=name, do="log", backend="ir")
    done(desk, 0, {"text": ""})
    assert answer(desk)["id"] == name


def test_what_a_job_returns_is_in_the_answer() -> None:
    desk = asked("python3")
    ask(desk, do="memory", backend="ir")
    done(desk, 0, {"bytes": 7})
    assert answer(desk) == {"id": 1, "ok": True, "bytes": 7}


def test_a_job_that_fails_is_an_error_in_its_words() -> None:
    desk = asked("python3")
    ask(desk, do="start", backend="ir")
    done(desk, 0, BackendStartError("ir ended while it was starting."))
    assert answer(desk) == {"id": 1, "error": "ir ended while it was starting."}


def test_a_group_is_steered_as_one() -> None:
    workers = {name: BackendConfig(name, "ir", group="worker") for name in ("worker[0]", "worker[1]")}
    desk = Desk(config=Config(workers, "worker[0]", groups={"worker": Group("worker", tuple(workers))}))
    open_comm(desk)
    assert ask(desk, do="restart", backend="Worker") == ["do restart worker[0] worker[1] of question 0"]
    assert ask(desk, do="log", backend="worker") == [SENT.format(3)]
    assert answer(desk)["error"] == "worker is 2 backends: name one, as in worker[0]."


def test_an_answer_comes_under_its_question_to_the_comm_that_has_asked() -> None:
    desk = asked("python3")
    open_comm(desk, "d")
    ask(desk, "d", do="log", backend="ir")
    before = len(sent(desk, "c"))
    assert done(desk, 0, {"text": ""}) == [SENT.format(3)]
    assert (len(sent(desk, "c")), answer(desk, "d")["ok"]) == (before, True)


def test_a_comm_that_has_closed_is_not_answered() -> None:
    desk = asked("python3")
    ask(desk, do="log", backend="ir")
    desk.request("comm_close", comm_id="c")
    assert done(desk, 0, {"text": ""}) == []


HOSTILE: list[tuple[object, str]] = [
    (None, "A question needs an id"),
    ([1, 2], "A question needs an id"),
    ("start", "A question needs an id"),
    ({"id": {}, "do": "start", "backend": "ir"}, "A question needs an id"),
    ({"id": True, "do": "start", "backend": "ir"}, "A question needs an id"),
    ({"id": 1 << 60, "do": "start", "backend": "ir"}, "A question needs an id"),
    ({"id": "x" * 201, "do": "start", "backend": "ir"}, "A question needs an id"),
    ({"id": 1}, "There is no '' to do: there are start, stop"),
    ({"id": 1, "do": ["start"]}, "There is no '' to do"),
    ({"id": 1, "do": "x" * 1_000_000}, "There is no '' to do"),
    ({"id": 1, "do": "strat"}, "There is no 'strat' to do (did you mean 'start'?)"),
    ({"id": 1, "do": "__class__"}, "There is no '__class__' to do"),
    ({"id": 1, "do": "start"}, "To start, name a backend."),
    ({"id": 1, "do": "start", "backend": {"name": "ir"}}, "To start, name a backend."),
    ({"id": 1, "do": "stop", "backend": "x" * 1_000_000}, "To stop, name a backend."),
    ({"id": 1, "do": "stop", "backend": "ruby"}, "There is no backend 'ruby'"),
    ({"id": 1, "do": "variables", "backend": "ruby"}, "There is no backend 'ruby'"),
    ({"id": 1, "do": "preview", "backend": "python3"}, "For a preview, name a variable."),
    ({"id": 1, "do": "preview", "backend": "python3", "name": ["x"]}, "For a preview, name a variable."),
]


@pytest.mark.parametrize(("data", "error"), HOSTILE)
def test_what_is_no_question_gets_an_error_and_changes_nothing(data: object, error: str) -> None:
    desk = asked("python3")
    lines = desk.request("comm_msg", comm_id="c", data=data)
    assert lines == ["iopub busy of 2", SENT.format(2), "iopub idle of 2"]
    said = answer(desk)
    assert said["error"].startswith(error)
    assert len(said["error"]) < 300
    assert not any("bug" in line for line in desk.logs)
    assert desk.execute("1")[0] == "python3 <- execute_request 3: 1"


@pytest.mark.parametrize(
    "content", [b"[]", b"{", b'{"comm_id": 1}', b'{"comm_id": "c"}', b'{"comm_id": "c", "data": 1e999}']
)
def test_a_message_that_is_none_does_no_harm(content: bytes) -> None:
    desk = asked("python3")
    lines = desk.front(desk.message("comm_msg", content))
    assert (lines[0], lines[-1]) == ("iopub busy of 2", "iopub idle of 2")
    assert not any("Traceback" in line for line in desk.logs)


def test_too_many_questions_are_refused() -> None:
    desk = asked("python3")
    for _ in range(100):
        ask(desk, do="log", backend="ir")
    assert ask(desk, do="log", backend="ir") == [SENT.format(102)]
    assert answer(desk) == {"id": 1, "error": "Too many questions have no answer yet."}


# Variables.

LIST = {"do": "variables", "backend": "python3"}
SHOW = {"do": "preview", "backend": "python3", "name": "df"}


def test_a_backend_that_has_nothing_to_do_is_asked() -> None:
    desk = asked("python3")
    assert ask(desk, **LIST) == ["do variables python3 of question 0"]
    assert done(desk, 0, {"variables": []}) == [SENT.format(2)]
    assert ask(desk, **SHOW) == ["do preview python3 df of question 1"]


def test_tabs_that_ask_the_same_get_the_same_answer() -> None:
    desk = asked("python3")
    open_comm(desk, "d")
    ask(desk, **LIST)
    assert ask(desk, "d", **LIST) == []
    assert done(desk, 0, {"variables": []}) == [SENT.format(3), SENT.format(4)]
    assert answer(desk, "c") == answer(desk, "d")


def test_what_one_backend_is_asked_is_asked_one_after_the_other() -> None:
    desk = asked("python3", "ir")
    ask(desk, **LIST)
    assert ask(desk, **SHOW) == []
    assert ask(desk, do="variables", backend="ir") == ["do variables ir of question 2"]
    assert done(desk, 0, TransferError("no")) == ["do preview python3 df of question 1", SENT.format(2)]
    assert done(desk, 1, {"preview": {}}) == [SENT.format(3)]
    assert ask(desk, **SHOW) == ["do preview python3 df of question 3"]


def refusals(desk: Desk, **data: Any) -> str:
    """Return the error with which a question is answered at once."""
    (line,) = ask(desk, **data)
    assert line.startswith("iopub comm_msg")
    return str(answer(desk)["error"])


@pytest.mark.parametrize("question", [LIST, SHOW])
def test_a_busy_backend_is_not_asked(question: dict[str, Any]) -> None:
    desk = asked("python3", "ir")
    desk.execute("1")
    assert refusals(desk, **question) == BUSY
    assert ask(desk, **{**question, "backend": "ir"}) != []
    desk.finish("python3", 2)
    assert ask(desk, **question)[0].startswith("do ")


def test_one_that_cannot_be_asked_says_why() -> None:
    desk = asked("python3")
    assert refusals(desk, do="variables", backend="ir") == "ir is stopped."
    desk.start("ir")
    assert refusals(desk, do="variables", backend="ir") == "ir is starting."
    desk._take(desk.router.lost("python3", "no route"))
    assert refusals(desk, **LIST) == "python3 cannot be reached now (no route)."


@pytest.mark.parametrize(
    "queued",
    [
        "1",
        "%%python3\n1",
        "%%ir,python3\n1",
        "%%parts\n%%ir\n1\n%%python3\n2",
        "%%ir -i x\n1",
        "%%ir -o x\n1",
        "%%use python3\n1",
        "%%bash -i python3:x\n1",
    ],
)
def test_one_that_cells_wait_for_is_busy(queued: str) -> None:
    desk = asked("python3", "ir", "bash")
    desk.execute("%%ir\nrun")
    desk.execute(queued)
    assert refusals(desk, **LIST) == BUSY


@pytest.mark.parametrize("queued", ["%%ir\n1", "%%bash -i ir:x\n1", "%%nonsense --now\n%%", "%%ir -x\n1", "%%backends"])
def test_one_that_no_cell_waits_for_is_asked(queued: str) -> None:
    desk = asked("python3", "ir", "bash")
    desk.execute("%%use ir")
    desk.command_done(2)
    desk.execute("run")
    desk.execute(queued)
    assert ask(desk, **{**LIST, "backend": "bash"})[0] == (
        "iopub comm_msg of 5" if "bash" in queued else "do variables bash of question 0"
    )


def test_a_queued_silent_cell_is_for_the_configured_default() -> None:
    desk = asked("python3", "ir", "bash")
    desk.execute("%%use ir")
    desk.command_done(2)
    desk.execute("%%bash\nrun")
    desk.execute("1", silent=True)
    assert refusals(desk, **LIST) == BUSY


def test_a_queued_use_may_make_it_the_default() -> None:
    desk = asked("python3", "ir")
    desk.execute("run")
    desk.execute("%%use ir")
    desk.execute("1")
    assert refusals(desk, do="variables", backend="ir") == BUSY


def test_a_queued_cell_that_is_no_text_is_like_an_empty_one() -> None:
    desk = asked("python3", "ir")
    desk.execute("%%ir\nrun")
    desk.request("execute_request", code=7)
    assert refusals(desk, **LIST) == BUSY
    assert refusals(desk, do="variables", backend="ir") == BUSY


def test_behind_very_many_cells_nothing_is_asked() -> None:
    desk = asked("python3", "ir")
    desk.execute("run")
    for _ in range(101):
        desk.execute("%%bash\n1")
    assert refusals(desk, do="variables", backend="ir") == BUSY


def test_one_from_which_variables_are_copied_is_busy() -> None:
    desk = asked("python3", "ir")
    desk.execute("%%ir -i x\n1")
    assert refusals(desk, **LIST) == BUSY
    desk.command_done(2)
    assert ask(desk, **LIST) == ["do variables python3 of question 1"]


def test_a_cell_ends_the_wait_for_an_answer() -> None:
    desk = asked("python3")
    ask(desk, **LIST)
    ask(desk, **SHOW)
    lines = desk.execute("1")
    assert "cancel job of question 0" in lines
    assert lines.index("cancel job of question 0") < lines.index("python3 <- execute_request 4: 1")
    assert [data for data in sent(desk) if "id" in data] == [{"id": 1, "error": BUSY}] * 2
    assert done(desk, 0, {"variables": []}) == []
    desk.finish("python3", 4)
    assert ask(desk, **LIST) == ["do variables python3 of question 2"]


def test_a_question_that_waits_hears_of_the_end_of_its_backend() -> None:
    desk = asked("python3")
    ask(desk, **LIST)
    ask(desk, **SHOW)
    desk.died("python3")
    done(desk, 0, TransferError("python3 died."))
    assert [data["error"] for data in sent(desk) if "id" in data] == ["python3 died.", "python3 is stopped."]
